//! The program as a person runs it: output, complaints and exit codes.
#![expect(clippy::disallowed_methods, reason = "writes broken files for the program to read")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod program;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use program::{command, folder, lines, stderr, stdout, tracebench, write};
use serde_json::Value;

const SAMPLE: &str = "tests/fixtures/tracebench/api_timeout.json";

#[test]
fn the_published_sample_run_is_reported_to_the_letter() {
    let folder = folder("published");
    let sample = write(
        &folder,
        "sample.json",
        r#"[
            {"timestamp": 0, "action": "retrieve_context", "state": {"query": "Fix API timeout issue"}},
            {"timestamp": 1, "action": "generate_fix", "state": {"code_patch": "increase timeout"}},
            {"timestamp": 2, "action": "run_tests", "state": {"tests_passed": false}},
            {"timestamp": 3, "action": "retry_fix", "state": {"attempt": 1}},
            {"timestamp": 4, "action": "run_tests", "state": {"tests_passed": false}},
            {"timestamp": 5, "action": "retry_fix", "state": {"attempt": 2}}
        ]"#,
    );
    let output = tracebench(&["report", "--profile", "classic", &sample]);
    let expected = "
=== Replaying Trace ===

ACTION: retrieve_context
STATE : {'query': 'Fix API timeout issue'}

ACTION: generate_fix
STATE : {'code_patch': 'increase timeout'}

ACTION: run_tests
STATE : {'tests_passed': False}

ACTION: retry_fix
STATE : {'attempt': 1}

ACTION: run_tests
STATE : {'tests_passed': False}

ACTION: retry_fix
STATE : {'attempt': 2}

=== Failure Report ===
- Step 3: failing_tests -> Tests failed after applying the fix.
- Step 6: retry_loop -> Agent is stuck in a retry loop.

=== Trace Score ===
Score: 55/100

=== Failure Clusters ===
failing_tests    ## (2)
retry_loop       # (1)
";
    assert_eq!(stdout(&output), expected);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn every_broken_file_costs_one_line_and_the_others_are_reported() {
    let folder = folder("broken");
    let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE)).unwrap();
    let missing = folder.join("missing.json").to_string_lossy().into_owned();
    let empty = write(&folder, "empty.json", "");
    let binary = write(&folder, "image.png", b"\x89PNG\r\n\x1a\n\0\0\0");
    let unknown = write(&folder, "notes.txt", "buy milk");
    let cut = write(&folder, "cut.json", &whole[..whole.len() * 2 / 3]);
    let output =
        tracebench(&["report", "--format", "ndjson", &missing, &empty, SAMPLE, &binary, &unknown, &cut]);
    assert_eq!(output.status.code(), Some(2));
    let complaints: Vec<&str> = stderr(&output).lines().collect();
    assert_eq!(complaints.len(), 5, "{complaints:#?}");
    for (complaint, file) in complaints.iter().zip([&missing, &empty, &binary, &unknown, &cut]) {
        assert!(complaint.starts_with(&format!("tracebench: {file}: ")), "{complaint}");
    }
    let lines = lines(&output);
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line.pointer("/error/kind").map_or("run", |kind| kind.as_str().unwrap()))
        .collect();
    assert_eq!(kinds, ["missing", "empty", "run", "binary", "unknown", "run"]);
    assert_eq!(lines[2]["file"], SAMPLE);
}

#[test]
fn the_output_is_in_the_order_of_the_arguments_whatever_the_number_of_threads() {
    let folder = folder("order");
    let files: Vec<String> = (0..30)
        .map(|number: usize| {
            let step = r#"{"timestamp": 1, "action": "run_tests", "state": {"tests_passed": false}}"#;
            let steps = vec![step; 1 + (30 - number) * 40].join(",");
            write(&folder, &format!("{number}.json"), format!("[{steps}]"))
        })
        .collect();
    let report = |jobs: &str| {
        let mut arguments = vec!["report", "--format", "ndjson", "--jobs", jobs];
        arguments.extend(files.iter().map(String::as_str));
        tracebench(&arguments)
    };
    let (one, four) = (report("1"), report("4"));
    assert_eq!(one.stdout, four.stdout);
    let named: Vec<String> =
        lines(&four).iter().map(|line| line["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(named, files);
}

/// A run of Harbor with a reward beside it.
fn harbor_run(folder: &Path) -> String {
    let trajectory = r#"{"schema_version": "ATIF-v1.4", "session_id": "s", "agent": {"name": "a", "version": "1"},
        "steps": [{"step_id": 1, "source": "user", "message": "Fix it"},
                  {"step_id": 2, "source": "agent", "message": "Done", "tool_calls":
                    [{"tool_call_id": "c", "function_name": "bash", "arguments": {"command": "ls"}}],
                   "observation": {"results": [{"source_call_id": "c", "content": "a.py"}]}}]}"#;
    write(folder, "run/verifier/reward.txt", "0\n");
    write(folder, "run/agent/trajectory.json", trajectory)
}

#[test]
fn the_reward_beside_a_trace_is_its_outcome_unless_hidden() {
    let run = harbor_run(&folder("sidecars"));
    let shown = lines(&tracebench(&["report", "--format", "ndjson", &run]));
    assert_eq!(shown[0]["outcome"]["value"], "failed", "{}", shown[0]);
    assert!(shown[0]["score"]["total"].as_f64().unwrap() <= 20.0);
    let hidden = tracebench(&["report", "--format", "ndjson", "--hide-outcome", &run]);
    assert_eq!(lines(&hidden)[0]["outcome"]["value"], "unknown");
    assert!(!stdout(&hidden).contains("reward"));
}

#[test]
fn a_folder_stands_for_the_traces_in_it() {
    let folder = folder("walk");
    let run = harbor_run(&folder);
    write(&folder, "README.md", "not a trace");
    let output = tracebench(&["report", "--format", "ndjson", &folder.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let files: Vec<Value> = lines(&output).iter().map(|line| line["file"].clone()).collect();
    assert_eq!(files, [Value::from(run)]);
    assert!(stderr(&output).contains("no trace"), "{}", stderr(&output));
}

/// Every file of a folder by its path in it.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                open.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.push((name, fs::read(&entry).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn tar_gz(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(packed);
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A zip whose entries are stored as they are.
fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut sum = flate2::Crc::new();
        sum.update(content);
        let sizes = [sum.sum().to_le_bytes(), number(content.len()), number(content.len())].concat();
        let fields = [&[0; 8], sizes.as_slice(), &number(name.len())].concat();
        table.extend(
            [b"PK\x01\x02\0\0\0\0", fields.as_slice(), &[0; 10], &number(bytes.len()), name.as_bytes()]
                .concat(),
        );
        bytes.extend([b"PK\x03\x04\0\0", fields.as_slice(), name.as_bytes(), content].concat());
    }
    let count = &number(files.len())[..2];
    let end =
        [b"PK\x05\x06\0\0\0\0", count, count, &number(table.len()), &number(bytes.len()), &[0, 0]].concat();
    [bytes, table, end].concat()
}

#[test]
fn an_archive_gives_the_same_report_as_the_folder_that_was_packed() {
    let folder = folder("archives");
    harbor_run(&folder.join("job/one"));
    harbor_run(&folder.join("job/two"));
    write(&folder, "job/two/run/verifier/reward.txt", "1\n");
    write(&folder, "job/notes.txt", "buy milk");
    write(&folder, "job/shot.png", "no picture");
    let files = contents(&folder.join("job"));
    write(&folder, "packed/job.tar.gz", tar_gz(&files));
    write(&folder, "packed/job.zip", zip(&files));
    let report = |argument: &str| {
        let path = folder.join(argument).to_string_lossy().into_owned();
        let output = tracebench(&["report", "--format", "ndjson", &path]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let mut lines = lines(&output);
        for line in &mut lines {
            let file = line["file"].as_str().unwrap().to_owned();
            line["file"] = Value::from(file.strip_prefix(&path).unwrap());
        }
        lines
    };
    let plain = report("job");
    let files: Vec<&str> = plain.iter().map(|line| line["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["/one/run/agent/trajectory.json", "/two/run/agent/trajectory.json"]);
    let outcomes: Vec<&str> = plain.iter().map(|line| line["outcome"]["value"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "resolved"]);
    assert_eq!(report("packed/job.tar.gz"), plain);
    assert_eq!(report("packed/job.zip"), plain);
    // Archives in a folder are opened too.
    assert_eq!(report("packed").len(), 4);
}

#[test]
fn what_is_lost_of_an_archive_is_said_and_the_rest_is_reported() {
    let folder = folder("cut-archive");
    harbor_run(&folder.join("job"));
    let whole = tar_gz(&contents(&folder.join("job")));
    let cut = write(&folder, "cut.tar.gz", &whole[..whole.len() * 3 / 4]);
    let output = tracebench(&["report", "--format", "ndjson", &cut]);
    assert_eq!((output.status.code(), lines(&output).len()), (Some(2), 1), "{}", stderr(&output));
    assert!(stderr(&output).contains("cut off"), "{}", stderr(&output));
    let picture = write(&folder, "pictures.zip", zip(&[("a.png".to_owned(), vec![0; 9])]));
    let output = tracebench(&["report", &picture]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no trace in the folders and archives"), "{}", stderr(&output));
}

#[test]
fn a_run_kept_in_many_files_is_read_whole_however_it_is_named() {
    let folder = folder("gathered");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands-v1");
    let state =
        write(&folder, "conversation/base_state.json", fs::read(fixture.join("base_state.json")).unwrap());
    let events = fs::read_to_string(fixture.join("events.jsonl")).unwrap();
    for (number, event) in events.lines().enumerate() {
        write(&folder, &format!("conversation/events/event-{number:05}-x{number}.json"), event);
    }
    let report = |path: &str| lines(&tracebench(&["report", "--format", "ndjson", path]));
    let named = report(&state);
    assert!(named[0]["steps"].as_u64().unwrap() > 5, "{}", named[0]);
    assert_eq!(report(&folder.to_string_lossy()), named);
    let packed = write(&folder, "../gathered.tar.gz", tar_gz(&contents(&folder)));
    let packed = report(&packed);
    assert_eq!((packed.len(), &packed[0]["steps"]), (1, &named[0]["steps"]));
}

#[test]
fn json_is_one_object_with_runs_errors_and_collection() {
    let output = tracebench(&["report", "--format", "json", "nowhere.json", SAMPLE, SAMPLE]);
    let whole: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(whole["format_version"], 1);
    assert_eq!(whole["runs"].as_array().unwrap().len(), 2);
    assert_eq!(whole["errors"][0]["error"]["kind"], "missing");
    assert_eq!(whole["collection"]["runs"], 2);
    assert!(whole["collection"]["clusters"][0]["runs"].as_array().unwrap().len() == 2);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn markdown_and_text_say_what_was_found() {
    for format in ["markdown", "text"] {
        let output = tracebench(&["report", "--format", format, SAMPLE, SAMPLE]);
        assert_eq!(output.status.code(), Some(0));
        let text = stdout(&output).to_lowercase();
        assert!(text.contains("step 3") && text.contains("retry") && text.contains("all 2 runs"), "{text}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut arguments = vec!["report", "--format", "json"];
    arguments.extend(std::iter::repeat_n(SAMPLE, 200));
    let mut command = command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn formats_and_detectors_are_listed() {
    let formats = tracebench(&["formats"]);
    assert!(stdout(&formats).contains("tracebench: ") && stdout(&formats).contains("lacks: "));
    let detectors = tracebench(&["detectors"]);
    assert!(stdout(&detectors).contains("failing-tests: ") && stdout(&detectors).contains("limits: "));
}

#[test]
fn a_profile_of_ones_own_weighs_by_its_own_numbers() {
    let folder = folder("profile");
    let printed = tracebench(&["profile", "classic"]);
    assert_eq!(printed.status.code(), Some(0));
    let own = stdout(&printed).replace("25.0", "1.0").replace("\"name\": \"classic\"", "\"name\": \"own\"");
    let path = write(&folder, "own.json", own);
    let output = tracebench(&["report", "--profile", &path, "--format", "ndjson", SAMPLE]);
    let score = &lines(&output)[0]["score"];
    assert_eq!((score["profile"].as_str(), score["total"].as_f64()), (Some("own"), Some(79.0)));
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn a_profile_that_cannot_be_used_is_refused_and_a_strange_weight_is_named() {
    let folder = folder("strange-profile");
    let text = stdout(&tracebench(&["profile"])).to_owned();
    let strange = write(&folder, "strange.json", text.replace("\"retry-loop\"", "\"retry-lop\""));
    let output = tracebench(&["report", "--profile", &strange, SAMPLE]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("“retry-lop” counts for nothing"), "{}", stderr(&output));
    let broken = write(&folder, "broken.json", text.replace("\"proof\": 10.0", "\"proof\": \"ten\""));
    let output = tracebench(&["report", "--profile", &broken, SAMPLE]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    assert!(stderr(&output).contains("string \"ten\", expected f64 at line "), "{}", stderr(&output));
    let output = tracebench(&["report", "--profile", "strict", SAMPLE]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected the profile “default”, “classic” or a file"));
}

#[test]
fn help_comes_without_being_asked_for() {
    let output = tracebench(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("report"), "{}", stderr(&output));
}

#[test]
fn the_doctor_says_what_was_read_and_what_was_not() {
    let folder = folder("doctor");
    let run = include_str!("fixtures/codex-exec/run.jsonl");
    let path = write(&folder, "run.jsonl", run.replacen('\n', "\nno json\n", 1));
    let notes = write(&folder, "notes.md", "# Notes");
    let output = tracebench(&["doctor", &path, &notes]);
    let text = stdout(&output);
    for expected in [
        "recognised as Codex exec stream (codex-exec)",
        "Left out:\n    1 × ",
        "(first at line 2)",
        "steps without a time",
        "Cannot be shown:",
        "not read: not an agent trace that is known here: plain text that begins “# Notes”",
    ] {
        assert!(text.contains(expected), "no “{expected}” in:\n{text}");
    }
    assert_eq!(output.status.code(), Some(2));
    let output = tracebench(&["doctor", "--json", &path]);
    let diagnoses: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(diagnoses[0]["format"]["id"], "codex-exec");
    assert_eq!(diagnoses[0]["notes"][0]["topic"], "lost");
    let whole = tracebench(&["report", "--format", "json", &path]);
    let whole: Value = serde_json::from_str(stdout(&whole)).unwrap();
    assert_eq!(whole["files"][0], diagnoses[0]);
}

/// Reports of these files, one program run each.
fn report_lines(files: &[&str]) -> Vec<String> {
    let report = |file: &&str| stdout(&tracebench(&["report", "--format", "ndjson", file])).to_owned();
    files.iter().map(report).collect()
}

#[test]
fn reports_that_were_made_apart_say_together_what_one_report_says() {
    let folder = folder("collected");
    let files = [
        "tests/fixtures/chat/rename-agent.json",
        "tests/fixtures/claude-code/session.jsonl",
        "tests/fixtures/nowhere.jsonl",
        "tests/fixtures/tracebench/api_timeout.json",
    ];
    let mut arguments = vec!["report", "--format", "json"];
    arguments.extend(files);
    let whole = stdout(&tracebench(&arguments)).to_owned();
    let expected: Value = serde_json::from_str(&whole).unwrap();
    let all = report_lines(&files);
    let names: Vec<String> = all
        .iter()
        .enumerate()
        .map(|(number, lines)| write(&folder, &format!("{number}.ndjson"), lines))
        .collect();
    let collect = |reports: &[&str]| {
        let output = tracebench(&[&["collect", "--format", "json"], reports].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let collected: Value = serde_json::from_str(stdout(&output)).unwrap();
        collected["collection"].clone()
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(collect(&names), expected["collection"]);
    assert_eq!(collect(&names.iter().rev().copied().collect::<Vec<_>>()), expected["collection"]);
    let joined = write(&folder, "all.ndjson", all.iter().rev().map(String::as_str).collect::<String>());
    assert_eq!(collect(&[&joined]), expected["collection"]);
    assert_eq!(collect(&[&write(&folder, "whole.json", whole)]), expected["collection"]);
    assert_eq!(expected["collection"]["unreadable_files"], 1);
}

#[test]
fn a_broken_line_of_reports_costs_itself_and_a_repeated_run_counts_once() {
    let folder = folder("broken-reports");
    let [line] = report_lines(&[SAMPLE]).try_into().unwrap();
    let newer = line.replace("\"format_version\":1", "\"format_version\":2");
    let path = write(&folder, "r.ndjson", format!("{line}{{\"file\": 3}}\n\n{line}{newer}{{\"fi"));
    let output = tracebench(&["collect", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("All 1 Runs"), "{}", stdout(&output));
    let complaints: Vec<&str> = stderr(&output).lines().collect();
    assert_eq!(complaints.len(), 4, "{complaints:?}");
    assert!(complaints[0].contains("r.ndjson, line 2: this is no report"), "{complaints:?}");
    assert!(complaints[1].contains("line 5") && complaints[1].contains("newer"), "{complaints:?}");
    assert!(complaints[2].contains("line 6"), "{complaints:?}");
    assert!(complaints[3].contains("1 report of runs that had been told of before"), "{complaints:?}");
    // The first line broken: the others are read all the same.
    let path = write(&folder, "first.ndjson", format!("{{\"fi\n{line}"));
    let output = tracebench(&["collect", &path]);
    assert!(stdout(&output).contains("All 1 Runs"), "{}", stderr(&output));
    assert!(stderr(&output).contains("line 1"), "{}", stderr(&output));
    let output = tracebench(&["collect", &write(&folder, "empty", "")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no report of a run"), "{}", stderr(&output));
}

const BEFORE: &str = r#"[
    {"timestamp": 0, "action": "retrieve_context", "state": {"query": "API timeout"}},
    {"timestamp": 1, "action": "run_tests", "state": {"tests_passed": false}},
    {"timestamp": 2, "action": "generate_fix", "state": {"code_patch": "increase timeout"}},
    {"timestamp": 3, "action": "run_tests", "state": {"tests_passed": false}}
]"#;

#[test]
fn two_runs_are_laid_side_by_side() {
    let folder = folder("compared");
    let red = write(&folder, "red.json", BEFORE);
    let green = write(
        &folder,
        "green.json",
        BEFORE.replace(
            "3, \"action\": \"run_tests\", \"state\": {\"tests_passed\": false",
            "3, \"action\": \"run_tests\", \"state\": {\"tests_passed\": true",
        ),
    );
    let output = tracebench(&["compare", &red, &green]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for expected in ["=== Where they part ===", "=== In numbers ===", "red.json", "green.json"] {
        assert!(stdout(&output).contains(expected), "no “{expected}” in:\n{}", stdout(&output));
    }
    let markdown = tracebench(&["compare", "--format", "markdown", &red, &green]);
    assert!(stdout(&markdown).contains("### Where they part"));
    let json = tracebench(&["compare", "--format", "json", &red, &green]);
    let comparison: Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!(comparison["rows"].as_array().unwrap().len(), 4);
    assert_eq!(comparison["rows"][3], serde_json::json!([3, 3, "similar"]));
    assert_eq!(comparison["divergence"]["row"], 3);
}

#[test]
fn reports_are_compared_as_their_traces_are_and_one_of_several_is_named_by_its_number() {
    let folder = folder("compared-reports");
    let other = "tests/fixtures/swe-agent/leap-year.traj";
    let reports = tracebench(&["report", "--format", "ndjson", SAMPLE, other]);
    let all = write(&folder, "all.ndjson", &reports.stdout);
    let (first, second) = (format!("{all}#1"), format!("{all}#2"));
    let by_reports = tracebench(&["compare", &first, &second]);
    assert_eq!(by_reports.status.code(), Some(0), "{}", stderr(&by_reports));
    assert_eq!(stdout(&by_reports), stdout(&tracebench(&["compare", SAMPLE, other])));

    let whole = tracebench(&["report", "--format", "json", SAMPLE, other]);
    let whole = write(&folder, "whole.json", &whole.stdout);
    let by_whole = tracebench(&["compare", &format!("{whole}#1"), &format!("{whole}#2")]);
    assert_eq!(stdout(&by_whole), stdout(&by_reports), "{}", stderr(&by_whole));

    let unclear = tracebench(&["compare", &all, SAMPLE]);
    assert_eq!(unclear.status.code(), Some(2));
    assert!(
        stderr(&unclear).contains("there are 2 runs in it; say which one is meant"),
        "{}",
        stderr(&unclear)
    );
    let none = tracebench(&["compare", &format!("{all}#3"), SAMPLE]);
    assert!(stderr(&none).contains("expected a run from 1 to 2, found #3"), "{}", stderr(&none));
    let missing = tracebench(&["compare", "no-such-file.json", SAMPLE]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("no-such-file.json: there is no such file"), "{}", stderr(&missing));
}

#[test]
fn one_run_in_two_formats_is_nearly_the_same() {
    let folder = "tests/fixtures/droid";
    let (session, stream) = (format!("{folder}/session.jsonl"), format!("{folder}/stream.jsonl"));
    let output = tracebench(&["compare", "--format", "json", &session, &stream]);
    let comparison: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(comparison["agreement"]["only_a"], 0);
    assert_eq!(comparison["agreement"]["only_b"], 0);
    assert_eq!(comparison["divergence"], Value::Null);
}
