use super::{EventKind, Role, StepId};

/// Which run of a file: files may hold many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunIndex(pub u32);

/// What a tool was given.
#[derive(Debug, Clone, Copy)]
pub enum CallInput<'a> {
    /// Arguments as JSON text: an object, mostly.
    Json(&'a str),
    /// A command line for a shell, or an agent's own command language.
    Command(&'a str),
    /// Anything else: a patch, a program, prose.
    Text(&'a str),
    None,
}

#[derive(Debug, Clone, Copy)]
pub struct CallText<'a> {
    pub tool: &'a str,
    pub input: CallInput<'a>,
    /// The folder the call ran in, where the format says so.
    pub cwd: Option<&'a str>,
}

/// What a tool answered. `text` is exactly what the step's result part decodes to.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResultText<'a> {
    pub text: &'a str,
    pub exit_code: Option<i32>,
    /// The format's own flag; `None` where it has none.
    pub is_error: Option<bool>,
    pub timed_out: bool,
    /// The person or a policy refused the call: it never ran.
    pub rejected: bool,
    /// A structured test verdict of the format itself (as the original format's `tests_passed`).
    pub tests_passed: Option<bool>,
}

/// Sees each step's text once, in order of the file.
///
/// It does so while the importer holds the text decoded, so that facts are
/// drawn in the same pass. The text of a part given here equals what the part decodes to later: byte ranges
/// into it stay valid.
pub trait TextObserver {
    fn message(&mut self, run: RunIndex, step: StepId, role: Role, text: &str);
    fn thought(&mut self, run: RunIndex, step: StepId, text: &str);
    fn call(&mut self, run: RunIndex, step: StepId, call: &CallText<'_>);
    fn result(&mut self, run: RunIndex, step: StepId, result: &ResultText<'_>);
    fn event(&mut self, run: RunIndex, step: StepId, kind: EventKind, text: &str);
}

/// Looks at nothing: for tests of importers alone and for counting steps.
impl TextObserver for () {
    fn message(&mut self, _: RunIndex, _: StepId, _: Role, _: &str) {}
    fn thought(&mut self, _: RunIndex, _: StepId, _: &str) {}
    fn call(&mut self, _: RunIndex, _: StepId, _: &CallText<'_>) {}
    fn result(&mut self, _: RunIndex, _: StepId, _: &ResultText<'_>) {}
    fn event(&mut self, _: RunIndex, _: StepId, _: EventKind, _: &str) {}
}
