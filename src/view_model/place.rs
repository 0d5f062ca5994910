//! Where a person is, as the fragment of the address: `run=0.2&step=12&axis=time&tab=score`.
//!
//! Files have no addresses: whoever follows such a link opens the same files in the same order.

use std::fmt::Write as _;

use super::axis::AxisKind;
use super::finding_filter::FindingFilter;
use super::percent;

/// The tabs beside a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Findings,
    Files,
    Score,
    Checks,
    Notes,
    About,
}

impl Tab {
    pub const ALL: [Self; 6] =
        [Self::Findings, Self::Files, Self::Score, Self::Checks, Self::Notes, Self::About];

    pub fn id(self) -> &'static str {
        match self {
            Self::Findings => "findings",
            Self::Files => "files",
            Self::Score => "score",
            Self::Checks => "checks",
            Self::Notes => "notes",
            Self::About => "about",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Findings => "Findings",
            Self::Files => "Files",
            Self::Score => "Score",
            Self::Checks => "Checks",
            Self::Notes => "Notes",
            Self::About => "About",
        }
    }
}

/// What of the screen a link brings back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Which of the opened files, from 0, and which run in it.
    pub run: Option<(u32, u32)>,
    /// It is a place among many runs: see `ManyPlace`.
    pub is_of_many: bool,
    /// 0-based.
    pub step: u32,
    /// First and last step of the chosen range.
    pub chosen: Option<(u32, u32)>,
    pub axis: AxisKind,
    pub tab: Tab,
    /// Which findings are listed.
    pub filter: FindingFilter,
    /// What is looked for in the steps.
    pub query: String,
}

impl Place {
    /// Reads a fragment, with or without its `#`. What it does not understand it leaves at the default.
    pub fn parse(fragment: &str) -> Self {
        let mut place = Self::default();
        for (key, value) in
            fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('='))
        {
            match key {
                "run" => {
                    let numbers = value.split_once('.').map(|(file, run)| (file.parse(), run.parse()));
                    if let Some((Ok(file), Ok(run))) = numbers {
                        place.run = Some((file, run));
                    }
                }
                "runs" => place.is_of_many = true,
                "step" => place.step = value.parse::<u32>().map_or(0, |number| number.saturating_sub(1)),
                "range" => place.chosen = read_range(value),
                "axis" if value == "time" => place.axis = AxisKind::Time,
                "tab" => place.tab = Tab::ALL.into_iter().find(|tab| tab.id() == value).unwrap_or_default(),
                "q" => place.query = percent::decode(value),
                _ => place.filter.read(key, value),
            }
        }
        place
    }

    /// The fragment without its `#`; empty when there is nothing to say.
    pub fn fragment(&self) -> String {
        let Some((file, run)) = self.run else { return String::new() };
        let mut text = format!("run={file}.{run}&step={}", u64::from(self.step) + 1);
        if let Some((first, last)) = self.chosen {
            // Writing to a string cannot fail.
            let _done = write!(text, "&range={}-{}", u64::from(first) + 1, u64::from(last) + 1);
        }
        if self.axis == AxisKind::Time {
            text.push_str("&axis=time");
        }
        if self.tab != Tab::default() {
            text.push_str("&tab=");
            text.push_str(self.tab.id());
        }
        self.filter.write(&mut text);
        if !self.query.is_empty() {
            text.push_str("&q=");
            text.push_str(&percent::encode(&self.query));
        }
        text
    }
}

/// `3-9` as it is counted by a person, either way round.
fn read_range(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    let (from, to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
    Some((from.min(to).checked_sub(1)?, from.max(to) - 1))
}

#[cfg(test)]
mod tests {
    use super::{FindingFilter, Place, Tab};
    use crate::engine::detect::{Category, Severity};
    use crate::view_model::axis::AxisKind;

    #[test]
    fn a_link_leads_back_to_where_it_was_made() {
        let place = Place {
            is_of_many: false,
            run: Some((1, 20)),
            step: 11,
            chosen: Some((2, 8)),
            axis: AxisKind::Time,
            tab: Tab::Score,
            filter: FindingFilter::default(),
            query: String::new(),
        };
        assert_eq!(place.fragment(), "run=1.20&step=12&range=3-9&axis=time&tab=score");
        assert_eq!(Place::parse(&place.fragment()), place);
        assert_eq!(Place::parse(&format!("#{}", place.fragment())), place);
    }

    #[test]
    fn a_link_keeps_what_the_findings_were_narrowed_to() {
        let filter = FindingFilter {
            severity: Some(Severity::Error),
            category: Some(Category::Flow),
            detector: Some("retry-loop".to_owned()),
            certain: true,
            muted: true,
            text: "a&b = 失败".to_owned(),
        };
        let place = Place { run: Some((0, 0)), filter, ..Place::default() };
        let fragment = place.fragment();
        assert!(
            fragment.starts_with("run=0.0&step=1&severity=error&category=flow&detector=retry-loop&only=")
        );
        assert_eq!(Place::parse(&fragment), place);
    }

    #[test]
    fn a_link_keeps_what_is_looked_for() {
        let query = "op:run exit:!=0 \"a&b = 失败\"".to_owned();
        let place = Place { run: Some((0, 0)), query, ..Place::default() };
        assert!(place.fragment().starts_with("run=0.0&step=1&q=op%3Arun%20exit%3A%21%3D0%20"));
        assert_eq!(Place::parse(&place.fragment()), place);
    }

    #[test]
    fn nonsense_leads_to_the_start() {
        assert_eq!(Place::parse("#run=x.y&step=-3&range=0-2&tab=none&&=&axis"), Place::default());
        assert_eq!(Place::default().fragment(), "");
    }
}
