//! Profiles as people write them: JSON of [`Profile`]'s own shape.

use super::Profile;

/// A text that holds no profile. Says what was expected, what was found, and where.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The reader's own words name the member, what was expected, and the line.
    #[error("this is no profile: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("expected {expected}, found {found}, at {at}")]
    Value { expected: String, found: f64, at: String },
}

/// A score has no more points than that to lose.
const POINTS: std::ops::RangeInclusive<f64> = 0.0..=100.0;

impl Profile {
    /// Reads a profile, and refuses one that no score could be made with.
    pub fn read(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = serde_json::from_str(text)?;
        if profile.version != Self::VERSION {
            return Err(ProfileError::Value {
                expected: format!("a profile of version {}", Self::VERSION),
                found: profile.version.into(),
                at: "version".to_owned(),
            });
        }
        let wrong = profile.points().into_iter().find(|(_, points)| !POINTS.contains(points));
        match wrong {
            Some((at, found)) => {
                Err(ProfileError::Value { expected: "points from 0 to 100".to_owned(), found, at })
            }
            None => Ok(profile),
        }
    }

    /// Indented, with a line feed at the end; [`Profile::read`] gives it back.
    pub fn write(&self) -> String {
        // A profile holds only names and numbers: turning it into JSON cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The weights that belong to nothing that `is_known`: a slip of the pen, or a detector of another version.
    pub fn strangers<'a>(&'a self, is_known: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        self.weights.keys().map(String::as_str).filter(move |id| !is_known(id))
    }

    /// All numbers of points, each with the place where it stands.
    fn points(&self) -> Vec<(String, f64)> {
        let Self { version: _, name: _, method: _, weights, other, caps, certain_ceiling, proof } = self;
        let weights = weights.iter().map(|(id, points)| (format!("weights.{id}"), *points));
        let caps = caps.iter().map(|(category, points)| (format!("caps.{}", category.name()), *points));
        let others = [
            ("other.error", Some(other.error)),
            ("other.warning", Some(other.warning)),
            ("other.note", Some(other.note)),
            ("certain_ceiling", *certain_ceiling),
            ("proof", Some(*proof)),
        ];
        let others = others.into_iter().filter_map(|(at, points)| Some((at.to_owned(), points?)));
        weights.chain(caps).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;

    #[track_caller]
    fn refused(from: &str, to: &str, because: &str) {
        let text = Profile::default().write();
        assert!(text.contains(from), "{text}");
        let error = Profile::read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn a_profile_survives_being_written() {
        for name in Profile::NAMES {
            let profile = Profile::named(name).unwrap();
            assert_eq!(Profile::read(&profile.write()).unwrap(), profile);
        }
    }

    #[test]
    fn a_wrong_shape_says_what_was_expected_and_found_and_where() {
        refused("45.0", "\"many\"", "invalid type: string \"many\", expected f64 at line ");
        refused("\"weighted\"", "\"heavy\"", "unknown variant `heavy`, expected `classic` or `weighted`");
        refused("\"caps\"", "\"cups\"", "unknown field `cups`, expected one of ");
        refused("\"version\": 1", "\"version\": 7", "expected a profile of version 1, found 7, at version");
        refused("\"verification\": 25.0", "\"verification\": -1", "found -1, at caps.verification");
        refused("\"retry-loop\": ", "\"retry-loop\": 90", "points from 0 to 100, found 90");
        assert!(Profile::read("").unwrap_err().to_string().starts_with("this is no profile: EOF"));
    }

    #[test]
    fn weights_of_unknown_detectors_are_named() {
        let mut profile = Profile::default();
        profile.weights.insert("retry-lop".to_owned(), 3.0);
        let is_known = |id: &str| crate::engine::detect::info(id).is_some();
        assert_eq!(profile.strangers(is_known).collect::<Vec<_>>(), ["retry-lop"]);
        assert_eq!(Profile::default().strangers(is_known).count(), 0);
    }
}
