//! How alike two texts are, told from a few bytes of each.

/// Places of a sketch: as many as keep the error of an estimate near a tenth.
const PLACES: usize = 32;

/// Texts of fewer words say too little to be alike: "Let's run the tests again:".
const WORDS: usize = 8;

/// What is said is said at the beginning; so many bytes of a text are looked at.
const BYTES: usize = 4096;

/// Nothing fell into a place.
const EMPTY: u16 = u16::MAX;

/// The least hashes of a text's pairs of neighbouring words, sorted into places by their leading bits
/// (one-permutation min-hashing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch([u16; PLACES]);

impl Sketch {
    /// `None` for a text of a few words, and for data, which repeats its own names.
    pub fn of(text: &str) -> Option<Self> {
        if text.trim_start().starts_with(['{', '[', '<']) {
            return None;
        }
        let mut sketch = Self([EMPTY; PLACES]);
        let (mut words, mut before, mut word) = (0usize, 0u64, 0u64);
        let bytes = text.as_bytes();
        let bytes = bytes.get(..BYTES).unwrap_or(bytes);
        // One past the end ends the last word. By index: an iterator's `next` is a call for each byte where code is
        // made small.
        let mut at = 0;
        while at <= bytes.len() {
            let byte = bytes.get(at).copied().unwrap_or(b' ');
            if byte.is_ascii_alphanumeric() || !byte.is_ascii() {
                word = mix(word, u64::from(byte.to_ascii_lowercase()) + 1);
            } else if word != 0 {
                if words > 0 {
                    sketch.add(mix(before, word));
                }
                words += 1;
                before = word;
                word = 0;
            }
            at += 1;
        }
        (words >= WORDS).then_some(sketch)
    }

    fn add(&mut self, pair: u64) {
        let place = (pair >> 59) as usize % PLACES;
        let hash = u16::try_from((pair >> 40) & 0xffff).unwrap_or(EMPTY).min(EMPTY - 1);
        if let Some(least) = self.0.get_mut(place) {
            *least = hash.min(*least);
        }
    }

    /// The share of word pairs that both texts have among those that either has: 1 for the same words in
    /// the same order, near 0 for texts about different things.
    pub fn likeness(&self, other: &Self) -> f32 {
        let (mut same, mut used) = (0u16, 0u16);
        for (one, two) in self.0.iter().zip(&other.0).filter(|(one, two)| (**one).min(**two) != EMPTY) {
            used += 1;
            same += u16::from(one == two);
        }
        f32::from(same) / f32::from(used.max(1))
    }
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::Sketch;

    const TEXT: &str = "The test fails because the parser does not skip the comment, so I will change the way \
                        in which the parser looks for the end of a line and then run the tests again.";

    fn likeness(one: &str, two: &str) -> f32 {
        Sketch::of(one).unwrap().likeness(&Sketch::of(two).unwrap())
    }

    #[test]
    fn alike_in_the_measure_of_the_words_in_common() {
        assert!(likeness(TEXT, &TEXT.to_uppercase().replace(',', " -")) > 0.99);
        let reworded = TEXT.replace("run the tests again", "see whether that helps");
        let likely = likeness(TEXT, &reworded);
        assert!((0.5..1.0).contains(&likely), "{likely}");
        let other =
            "Now the documentation needs a page about how plugins are loaded from a folder of theirs.";
        assert!(likeness(TEXT, other) < 0.2);
    }

    #[test]
    fn a_few_words_are_like_nothing() {
        assert_eq!(Sketch::of("Let's run the tests again:"), None);
        assert_eq!(Sketch::of(""), None);
        assert_eq!(Sketch::of(&format!("{{\"text\": \"{TEXT}\"}}")), None);
    }
}
