//! How long the files of a run take to be reconstructed, and to be asked for at any step of it.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use serde_json::json;
use tracebench::engine::import::{Input, read_part};
use tracebench::engine::replay::Moments;
use tracebench::engine::replay::workspace::{Against, Workspace};
use tracebench::engine::trace::{MemorySources, PartKind, SourceId, StepId};
use tracebench::engine::{Options, Run, analyze};

/// Lines of each file, and how many files the run works on.
const LINES: usize = 1_000;
const FILES: usize = 5;
/// Lines that are changed where a file keeps its length.
const FEW_LINES: usize = 50;
/// Where in the run is asked, in hundredths.
const PLACES: [u32; 3] = [1, 50, 99];

/// Each file is read, then changed again and again: anywhere, so that it becomes another and grows, or only in its
/// first lines, so that there is as much to show at the end as at the beginning.
fn edits(steps: usize, lines: usize) -> MemorySources {
    let line = |line: usize| format!("value_{line} = {line}\n");
    let text: String = (1..=LINES).map(line).collect();
    let mut messages = vec![json!({"role": "user", "content": "Change them."})];
    for step in 0..steps {
        let file = format!("src/file_{}.py", step % FILES);
        let line = step * 7 % lines + 1;
        let (command, output) = if step < FILES {
            (format!("cat {file}"), text.as_str())
        } else if lines == LINES && step % 3 == 0 {
            (format!("sed -i '{line}i # step {step}' {file}"), "")
        } else {
            (format!("sed -i '{line}s/= .*/= {step} + 1/' {file}"), "")
        };
        messages.push(json!({"role": "assistant", "content": format!("```bash\n{command}\n```")}));
        let answer = format!("<returncode>0</returncode>\n<output>\n{output}</output>");
        messages.push(json!({"role": "user", "content": answer}));
    }
    let run = json!({"trajectory_format": "mini-swe-agent-1", "info": {}, "messages": messages});
    MemorySources::single("run.traj.json", run.to_string())
}

fn run_of(sources: &MemorySources) -> Option<Run> {
    let mut go_on = |_| true;
    let input = Input::new(sources, SourceId(0), Vec::new(), &mut go_on);
    analyze(&input, &Options::default()).ok()?.pop()
}

fn space_of(run: &Run, sources: &MemorySources) -> Workspace {
    let mut read =
        |step: StepId, kind: PartKind| read_part(&run.trace, run.trace.step(step)?.part(kind)?, sources).ok();
    Workspace::of(&run.trace, &run.facts, &mut read)
}

#[divan::bench(args = [500, 5_000, 20_000, 50_000], max_time = 5)]
fn reconstruct(bencher: Bencher<'_, '_>, steps: usize) {
    let sources = edits(steps, LINES);
    let Some(run) = run_of(&sources) else { return };
    bencher.counter(ItemsCount::new(steps)).bench_local(|| black_box(space_of(&run, &sources)));
}

#[divan::bench(args = PLACES, consts = [500, 5_000, 20_000, 50_000], max_time = 2)]
fn any_step<const STEPS: usize>(bencher: Bencher<'_, '_>, place: u32) {
    show(bencher, &edits(STEPS, FEW_LINES), STEPS, place);
}

#[divan::bench(args = PLACES, consts = [500, 5_000, 20_000, 50_000], max_time = 2)]
fn any_step_of_growing_files<const STEPS: usize>(bencher: Bencher<'_, '_>, place: u32) {
    show(bencher, &edits(STEPS, LINES), STEPS, place);
}

/// All that the page shows of a step: the tree, one file's text, its diffs, and what stands beside.
fn show(bencher: Bencher<'_, '_>, sources: &MemorySources, steps: usize, place: u32) {
    let Some(run) = run_of(sources) else { return };
    let space = space_of(&run, sources);
    let moments = Moments::of(&run.trace, &run.facts);
    let step = StepId(u32::try_from(steps).unwrap_or(u32::MAX) / 100 * place);
    bencher.bench_local(|| {
        for against in [Against::Nothing, Against::Start, Against::Before] {
            black_box(space.rows("src/file_1.py", step, against));
        }
        black_box((space.files_at(step), moments.at(step)))
    });
}

fn main() {
    divan::main();
}
