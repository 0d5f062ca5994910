//! What is reported on every fixture, kept word for word. After a change that is meant, accept the new
//! reports with `INSTA_UPDATE=always cargo test --test golden_reports` and read the difference.
#![expect(clippy::disallowed_methods, reason = "reads the fixtures")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use tracebench::engine::detect::measurements;
use tracebench::engine::import::{Head, Input, sidecar};
use tracebench::engine::report::{TextInput, run_line, text_run};
use tracebench::engine::score::Profile;
use tracebench::engine::trace::{MemorySources, SourceId};
use tracebench::engine::{Options, analyze};

fn fixtures() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &mut found);
    found.sort();
    found
}

/// The reports on one file, or why there is none; `None` for a file that belongs to another.
fn reports(path: &Path, profile: &str) -> Option<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let sources = MemorySources::single(name.as_str(), fs::read(path).unwrap());
    if Head::read(&sources, SourceId(0)).is_ok_and(|head| sidecar::probe(&head).is_some()) {
        return None;
    }
    let mut go_on = |_| true;
    let input = Input::new(&sources, SourceId(0), Vec::new(), &mut go_on);
    let options = Options { profile: Profile::named(profile).unwrap(), hide_outcome: false };
    let runs = match analyze(&input, &options) {
        Ok(runs) => runs,
        Err(error) => return Some((format!("{name}: {error}"), String::new())),
    };
    let (mut text, mut json) = (String::new(), String::new());
    for (index, run) in (0u32..).zip(&runs) {
        let report = run.report(&name, index);
        let input = TextInput { trace: &run.trace, facts: &run.facts, report: &report, sources: &sources };
        text_run(input, &mut text).unwrap();
        json.push_str(&run_line(&report));
    }
    // Each measurement would change it.
    let text = text.replace(&measurements().of_abstained(), "Of such runs … had still failed.");
    Some((text, json))
}

fn snapshot_name(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap().to_string_lossy();
    format!("{folder}__{}", path.file_name().unwrap().to_string_lossy())
}

#[test]
fn every_fixture_is_reported_as_before() {
    for path in fixtures() {
        if let Some((text, _)) = reports(&path, "default") {
            insta::assert_snapshot!(snapshot_name(&path), text);
        }
    }
}

#[test]
fn the_public_shape_of_a_report_only_grows() {
    let sample = fixtures().into_iter().find(|path| path.ends_with("api_timeout.json")).unwrap();
    let (_, json) = reports(&sample, "classic").unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    insta::assert_json_snapshot!("public_shape", value);
}

#[test]
fn two_readings_of_a_file_give_the_same_bytes() {
    for path in fixtures() {
        assert_eq!(reports(&path, "default"), reports(&path, "default"), "{}", path.display());
    }
}
