//! What an agent says about its work: that tests pass, that a bug is fixed, that it is done or unsure.
//!
//! Phrases are found with one automaton; what stands before them in the sentence then tells a claim from a
//! plan, a condition, a question or a denial.

mod phrases;

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use super::finder::Finder;
use super::{Claim, ClaimKind, Quote};
use crate::engine::trace::PartKind;
use phrases::{BAD, CONDITIONS, DENIALS, GOOD, PHRASES, PLANS, STUDIED};

/// The first and the last claims of a kind tell enough; so many are kept of each.
const MAX_OF_KIND: usize = 3;

static FINDER: LazyLock<Option<(Finder, Vec<ClaimKind>)>> = LazyLock::new(|| {
    let (kinds, phrases): (Vec<ClaimKind>, Vec<&str>) = PHRASES
        .iter()
        .flat_map(|(kind, phrases)| phrases.split(" | ").map(move |phrase| (*kind, phrase)))
        .unzip();
    Some((Finder::of_any_case(phrases)?, kinds))
});

/// The claims of a text, in its order. What stands in code is none.
pub(super) fn find(part: PartKind, text: &str) -> Vec<Claim> {
    find_kinds(part, text, |_| true)
}

/// The doubts alone: what a fix without a file says of itself.
pub(super) fn find_unsure(part: PartKind, text: &str) -> Vec<Claim> {
    find_kinds(part, text, |kind| kind == ClaimKind::Unsure)
}

fn find_kinds(part: PartKind, text: &str, wanted: impl Fn(ClaimKind) -> bool) -> Vec<Claim> {
    let Some((finder, kinds)) = FINDER.as_ref() else { return Vec::new() };
    let mut claims: Vec<Claim> = Vec::new();
    let mut code: Option<Vec<Range<usize>>> = None;
    for found in finder.find_iter(text) {
        let Some(kind) = kinds.get(found.pattern().as_usize()).copied().filter(|kind| wanted(*kind)) else {
            continue;
        };
        let hit = found.start()..found.end();
        if !is_whole(text, &hit)
            || code.get_or_insert_with(|| fences(text)).iter().any(|fence| fence.contains(&hit.start))
        {
            continue;
        }
        let sentence = sentence_around(text, &hit);
        if !is_meant(kind, text, &sentence, &hit) {
            continue;
        }
        let start = u32::try_from(sentence.start).unwrap_or(u32::MAX);
        let said = claims.iter().any(|claim| claim.kind == kind && claim.quote.start == start);
        if !said {
            push(&mut claims, Claim { kind, quote: Quote::of(part, text, sentence) });
        }
    }
    claims
}

/// Keeps the first claims of a kind, and always its last.
fn push(claims: &mut Vec<Claim>, claim: Claim) {
    if claims.iter().filter(|known| known.kind == claim.kind).count() >= MAX_OF_KIND
        && let Some(last) = claims.iter().rposition(|known| known.kind == claim.kind)
    {
        claims.remove(last);
    }
    claims.push(claim);
}

/// Not a part of longer words.
fn is_whole(text: &str, hit: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let begins = !letter(hit.start.checked_sub(1));
    // "tests pass" may go on as "tests passed".
    let rest = text.get(hit.end..).unwrap_or("");
    let ends = !letter(Some(hit.end))
        || rest.starts_with("ed ")
        || ["ed.", "ed!", "ed,", "ed\n", "ed:", "ed)"].iter().any(|end| rest.starts_with(end))
        || rest == "ed";
    begins && ends
}

/// The fenced blocks of a text.
fn fences(text: &str) -> Vec<Range<usize>> {
    let mut fences = Vec::new();
    let mut marks = memmem::find_iter(text.as_bytes(), b"```");
    while let Some(open) = marks.next() {
        fences.push(open..marks.next().map_or(text.len(), |close| close + 3));
    }
    fences
}

/// The sentence, or the line, that holds a hit.
fn sentence_around(text: &str, hit: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let ends = |at: usize| match bytes.get(at) {
        Some(b'\n') => true,
        Some(b'.' | b'!' | b'?') => bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace),
        _ => false,
    };
    let start = (0..hit.start).rev().find(|at| ends(*at)).map_or(0, |at| at + 1);
    let end = (hit.end..bytes.len()).find(|at| ends(*at)).map_or(bytes.len(), |at| match bytes.get(at) {
        Some(b'\n') => at,
        _ => at + 1,
    });
    let sentence = text.get(start..end).unwrap_or("");
    let lead = sentence.len()
        - sentence
            .trim_start_matches(|first: char| first.is_whitespace() || matches!(first, '-' | '*' | '#' | '>'))
            .len();
    start + lead..start + sentence.trim_end().len()
}

fn is_meant(kind: ClaimKind, text: &str, sentence: &Range<usize>, hit: &Range<usize>) -> bool {
    let before = text.get(sentence.start.min(hit.start)..hit.start).unwrap_or("");
    let phrase = text.get(hit.clone()).unwrap_or("");
    let after = text.get(hit.end..sentence.end.max(hit.end)).unwrap_or("");
    let quoted = before.matches('`').count() % 2 == 1 || before.matches('"').count() % 2 == 1;
    if quoted || after.ends_with('?') || (kind != ClaimKind::Unsure && before.trim_start().starts_with("If "))
    {
        return false;
    }
    if !kind.is_success() {
        return !words(before)
            .rev()
            .take(4)
            .any(|word| listed(DENIALS, &word) || (kind == ClaimKind::GaveUp && word == "or"));
    }
    if phrase.eq_ignore_ascii_case("tests in") {
        // "All 54 tests in test_x.py passed".
        let passes = words(after).take(8).any(|word| matches!(word.as_str(), "pass" | "passed" | "passing"));
        if !passes
            || words(after).any(|word| matches!(word.as_str(), "fail" | "failed" | "not" | "should" | "to"))
        {
            return false;
        }
    }
    if kind == ClaimKind::Verified && !confirms_work(after) {
        return false;
    }
    let next = words(after).next();
    if kind == ClaimKind::Done && next.as_deref().is_some_and(|word| listed(STUDIED, word)) {
        return false;
    }
    if phrase.ends_with(" fixed") && matches!(next.as_deref(), Some("to" | "at" | "by")) {
        return false;
    }
    let clause = before.rsplit([';', '—']).next().unwrap_or(before);
    let planned = words(clause).any(|word| listed(PLANS, &word) || word.ends_with("n't"));
    let taken_back = words(after).take(8).any(|word| listed(CONDITIONS, &word));
    !planned && !taken_back
}

/// Whether what is confirmed is that the work is good: agents confirm bugs, too.
fn confirms_work(after: &str) -> bool {
    let mut good = false;
    for word in words(after) {
        if listed(BAD, &word) || word.ends_with("n't") {
            return false;
        }
        good |= listed(GOOD, &word);
    }
    good || words(after).next().is_none()
}

/// Whether a word is on a list of [`phrases`].
fn listed(list: &str, word: &str) -> bool {
    list.split(" | ").any(|known| known == word)
}

/// The words of a text in lower case.
fn words(text: &str) -> impl DoubleEndedIterator<Item = String> + '_ {
    text.split(|character: char| !(character.is_alphanumeric() || matches!(character, '\'' | '’')))
        .filter(|word| !word.is_empty())
        .map(|word| word.to_ascii_lowercase().replace('’', "'"))
}

#[cfg(test)]
mod tests {
    use super::{ClaimKind, PartKind, find};

    fn kinds(text: &str) -> Vec<ClaimKind> {
        find(PartKind::Message, text).into_iter().map(|claim| claim.kind).collect()
    }

    #[test]
    fn claims_are_quoted_by_their_sentence() {
        let text = "I looked at it. **All tests pass now**!\nThe bug is fixed.";
        let claims = find(PartKind::Message, text);
        let quotes: Vec<_> = claims.iter().map(|claim| &*claim.quote.text).collect();
        assert_eq!(quotes, ["All tests pass now**!", "The bug is fixed."]);
        for claim in &claims {
            let range = claim.quote.start as usize..claim.quote.end as usize;
            assert_eq!(text.get(range), Some(&*claim.quote.text));
        }
    }

    #[test]
    fn what_is_claimed() {
        use ClaimKind::{Assumed, Done, Fixed, GaveUp, Otherwise, TestsPass, Unsure, Verified};
        for (text, expected) in [
            ("All 54 tests in test_x.py passed.", TestsPass),
            ("The tests passed!", TestsPass),
            ("I have verified that the output is right.", Verified),
            ("I've fixed the parser.", Fixed),
            ("The task is complete.", Done),
            ("I'm not sure about this.", Unsure),
            ("Maybe this is it.", Unsure),
            ("I was unable to run it.", GaveUp),
            ("Let's assume the file is there.", Assumed),
            ("It failed, so let's try a different approach.", Otherwise),
        ] {
            assert_eq!(kinds(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for text in [
            "The bug will be fixed in the next step.",
            "If tests pass, we are done.",
            "Let me make sure the tests pass.",
            "The issue is not fixed.",
            "The issue isn't fixed.",
            "Once the issue is fixed I will stop.",
            "Have all tests passed?",
            "I need to verify that the issue is resolved.",
            "The issue is fixed only when x is set.",
            "This should mean that all tests pass.",
            "Some tests passed.",
            "```python\nprint('All tests passed!')\n```",
            "It prints `all tests pass`.",
            "I've confirmed the existence of `filters.py`.",
            "I have confirmed that the parser fails on empty input.",
            "I have successfully reproduced the issue.",
            "Axis 2 is fixed to 0.",
            "Otherwise I cannot modify it, or conclude that I cannot complete the task.",
            "I'll run it to check whether the fix works.",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn the_last_claim_of_a_kind_is_kept() {
        let text = ["A", "B", "C", "D", "E"].map(|name| format!("Bug {name} is fixed.")).join(" ");
        let claims = find(PartKind::Message, &text);
        assert_eq!(claims.len(), 3);
        assert_eq!(&*claims[2].quote.text, "Bug E is fixed.");
    }
}
