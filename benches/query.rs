//! How long a query takes over a run of 300,000 steps, and how fast text is searched in the bytes of a file.
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has failed")]

use std::fmt::Write as _;
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use tracebench::engine::import::Input;
use tracebench::engine::query::{Query, STEP_FIELDS, Searched, search};
use tracebench::engine::trace::{BodySource as _, MemorySources, SourceId};
use tracebench::engine::{Options, Run, analyze};

const STEPS: usize = 300_000;

/// A long session: commands with some output, now and then an edit or a red test.
static LONG: LazyLock<(MemorySources, Run)> = LazyLock::new(|| {
    let mut text = String::from("[{\"role\": \"user\", \"content\": \"Mend the parser.\"}");
    for step in 1..STEPS {
        let (command, output) = match step % 50 {
            7 => ("pytest -q", "E   ImportError: no module named lexer\\n1 failed, 41 passed in 0.3s"),
            23 => ("sed -i 's/a/b/' src/parser/lex.rs", ""),
            _ => ("cat src/parser/mod.rs", "fn parse(text: &str) -> Tree {\\n    \\\"quoted\\\"\\n}\\n"),
        };
        let padding = "all is well here and nothing to be seen at all\\n".repeat(step % 8);
        write!(
            text,
            ",\n{{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{{\"id\": \"c{step}\", \"type\": \"function\", \
             \"function\": {{\"name\": \"bash\", \"arguments\": \"{{\\\"command\\\": \\\"{command}\\\"}}\"}}}}]}},\n\
             {{\"role\": \"tool\", \"tool_call_id\": \"c{step}\", \"content\": \"{padding}{output}\"}}"
        )
        .expect("a text takes more");
    }
    text.push(']');
    let sources = MemorySources::single("long.json", text);
    let mut go_on = |_| true;
    let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
    let run = analyze(&input, &Options::default()).expect("it is a trace").remove(0);
    (sources, run)
});

const QUERIES: &[&str] = &[
    "op:run exit:!=0 file:src/**",
    "op:edit after:test-fail",
    "finding:any or severity:error",
    "tool:bash -op:test",
    "ImportError",
    "\"say \\\"quoted\\\"\"",
    "op:test ImportError",
    "失败",
];

#[divan::bench(args = QUERIES, max_time = 4)]
fn over_300_000_steps(bencher: Bencher<'_, '_>, query: &str) {
    let (sources, run) = &*LONG;
    let query = Query::parse(query, STEP_FIELDS).expect("it is a query").expect("it says something");
    let searched =
        Searched { trace: &run.trace, facts: &run.facts, findings: &run.findings, places: &run.places };
    bencher
        .counter(ItemsCount::new(run.trace.steps.len()))
        .counter(BytesCount::new(sources.len(SourceId(0))))
        .bench(|| search(black_box(searched), sources, &query, 0, u64::MAX));
}

fn main() {
    divan::main();
}
