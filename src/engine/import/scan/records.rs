use super::walk::Visit;
use crate::engine::import::{Head, ImportError, Input, Output, Record, Shape};

impl Input<'_> {
    /// Visits the records of a source that holds them one a line, as the elements of one list, or as a
    /// single one.
    pub fn records(
        &self,
        out: &mut Output<'_>,
        mut visit: impl FnMut(&mut Output<'_>, Record<'_>),
    ) -> Result<(), ImportError> {
        let head = Head::read(self.sources, self.main)?;
        // Behind a first line that is longer than the head, others may follow.
        let one_line = head.shape == Shape::Object && !head.bytes.trim_ascii().contains(&b'\n');
        if head.shape == Shape::Lines || one_line {
            return self.json_lines(out, visit);
        }
        let choose = |path: &[super::Key], first| match (path, first) {
            ([], b'[') => Visit::Enter,
            _ => Visit::Take,
        };
        self.walk_json(out, choose, |out, _, record| visit(out, record))
    }
}
