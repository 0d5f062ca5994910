//! The rules of the house that the compiler cannot keep: who may use whom, what a detector and an importer
//! must have, where colours live.
#![expect(clippy::disallowed_methods, reason = "reads the project's own source")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod source;

use std::collections::BTreeSet;

use source::sources;
use tracebench::engine::{detect, import};

/// Each part of the house and the parts it may use, besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("engine::trace", &[]),
    ("engine::record", &["engine::trace"]),
    ("engine::import", &["engine::trace"]),
    ("engine::facts", &["engine::trace"]),
    ("engine::replay", &["engine::trace", "engine::facts"]),
    ("engine::detect", &["engine::trace", "engine::facts", "engine::replay"]),
    ("engine::score", &["engine::trace", "engine::facts", "engine::detect"]),
    ("engine::cluster", &["engine::trace", "engine::facts", "engine::detect"]),
    ("engine::compare", &["engine::trace", "engine::facts", "engine::detect"]),
    // Of `import` only what turns a step's bytes back into its text.
    (
        "engine::report",
        &[
            "engine::trace",
            "engine::import",
            "engine::facts",
            "engine::replay",
            "engine::detect",
            "engine::score",
            "engine::cluster",
            "engine::compare",
        ],
    ),
    // Of `import` only what turns a step's bytes back into its text.
    ("engine::query", &["engine::trace", "engine::import", "engine::facts", "engine::detect"]),
    // Of `facts` and `detect` only the words that reports are written in: severities, outcomes, error classes;
    // of `score` only the profile, which is data.
    (
        "view_model",
        &[
            "engine::trace",
            "engine::facts",
            "engine::detect",
            "engine::score",
            "engine::query",
            "engine::report",
            "reading",
        ],
    ),
    // A text and nothing else: it knows of no trace.
    ("reading", &[]),
    ("protocol", &["engine", "view_model", "reading"]),
    ("cli", &["engine"]),
    ("ui", &["view_model", "protocol", "reading", "engine"]),
];

/// Plain tools that know nothing of traces; every part may use them.
const TOOLS: &[&str] = &["engine::order", "difference"];

/// More lines than this in one file are worth a second look.
const LONG_FILE: usize = 400;

fn part_of(path: &str) -> Option<&'static str> {
    let inside =
        |part: &str| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    LAYERS.iter().map(|(part, _)| *part).find(|part| inside(part))
}

#[test]
fn nothing_points_back_up() {
    let mut breaches = Vec::new();
    for file in sources("src", "rs").iter().filter(|file| file.name() != "tests") {
        let Some(own) = part_of(&file.module()) else { continue };
        let (_, allowed) = LAYERS.iter().find(|(part, _)| *part == own).unwrap();
        for used in file.used_paths() {
            let inside = |part: &&str| {
                used.strip_prefix(*part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            let known = part_of(&used).is_some() || used.starts_with("engine::");
            if known && !inside(&own) && !allowed.iter().chain(TOOLS).any(inside) {
                breaches.push(format!("{}: {own} may not use {used}", file.path));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn only_the_browser_corner_names_a_browser_api() {
    let breaches: Vec<String> = sources("src", "rs")
        .into_iter()
        .filter(|file| {
            !["src/ui/browser", "src/bin/"].iter().any(|corner| file.path.starts_with(corner))
                && file.name() != "main"
        })
        .filter(|file| {
            ["web_sys", "js_sys", "gloo"].iter().any(|api| file.code().contains(&format!("{api}::")))
        })
        .map(|file| file.path)
        .collect();
    assert!(breaches.is_empty(), "these name a browser API: {breaches:?}");
}

#[test]
fn every_detector_is_registered_under_the_name_of_its_file() {
    let files: BTreeSet<String> = entries("src/engine/detect/rules");
    let ids: Vec<&str> = detect::catalog().map(|info| info.id).collect();
    let unique: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(unique.len(), ids.len(), "two detectors have the same id: {ids:?}");
    assert_eq!(files, unique, "files in detect/rules and ids of detectors differ");
}

#[test]
fn every_detector_says_what_users_read() {
    for info in detect::catalog() {
        for (field, text) in
            [("title", info.title), ("what", info.what), ("why", info.why), ("limits", info.limits)]
        {
            assert!(!text.trim().is_empty(), "{}: {field} is empty", info.id);
            assert!(!text.contains("  "), "{}: {field} has a gap in it", info.id);
        }
        for text in [info.what, info.why, info.limits] {
            assert!(text.ends_with('.'), "{}: “{text}” is no full sentence", info.id);
        }
    }
}

#[test]
fn every_detector_has_a_firing_and_a_silent_example() {
    for file in sources("src/engine/detect/rules", "rs").iter().filter(|file| file.name() != "mod") {
        let id = file.name().replace('_', "-");
        let tests: Vec<&str> = file.text.split("#[test]").skip(1).collect();
        let mark = format!("<- {id}");
        assert!(tests.iter().any(|test| test.contains(&mark)), "{id} has no example in which it fires");
        assert!(
            tests.iter().any(|test| test.contains("check(") && !test.contains(&mark)),
            "{id} has no example in which it is silent"
        );
    }
}

#[test]
fn every_importer_is_registered_under_the_name_of_its_file() {
    let found: BTreeSet<String> = sources("src/engine/import", "rs")
        .iter()
        .filter(|file| file.code().contains("impl Importer for"))
        .map(|file| {
            let place = file.module();
            place.trim_start_matches("engine::import::").split("::").next().unwrap_or("").replace('_', "-")
        })
        .collect();
    let ids: Vec<&str> = import::formats().map(|format| format.id).collect();
    let unique: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(unique.len(), ids.len(), "two formats have the same id: {ids:?}");
    assert_eq!(found, unique, "files with an importer and ids of formats differ");
    for format in import::formats() {
        for text in [format.title, format.written_by, format.lacks] {
            assert!(!text.trim().is_empty(), "{} does not say what users read", format.id);
        }
    }
}

#[test]
fn the_readme_lists_every_format() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    for format in import::formats() {
        let row = format!("| {} | `{}` |", format.title, format.id);
        assert!(readme.contains(&row), "README.md has no row that begins “{row}”");
    }
}

#[test]
fn the_readme_lists_every_detector() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    for info in detect::catalog() {
        let row = format!("| `{}` | {} |", info.id, info.title);
        assert!(readme.contains(&row), "README.md has no row that begins “{row}”");
    }
}

#[test]
fn every_format_has_a_fixture() {
    let fixtures: BTreeSet<String> = entries("tests/fixtures");
    for format in import::formats() {
        assert!(fixtures.contains(format.id), "there is no tests/fixtures/{}", format.id);
    }
}

#[test]
fn trace_text_reaches_the_page_as_text_only() {
    for file in sources("src", "rs") {
        for forbidden in ["inner_html", "insert_adjacent_html", "set_outer_html", "document_write"] {
            assert!(!file.code().contains(forbidden), "{} uses {forbidden}", file.path);
        }
    }
}

#[test]
fn colours_live_in_the_tokens_alone() {
    let mut styles = sources("style", "css");
    styles.retain(|file| file.path != "style/tokens.css");
    styles.extend(sources("src/ui", "rs"));
    let breaches: Vec<String> =
        styles.iter().filter_map(|file| Some(format!("{}: {}", file.path, file.colour()?))).collect();
    assert!(breaches.is_empty(), "colours outside style/tokens.css:\n{}", breaches.join("\n"));
}

/// Warns only: length is a reason to look, not a fault.
#[test]
#[expect(clippy::print_stdout, reason = "a warning must be seen")]
fn long_files_are_named() {
    for file in sources("src", "rs") {
        let lines = file.text.lines().count();
        if lines > LONG_FILE {
            println!("{} has {lines} lines", file.path);
        }
    }
}

/// The names in a folder as ids: without ending, with dashes.
fn entries(folder: &str) -> BTreeSet<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .filter(|name| name != "mod")
        .collect()
}
