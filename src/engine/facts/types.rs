use serde::{Deserialize, Serialize};

use super::{Requirement, Sketch};
use crate::engine::trace::{PartKind, StepId};

/// A phrase of a step's text: the proof that a finding shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub part: PartKind,
    /// Byte range in the decoded text of the part.
    pub start: u32,
    pub end: u32,
    /// The phrase itself, at most [`Quote::CHARS`] characters of it.
    pub text: Box<str>,
}

impl Quote {
    pub const CHARS: usize = 240;
}

/// What a command was run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    Test,
    Build,
    Lint,
    Install,
    VersionControl,
    /// Starts something that keeps running.
    Server,
    /// Runs a program or a script: a reproduction, the product itself.
    Program,
    /// Anything else a shell can do.
    Other,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    Read,
    Search,
    List,
    Edit,
    Create,
    Delete,
    Run(RunKind),
    Browse,
    Plan,
    Delegate,
    Submit,
    Ask,
    /// A tool whose work is not known here.
    Other,
}

impl Operation {
    /// Changes files by itself.
    pub fn is_edit(self) -> bool {
        matches!(self, Self::Edit | Self::Create | Self::Delete)
    }

    /// Its result tells whether the work is good.
    pub fn is_check(self) -> bool {
        matches!(self, Self::Run(RunKind::Test | RunKind::Build | RunKind::Lint | RunKind::Program))
    }
}

/// What sort of error an action met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// Tests or assertions failed.
    TestFailure,
    /// The code does not compile or parse.
    Syntax,
    /// A program raised an exception or crashed.
    Exception,
    /// A file, module, command or symbol is not there.
    NotFound,
    Permission,
    Authentication,
    RateLimit,
    Network,
    /// Disk or memory ran out.
    Resources,
    Timeout,
    /// The tool did not understand the call.
    InvalidCall,
    /// An edit could not be applied.
    EditRejected,
    /// A person or a policy refused.
    Rejected,
    /// A non-zero exit without more to say.
    Other,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionOutcome {
    Ok,
    Error(ErrorClass),
    Timeout,
    /// It answered with nothing.
    Empty,
    /// No result in the trace, or none that tells.
    #[default]
    Unknown,
}

impl ActionOutcome {
    pub fn is_error(self) -> bool {
        matches!(self, Self::Error(_) | Self::Timeout)
    }
}

/// The line that says what went wrong, as it stands and with what varies masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorSignature {
    /// Numbers, paths, addresses, ids and quoted texts are replaced: `<n>`, `<path>`, `<hex>`, `<id>`, `<str>`.
    pub template: Box<str>,
    pub quote: Quote,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCounts {
    pub passed: u32,
    /// Failures and errors.
    pub failed: u32,
    pub skipped: u32,
}

/// What a run of tests says about one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestColour {
    Green,
    Red,
    /// Left out on purpose, or expected to fail.
    Skipped,
}

/// One run of tests with what its output says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    /// `pytest`, `cargo test`, `django`, … or `tests` where only the verdict is known.
    pub framework: Box<str>,
    pub green: bool,
    /// `None` where the output gives no numbers.
    pub counts: Option<TestCounts>,
    /// Names of the tests that failed, as printed, at most 50.
    pub failing: Vec<Box<str>>,
    /// Names of the tests that were skipped, as printed, at most 50.
    pub skipped: Vec<Box<str>>,
    /// The tests that passed, where the output lists them, by [`super::test_key`]: at most 1,000, in order
    /// of their keys.
    pub passing: Vec<u64>,
    /// The line the verdict was read from.
    pub quote: Option<Quote>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    Create,
    Modify,
    Delete,
    /// Back to what version control holds (`git checkout FILE`, `git stash`); no file named means all.
    Revert,
}

/// What a change takes from the tests in a file, as far as its text shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditSigns {
    /// More marks that skip a test, or expect it to fail, than before.
    pub skips: bool,
    /// Fewer assertions than before.
    pub asserts_less: bool,
    /// Nothing but numbers and quoted texts of its assertions differ: what is expected was changed.
    pub expects_other: bool,
}

/// One change to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// As the call names it.
    pub file: Box<str>,
    pub kind: EditKind,
    /// Lines; `None` where the call does not show them (`sed -i`).
    pub added: Option<u32>,
    pub removed: Option<u32>,
    /// Hash of the text that is replaced and of what replaces it, where the call shows them.
    pub before: Option<u64>,
    pub after: Option<u64>,
    /// Drawn of test files only.
    pub signs: EditSigns,
}

/// What a command can destroy beyond its task, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Commits or pushes past the checks of the repository.
    SkipsHooks,
    /// Lets everyone write to a whole tree.
    OpensPermissions,
    /// Hands what it downloads straight to a shell.
    RunsDownload,
    /// Throws uncommitted work away.
    DiscardsWork,
    /// Overwrites the history that others have.
    ForcesPush,
    /// Removes a folder near the root, the home or the working folder.
    RemovesTree,
}

/// What an action did and how it ended.
#[derive(Debug, Clone)]
pub struct ActionFacts {
    pub operation: Operation,
    /// The command line, shell wrappers taken off, at most 400 characters.
    pub command: Option<Box<str>>,
    /// Files and folders it names, as written, at most 20.
    pub targets: Vec<Box<str>>,
    /// Equal for calls of the same tool with the same input, bytes of edits included.
    pub call_hash: u64,
    /// Equal for results that differ only in times, addresses and the like. 0 without a result.
    pub result_hash: u64,
    pub outcome: ActionOutcome,
    pub exit_code: Option<i32>,
    pub error: Option<ErrorSignature>,
    pub tests: Option<TestRun>,
    /// Empty when the edit was refused.
    pub edits: Vec<Edit>,
    /// It waits or polls: repeating it is its purpose.
    pub waits: bool,
    /// A check whose failure its own command line throws away (`make || true`).
    pub masks_exit: bool,
    /// What its command can destroy.
    pub risk: Option<Risk>,
    /// A path that nothing shown before held, and that the answer says is not there.
    pub unshown: Option<Box<str>>,
    /// Bytes of the decoded result.
    pub result_len: u32,
    /// The last line of the result that says something: what a person is shown.
    pub result_quote: Option<Quote>,
    /// What the call says of the plan.
    pub plan: Option<Box<PlanState>>,
}

/// A plan or list of things to do as a call left it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanState {
    /// Items that are pending or in progress.
    pub open: u16,
    pub done: u16,
    /// The text of the first open item.
    pub first_open: Option<Quote>,
}

impl ActionFacts {
    pub fn is_check(&self) -> bool {
        self.tests.is_some() || self.operation.is_check()
    }

    /// A check that said no: red tests, a failed build, a program that broke.
    pub fn is_red_check(&self) -> bool {
        match &self.tests {
            Some(tests) => !tests.green,
            None => self.operation.is_check() && self.outcome.is_error(),
        }
    }

    /// A check that said yes.
    pub fn is_green_check(&self) -> bool {
        match &self.tests {
            Some(tests) => tests.green,
            None => {
                self.operation.is_check() && matches!(self.outcome, ActionOutcome::Ok | ActionOutcome::Empty)
            }
        }
    }
}

/// How the agent takes what it has just seen, or what it expects to see next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    /// It begins with “Perfect”, “Great”, “Excellent”.
    Pleased,
    /// It says that something should or may fail.
    ExpectsFailure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimKind {
    /// "All tests pass".
    TestsPass,
    /// "I fixed", "is now resolved".
    Fixed,
    /// "I verified that".
    Verified,
    /// "The task is complete".
    Done,
    /// "Maybe", "not sure", "should probably".
    Unsure,
    /// "I was unable to", "further investigation is needed".
    GaveUp,
    /// "Let's assume", "for the sake of".
    Assumed,
    /// "Let's try a different approach".
    Otherwise,
}

impl ClaimKind {
    /// Says that the work is good.
    pub fn is_success(self) -> bool {
        matches!(self, Self::TestsPass | Self::Fixed | Self::Verified | Self::Done)
    }
}

/// Something the agent says about its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub kind: ClaimKind,
    pub quote: Quote,
}

/// A sentence that says what the agent is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub quote: Quote,
    /// Nothing is said after it.
    pub closes: bool,
}

/// The facts of one step.
#[derive(Debug, Clone, Default)]
pub struct StepFacts {
    pub action: Option<Box<ActionFacts>>,
    /// In messages, thoughts and final answers of the agent; in the order of the text.
    pub claims: Vec<Claim>,
    /// What the agent says it will do now, where no action followed it.
    pub announced: Option<Box<Announcement>>,
    /// Of its message or its thought.
    pub tone: Tone,
    /// A tool call written as text instead of being made: the phrase that shows it.
    pub unmade_call: Option<Box<Quote>>,
    /// The error a message reports (conversations without tools), if any.
    pub reported_error: Option<Box<ErrorSignature>>,
    /// What the agent thought or said here, to be compared with what it thinks elsewhere.
    pub sketch: Option<Box<Sketch>>,
}

/// The facts of a run; `steps` runs parallel to the trace's steps.
#[derive(Debug, Clone, Default)]
pub struct RunFacts {
    pub steps: Vec<StepFacts>,
    /// The numbers that its task asks for, few.
    pub requirements: Vec<Requirement>,
    /// Of the first system message, 0 for none: the same for the same prompt at another time, in another folder.
    pub prompt_hash: u64,
}

impl RunFacts {
    pub fn step(&self, id: StepId) -> Option<&StepFacts> {
        self.steps.get(id.index())
    }

    pub fn action(&self, id: StepId) -> Option<&ActionFacts> {
        self.step(id)?.action.as_deref()
    }
}
