//! The command palette: what it offers, and what of that fits what was typed.

use super::keys::{Command, KEYS};
use super::place::Tab;

/// What a line of the palette does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Do(Command),
    /// 0-based.
    GoTo(u32),
    Open(Tab),
    Theme,
    Rules,
    Weights,
    Runs,
    Start,
}

impl Choice {
    /// Whether it makes sense only where a run is open.
    fn needs_run(self) -> bool {
        match self {
            Self::Do(command) => command != Command::Help,
            Self::GoTo(_) | Self::Open(_) => true,
            Self::Theme | Self::Rules | Self::Weights | Self::Runs | Self::Start => false,
        }
    }
}

/// One line, and which of its characters fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub choice: Choice,
    pub title: String,
    pub keys: &'static [&'static str],
    pub marked: Vec<usize>,
}

const GENERAL: [(Choice, &str); 5] = [
    (Choice::Theme, "switch between light and dark colours"),
    (Choice::Rules, "show what is looked for"),
    (Choice::Weights, "change the weights of the score"),
    (Choice::Runs, "go to all runs"),
    (Choice::Start, "open other files"),
];

/// What fits `typed`, best first. `steps` says how many the open run has, `runs` how many runs are open.
pub fn offers(typed: &str, steps: Option<u32>, runs: usize) -> Vec<Offer> {
    let lines = KEYS.iter().filter(|line| line.command != Command::Palette && line.command != Command::Leave);
    let commands = lines.map(|line| (Choice::Do(line.command), line.does.to_owned(), line.keys));
    let tabs =
        Tab::ALL.map(|tab| (Choice::Open(tab), format!("show the tab {}", tab.title()), [].as_slice()));
    let general = GENERAL.map(|(choice, title)| (choice, title.to_owned(), [].as_slice()));
    let all = go_to(typed, steps).into_iter().chain(commands).chain(tabs).chain(general);
    let mut found: Vec<(i32, Offer)> = all
        .filter(|(choice, ..)| steps.is_some() || !choice.needs_run())
        .filter(|(choice, ..)| *choice != Choice::Runs || runs > 1)
        .filter_map(|(choice, title, keys)| {
            let (score, marked) = match choice {
                Choice::GoTo(_) => (i32::MAX, Vec::new()),
                _ => fit(&title, typed)?,
            };
            Some((score, Offer { choice, title, keys, marked }))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, offer)| offer).collect()
}

/// A number is a step to go to.
fn go_to(typed: &str, steps: Option<u32>) -> Option<(Choice, String, &'static [&'static str])> {
    let number: u32 = typed.split_whitespace().last()?.trim_start_matches('#').parse().ok()?;
    let step = number.checked_sub(1).filter(|step| steps.is_some_and(|steps| *step < steps))?;
    Some((Choice::GoTo(step), format!("go to step {number}"), &[]))
}

/// A character that begins a word, and one that follows the one before, say more than any other.
const WORD_START: i32 = 8;
const IN_A_ROW: i32 = 5;

/// Whether all typed characters occur in this order, how well they fit, and which characters they are.
fn fit(title: &str, typed: &str) -> Option<(i32, Vec<usize>)> {
    let lower: Vec<char> = title.chars().flat_map(char::to_lowercase).collect();
    let wanted: Vec<char> =
        typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let first = wanted.first().copied();
    let starts = (0..lower.len()).filter(|at| first.is_none() || lower.get(*at).copied() == first);
    starts.filter_map(|start| fit_from(&lower, &wanted, start)).max_by_key(|(score, _)| *score)
}

fn fit_from(lower: &[char], wanted: &[char], start: usize) -> Option<(i32, Vec<usize>)> {
    let mut marked: Vec<usize> = Vec::with_capacity(wanted.len());
    let mut score = 0;
    let mut at = start;
    for c in wanted {
        let found = at + lower.get(at..)?.iter().position(|known| known == c)?;
        let is_word_start =
            found == 0 || lower.get(found - 1).is_some_and(|before| !before.is_alphanumeric());
        let is_in_a_row = marked.last().is_some_and(|last| last + 1 == found);
        score += 1;
        score += if is_word_start { WORD_START } else { 0 };
        score += if is_in_a_row { IN_A_ROW } else { 0 };
        marked.push(found);
        at = found + 1;
    }
    Some((score, marked))
}

/// A title in pieces, each said to fit or not.
pub fn pieces(title: &str, marked: &[usize]) -> Vec<(bool, String)> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for (at, c) in title.chars().enumerate() {
        let fits = marked.contains(&at);
        match pieces.last_mut() {
            Some((same, text)) if *same == fits => text.push(c),
            _ => pieces.push((fits, c.to_string())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Choice, offers, pieces};
    use crate::view_model::jumps::Landmark;
    use crate::view_model::keys::Command;
    use crate::view_model::place::Tab;

    fn first(typed: &str) -> Option<Choice> {
        offers(typed, Some(50), 2).first().map(|offer| offer.choice)
    }

    #[test]
    fn a_few_letters_find_a_command() {
        assert_eq!(first("next fin"), Some(Choice::Do(Command::Next(Landmark::Finding))));
        assert_eq!(first("nf"), Some(Choice::Do(Command::Next(Landmark::Finding))));
        assert_eq!(first("PLAY or"), Some(Choice::Do(Command::PlayOrPause)));
        assert_eq!(first("tab score"), Some(Choice::Open(Tab::Score)));
        assert_eq!(first("dark"), Some(Choice::Theme));
        assert_eq!(first("xyzzy"), None);
    }

    #[test]
    fn a_number_is_a_step_to_go_to() {
        assert_eq!(first("12"), Some(Choice::GoTo(11)));
        assert_eq!(first("step 50"), Some(Choice::GoTo(49)));
        assert_eq!(first("51"), None);
        assert_eq!(first("0"), None);
    }

    #[test]
    fn without_a_run_only_what_works_everywhere_is_offered() {
        let choices: Vec<Choice> = offers("", None, 1).into_iter().map(|offer| offer.choice).collect();
        assert_eq!(
            choices,
            [Choice::Do(Command::Help), Choice::Theme, Choice::Rules, Choice::Weights, Choice::Start]
        );
    }

    #[test]
    fn nothing_typed_offers_everything_as_it_comes() {
        assert_eq!(first(""), Some(Choice::Do(Command::PlayOrPause)));
    }

    #[test]
    fn what_fits_is_told_from_the_rest() {
        let marked = [(true, "n".to_owned()), (false, "ext ".to_owned()), (true, "fi".to_owned())];
        assert_eq!(pieces("next fi", &[0, 5, 6]), marked);
    }
}
