//! What each detector costs beside the import of the same runs, and how long 500 runs in the style of SWE-bench
//! take from their bytes to their reports.
//!
//! The runs are those of `../shared/labelled` (or `$TRACEBENCH_SHARED/labelled`); without them, runs that are
//! made up.
#![expect(clippy::disallowed_methods, reason = "reads the files that are measured, by the clock")]
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

#[path = "../tests/shared_data/mod.rs"]
mod shared_data;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use rayon::prelude::*;
use shared_data::{labels, sets};
use tracebench::engine::detect::{DetectContext, Findings, detect, detectors};
use tracebench::engine::facts::{FactsCollector, RunFacts};
use tracebench::engine::import::{Input, import};
use tracebench::engine::trace::{MemorySources, SourceId, Trace};
use tracebench::engine::{Options, analyze};

/// The set that is most like what SWE-bench harnesses leave.
const SWE_BENCH: &str = "mini_swe_gemini3_verified";
/// So many runs are to be analysed in less than two seconds.
const MANY: usize = 500;

/// Every labelled file, with the set it is of.
static FILES: LazyLock<Vec<(String, MemorySources)>> = LazyLock::new(|| {
    let labelled: Vec<String> = labels().into_iter().map(|label| label.file).collect();
    let files = sets("labelled").into_iter().flat_map(|set| {
        let name = set.name;
        set.files.into_iter().map(move |(file, bytes)| (name.clone(), file, bytes))
    });
    let files: Vec<(String, MemorySources)> = files
        .filter(|(_, file, _)| labelled.contains(file))
        .map(|(set, file, bytes)| (set, MemorySources::single(file, bytes)))
        .collect();
    if !files.is_empty() {
        return files;
    }
    let made_up = (0..MANY).map(|run| MemorySources::single(format!("{run}.json"), made_up(run)));
    made_up.map(|run| (SWE_BENCH.to_owned(), run)).collect()
});

/// A run of some forty steps that reads, edits and tests.
fn made_up(run: usize) -> String {
    let round = |step: usize| {
        let (command, result) = match step % 4 {
            0 => (format!("cat src/module{}.py", step % 7), "def f(x):\\n    return x\\n".repeat(60)),
            1 => (format!("sed -i s/{step}/{run}/ src/module{}.py", step % 7), String::new()),
            2 => ("python reproduce.py".to_owned(), format!("ValueError: invalid literal '{step}'")),
            _ => (
                "pytest -q".to_owned(),
                format!("FAILED tests/test_a.py::test_{step}\\n1 failed, {run} passed"),
            ),
        };
        let call = format!(
            r#"{{"id": "c{step}", "function": {{"name": "bash", "arguments": "{{\"command\": \"{command}\"}}"}}}}"#
        );
        format!(
            r#", {{"role": "assistant", "content": "Next.", "tool_calls": [{call}]}}, {{"role": "tool", "tool_call_id": "c{step}", "content": "{result}"}}"#
        )
    };
    let rounds: Vec<String> = (0..40).map(round).collect();
    format!(r#"{{"messages": [{{"role": "user", "content": "fix issue {run}"}}{}]}}"#, rounds.concat())
}

fn read(file: &MemorySources) -> Vec<(Trace, RunFacts)> {
    let mut go_on = |_| true;
    let input = Input::new(file, SourceId(0), Vec::new(), &mut go_on);
    let mut collector = FactsCollector::default();
    let traces = import(&input, &mut collector).map(|imported| imported.traces).unwrap_or_default();
    let mut facts = collector.into_runs();
    traces
        .into_iter()
        .map(|trace| {
            let mut own = facts.get_mut(trace.run.0 as usize).map(std::mem::take).unwrap_or_default();
            own.steps.resize_with(trace.steps.len(), Default::default);
            (trace, own)
        })
        .collect()
}

/// Every run, read.
static RUNS: LazyLock<Vec<(Trace, RunFacts)>> =
    LazyLock::new(|| FILES.iter().flat_map(|(_, file)| read(file)).collect());

fn steps() -> usize {
    RUNS.iter().map(|(trace, _)| trace.steps.len()).sum()
}

fn ids() -> Vec<&'static str> {
    detectors().iter().map(|detector| detector.info().id).collect()
}

#[divan::bench(max_time = 5)]
fn import_and_facts(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(steps())).bench_local(|| {
        for (_, file) in FILES.iter() {
            black_box(read(file));
        }
    });
}

#[divan::bench(max_time = 2)]
fn all_detectors(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(steps())).bench_local(detect_all);
}

fn detect_all() {
    for (trace, facts) in RUNS.iter() {
        black_box(detect(trace, facts));
    }
}

/// What the detectors share, and is paid once a run.
#[divan::bench(max_time = 1)]
fn context(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(steps())).bench_local(|| {
        for (trace, facts) in RUNS.iter() {
            black_box(DetectContext::new(trace, facts));
        }
    });
}

#[divan::bench(args = ids(), max_time = 1)]
fn detector(bencher: Bencher<'_, '_>, id: &str) {
    let detector = detectors().iter().find(|detector| detector.info().id == id);
    let contexts: Vec<DetectContext<'_>> =
        RUNS.iter().map(|(trace, facts)| DetectContext::new(trace, facts)).collect();
    bencher.counter(ItemsCount::new(steps())).bench_local(|| {
        for ctx in &contexts {
            let mut findings = Findings::default();
            if let Some(detector) = detector {
                detector.detect(ctx, &mut findings);
            }
            black_box(findings);
        }
    });
}

/// The files of that many runs, some of them more than once where there are fewer.
fn many() -> Vec<&'static MemorySources> {
    let files = FILES.iter().filter(|(set, _)| set == SWE_BENCH).map(|(_, file)| file);
    files.cycle().take(MANY).collect()
}

fn whole(file: &MemorySources) -> usize {
    let mut go_on = |_| true;
    let input = Input::new(file, SourceId(0), Vec::new(), &mut go_on);
    let runs = analyze(&input, &Options::default()).unwrap_or_default();
    runs.iter().map(|run| black_box(run.report("run", 0)).steps as usize).sum()
}

#[divan::bench(max_time = 5)]
fn runs_500_on_one_core(bencher: Bencher<'_, '_>) {
    let files = many();
    bencher
        .counter(ItemsCount::new(MANY))
        .bench_local(|| files.iter().map(|file| whole(file)).sum::<usize>());
}

#[divan::bench(max_time = 5)]
fn runs_500_on_all_cores(bencher: Bencher<'_, '_>) {
    let files = many();
    bencher
        .counter(ItemsCount::new(MANY))
        .bench_local(|| files.par_iter().map(|file| whole(file)).sum::<usize>());
}

/// The quickest of a few times.
fn quickest(task: impl Fn()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        task();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn main() {
    println!("{} runs of {} steps", RUNS.len(), steps());
    let reading = quickest(|| {
        for (_, file) in FILES.iter() {
            black_box(read(file));
        }
    });
    let detecting = quickest(detect_all);
    let ratio = detecting.as_secs_f64() / reading.as_secs_f64();
    println!("import and facts {reading:.1?}, all detectors {detecting:.1?}: {:.1} %", 100.0 * ratio);
    let files = many();
    let steps: usize = files.iter().map(|file| whole(file)).sum();
    println!("{} runs in the style of SWE-bench have {steps} steps", files.len());
    divan::main();
}
