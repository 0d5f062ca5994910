//! What a call was given, read from its JSON arguments under the names that agents use for them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The arguments that tell what a call does. All texts are borrowed where JSON allows.
#[derive(Debug, Default)]
pub(super) struct Arguments<'a> {
    /// A command line, or the verb of an editor tool (`view`, `str_replace`, …).
    pub(super) command: Option<Cow<'a, str>>,
    /// A program given as a list of words.
    pub(super) argv: Vec<Cow<'a, str>>,
    /// A program in another language than the shell's.
    pub(super) code: Option<Cow<'a, str>>,
    pub(super) files: Vec<Cow<'a, str>>,
    pub(super) replacements: Vec<Replacement<'a>>,
    /// All of a file.
    pub(super) content: Option<Cow<'a, str>>,
    /// A patch in one of the languages for patches.
    pub(super) patch: Option<Cow<'a, str>>,
    /// The one patch argument of TraceBench's own format: an edit whose file nobody names.
    pub(super) code_patch: Option<Cow<'a, str>>,
    /// What is typed into a running program.
    pub(super) typed: Option<Cow<'a, str>>,
    pub(super) cwd: Option<Cow<'a, str>>,
    pub(super) background: bool,
}

/// One text put in the place of another. `old` alone is a removal, `new` alone an insertion.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Replacement<'a> {
    pub(super) old: Option<Cow<'a, str>>,
    pub(super) new: Option<Cow<'a, str>>,
}

impl<'a> Arguments<'a> {
    /// Reads `json`; anything but an object has no named arguments.
    pub(super) fn read(json: &'a str) -> Self {
        let mut arguments = Self::default();
        let mut deserializer = serde_json::Deserializer::from_str(json);
        // What was read before an error still counts: a cut-off call tells something too.
        drop(deserializer.deserialize_any(Members { arguments: &mut arguments, replacement: None }));
        arguments
    }

    fn take(&mut self, name: Name, value: Value<'a>, replacement: &mut Replacement<'a>) {
        match (name, value) {
            (Name::Command, Value::Text(text)) => self.command = Some(text),
            (Name::Command, Value::List(words)) => self.argv = words,
            (Name::Code, Value::Text(text)) => self.code = Some(text),
            (Name::File, Value::Text(text)) => self.files.push(text),
            (Name::File, Value::List(files)) => self.files.extend(files),
            (Name::Old, Value::Text(text)) => replacement.old = Some(text),
            (Name::New, Value::Text(text)) => replacement.new = Some(text),
            (Name::Content, Value::Text(text)) => self.content = Some(text),
            (Name::Patch, Value::Text(text)) => self.patch = Some(text),
            (Name::CodePatch, Value::Text(text)) => self.code_patch = Some(text),
            (Name::Typed, Value::Text(text)) => self.typed = Some(text),
            (Name::Cwd, Value::Text(text)) => self.cwd = Some(text),
            (Name::Background, Value::Yes) => self.background = true,
            (Name::Edits, Value::Edits(edits)) => self.replacements.extend(edits),
            _ => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Command,
    Code,
    File,
    Old,
    New,
    Content,
    Patch,
    CodePatch,
    Typed,
    Cwd,
    Background,
    Edits,
    /// Another object of arguments.
    Nested,
    Unknown,
}

/// The argument of that name; `old_string`, `oldString` and `old-string` are one.
fn name(key: &str) -> Name {
    let mut plain = [0_u8; 24];
    let mut len = 0;
    for byte in key.bytes().filter(|byte| !matches!(byte, b'_' | b'-')) {
        let Some(place) = plain.get_mut(len) else { return Name::Unknown };
        *place = byte.to_ascii_lowercase();
        len += 1;
    }
    match plain.get(..len).unwrap_or_default() {
        b"command" | b"cmd" | b"commandline" | b"script" | b"bash" | b"shellcommand" => Name::Command,
        b"code" | b"python" | b"pythoncode" => Name::Code,
        b"filepath"
        | b"path"
        | b"filename"
        | b"file"
        | b"notebookpath"
        | b"targetfile"
        | b"absolutepath"
        | b"relativepath"
        | b"paths"
        | b"files"
        | b"dirpath"
        | b"directory"
        | b"relativeworkspacepath" => Name::File,
        b"oldstring" | b"oldstr" | b"oldtext" | b"search" | b"old" | b"oldcontent" => Name::Old,
        b"newstring" | b"newstr" | b"newtext" | b"replace" | b"new" | b"newcontent" | b"newsource"
        | b"codeedit" | b"inserttext" => Name::New,
        b"filetext" | b"content" | b"contents" | b"fullcontent" => Name::Content,
        b"patch" | b"input" | b"diff" | b"patchtext" | b"patchcontent" => Name::Patch,
        b"codepatch" => Name::CodePatch,
        b"chars" | b"keys" | b"keystrokes" => Name::Typed,
        b"workdir" | b"cwd" | b"workingdirectory" | b"dir" => Name::Cwd,
        b"runinbackground" | b"isbackground" | b"background" => Name::Background,
        b"edits" | b"replacements" | b"changes" => Name::Edits,
        b"args" | b"arguments" | b"parameters" | b"params" | b"action" | b"kwargs" => Name::Nested,
        _ => Name::Unknown,
    }
}

enum Value<'a> {
    Text(Cow<'a, str>),
    List(Vec<Cow<'a, str>>),
    Edits(Vec<Replacement<'a>>),
    Yes,
    Other,
}

/// Reads an object of arguments, or one of the edits in a list of them.
struct Members<'a, 'm> {
    arguments: &'m mut Arguments<'a>,
    replacement: Option<&'m mut Replacement<'a>>,
}

impl<'a> Visitor<'a> for Members<'a, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a call's arguments")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let mut replacement = Replacement::default();
        let mut failure = None;
        loop {
            let key = match map.next_key::<Key<'a>>() {
                Ok(Some(Key(key))) => key,
                Ok(None) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            let name = name(&key);
            let read = match name {
                Name::Unknown => map.next_value::<IgnoredAny>().map(|_| Value::Other),
                Name::Nested => map.next_value_seed(NestedSeed(self.arguments)).map(|()| Value::Other),
                _ => map.next_value::<Value<'a>>(),
            };
            match read {
                Ok(value) => self.arguments.take(name, value, &mut replacement),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        if replacement != Replacement::default() {
            match self.replacement {
                Some(place) => *place = replacement,
                None => self.arguments.replacements.push(replacement),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct NestedSeed<'a, 'm>(&'m mut Arguments<'a>);

impl<'a> serde::de::DeserializeSeed<'a> for NestedSeed<'a, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Members { arguments: self.0, replacement: None })
    }
}

/// A string that borrows where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Key<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Text(text) => Ok(Self(text)),
            _ => Ok(Self(Cow::Borrowed(""))),
        }
    }
}

impl<'a> Deserialize<'a> for Value<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'a> Visitor<'a> for ValueVisitor {
    type Value = Value<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an argument")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Value<'a>, E> {
        Ok(if yes { Value::Yes } else { Value::Other })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value<'a>, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value<'a>, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'a>, E> {
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Value<'a>, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Value<'a>, A::Error> {
        let mut words = Vec::new();
        let mut edits = Vec::new();
        while let Some(item) = seq.next_element::<Value<'a>>()? {
            match item {
                Value::Text(text) => words.push(text),
                Value::Edits(found) => edits.extend(found),
                _ => {}
            }
        }
        Ok(if edits.is_empty() { Value::List(words) } else { Value::Edits(edits) })
    }

    fn visit_map<A: MapAccess<'a>>(self, map: A) -> Result<Value<'a>, A::Error> {
        let mut scratch = Arguments::default();
        let mut replacement = Replacement::default();
        Members { arguments: &mut scratch, replacement: Some(&mut replacement) }.visit_map(map)?;
        if replacement == Replacement::default() {
            Ok(Value::Other)
        } else {
            Ok(Value::Edits(vec![replacement]))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Arguments, Replacement};

    #[test]
    fn the_names_of_many_agents() {
        let arguments =
            Arguments::read(r#"{"filePath":"a.rs","oldString":"x","newString":"y","replace_all":false}"#);
        assert_eq!(arguments.files, ["a.rs"]);
        let replacement = Replacement { old: Some("x".into()), new: Some("y".into()) };
        assert_eq!(arguments.replacements, [replacement]);
        let arguments = Arguments::read(r#"{"command":["bash","-lc","ls"],"workdir":"/x","timeout_ms":5}"#);
        assert_eq!((arguments.argv.len(), arguments.cwd.as_deref()), (3, Some("/x")));
        assert!(matches!(arguments.argv[2], Cow::Borrowed("ls")));
        let arguments = Arguments::read(
            r#"{"action":{"command":"ls"},"edits":[{"old_string":"a","new_string":"b"},{"old_string":"c"}]}"#,
        );
        assert_eq!((arguments.command.as_deref(), arguments.replacements.len()), (Some("ls"), 2));
    }

    #[test]
    fn no_object_no_arguments_and_a_cut_one_some() {
        for json in ["", "null", "3", "[1,\"a\"]", "\"text\"", "{"] {
            assert!(Arguments::read(json).command.is_none(), "{json}");
        }
        assert_eq!(Arguments::read(r#"{"command":"ls","path":"#).command.as_deref(), Some("ls"));
    }
}
