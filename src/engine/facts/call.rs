//! From what a tool was given to what the action does.

use std::borrow::Cow;

use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_64;

use super::arguments::Arguments;
use super::edits::{self, KnownTexts, Window, Writes};
use super::operation;
use super::quote::head;
use super::shell::{self, Command};
use super::targets::{MAX_TARGET, MAX_TARGETS, targets};
use super::tool::{self, Tool};
use super::{ActionFacts, ActionOutcome, Edit, Operation, Risk, RunKind, risk, test_run};
use crate::engine::trace::{CallInput, CallText};

const MAX_COMMAND: usize = 400;

/// What must be remembered of a call until its result arrives.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    /// The test runner that the command names.
    pub(super) framework: Option<&'static str>,
    pub(super) hides_exit: bool,
    pub(super) one_means_no: bool,
    /// Other commands run beside the one that matters: a failure need not be its own.
    pub(super) compound: bool,
    /// The lines that it replaces in a windowed editor.
    pub(super) window: Option<Window>,
    /// Its words that nothing showed before: see [`super::vocabulary`].
    pub(super) new_words: Box<[u32]>,
}

/// What earlier calls of a run left behind that later ones refer to.
#[derive(Debug, Clone, Default)]
pub(super) struct Workbench {
    /// The file a windowed editor has open.
    pub(super) open_file: Box<str>,
    /// Programs written that write files when they are run.
    pub(super) scripts: Vec<Writes>,
    /// What its changes left in files.
    pub(super) texts: KnownTexts,
}

/// A call read: its facts without those of its result.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) facts: ActionFacts,
    pub(super) pending: Pending,
    /// The call hands over a text of the agent's own, in which it may claim something.
    pub(super) speaks: bool,
    /// The call hands over a fix without naming a file.
    pub(super) bare_fix: bool,
}

/// Reads a call.
pub(super) fn read(call: &CallText<'_>, bench: &mut Workbench) -> Reading {
    let tool = tool::tool(call.tool);
    let arguments = match call.input {
        CallInput::Json(json) => Arguments::read(json),
        _ => Arguments::default(),
    };
    let mut draft = Draft::default();
    match call.input {
        CallInput::Json(_) => draft.of_arguments(tool, &arguments, bench),
        CallInput::Command(text) => draft.of_command(tool, call.tool, text, bench),
        CallInput::Text(text) => draft.of_text(tool, text, bench),
        CallInput::None => draft.operation = known(tool),
    }
    draft.finish(call)
}

#[derive(Default)]
struct Draft<'a> {
    operation: Option<Operation>,
    command: Option<Cow<'a, str>>,
    targets: SmallVec<[Cow<'a, str>; 4]>,
    edits: Vec<Edit>,
    waits: bool,
    masks_exit: bool,
    risk: Option<Risk>,
    bare_fix: bool,
    pending: Pending,
}

fn known(tool: Tool) -> Option<Operation> {
    match tool {
        Tool::Known(operation) => Some(operation),
        Tool::Shell | Tool::Terminal => Some(Operation::Run(RunKind::Other)),
        Tool::Code => Some(Operation::Run(RunKind::Program)),
        Tool::Editor | Tool::Patch => Some(Operation::Edit),
        Tool::Unknown => None,
    }
}

impl<'a> Draft<'a> {
    fn of_arguments(&mut self, tool: Tool, arguments: &'a Arguments<'a>, bench: &mut Workbench) {
        self.operation = known(tool);
        match tool {
            Tool::Editor => {
                let verb = arguments.command.as_deref().unwrap_or("edit");
                self.operation = Some(tool::of_verb(verb));
                self.of_files(arguments, verb == "create", bench);
            }
            Tool::Code => {
                self.of_code(arguments.code.as_deref().or(arguments.command.as_deref()).unwrap_or(""));
            }
            Tool::Patch => {
                let text = arguments.patch.as_deref().or(arguments.command.as_deref());
                match text.or_else(|| arguments.argv.last().map(AsRef::as_ref)) {
                    Some(patch) if edits::is_patch(patch) => {
                        self.edits = edits::of_patch(patch, first_file(arguments));
                    }
                    _ => self.of_files(arguments, false, bench),
                }
            }
            Tool::Terminal => {
                self.waits = arguments.typed.as_deref().is_none_or(|typed| typed.trim().is_empty());
                self.command = arguments.typed.as_deref().map(Cow::Borrowed);
            }
            Tool::Known(Operation::Edit) => self.of_files(arguments, false, bench),
            Tool::Known(Operation::Create) => self.of_files(arguments, true, bench),
            Tool::Known(Operation::Delete) => {
                self.edits =
                    arguments.files.iter().map(|file| edits::unseen(file, super::EditKind::Delete)).collect();
            }
            Tool::Known(_) => {}
            Tool::Shell | Tool::Unknown => self.of_any(tool, arguments, bench),
        }
        self.targets.extend(arguments.files.iter().map(|file| Cow::Borrowed(file.as_ref())));
    }

    /// A shell, or a tool whose arguments must tell.
    fn of_any(&mut self, tool: Tool, arguments: &'a Arguments<'a>, bench: &mut Workbench) {
        if !arguments.argv.is_empty() {
            let commands = shell::parse_words(arguments.argv.clone());
            let text = match arguments.argv.as_slice() {
                [shell, flags, script] if shell::is_shell(shell) && flags.ends_with('c') => {
                    Cow::Borrowed(script.as_ref())
                }
                words => Cow::Owned(words.join(" ")),
            };
            self.of_commands(&commands, bench);
            self.command = Some(text);
        } else if let Some(command) =
            arguments.command.as_deref().filter(|_| tool == Tool::Shell || arguments.files.is_empty())
        {
            self.of_shell(command, bench);
        } else if tool == Tool::Unknown {
            self.of_files(arguments, true, bench);
            if arguments.code_patch.is_some() || !self.edits.is_empty() {
                let creates = self.edits.iter().all(|edit| edit.kind == super::EditKind::Create);
                self.operation = Some(if creates { Operation::Create } else { Operation::Edit });
            }
        } else if let Some(code) = arguments.code.as_deref() {
            self.of_code(code);
        }
    }

    fn of_files(&mut self, arguments: &Arguments<'_>, whole: bool, bench: &mut Workbench) {
        if self.operation == Some(Operation::Read) {
            return;
        }
        self.edits = edits::of_arguments(arguments, whole);
        self.bare_fix = arguments.code_patch.is_some();
        if let (Some(file), Some(text)) = (arguments.files.first(), &arguments.content) {
            edits::remember(file, text, &mut bench.scripts);
        }
    }

    fn of_code(&mut self, code: &'a str) {
        self.operation = Some(Operation::Run(RunKind::Program));
        self.command = Some(Cow::Borrowed(code));
        self.edits = edits::of_code(code);
    }

    /// A command line whose tool may be an agent's own command: then its name begins the line.
    fn of_command(&mut self, tool: Tool, name: &str, text: &'a str, bench: &mut Workbench) {
        if tool == Tool::Code {
            self.of_code(text);
            return;
        }
        if let Some((edit, window)) = edits::of_window(text, &bench.open_file) {
            self.pending.window = Some(window);
            self.operation = Some(Operation::Edit);
            self.targets.extend((!edit.file.is_empty()).then(|| Cow::Owned(edit.file.to_string())));
            self.command = text.lines().next().map(Cow::Borrowed);
            self.edits.push(edit);
            return;
        }
        self.of_shell(text, bench);
        if self.operation == Some(Operation::Run(RunKind::Other)) && tool != Tool::Shell {
            let names_itself = text.trim() == name;
            self.operation = known(tool).or(if names_itself { None } else { self.operation });
        }
    }

    fn of_text(&mut self, tool: Tool, text: &'a str, bench: &mut Workbench) {
        if edits::is_patch(text) {
            self.operation = Some(Operation::Edit);
            self.edits = edits::of_patch(text, "");
            return;
        }
        match tool {
            Tool::Shell => self.of_shell(text, bench),
            Tool::Code => self.of_code(text),
            _ => self.operation = known(tool),
        }
    }

    fn of_shell(&mut self, text: &'a str, bench: &mut Workbench) {
        let commands = shell::parse(text);
        self.of_commands(&commands, bench);
        self.command = Some(Cow::Borrowed(shell::script_of(text)));
    }

    fn of_commands(&mut self, commands: &[Command<'_>], bench: &mut Workbench) {
        let found = operation::of_commands(commands);
        let (index, operation) = found.unwrap_or((0, Operation::Run(RunKind::Other)));
        self.operation = Some(operation);
        self.waits = commands.iter().any(operation::waits);
        self.risk = risk::of_commands(commands);
        self.edits = edits::of_commands(commands, &mut bench.scripts);
        for command in commands {
            if matches!(command.program(), "open" | "create" | "goto")
                && let Some(file) = command.operands().next().filter(|word| word.parse::<u32>().is_err())
            {
                bench.open_file = file.into();
            }
            if matches!(command.program(), "edit" | "insert") {
                for edit in self.edits.iter_mut().filter(|edit| edit.file.is_empty()) {
                    edit.file.clone_from(&bench.open_file);
                }
            }
            for file in targets(command) {
                self.targets.push(Cow::Owned(file.to_owned()));
            }
        }
        self.masks_exit = matches!(operation, Operation::Run(RunKind::Test | RunKind::Build | RunKind::Lint))
            && shell::masks_exit(commands, index);
        self.pending = Pending {
            framework: commands.iter().find_map(test_run::framework),
            hides_exit: shell::hides_exit(commands, index),
            one_means_no: commands.last().is_some_and(operation::one_means_no),
            compound: commands.iter().filter(|command| command.program() != "cd").count() > 1,
            ..Pending::default()
        };
    }

    fn finish(self, call: &CallText<'_>) -> Reading {
        let operation = self.operation.unwrap_or(Operation::Other);
        let mut targets: Vec<Box<str>> = Vec::new();
        let edited = self.edits.iter().map(|edit| &*edit.file);
        for file in edited.chain(self.targets.iter().map(AsRef::as_ref)) {
            if targets.len() < MAX_TARGETS
                && !file.is_empty()
                && !targets.iter().any(|known| **known == *file)
            {
                targets.push(head(file, MAX_TARGET).into());
            }
        }
        let facts = ActionFacts {
            operation,
            command: self
                .command
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(|text| cut(text, MAX_COMMAND)),
            targets,
            call_hash: call_hash(call),
            result_hash: 0,
            outcome: ActionOutcome::Unknown,
            exit_code: None,
            error: None,
            tests: None,
            edits: self.edits,
            waits: self.waits,
            masks_exit: self.masks_exit,
            risk: self.risk,
            unshown: None,
            result_len: 0,
            result_quote: None,
            plan: None,
        };
        let speaks = matches!(operation, Operation::Submit | Operation::Plan | Operation::Ask);
        Reading { facts, pending: self.pending, speaks, bare_fix: self.bare_fix }
    }
}

fn first_file<'a>(arguments: &'a Arguments<'_>) -> &'a str {
    arguments.files.first().map_or("", AsRef::as_ref)
}

fn cut(text: &str, characters: usize) -> Box<str> {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text).into()
}

/// Tool and input, byte for byte but for the kind of line ends.
fn call_hash(call: &CallText<'_>) -> u64 {
    let (kind, input) = match call.input {
        CallInput::Json(text) => (1, text),
        CallInput::Command(text) => (2, text),
        CallInput::Text(text) => (3, text),
        CallInput::None => (0, ""),
    };
    let mut key = Vec::with_capacity(call.tool.len() + input.len() + 2);
    key.extend_from_slice(call.tool.as_bytes());
    key.extend_from_slice(&[0, kind]);
    match memchr::memchr(b'\r', input.as_bytes()) {
        Some(_) => key.extend_from_slice(input.replace("\r\n", "\n").as_bytes()),
        None => key.extend_from_slice(input.as_bytes()),
    }
    xxh3_64(&key).max(1)
}

#[cfg(test)]
mod tests {
    use super::super::{EditKind, Operation, RunKind};
    use super::{CallInput, CallText, Reading, Workbench, read};

    fn reading(tool: &str, input: CallInput<'_>) -> Reading {
        read(&CallText { tool, input, cwd: None }, &mut Workbench::default())
    }

    fn json(tool: &str, input: &str) -> Reading {
        reading(tool, CallInput::Json(input))
    }

    #[test]
    fn shells_of_many_agents() {
        let codex = json("shell", r#"{"command":["bash","-lc","cd /x && pytest -q"]}"#);
        assert_eq!(codex.facts.operation, Operation::Run(RunKind::Test));
        assert_eq!(codex.facts.command.as_deref(), Some("cd /x && pytest -q"));
        assert_eq!(codex.pending.framework, Some("pytest"));
        let exec = json("exec_command", r#"{"cmd":"cat a.py"}"#);
        assert_eq!((exec.facts.operation, &*exec.facts.targets[0]), (Operation::Read, "a.py"));
        let mini = reading("bash", CallInput::Command("sed -i 's/a/b/' x/y.py && git diff"));
        assert_eq!((mini.facts.operation, mini.facts.edits.len()), (Operation::Edit, 1));
    }

    #[test]
    fn editors_of_many_agents() {
        let claude = json("Edit", r#"{"file_path":"/a.py","old_string":"x","new_string":"y"}"#);
        assert_eq!((claude.facts.operation, claude.facts.edits[0].kind), (Operation::Edit, EditKind::Modify));
        let view = json("str_replace_editor", r#"{"command":"view","path":"/a.py","view_range":[1,2]}"#);
        assert_eq!((view.facts.operation, view.facts.edits.len()), (Operation::Read, 0));
        let create = json("str_replace_editor", r#"{"command":"create","path":"/a.py","file_text":"1\n"}"#);
        assert_eq!((create.facts.operation, create.facts.edits[0].added), (Operation::Create, Some(1)));
        let patch = reading(
            "apply_patch",
            CallInput::Text("*** Begin Patch\n*** Update File: a\n-x\n+y\n*** End Patch"),
        );
        assert_eq!((patch.facts.operation, patch.facts.edits.len()), (Operation::Edit, 1));
    }

    #[test]
    fn steps_of_the_original_format() {
        let fix = json("generate_fix", r#"{"code_patch": "maybe x"}"#);
        assert_eq!((fix.facts.operation, fix.bare_fix, fix.facts.edits.len()), (Operation::Edit, true, 1));
        let retry = json("retry_fix", r#"{"attempt": 2}"#);
        assert_eq!(retry.facts.operation, Operation::Edit);
        assert_eq!(json("run_tests", "{}").facts.operation, Operation::Run(RunKind::Test));
        assert_eq!(json("final_answer", "{}").facts.operation, Operation::Submit);
        assert_eq!(json("retrieve_context", "{}").facts.operation, Operation::Search);
    }

    #[test]
    fn the_window_edits_the_open_file() {
        let mut bench = Workbench::default();
        let mut command =
            |text| read(&CallText { tool: "bash", input: CallInput::Command(text), cwd: None }, &mut bench);
        assert_eq!(command("open src/a.py 10").facts.operation, Operation::Read);
        let edit = command("edit 1:2\nx\nend_of_edit");
        assert_eq!((edit.facts.operation, &*edit.facts.edits[0].file), (Operation::Edit, "src/a.py"));
        let edit = command("edit 'x = 1' 'x = 2\ny = 3' False").facts.edits;
        assert_eq!((&*edit[0].file, edit[0].removed, edit[0].added), ("src/a.py", Some(1), Some(2)));
    }

    #[test]
    fn equal_calls_have_equal_hashes() {
        let hash = |text| reading("bash", CallInput::Command(text)).facts.call_hash;
        assert_eq!(hash("a\r\nb"), hash("a\nb"));
        assert_ne!(hash("a  b"), hash("a b"));
    }
}
