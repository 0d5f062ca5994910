//! What lies inside the texts of mini-swe-agent: the command in an answer, the output in an observation.

use std::borrow::Cow;

use crate::engine::import::text;
use crate::engine::trace::{BodyError, Decoder};

/// A JSON string; the text is the command in its one code block.
pub(super) const COMMAND: Decoder = Decoder(16);
/// A JSON string; the text is the prose around its one code block.
pub(super) const PROSE: Decoder = Decoder(17);
/// A JSON string; the text is what the command printed.
pub(super) const OUTPUT: Decoder = Decoder(18);

pub(super) fn decode(decoder: Decoder, bytes: &[u8]) -> Result<String, BodyError> {
    let body = |whole: &str| match decoder {
        COMMAND => Answer::of(whole).map(|answer| answer.command.to_owned()),
        PROSE => Answer::of(whole).map(|answer| answer.prose.into_owned()),
        _ => Observation::of(whole).map(|observation| observation.output.into_owned()),
    };
    match decoder {
        COMMAND | PROSE | OUTPUT => body(&text::decode(text::JSON_TEXT, bytes)?)
            .ok_or_else(|| BodyError::Decode("the text is not built as it was".to_owned())),
        shared => text::decode(shared, bytes),
    }
}

/// The names under which the agent's prompts ask for its command.
const FENCES: &[&str] = &["bash", "mswea_bash_command"];

/// An answer with exactly one command, as the agent demands it.
#[derive(Debug, PartialEq)]
pub(super) struct Answer<'a> {
    pub(super) command: &'a str,
    pub(super) prose: Cow<'a, str>,
}

impl<'a> Answer<'a> {
    /// `None` for an answer without a command or with several: the agent refuses both.
    pub(super) fn of(content: &'a str) -> Option<Self> {
        let (before, command, after) = block(content)?;
        if block(after).is_some() {
            return None;
        }
        let (before, after) = (before.trim(), after.trim());
        let prose = if after.is_empty() { before.into() } else { format!("{before}\n\n{after}").into() };
        Some(Self { command: command.trim(), prose })
    }
}

/// The text before the first command block, its inside, and the text behind it.
fn block(text: &str) -> Option<(&str, &str, &str)> {
    const FENCE: &str = "```";
    let mut searched = 0;
    loop {
        let open = searched + text.get(searched..)?.find(FENCE)?;
        let behind = text.get(open + FENCE.len()..)?;
        searched = open + FENCE.len();
        let Some(inside) = FENCES.iter().find_map(|name| behind.strip_prefix(name)) else { continue };
        let blank = inside.len() - inside.trim_start().len();
        if !inside.get(..blank)?.contains('\n') {
            continue;
        }
        let Some(close) = inside.find("\n```") else { continue };
        return Some((text.get(..open)?, inside.get(..close)?, inside.get(close + 1 + FENCE.len()..)?));
    }
}

/// What came back from a command.
#[derive(Debug, PartialEq)]
pub(super) struct Observation<'a> {
    pub(super) exit_code: Option<i32>,
    pub(super) output: Cow<'a, str>,
}

impl<'a> Observation<'a> {
    /// Reads `<returncode>N</returncode>` and the output in `<output>`, or in `<output_head>` and
    /// `<output_tail>` where it was too long, with an `<exception>` in front if there was one.
    pub(super) fn of(content: &'a str) -> Option<Self> {
        let (exception, rest) = match content.strip_prefix("<exception>") {
            Some(rest) => rest.split_once("</exception>")?,
            None => ("", content),
        };
        let (code, rest) = rest.trim_start().strip_prefix("<returncode>")?.split_once("</returncode>")?;
        let output = match element(rest, "output") {
            Some(output) => Cow::Borrowed(output),
            None => match (element(rest, "output_head"), element(rest, "output_tail")) {
                (Some(head), Some(tail)) => {
                    let elided = element(rest, "elided_chars").unwrap_or("output elided").trim();
                    format!("{head}\n[{elided}]\n{tail}").into()
                }
                _ => Cow::Borrowed(rest.trim_start()),
            },
        };
        let output = if exception.is_empty() { output } else { format!("{exception}\n{output}").into() };
        Some(Self { exit_code: code.trim().parse().ok(), output })
    }
}

/// The inside of an element, without the line break behind its opening tag. Output may hold anything, its
/// own end tag included, so the last end tag counts.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, inside) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = inside.rsplit_once(&format!("</{name}>"))?;
    Some(inside.strip_prefix('\n').unwrap_or(inside))
}

/// What the harness says of a command that it had to kill.
pub(super) fn says_timed_out(content: &str) -> bool {
    content.starts_with("The last command") && content.contains("timed out and has been killed")
}

#[cfg(test)]
mod tests {
    use super::{Answer, Observation};

    #[test]
    fn an_answer_has_exactly_one_command() {
        let answer = Answer::of("THOUGHT: look\n\n```bash\nls -l\n```").unwrap();
        assert_eq!((answer.command, &*answer.prose), ("ls -l", "THOUGHT: look"));
        let answer =
            Answer::of("```python\nx\n```\n```mswea_bash_command\ncat <<'E'\n```\nE\n```\nDone").unwrap();
        assert_eq!(answer.command, "cat <<'E'");
        assert_eq!(Answer::of("```bash\na\n```\n```bash\nb\n```"), None);
        assert_eq!(Answer::of("```bash ls```"), None);
        assert_eq!(Answer::of("I am done."), None);
    }

    #[test]
    fn the_output_is_what_stands_in_the_wrapper() {
        let observation =
            |text: &str| Observation::of(text).map(|seen| (seen.exit_code, seen.output.into_owned()));
        assert_eq!(
            observation("<returncode>1</returncode>\n<output>\na </output> b\n</output>"),
            Some((Some(1), "a </output> b\n".to_owned()))
        );
        assert_eq!(
            observation(
                "<returncode>0</returncode>\n<warning>\nlong\n</warning><output_head>\nA\n</output_head>\n<elided_chars>\n9 characters elided\n</elided_chars>\n<output_tail>\nZ\n</output_tail>"
            ),
            Some((Some(0), "A\n\n[9 characters elided]\nZ\n".to_owned()))
        );
        assert_eq!(
            observation("<exception>boom</exception>\n<returncode>-1</returncode>\n<output>\n</output>"),
            Some((Some(-1), "boom\n".to_owned()))
        );
        assert_eq!(observation("Please always provide EXACTLY ONE action"), None);
    }
}
