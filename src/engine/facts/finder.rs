use aho_corasick::automaton::Automaton as _;
use aho_corasick::dfa::{Builder, DFA};
use aho_corasick::{Input, Match};

/// Finds many phrases in one pass over a text.
///
/// Always by a full table, the quickest to walk: the crate's own choice between three kinds of automaton would
/// bring the code of all three along.
#[derive(Debug)]
pub(super) struct Finder(DFA);

impl Finder {
    pub(super) fn of<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        Self::build(&mut Builder::new(), phrases.into_iter().collect())
    }

    /// Takes capital and small letters of ASCII for the same.
    pub(super) fn of_any_case<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        Self::build(Builder::new().ascii_case_insensitive(true), phrases.into_iter().collect())
    }

    fn build(builder: &mut Builder, phrases: Vec<&str>) -> Option<Self> {
        builder.build(phrases).ok().map(Self)
    }

    /// The first hit to end; its pattern is the place of the phrase.
    pub(super) fn find(&self, text: &str) -> Option<Match> {
        self.0.try_find(&Input::new(text)).ok().flatten()
    }

    /// Hits one after the other.
    pub(super) fn find_iter<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match> + 'a {
        self.0.try_find_iter(Input::new(text)).into_iter().flatten()
    }

    /// All hits, those inside others too.
    pub(super) fn find_overlapping_iter<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match> + 'a {
        self.0.try_find_overlapping_iter(Input::new(text)).into_iter().flatten()
    }
}
