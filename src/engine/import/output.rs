use super::{Head, ImportError, Input};
use crate::engine::trace::{
    Position, RunIndex, RunWriter, TextObserver, Trace, TraceBuilder, WarningKind, Warnings,
};

/// What came out of one file: its runs, each with the warnings met on the way. Never all or nothing.
#[derive(Debug)]
pub struct Imported {
    pub traces: Vec<Trace>,
}

/// Where an importer puts what it reads.
pub struct Output<'a> {
    format: &'static str,
    observer: &'a mut dyn TextObserver,
    pub(super) runs: Vec<TraceBuilder>,
    warnings: Warnings,
}

impl<'a> Output<'a> {
    pub(super) fn new(format: &'static str, observer: &'a mut dyn TextObserver) -> Self {
        Self { format, observer, runs: Vec::new(), warnings: Warnings::default() }
    }

    /// Begins another run; runs may be open side by side.
    pub fn start(&mut self) -> RunIndex {
        let index = RunIndex(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        self.runs.push(TraceBuilder::new(index, self.format));
        index
    }

    /// The run that [`Output::start`] gave this number.
    #[expect(clippy::indexing_slicing, reason = "a RunIndex is only made by start")]
    pub fn run(&mut self, index: RunIndex) -> RunWriter<'_> {
        self.runs[index.0 as usize].writer(self.observer)
    }

    pub fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// A warning about the file rather than about one run; it is listed with the file's first run.
    pub fn warn(&mut self, kind: WarningKind, position: Option<Position>, text: impl Into<String>) {
        self.warnings.push(kind, position, text);
    }

    #[cfg(test)]
    pub(super) fn warning_texts(self) -> Vec<String> {
        self.warnings.into_vec().into_iter().map(|warning| warning.text).collect()
    }

    pub(super) fn finish(self, input: &Input<'_>) -> Result<Imported, ImportError> {
        let Self { mut runs, warnings, .. } = self;
        // A header without a step is worth showing only when it is all there is.
        if runs.iter().any(|run| !run.is_empty()) {
            runs.retain(|run| !run.is_empty() || run.head.exit_status.is_some());
        }
        let Some(first) = runs.first_mut() else {
            let found = if let Some(warning) = warnings.into_vec().first() {
                format!("none of its records could be read ({})", warning.text)
            } else {
                format!("it holds no run: {}", Head::read(input.sources, input.main)?.describe())
            };
            return Err(ImportError::Malformed {
                expected: "at least one step was expected".to_owned(),
                found,
            });
        };
        first.warnings.append(warnings);
        let hash = input.content_hash();
        Ok(Imported { traces: runs.into_iter().map(|run| run.build(hash)).collect() })
    }
}
