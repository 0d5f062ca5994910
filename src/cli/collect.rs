use std::io::{self, BufRead, Write as _};
use std::path::Path;

use super::args::{CollectArgs, CollectFormat};
use super::files;
use super::output::complain;
use crate::engine::report::{
    Collection, Joined, NoReport, Told, joined, markdown_collection, read_reports, text_collection,
};

/// Builds the collection of the runs that these reports are about; answers whether all of them could be read.
pub(super) fn run(args: &CollectArgs) -> io::Result<bool> {
    let mut reading = Reading { joined: Joined::default(), complete: true };
    for path in &args.reports {
        reading.file(path);
    }
    let Reading { joined: all, mut complete } = reading;
    if all.repeated > 0 {
        let (runs, were) = if all.repeated == 1 { ("report", "was") } else { ("reports", "were") };
        complain(&format!("{} {runs} of runs that had been told of before {were} left out", all.repeated));
    }
    let (runs, errors) = all.into_sorted();
    if runs.is_empty() && errors.is_empty() {
        complain("there is no report of a run in what was given");
        complete = false;
    }
    let collection = Collection::of_digests(&runs, errors.len());
    let mut text = String::new();
    let written = match args.format {
        CollectFormat::Text => text_collection(&collection, &mut text),
        CollectFormat::Markdown => markdown_collection(&collection, &mut text),
        CollectFormat::Json => {
            text = joined(&runs, &errors, &collection);
            Ok(())
        }
    };
    // Only the memory's end could stop writing into it, and that ends the program anyway.
    written.unwrap_or_default();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(complete)
}

struct Reading {
    joined: Joined,
    complete: bool,
}

impl Reading {
    fn file(&mut self, path: &Path) {
        let read = if path == Path::new("-") {
            self.lines("standard input", &mut io::stdin().lock())
        } else {
            let name = path.display().to_string();
            files::open_text(path).and_then(|mut file| self.lines(&name, &mut file))
        };
        if let Err(error) = read {
            self.complete = false;
            let why = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => format!("the file could not be read: {error}"),
            };
            complain(&format!("{}: {why}", path.display()));
        }
    }

    /// Reads one report a line; or, where the first line does not end what it begins, one that spans them all.
    fn lines(&mut self, name: &str, file: &mut dyn BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        let mut is_first = true;
        for number in 1u64.. {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let (told, cut) = entries(&line);
            if cut && is_first {
                file.read_to_end(&mut line)?;
                self.whole(name, &line);
                break;
            }
            is_first &= told.is_empty();
            self.take(name, number, told);
        }
        Ok(())
    }

    fn whole(&mut self, name: &str, bytes: &[u8]) {
        let (told, cut) = entries(bytes);
        if matches!(told.as_slice(), [Err(NoReport::Other(_))]) && !cut {
            // Not one report over many lines: lines, then, of which the first is broken.
            for (number, line) in (1u64..).zip(bytes.split(|byte| *byte == b'\n')) {
                self.take(name, number, entries(line).0);
            }
        } else {
            self.take(name, 1, told);
        }
    }

    fn take(&mut self, name: &str, line: u64, told: Vec<Result<Told, NoReport>>) {
        for told in told {
            match told {
                Ok(told) => self.joined.add(told),
                Err(why) => {
                    self.complete = false;
                    complain(&format!("{name}, line {line}: {why}"));
                }
            }
        }
    }
}

/// What a text tells, and whether it ends in the middle.
fn entries(bytes: &[u8]) -> (Vec<Result<Told, NoReport>>, bool) {
    let mut all = Vec::new();
    match std::str::from_utf8(bytes) {
        Ok(text) => read_reports(text.trim_start_matches('\u{feff}'), &mut |told| all.push(told)),
        Err(_) => all.push(Err(NoReport::Other("it is no UTF-8 text".to_owned()))),
    }
    let cut = matches!(all.as_slice(), [Err(NoReport::Cut(_))]);
    (all, cut)
}
