//! How long it takes to lay two runs side by side, and how that grows with their length; how much larger what a
//! run did makes its report.
#![expect(clippy::print_stdout, reason = "the growth of reports is printed, not timed")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use tracebench::engine::compare::{Track, align, divergence};

/// Acts as they come in long runs: a few kinds make up most, files follow a long tail, and stretches of
/// edit and test come again and again.
fn long_run(acts: usize, seed: u32) -> Track {
    let mut state = seed;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut track = Track { words: vec![String::new()], ..Track::default() };
    let mut words = std::collections::BTreeMap::from([(String::new(), 0)]);
    let mut place = |track: &mut Track, word: String| {
        *words.entry(word.clone()).or_insert_with(|| {
            track.words.push(word);
            u32::try_from(track.words.len() - 1).unwrap_or(0)
        })
    };
    while track.steps.len() < acts {
        // Halving the range each time gives the long tail.
        let most = 1 << (1 + random(9));
        let file = format!("src/part{}/file{}.rs", random(5), random(most));
        let stretch: &[(&str, &str)] = match random(10) {
            0..=3 => &[("read", "ok")],
            4..=5 => &[("search", "ok")],
            6 => &[("run-other", "ok")],
            7 => &[("edit", "ok"), ("run-test", "red"), ("read", "ok"), ("edit", "ok"), ("run-test", "red")],
            8 => &[("edit", "ok"), ("run-test", "green")],
            _ => &[("message", "")],
        };
        for (operation, ending) in stretch {
            let target = match *operation {
                "run-test" => "pytest tests".to_owned(),
                "run-other" => format!("git show{}", random(20)),
                "message" => String::new(),
                _ => file.clone(),
            };
            let error =
                if *ending == "red" { format!("AssertionError: <n> {}", random(12)) } else { String::new() };
            let step = u32::try_from(track.steps.len()).unwrap_or(u32::MAX);
            let (operation, target) = (place(&mut track, (*operation).to_owned()), place(&mut track, target));
            let (ending, error) = (place(&mut track, (*ending).to_owned()), place(&mut track, error));
            track.steps.push(step);
            track.operations.push(operation);
            track.targets.push(target);
            track.endings.push(ending);
            track.errors.push(error);
        }
    }
    track
}

#[divan::bench(args = [100, 500, 1_000, 2_500, 5_000, 10_000], max_time = 4)]
fn two_runs_of(bencher: Bencher<'_, '_>, acts: usize) {
    let (a, b) = (long_run(acts, 1), long_run(acts, 2));
    bencher.counter(ItemsCount::new(acts)).bench(|| {
        let rows = align(black_box(&a), black_box(&b));
        let parting = divergence(&a, &b, &rows);
        (rows, parting)
    });
}

fn main() {
    for acts in [100, 1_000, 5_000] {
        let track = long_run(acts, 1);
        let bytes = serde_json::to_string(&track).map_or(0, |json| json.len());
        println!("{acts} acts are {bytes} bytes of a report, {} each", bytes / track.len());
    }
    divan::main();
}
