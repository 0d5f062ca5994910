//! Files drawn as text: a line each, with its number, `~` where it is not known, `…` for an end that is not.

use super::{Against, Knowledge, Lines, RowKind, Workspace};
use crate::engine::facts::FactsCollector;
use crate::engine::trace::{
    At, CallInput, CallText, PartKind, ResultText, RunIndex, Segment, StepId, TextRef, TraceBuilder,
};

struct Drawn(Workspace);

/// Runs commands, each with what it answers.
fn run(steps: &[(&str, &str)]) -> Drawn {
    let mut builder = TraceBuilder::new(RunIndex(0), "mini-swe-agent");
    builder.participant("agent");
    let mut collector = FactsCollector::default();
    let mut writer = builder.writer(&mut collector);
    writer.thought(At::default(), TextRef::inline("Begin."));
    for (command, answer) in steps {
        let call = CallText { tool: "bash", input: CallInput::Command(command), cwd: None };
        let step = writer.action(At::default(), &call, Segment::Inline((*command).into()));
        let result = ResultText { text: answer, ..ResultText::default() };
        writer.result(step, &result, Segment::Inline((*answer).into()));
    }
    let trace = builder.build(0);
    let facts = collector.into_runs().remove(0);
    let mut read = |step: StepId, kind: PartKind| {
        let (command, answer) = steps.get(step.index().checked_sub(1)?)?;
        Some(if kind == PartKind::Call { (*command).to_owned() } else { (*answer).to_owned() })
    };
    Drawn(Workspace::of(&trace, &facts, &mut read))
}

impl Drawn {
    /// The text of a file after so many commands.
    fn at(&self, commands: u32, name: &str) -> String {
        self.draw(self.0.text_at(name, StepId(commands)))
    }

    fn start(&self, name: &str) -> String {
        self.draw(self.0.text_at_start(name))
    }

    #[expect(clippy::unused_self, reason = "reads like the two above")]
    fn draw(&self, stretches: Vec<super::Stretch<'_>>) -> String {
        let parts = stretches.into_iter().map(|stretch| match stretch.lines {
            Lines::Known(lines) => {
                let lines: Vec<String> = lines
                    .iter()
                    .zip(stretch.first..)
                    .map(|(text, number)| format!("{number}{text}"))
                    .collect();
                lines.join(" ")
            }
            Lines::Gap(Some(len)) => format!("~{len}"),
            Lines::Gap(None) => "…".to_owned(),
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    fn knowledge(&self, commands: u32, name: &str) -> (Knowledge, bool) {
        let line = self.0.file_at(name, StepId(commands)).unwrap();
        (line.text, line.change_known)
    }
}

#[test]
fn what_is_written_is_known_at_each_step() {
    let run = run(&[
        ("cat > a.py <<'EOF'\na\nb\nEOF", ""),
        ("echo c >> a.py", ""),
        ("sed -i 's/b/B/; 1d' a.py", ""),
        ("rm a.py", ""),
    ]);
    assert_eq!(run.0.files_at(StepId(0)), []);
    assert_eq!(run.at(1, "a.py"), "1a 2b");
    assert_eq!(run.at(2, "a.py"), "1a 2b 3c");
    assert_eq!(run.at(3, "a.py"), "1B 2c");
    assert_eq!(run.at(4, "a.py"), "");
    let line = run.0.file_at("a.py", StepId(3)).unwrap();
    assert_eq!((line.added, line.removed, line.was_there), (2, 0, Some(false)));
    assert_eq!(run.0.file_at("a.py", StepId(99)).map(|line| line.exists), Some(false));
}

#[test]
fn a_late_look_tells_what_stood_there_at_first() {
    let run = run(&[
        ("sed -n '3,4p' a.py", "c\nd"),
        ("sed -i '3d' a.py", ""),
        ("cat -n a.py", "     1\ta\n     2\tb\n     3\td\n"),
    ]);
    assert_eq!(run.at(1, "a.py"), "1a 2b 3c 4d");
    assert_eq!(run.at(2, "a.py"), "1a 2b 3d");
    assert_eq!(run.start("a.py"), "1a 2b 3c 4d");
    assert_eq!(run.knowledge(2, "a.py"), (Knowledge::Known, true));
}

#[test]
fn a_file_may_be_known_in_part_and_its_changes_in_full() {
    let run =
        run(&[("nl -ba a.py | sed -n '10,11p'", "    10\tx\n    11\ty\n"), ("sed -i '10c\\X' a.py", "")]);
    assert_eq!(run.at(2, "a.py"), "~9 10X 11y …");
    assert_eq!(run.knowledge(2, "a.py"), (Knowledge::Partly, true));
}

#[test]
fn a_program_leaves_nothing_known_until_it_is_shown() {
    let fix =
        "cat > fix.py <<'EOF'\nt = open('a.py').read()\nopen('a.py', 'w').write(t + t)\nEOF\npython fix.py";
    let run = run(&[("cat a.py", "a\n"), (fix, ""), ("ls", "a.py"), ("cat a.py", "a\na\n")]);
    assert_eq!(run.at(1, "a.py"), "1a");
    // The look at the end also tells what the program left.
    assert_eq!(run.at(2, "a.py"), "1a 2a");
    assert_eq!(run.knowledge(2, "a.py"), (Knowledge::Known, false));
    let doubt = run.0.file_at("a.py", StepId(2)).unwrap().doubt.cloned();
    assert_eq!(doubt, Some(super::Doubt::Unseen(StepId(2), "python fix.py".into())));
}

#[test]
fn a_diff_shows_what_a_program_did() {
    let diff = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -2,2 +2,3 @@\n b\n-c\n+C\n+D\n";
    let run = run(&[("python -c \"open('a.py', 'w').write(x)\"", ""), ("git diff", diff)]);
    assert_eq!(run.at(1, "a.py"), "~1 2b 3C 4D …");
    assert_eq!(run.knowledge(1, "a.py"), (Knowledge::Partly, true));
}

#[test]
fn version_control_brings_back_what_was() {
    let run = run(&[
        ("cat a.py", "a\nb\n"),
        ("sed -i 's/a/A/' a.py", ""),
        ("git stash", "Saved"),
        ("git stash pop", "Dropped"),
        ("cp a.py a.bak && git checkout a.py", "Updated 1 path"),
        ("mv a.bak a.py", ""),
    ]);
    for (step, text) in [(2, "1A 2b"), (3, "1a 2b"), (4, "1A 2b"), (5, "1a 2b"), (6, "1A 2b")] {
        assert_eq!(run.at(step, "a.py"), text, "after {step}");
    }
    let line = run.0.file_at("a.py", StepId(6)).unwrap();
    assert_eq!((line.added, line.removed), (1, 1));
}

#[test]
fn a_pattern_may_have_matched_what_nothing_showed() {
    let run = run(&[("head -n 2 a.py", "a\nb"), ("sed -i 's/a/A/' a.py", "")]);
    assert_eq!(run.at(2, "a.py"), "1A 2b …");
    assert_eq!(run.knowledge(2, "a.py"), (Knowledge::Partly, false));
}

#[test]
fn patches_stand_where_their_lines_do() {
    let patch = "patch -p1 < fix.patch";
    let text = "cat > fix.patch <<'EOF'\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n-b\n+B\n c\nEOF";
    let run = run(&[("cat a.py", "a\nb\nc\n"), (text, ""), (patch, "patching file a.py")]);
    assert_eq!(run.at(3, "a.py"), "1a 2B 3c");
}

#[test]
fn one_file_has_one_name() {
    let run = run(&[
        ("cat src/a.py", "a\n"),
        ("cd /repo && sed -i 's/a/b/' src/a.py", ""),
        ("cat /repo/src/a.py", "b\n"),
    ]);
    assert_eq!(run.0.files_at(StepId(3)).len(), 1);
    assert_eq!(run.at(3, "src/a.py"), "1b");
}

#[test]
fn many_changes_of_one_file_are_kept_apart() {
    let commands: Vec<String> =
        (0..200).map(|number| format!("touch a.txt; echo {number} >> a.txt")).collect();
    let steps: Vec<(&str, &str)> = commands.iter().map(|command| (command.as_str(), "")).collect();
    let run = run(&steps);
    for step in [1, 31, 32, 33, 100, 200] {
        assert_eq!(run.0.file_at("a.txt", StepId(step)).unwrap().lines, Some(step));
    }
}

#[test]
fn lines_beyond_any_file_are_survived() {
    let last = u32::MAX;
    let commands = [
        format!("sed -i '{last}d' a.py"),
        format!("sed -i '{last}s/a/b/' a.py"),
        format!("sed -i '{last}a x' a.py"),
        format!("sed -i '{last}i x' a.py"),
        format!("sed -i '3000000000,{last}d' a.py"),
        format!("sed -n '{last}p' a.py"),
    ];
    let mut steps: Vec<(&str, &str)> = vec![("head -n 1 a.py", "a")];
    steps.extend(commands.iter().map(|command| (command.as_str(), "x")));
    let run = run(&steps);
    for step in 0..8 {
        rows(&run, step, Against::Start);
        run.0.files_at(StepId(step));
    }
}

/// Rows as a diff draws them, the words that differ in brackets.
fn rows(run: &Drawn, step: u32, against: Against) -> Vec<String> {
    let rows = run.0.rows("a.py", StepId(step), against).into_iter();
    rows.map(|row| {
        let mut text = row.text;
        for (start, end) in row.marks.iter().rev() {
            text.insert(*end as usize, ']');
            text.insert(*start as usize, '[');
        }
        match row.kind {
            RowKind::Same => format!(" {text}"),
            RowKind::Added => format!("+{text}"),
            RowKind::Removed => format!("-{text}"),
            RowKind::Gap | RowKind::GapAdded | RowKind::GapRemoved => format!("~{}", row.count),
            RowKind::Skipped => format!("…{}", row.count),
        }
    })
    .collect()
}

#[test]
fn a_diff_marks_words_and_leaves_out_what_is_far() {
    let text = (1..=20).map(|number| format!("line {number}\n")).collect::<Vec<_>>().concat();
    let run = run(&[("cat a.py", &text), ("sed -i '10s/line/row/' a.py", ""), ("sed -i '1d' a.py", "")]);
    assert_eq!(
        rows(&run, 2, Against::Start),
        [
            "…6",
            " line 7",
            " line 8",
            " line 9",
            "-[line] 10",
            "+[row] 10",
            " line 11",
            " line 12",
            " line 13",
            "…7"
        ]
    );
    assert_eq!(rows(&run, 3, Against::Before), ["-line 1", " line 2", " line 3", " line 4", "…16"]);
    assert_eq!(rows(&run, 3, Against::Nothing).len(), 19);
}

#[test]
fn gaps_stay_gaps_in_a_diff() {
    let run = run(&[("sed -n '10p' a.py", "x"), ("sed -i '10s/x/y/' a.py", "")]);
    assert_eq!(rows(&run, 2, Against::Start), ["~9", "-x", "+y", "~0"]);
}
