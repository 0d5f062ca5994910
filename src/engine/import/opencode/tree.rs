//! `storage/session/<project>/<session>.json`, `storage/message/<session>/<message>.json` and
//! `storage/part/<message>/<part>.json`: one file for each thing. Ids sort by time.

use std::collections::BTreeMap;

use super::super::object::Members;
use super::super::{Gathered, ImportError, Input, Output, Record};
use super::Conversation;
use crate::engine::order;
use crate::engine::trace::{RunIndex, SourceId, WarningKind};

/// Reads the files of one session, or a single one of them.
pub(super) fn import(input: &Input<'_>, out: &mut Output<'_>, run: RunIndex) -> Result<(), ImportError> {
    let mut session = Session { run, ..Session::default() };
    input.records(out, |out, record| session.file(out, &record))?;
    for part in &input.parts {
        input.with_part(*part, |file| file.records(out, |out, record| session.file(out, &record)))?;
    }
    session.finish(out);
    Ok(())
}

struct Session {
    run: RunIndex,
    conversation: Conversation,
    messages: u32,
    parts: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self { run: RunIndex(0), conversation: Conversation::default(), messages: 0, parts: 0 }
    }
}

impl Session {
    fn file(&mut self, out: &mut Output<'_>, record: &Record<'_>) {
        let file = match Members::of_record(record) {
            Ok(file) => file,
            Err(error) => {
                return out.warn(WarningKind::BadRecord, None, format!("a file was left out: {error}"));
            }
        };
        let mut run = out.run(self.run);
        if file.has("messageID") {
            self.parts += 1;
            self.conversation.part(&mut run, record, &file);
        } else if file.has("role") {
            self.conversation.end(&mut run);
            self.conversation.begin(&mut run, &file, self.messages, None);
            self.messages += 1;
        } else {
            self.conversation.session(&mut run, &file);
        }
    }

    fn finish(mut self, out: &mut Output<'_>) {
        self.conversation.end(&mut out.run(self.run));
        if self.messages == 0 || self.parts == 0 {
            let text = "this is one file of a session that is kept in many: drop the folder “storage” with its \
                        session, message and part folders";
            out.warn(WarningKind::Missing, None, text);
        }
    }
}

/// What the path of a file says it is.
struct Place<'a> {
    /// The folder that holds the tree.
    root: String,
    /// `session`, `message` or `part`.
    kind: &'a str,
    /// The id in the folder's name: the session of a message, the message of a part.
    owner: &'a str,
    /// The file's name without its ending.
    stem: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        fn is_kind(folder: &&str) -> bool {
            matches!(*folder, "session" | "message" | "part")
        }
        let mut folders: Vec<&str> = path.split('/').collect();
        let stem = folders.pop()?.strip_suffix(".json")?;
        // A layout of 2025 has `message` and `part` inside of `session`.
        let first = folders.iter().position(is_kind)?;
        let last = folders.iter().rposition(is_kind)?;
        Some(Self {
            root: folders.get(..first)?.join("/"),
            kind: folders.get(last)?,
            owner: folders.get(last + 1..)?.last().unwrap_or(&""),
            stem,
        })
    }
}

/// The id without what says that it is a session's, as some writers leave that out.
fn bare(session: &str) -> String {
    session.strip_prefix("ses_").unwrap_or(session).to_owned()
}

type Files = Vec<(String, SourceId)>;

/// The files of each session: its own, then each message with its parts behind it.
pub(super) fn gather(names: &[(SourceId, &str)]) -> Vec<Gathered> {
    let mut sessions: BTreeMap<(String, String), (Option<SourceId>, Files)> = BTreeMap::new();
    let mut parts: BTreeMap<(String, String), Files> = BTreeMap::new();
    for (id, path) in names {
        let Some(Place { root, kind, owner, stem }) = Place::of(path) else { continue };
        match kind {
            "session" => sessions.entry((root, bare(stem))).or_default().0 = Some(*id),
            "message" => sessions.entry((root, bare(owner))).or_default().1.push((stem.to_owned(), *id)),
            _ => parts.entry((root, owner.to_owned())).or_default().push((stem.to_owned(), *id)),
        }
    }
    for files in parts.values_mut() {
        order::sort(files);
    }
    let is_only = sessions.len() == 1;
    let mut groups: Vec<Vec<SourceId>> = Vec::new();
    for ((root, _), (session, mut messages)) in sessions {
        order::sort(&mut messages);
        let mut files: Vec<SourceId> = session.into_iter().collect();
        for (message, id) in messages {
            files.push(id);
            files
                .extend(parts.remove(&(root.clone(), message)).unwrap_or_default().iter().map(|(_, id)| *id));
        }
        // Parts without a folder for their message can only be told when there is one session.
        if let Some(loose) = parts.remove(&(root, String::new())).filter(|_| is_only) {
            files.extend(loose.iter().map(|(_, id)| *id));
        }
        groups.push(files);
    }
    groups.extend(parts.into_values().map(|files| files.iter().map(|(_, id)| *id).collect()));
    let of_many = groups.into_iter().filter(|files| files.len() > 1);
    of_many
        .filter_map(|files| {
            let (main, parts) = files.split_first()?;
            Some(Gathered { main: *main, parts: parts.to_vec() })
        })
        .collect()
}
