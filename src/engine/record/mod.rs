//! The Trace Logger: an agent records its own steps.
//!
//! ```
//! use tracebench::engine::record::{Moment, Recorded, Recorder, Run};
//!
//! let mut recorder = Recorder::new(Run::by("fixer").version("1.2").task("Make the tests pass."));
//! recorder.record(Moment::from_seconds(0.0), Recorded::action("retrieve_context").state("files", 3));
//! recorder.record(
//!     Moment::from_seconds(4.5),
//!     Recorded::action("run_tests").state("tests_passed", false).output("1 failed").exit_code(1),
//! );
//! assert!(recorder.to_steps().starts_with('['));
//! assert!(recorder.to_atif().contains("ATIF-v1.7"));
//! ```
//!
//! The clock is the caller's: each step comes with its [`Moment`]. What is written is read back with the same
//! actions, states, outputs and times.

mod atif;
mod steps;

use std::io;

use serde_json::{Map, Value};

/// What is known of a run before its first step.
#[derive(Debug, Clone, Default)]
pub struct Run {
    agent: String,
    version: Option<String>,
    model: Option<String>,
    task: Option<String>,
    session: Option<String>,
}

impl Run {
    /// A run of the agent of that name.
    pub fn by(agent: impl Into<String>) -> Self {
        Self { agent: agent.into(), ..Self::default() }
    }

    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    #[must_use]
    pub fn model(self, model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// What the agent was asked to do.
    #[must_use]
    pub fn task(self, task: impl Into<String>) -> Self {
        Self { task: Some(task.into()), ..self }
    }

    /// The run's own id.
    #[must_use]
    pub fn session(self, id: impl Into<String>) -> Self {
        Self { session: Some(id.into()), ..self }
    }
}

/// When a step happened: since 1970, or since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    ms: i64,
}

impl Moment {
    pub fn from_millis(ms: i64) -> Self {
        Self { ms }
    }

    /// Seconds with a fraction, kept to the millisecond; what is no time counts as 0.
    pub fn from_seconds(seconds: f64) -> Self {
        Self { ms: super::trace::seconds_to_ms(seconds).unwrap_or(0) }
    }
}

/// One step as the agent tells it.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    action: String,
    state: Map<String, Value>,
    output: Option<String>,
    exit_code: Option<i32>,
}

impl Recorded {
    pub fn action(name: impl Into<String>) -> Self {
        Self { action: name.into(), ..Self::default() }
    }

    /// One thing that was so when the step was taken. `tests_passed` (a boolean) is understood by all
    /// detectors.
    #[must_use]
    pub fn state(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.state.insert(name.into(), value.into());
        self
    }

    /// What the action gave back.
    #[must_use]
    pub fn output(self, text: impl Into<String>) -> Self {
        Self { output: Some(text.into()), ..self }
    }

    /// How the program ended that the action ran. TraceBench's own format keeps it in the state.
    #[must_use]
    pub fn exit_code(self, code: i32) -> Self {
        Self { exit_code: Some(code), ..self }
    }
}

/// Collects the steps of one run and writes them down.
#[derive(Debug, Clone)]
pub struct Recorder {
    run: Run,
    steps: Vec<(Moment, Recorded)>,
}

impl Recorder {
    pub fn new(run: Run) -> Self {
        Self { run, steps: Vec::new() }
    }

    /// Adds the next step. Steps keep the order in which they are recorded, whatever their moments.
    pub fn record(&mut self, moment: Moment, step: Recorded) {
        self.steps.push((moment, step));
    }

    /// TraceBench's own format: a list of `{timestamp, action, state, output?}`. It has no place for the
    /// agent, its model and the task.
    pub fn write_steps(&self, out: impl io::Write) -> io::Result<()> {
        Ok(serde_json::to_writer_pretty(out, &steps::document(&self.steps))?)
    }

    /// An ATIF trajectory, version 1.7.
    pub fn write_atif(&self, out: impl io::Write) -> io::Result<()> {
        Ok(serde_json::to_writer_pretty(out, &atif::document(&self.run, &self.steps))?)
    }

    /// [`Recorder::write_steps`] into a text.
    pub fn to_steps(&self) -> String {
        format!("{:#}", steps::document(&self.steps))
    }

    /// [`Recorder::write_atif`] into a text.
    pub fn to_atif(&self) -> String {
        format!("{:#}", atif::document(&self.run, &self.steps))
    }
}

#[cfg(test)]
mod tests;
