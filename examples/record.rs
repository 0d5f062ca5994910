//! An agent that records itself: prints the run in both formats, or saves them where told.
//!
//! `cargo run --example record [FOLDER]`, then drop the files on the page or
//! `tracebench report FOLDER/steps.json`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use tracebench::engine::record::{Moment, Recorded, Recorder, Run};

fn main() -> io::Result<()> {
    let recorder = run();
    if let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) {
        recorder.write_steps(File::create(folder.join("steps.json"))?)?;
        return recorder.write_atif(File::create(folder.join("trajectory.json"))?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n\n{}", recorder.to_steps(), recorder.to_atif())
}

/// A fix that is tried twice and never passes. A real agent would take the moments from its clock.
fn run() -> Recorder {
    let task = "The API client must give up after 5 seconds.";
    let mut recorder = Recorder::new(Run::by("example").version("0.1").model("example-model").task(task));
    let mut at = |seconds: f64, step: Recorded| recorder.record(Moment::from_seconds(seconds), step);
    at(0.0, Recorded::action("retrieve_context").state("files", vec!["src/client.rs"]));
    at(2.5, Recorded::action("generate_fix").state("file", "src/client.rs").output("1 file changed"));
    let failing = "test gives_up_in_time ... FAILED";
    for start in [6.0, 14.0] {
        let tests = Recorded::action("run_tests").state("tests_passed", false).output(failing).exit_code(101);
        at(start, tests);
        at(start + 4.0, Recorded::action("retry_fix").state("file", "src/client.rs"));
    }
    recorder
}
