//! Where in a file its trajectories lie.

use crate::engine::import::scan::{Key, Visit};
use crate::engine::import::{Head, Outline, Probe, Shape};

/// The way from the top of a document to its trajectories, and how sure it is that they are any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    way: Vec<Way>,
    pub(super) probe: Probe,
}

#[derive(Debug, PartialEq, Eq)]
enum Way {
    Name(String),
    AnyElement,
}

/// Members of a trajectory that are read besides its steps.
pub(super) const MEMBERS: &[&str] = &[
    "schema_version",
    "session_id",
    "trajectory_id",
    "agent",
    "final_metrics",
    "continued_trajectory_ref",
    "subagent_trajectories",
    "steps",
];

impl Layout {
    pub(super) fn find(head: &Head<'_>) -> Option<Self> {
        let mut way = match head.shape {
            Shape::Object | Shape::Lines => Vec::new(),
            Shape::List => vec![Way::AnyElement],
            _ => return None,
        };
        let (prefix, probe) = head.outlines.iter().find_map(trajectory_in)?;
        for name in prefix.split_terminator('.') {
            let plain = name.trim_end_matches("[]");
            way.push(Way::Name(plain.to_owned()));
            way.extend((0..(name.len() - plain.len()) / 2).map(|_| Way::AnyElement));
        }
        Some(Self { way, probe })
    }

    /// What the walk of a document does with the value at `path`.
    pub(super) fn visit(&self, path: &[Key]) -> Visit {
        let on_the_way = self.way.iter().zip(path).all(|(way, key)| match way {
            Way::Name(name) => key.is(name),
            Way::AnyElement => matches!(key, Key::Index(_)),
        });
        if !on_the_way {
            return Visit::Skip;
        }
        let mut inside = path.get(self.way.len()..).unwrap_or_default();
        loop {
            match inside {
                [] => return Visit::Enter,
                [Key::Name(name), rest @ ..] if name == "subagent_trajectories" => match rest {
                    [] => return Visit::Enter,
                    [_, deeper @ ..] => inside = deeper,
                },
                [Key::Name(name)] if name == "steps" => return Visit::Enter,
                [Key::Name(name)] if MEMBERS.contains(&name.as_str()) => return Visit::Take,
                [Key::Name(name), Key::Index(_)] if name == "steps" => return Visit::Take,
                _ => return Visit::Skip,
            }
        }
    }

    /// Splits a path into that of the trajectory and the rest.
    pub(super) fn split<'p>(&self, path: &'p [Key]) -> (&'p [Key], &'p [Key]) {
        path.split_at_checked(self.way.len()).unwrap_or((path, &[]))
    }

    /// The names to go down inside one line of JSON lines; `None` where a list is in the way.
    pub(super) fn names(&self) -> Option<Vec<&str>> {
        self.way
            .iter()
            .map(|way| match way {
                Way::Name(name) => Some(name.as_str()),
                Way::AnyElement => None,
            })
            .collect()
    }
}

/// The path in front of a trajectory's members (empty, or ending in a dot).
fn trajectory_in(outline: &Outline) -> Option<(&str, Probe)> {
    let marked = outline.entries().find_map(|(path, value)| {
        let prefix = in_front_of(path, "schema_version")?;
        let version = value?;
        let named = version.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("ATIF-"));
        // Producers outside Harbor write the bare number.
        let bare = version.starts_with("1.") && fits(outline, prefix);
        (named || bare).then_some((prefix, Probe::Yes))
    });
    marked.or_else(|| {
        outline.entries().find_map(|(path, _)| {
            let prefix = in_front_of(path, "steps[].step_id")?;
            fits(outline, prefix).then_some((prefix, Probe::Maybe))
        })
    })
}

fn in_front_of<'p>(path: &'p str, member: &str) -> Option<&'p str> {
    path.strip_suffix(member)
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .filter(|prefix| !prefix.contains("subagent_trajectories"))
}

fn fits(outline: &Outline, prefix: &str) -> bool {
    ["agent", "steps[].source"].iter().all(|member| outline.has(&format!("{prefix}{member}")))
}

#[cfg(test)]
mod tests {
    use super::{Layout, Probe, Way};
    use crate::engine::import::Head;

    fn found(json: &str) -> Option<Layout> {
        Layout::find(&Head::of("x", json.as_bytes(), json.as_bytes(), json.len() as u64))
    }

    #[test]
    fn at_the_top_in_lists_and_under_other_keys() {
        let name = |name: &str| Way::Name(name.to_owned());
        let yes = |way| Some(Layout { way, probe: Probe::Yes });
        assert_eq!(found(r#"{"schema_version":"ATIF-v1.8","steps":[]}"#), yes(vec![]));
        assert_eq!(found(r#"[{"schema_version":"ATIF-v1.2","steps":[]}]"#), yes(vec![Way::AnyElement]));
        let row = r#"{"task":"x","result":{"runs":[{"schema_version":"ATIF-v1.6","steps":[]}]}}"#;
        assert_eq!(found(row), yes(vec![name("result"), name("runs"), Way::AnyElement]));
    }

    #[test]
    fn a_bare_version_needs_agent_and_steps() {
        let bare = r#"{"schema_version":"1.4","agent":{"name":"a"},"steps":[{"step_id":1,"source":"user"}]}"#;
        assert_eq!(found(bare).map(|layout| layout.probe), Some(Probe::Yes));
        assert_eq!(found(r#"{"schema_version":"1.4","steps":[{"step_id":1}]}"#), None);
        let unmarked = r#"{"agent":{"name":"a"},"steps":[{"step_id":1,"source":"user"}]}"#;
        assert_eq!(found(unmarked).map(|layout| layout.probe), Some(Probe::Maybe));
    }
}
