//! Throughput and peak memory of import + facts + detect per format, over the public files in
//! `../shared/corpus` (or `$TRACEBENCH_SHARED/corpus`), beside a JSON parser that keeps nothing of the same
//! bytes. Without the corpus the fixtures are measured, which are too small to mean much.
#![expect(clippy::disallowed_methods, reason = "reads the files that are measured")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use serde::de::IgnoredAny;
use tracebench::engine::import::{Head, Input, recognise};
use tracebench::engine::trace::{MemorySources, SourceId};
use tracebench::engine::{Options, analyze};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

/// More than this of one format tells nothing new.
const BYTES_PER_FORMAT: u64 = 48 << 20;

/// Every file that can be read, by format.
static CORPUS: LazyLock<BTreeMap<&'static str, Vec<MemorySources>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TRACEBENCH_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let corpus = shared.join("corpus");
    let mut by_format = BTreeMap::new();
    collect(if corpus.is_dir() { corpus } else { root.join("tests/fixtures") }, &mut by_format);
    by_format
});

fn collect(folder: PathBuf, by_format: &mut BTreeMap<&'static str, Vec<MemorySources>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(path, by_format);
        } else if let Ok(bytes) = fs::read(&path) {
            let sources = MemorySources::single(path.to_string_lossy(), bytes);
            let importer = Head::read(&sources, SourceId(0)).ok().and_then(|head| recognise(&head).ok());
            let Some(importer) = importer else { continue };
            let files = by_format.entry(importer.info().id).or_default();
            if bytes_of(files) + bytes_of(std::slice::from_ref(&sources)) <= BYTES_PER_FORMAT {
                files.push(sources);
            }
        }
    }
}

fn in_memory(sources: &MemorySources) -> &[u8] {
    use tracebench::engine::trace::BodySource as _;
    sources.in_memory(SourceId(0)).unwrap_or_default()
}

fn bytes_of(files: &[MemorySources]) -> u64 {
    files.iter().map(|file| in_memory(file).len() as u64).sum()
}

fn formats() -> Vec<&'static str> {
    CORPUS.keys().copied().collect()
}

fn files(format: &str) -> &'static [MemorySources] {
    CORPUS.get(format).map_or(&[], Vec::as_slice)
}

#[divan::bench(args = formats(), max_time = 3)]
fn analyse(bencher: Bencher<'_, '_>, format: &str) {
    let files = files(format);
    let options = Options::default();
    bencher.counter(BytesCount::new(bytes_of(files))).bench_local(|| {
        for file in files {
            let mut go_on = |_| true;
            let input = Input::new(file, SourceId(0), Vec::new(), &mut go_on);
            drop(black_box(analyze(&input, &options)));
        }
    });
}

/// The least that any reader of these bytes has to do.
#[divan::bench(args = formats(), max_time = 1)]
fn parse_and_forget(bencher: Bencher<'_, '_>, format: &str) {
    let files = files(format);
    bencher.counter(BytesCount::new(bytes_of(files))).bench_local(|| {
        for file in files {
            let values = serde_json::Deserializer::from_slice(in_memory(file)).into_iter::<IgnoredAny>();
            black_box(values.flatten().count());
        }
    });
}

#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
fn main() {
    for (format, files) in &*CORPUS {
        println!("{format}: {} files, {:.1} MB", files.len(), bytes_of(files) as f64 / 1e6);
    }
    divan::main();
}
