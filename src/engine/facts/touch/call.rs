//! From the texts of one step to what it did to files.

use serde_json::Value;

use super::answer::{Output, number_of, numbered, window};
use super::shell::{self, Bench};
use super::{Touch, TouchKind, hunks, shown};
use crate::engine::facts::arguments::Arguments;
use crate::engine::facts::shell as command_line;
use crate::engine::facts::tool::{self, Tool};
use crate::engine::facts::{Operation, edits};

/// The texts of a step, and what the facts say of it.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'t> {
    pub operation: Operation,
    /// It failed and changed nothing.
    pub refused: bool,
    pub tool: &'t str,
    pub call: &'t str,
    pub result: Option<&'t str>,
}

/// Reads the steps of a run in their order.
#[derive(Debug, Default)]
pub struct Toucher {
    bench: Bench,
    /// A folder that a call changes into is where the next one works.
    keeps_folder: bool,
}

impl Toucher {
    pub fn new(keeps_folder: bool) -> Self {
        Self { bench: Bench::default(), keeps_folder }
    }

    /// What the step did, in the order in which it did it. What it was refused is left out.
    pub fn touches(&mut self, texts: Texts<'_>) -> Vec<Touch> {
        let mut touches = Vec::new();
        let folder = self.bench.folder.clone();
        let output = texts.result.map(Output::of);
        self.read(texts, output, &mut touches);
        if texts.refused {
            // What could be removed is gone, whatever else could not.
            touches.retain(|touch| !touch.kind.changes() || touch.kind == TouchKind::Deleted);
        }
        if let Some(result) = texts.result {
            if result.contains("syntax error near unexpected token")
                || result.contains("unexpected EOF while")
            {
                touches.retain(|touch| !touch.kind.changes());
            }
            let missing = |name: &str| result.contains(&format!("{name}: No such file"));
            touches.retain(|touch| !matches!(touch.kind, TouchKind::Sed(_)) || !missing(&touch.file));
        }
        // A refused edit is shown as it would have looked.
        let shows = |text: &&str| text.contains("[File: ") && !text.contains("Your proposed edit");
        if let Some(text) = texts.result.filter(shows) {
            touches.extend(window(text).map(|mut touch| {
                // The answer names the folders that the call left out.
                let open = &*self.bench.open_file;
                if !open.is_empty() && !open.starts_with('/') && touch.file.ends_with(&format!("/{open}")) {
                    touch.file = open.into();
                }
                touch
            }));
        }
        if !self.keeps_folder {
            self.bench.folder = folder;
        }
        touches
    }

    fn read(&mut self, texts: Texts<'_>, output: Option<Output<'_>>, touches: &mut Vec<Touch>) {
        let tool = tool::tool(texts.tool);
        let is_json = texts.call.trim_start().starts_with('{');
        if is_json {
            let arguments = Arguments::read(texts.call);
            let line = match (tool, arguments.argv.as_slice()) {
                (Tool::Shell | Tool::Unknown, [_, .., script]) => Some(script.as_ref()),
                (Tool::Shell, _) => arguments.command.as_deref(),
                (Tool::Unknown, _) if arguments.files.is_empty() => arguments.command.as_deref(),
                _ => None,
            };
            if let Some(line) = line {
                if let Some(folder) = arguments.cwd.as_deref() {
                    self.bench.enter(folder);
                }
                self.of_line(line, output, touches);
            } else {
                self.of_arguments(tool, &arguments, texts, output, touches);
            }
        } else if tool == Tool::Patch || (tool != Tool::Shell && edits::is_patch(texts.call)) {
            shell::patched(texts.call, &self.bench, touches);
        } else if tool != Tool::Code {
            self.of_line(texts.call, output, touches);
        }
    }

    fn of_line(&mut self, line: &str, output: Option<Output<'_>>, touches: &mut Vec<Touch>) {
        if let Some((_, window)) = edits::of_window(line, &self.bench.open_file) {
            let body = line.split_once('\n').map_or("", |(_, body)| body);
            let end = body.find("end_of_edit").or_else(|| body.find("end_of_insert")).unwrap_or(body.len());
            let text = body.get(..end).unwrap_or("");
            // An insertion stands behind the line it names.
            let start = if window.lines == 0 { window.start + 1 } else { window.start };
            let kind = TouchKind::Lines { start, count: window.lines, text: text.into() };
            touches.push(Touch::new(self.bench.open_file.clone(), kind));
            return;
        }
        let commands = command_line::parse(line);
        for (index, command) in commands.iter().enumerate() {
            shell::of_command(command, &commands, index, &mut self.bench, touches);
        }
        let before = touches.len();
        if let Some(output) = output {
            shown::of_commands(&commands, output, touches);
        }
        // A diff names files from the top of the repository, whatever the folder.
        for touch in touches.iter_mut().skip(before) {
            if matches!(touch.kind, TouchKind::Shown(_)) {
                touch.file = self.bench.path(&touch.file).into();
            }
        }
    }

    fn of_arguments(
        &mut self,
        tool: Tool,
        arguments: &Arguments<'_>,
        texts: Texts<'_>,
        output: Option<Output<'_>>,
        touches: &mut Vec<Touch>,
    ) {
        let Some(file) = arguments.files.first().map(AsRef::as_ref) else {
            if let Some(patch) = arguments.patch.as_deref().filter(|patch| edits::is_patch(patch)) {
                shell::patched(patch, &self.bench, touches);
            }
            return;
        };
        let file = self.bench.path(file);
        let mut add = |kind| touches.push(Touch::new(file.clone(), kind));
        let extra: Value = serde_json::from_str(texts.call).unwrap_or_default();
        let has =
            |names: &[&str]| names.iter().any(|name| extra.get(name).is_some_and(|value| !value.is_null()));
        if texts.operation == Operation::Read {
            let limited = has(&["offset", "limit", "view_range", "start_line", "end_line", "startLine"]);
            if let Some(shown) = output.and_then(|output| viewed(output, limited)) {
                add(TouchKind::Shown(shown));
            }
            return;
        }
        if texts.operation == Operation::Delete {
            add(TouchKind::Deleted);
            return;
        }
        if let Some(patch) = arguments.patch.as_deref().filter(|patch| edits::is_patch(patch)) {
            for patch in hunks::read(patch, &file) {
                add(TouchKind::Patched(patch));
            }
            return;
        }
        let verb = if tool == Tool::Editor { arguments.command.as_deref().unwrap_or("") } else { "" };
        let all = extra.get("replace_all").and_then(Value::as_bool).unwrap_or(false)
            || texts.operation == Operation::Edit
                && texts.tool.eq_ignore_ascii_case("replace")
                && has(&["expected_replacements"]);
        let insert_line = extra.get("insert_line").and_then(Value::as_u64);
        for replacement in &arguments.replacements {
            let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or("").into();
            let (old, new): (Box<str>, Box<str>) = (text(&replacement.old), text(&replacement.new));
            match (insert_line, &replacement.old) {
                (Some(line), None) => {
                    add(TouchKind::Inserted { after: u32::try_from(line).unwrap_or(u32::MAX), text: new });
                }
                (_, Some(_)) if !old.is_empty() => add(TouchKind::Replaced { old, new, all }),
                // Replacing nothing is how some tools create a file.
                (_, Some(_)) => add(TouchKind::Written(new)),
                (None, None) if !new.is_empty() => add(TouchKind::Unseen(texts.tool.into())),
                (_, None) => {}
            }
        }
        match &arguments.content {
            Some(text) if texts.operation == Operation::Create || verb == "create" => {
                edits::remember(&file, text, &mut self.bench.scripts);
                add(TouchKind::Written(text.as_ref().into()));
            }
            Some(_) if arguments.replacements.is_empty() => add(TouchKind::Unseen(texts.tool.into())),
            None if verb == "undo_edit" => add(TouchKind::Unseen("undo_edit".into())),
            _ => {}
        }
        // Editors show the place they changed.
        if let Some(output) = output.filter(|output| output.text.contains("cat -n")) {
            touches.extend(viewed(output, true).map(|shown| Touch::new(file, TouchKind::Shown(shown))));
        }
    }
}

/// What a tool that reads a file answers: lines with their numbers behind some heading, or the file as it is.
fn viewed(output: Output<'_>, limited: bool) -> Option<super::Shown> {
    let is_numbered = |line: &&str| {
        let digits = line.trim_start_matches(' ').bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && number_of(line).is_some()
    };
    let mut at = 0;
    for line in output.text.lines().take(6) {
        if is_numbered(&line) {
            let text = output.text.get(at..)?;
            let end = text.rfind("\n\n<system-reminder>").or_else(|| text.rfind("\n(End of file"));
            let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
            return numbered(Output { text, ..output }, !limited);
        }
        at += line.len() + 1;
    }
    let plain = !limited && !output.cut && !output.text.trim_start().starts_with(['<', '[']);
    plain.then(|| {
        let lines: Vec<(u32, Box<str>)> = (1..).zip(output.text.lines().map(Into::into)).collect();
        let len = u32::try_from(lines.len()).ok();
        super::Shown { lines, len }
    })
}
