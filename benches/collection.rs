//! How the time to say something about many runs grows with their number. The runs are made up: six agents, a
//! dozen findings at most, half of them with an error, of which every fifth is met nowhere else.

#[path = "../tests/made_up_runs/mod.rs"]
mod made_up_runs;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use tracebench::engine::report::{
    Collection, Field, cluster_map, clusters, differences, facets, task_matrix, trend,
};

const RUNS: [usize; 4] = [100, 1_000, 10_000, 30_000];

#[divan::bench(args = RUNS, max_time = 5)]
fn cluster_runs(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| black_box(clusters(&runs)));
}

#[divan::bench(args = RUNS, max_time = 5)]
fn all_that_is_said_of_a_collection(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| black_box(Collection::of_digests(&runs, 0)));
}

/// What is asked for while someone looks: a choice in a facet, a trend, the map.
#[divan::bench(args = [10_000], max_time = 2)]
fn count_facets(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    let all: Vec<u32> = (0u32..).take(count).collect();
    bencher.bench_local(|| black_box(facets(&runs, &all, &Field::FACETS, &[])));
}

#[divan::bench(args = [10_000], max_time = 2)]
fn follow_a_trend(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    let clusters = clusters(&runs);
    bencher.bench_local(|| black_box(trend(&runs, &clusters, Field::Week)));
}

#[divan::bench(args = [10_000], max_time = 2)]
fn tell_differences(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    let clusters = clusters(&runs);
    bencher.bench_local(|| black_box((differences(&runs, &clusters), task_matrix(&runs))));
}

#[divan::bench(args = [10_000], max_time = 2)]
fn draw_the_map(bencher: Bencher<'_, '_>, count: usize) {
    let runs = made_up_runs::digests(count);
    let clusters = clusters(&runs);
    bencher.bench_local(|| black_box(cluster_map(&runs, &clusters, 2.0)));
}

fn main() {
    divan::main();
}
