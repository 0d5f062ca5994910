use crate::engine::query::Needle;
use crate::view_model::quote::{Highlight, Piece, split_at_highlights};

/// So many of one text are highlighted: around each of them it is unfolded.
const MOST: usize = 200;

/// Where a text holds what is looked for.
pub fn marks(text: &str, needles: &[Needle]) -> Vec<Highlight> {
    let found = needles.iter().flat_map(|needle| needle.find_all(text, MOST));
    found.map(|range| Highlight { range, finding: Highlight::HIT }).collect()
}

/// A line cut at what is looked for.
pub fn label_pieces<'a>(label: &'a str, needles: &[Needle]) -> Vec<Piece<'a>> {
    split_at_highlights(label, 0..label.len(), &marks(label, needles))
}

#[cfg(test)]
mod tests {
    use super::{label_pieces, marks};
    use crate::engine::query::Needle;

    #[test]
    fn every_text_that_is_looked_for_is_marked() {
        let needles = [Needle::new("error"), Needle::new("or")];
        assert_eq!(marks("Error or not", &needles).len(), 3);
        let pieces: Vec<_> = label_pieces("an Error or", &needles)
            .into_iter()
            .map(|piece| (piece.text, piece.mark.is_some()))
            .collect();
        assert_eq!(pieces, [("an ", false), ("Error", true), (" ", false), ("or", true)]);
    }
}
