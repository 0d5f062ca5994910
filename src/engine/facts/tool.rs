//! What a tool does by its name: the names of many agents.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{Operation, RunKind};

/// What a tool does by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// Runs a command line; the operation is that of the command.
    Shell,
    /// Runs a program in another language.
    Code,
    /// Views or edits, as its `command` argument says.
    Editor,
    /// Applies a patch.
    Patch,
    /// Types into a program that runs already, or looks at its output.
    Terminal,
    Known(Operation),
    Unknown,
}

/// Names in lower case without separators, in lists separated by ` | `.
const NAMES: &[(Tool, &str)] = &[
    (
        Tool::Shell,
        "bash | shell | sh | run | executebash | runcommand | executecommand | terminal | cmdrun | \
         cmdrunaction | runterminalcmd | runterminalcommand | runshellcommand | execcommand | \
         localshell | localshellcall | shellcommand | exec | execute | commandexecution | \
         runinterminal | computerterminal | containerexec | bashcommand | powershell | \
         runlinuxcommand",
    ),
    (
        Tool::Code,
        "runipython | ipython | python | executepython | executeipythoncell | pythonrepl | \
         jupyter | codeinterpreter | pythoninterpreter | executecode | runcode | ipythonruncell | \
         ipythonruncellaction",
    ),
    (
        Tool::Editor,
        "strreplaceeditor | strreplacebasededittool | texteditor | fileeditor | editor | \
         strreplaceeditortool",
    ),
    (Tool::Patch, "applypatch | patch | applydiff | filechange"),
    (
        Tool::Terminal,
        "writestdin | bashoutput | taskoutput | sendinput | shelloutput | bashinput | sendkeys | \
         getcommandoutput | readterminal | wait | sleep | commandstatus",
    ),
    (
        Tool::Known(Operation::Read),
        "read | readfile | view | viewfile | open | openfile | cat | readmanyfiles | \
         notebookread | viewimage | readrange | readlines | scrollup | scrolldown | goto | \
         fileread | getfile | readmediafile | readmultiplefiles | filereadaction | \
         readmcpresource | extracttests | getclassesandmethods | extractmethodcode | \
         readnotebook | readfiles",
    ),
    (
        Tool::Known(Operation::Search),
        "grep | glob | search | searchdir | searchfile | findfile | find | searchfilecontent | \
         searchfiles | grepsearch | filesearch | codebasesearch | codesearch | semanticsearch | \
         searchclass | searchmethod | searchmethodinclass | searchmethodinfile | \
         searchclassinfile | searchcode | searchcodeinfile | searchcodebase | retrievecontext | \
         findfiles | toolsearch | ripgrep | getcodearoundline | searchsymbol | \
         findsimilarapicalls | getrelevantfiles | lsp | listcodedefinitionnames | \
         searchcodesnippets",
    ),
    (
        Tool::Known(Operation::List),
        "ls | list | listdir | listdirectory | listfiles | tree | listfolder | viewdirectory",
    ),
    (
        Tool::Known(Operation::Edit),
        "edit | editfile | strreplace | multiedit | replace | replaceinfile | insert | \
         searchreplace | notebookedit | insertedit | generatefix | retryfix | applyfix | \
         editnotebook | fileedit | edititem | undoedit | insertcontent | searchandreplace | \
         writefix | writepatch | fileeditaction | morphedit | editfiles | insertatline | \
         replacelines | strreplacefile | smartedit",
    ),
    (
        Tool::Known(Operation::Create),
        "write | writefile | writetofile | create | createfile | newfile | filewrite | \
         createnewfile | filewriteaction | savefile",
    ),
    (Tool::Known(Operation::Delete), "delete | deletefile | remove | removefile | rm"),
    (Tool::Known(Operation::Run(RunKind::Test)), "runtests | runtest | test | runtestsuite"),
    (Tool::Known(Operation::Run(RunKind::Build)), "build | compile"),
    (
        Tool::Known(Operation::Run(RunKind::Lint)),
        "getdiagnostics | diagnostics | lint | readlints | getproblems | geterrors",
    ),
    (
        Tool::Known(Operation::Browse),
        "webfetch | websearch | browse | browser | browseraction | browseurl | gotourl | \
         visitpage | fetch | visiturl | openurl | webpagetotext | googlewebsearch | \
         websearchcall | visit | browserinteractive | browseinteractive | fetchurl | click | \
         navigate | browsernavigate | browserclick | browsersnapshot",
    ),
    (
        Tool::Known(Operation::Plan),
        "todowrite | todoread | updateplan | plan | think | writetodos | setplan | exitplanmode | \
         enterplanmode | todo | tasktracker | managetodolist | updatetodolist | todolist | \
         settodolist | sequentialthinking | taskcreate | taskupdate | tasklist | taskget | \
         reason | note | agentthink | expresshypothesis | discardhypothesis",
    ),
    (
        Tool::Known(Operation::Delegate),
        "task | agent | delegate | spawnagent | dispatchagent | newtask | subagent | \
         delegatetask | runsubagent | callagent | handoff | skill",
    ),
    (
        Tool::Known(Operation::Submit),
        "submit | finish | finalanswer | attemptcompletion | complete | taskcomplete | done | \
         goalaccomplished | agentfinish | marktaskcomplete | submitsolution | exit | \
         markcomplete",
    ),
    (
        Tool::Known(Operation::Ask),
        "askuser | askfollowupquestion | askuserquestion | ask | askquestion | askhuman | \
         requestuserinput | message",
    ),
];

static TOOLS: LazyLock<FxHashMap<&str, Tool>> = LazyLock::new(|| {
    NAMES.iter().flat_map(|(tool, names)| names.split(" | ").map(move |name| (name, *tool))).collect()
});

/// What the tool of that name does. Case, separators and the `mcp__server__` prefix do not matter.
pub(super) fn tool(name: &str) -> Tool {
    let name = name.rsplit("__").next().unwrap_or(name);
    let name = name.rsplit(['.', ':', '/']).find(|part| part.len() > 1).unwrap_or(name);
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .take(40)
        .collect();
    TOOLS.get(plain.as_str()).copied().unwrap_or(Tool::Unknown)
}

/// What an editor tool's verb does.
pub(super) fn of_verb(verb: &str) -> Operation {
    match verb {
        "view" | "read" | "open" => Operation::Read,
        "create" | "write" => Operation::Create,
        "delete" => Operation::Delete,
        _ => Operation::Edit,
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, Tool, tool};

    #[test]
    fn tools_of_many_agents() {
        assert_eq!(tool("Bash"), Tool::Shell);
        assert_eq!(tool("mcp__files__read_file"), Tool::Known(Operation::Read));
        assert_eq!(tool("functions.exec_command"), Tool::Shell);
        assert_eq!(tool("str_replace_based_edit_tool"), Tool::Editor);
        assert_eq!(tool("retrieve_context"), Tool::Known(Operation::Search));
        assert_eq!(tool("frobnicate"), Tool::Unknown);
    }
}
