use crate::engine::detect::repeats::{RepeatKind, done_again};
use crate::engine::detect::words::{count, quoted};
use crate::engine::detect::{Category, DetectContext, Detector, DetectorInfo, Findings, Severity, Status};

pub(super) struct RedundantRead;

static INFO: DetectorInfo = DetectorInfo {
    id: "redundant-read",
    title: "Read again, unchanged",
    what: "The same part of a file was read again, whatever the call, and showed the same text, while nothing \
           had been edited in between. The first repetition is blamed.",
    why: "The text was in the context already: it is paid for twice, and may mean that it was forgotten. Runs \
          in which it happens fail a little more often.",
    limits: "A window that scrolls on shows another text and is not meant. Any edit, an installation, a \
             compaction or a word from the user starts anew. An agent whose context is cut without a trace \
             has to read again.",
    category: Category::Flow,
    severity: Severity::Note,
    status: Status::Stable,
    taxonomy: &["MAST 1.3", "MAST 1.4", "TRAIL resource abuse"],
    classic: None,
};

impl Detector for RedundantRead {
    fn info(&self) -> &'static DetectorInfo {
        &INFO
    }

    fn detect(&self, ctx: &DetectContext<'_>, findings: &mut Findings) {
        for repeat in ctx.repeats().repeats.iter().filter(|repeat| repeat.kind == RepeatKind::Read) {
            let first = repeat.steps.first().and_then(|step| ctx.facts.action(*step));
            let file = first.and_then(|action| action.targets.first());
            let message = format!(
                "{} was read {} with the same text each time, and nothing was edited in between.",
                file.map_or_else(|| "A file".to_owned(), |file| quoted(file)),
                count(repeat.steps.len(), "time")
            );
            findings.extend(done_again(ctx, &INFO, &repeat.steps, 1, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RedundantRead;
    use crate::engine::testing::script::check;

    #[test]
    fn a_file_that_was_just_read() {
        let found = check(
            &RedundantRead,
            "
            read     src/a.rs
            program  ./run
            read     src/a.rs     <- redundant-read
            read     src/a.rs
            ",
        );
        assert_eq!(
            found[0].message,
            "“src/a.rs” was read 3 times with the same text each time, and nothing was edited in between."
        );
        assert_eq!((found[0].waste.steps, found[0].steps.len()), (2, 3));
    }

    #[test]
    fn silent_on_another_part_and_after_an_edit_or_a_compaction() {
        check(&RedundantRead, "read  a.rs  result 1\n read  a.rs  result 2\n read  b.rs  result 1");
        check(&RedundantRead, "read  a.rs\n edit  b.rs\n read  a.rs");
        check(&RedundantRead, "read  a.rs\n event  compaction\n read  a.rs");
        check(&RedundantRead, "read  a.rs   error not-found x\n read  a.rs   error not-found x");
    }
}
