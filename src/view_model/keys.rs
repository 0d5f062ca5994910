//! What the keys do: one list for the handler, the help and the palette.

use super::jumps::Landmark;

/// Something a key press, or a line of the palette, asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    PreviousStep,
    NextStep,
    FirstStep,
    LastStep,
    Previous(Landmark),
    Next(Landmark),
    PlayOrPause,
    Slower,
    Faster,
    Pacing,
    MarkRange,
    Loop,
    ZoomToRange,
    FoldVerdict,
    ZoomIn,
    ZoomOut,
    PanBack,
    PanOn,
    ZoomToAll,
    ToggleAxis,
    Query,
    Palette,
    Help,
    Leave,
}

/// One line of the help: the keys, as the browser names them, and what they do.
pub struct KeyLine {
    pub keys: &'static [&'static str],
    pub does: &'static str,
    pub command: Command,
}

const fn line(keys: &'static [&'static str], does: &'static str, command: Command) -> KeyLine {
    KeyLine { keys, does, command }
}

pub static KEYS: &[KeyLine] = &[
    line(&[" "], "play or pause", Command::PlayOrPause),
    line(&["l", "ArrowRight", "j", "ArrowDown"], "next step", Command::NextStep),
    line(&["h", "ArrowLeft", "k", "ArrowUp"], "previous step", Command::PreviousStep),
    line(&["L"], "next turn", Command::Next(Landmark::Turn)),
    line(&["H"], "previous turn", Command::Previous(Landmark::Turn)),
    line(&["]"], "next edit", Command::Next(Landmark::Edit)),
    line(&["["], "previous edit", Command::Previous(Landmark::Edit)),
    line(&["n"], "next finding", Command::Next(Landmark::Finding)),
    line(&["p"], "previous finding", Command::Previous(Landmark::Finding)),
    line(&["t"], "next failed check", Command::Next(Landmark::RedCheck)),
    line(&["T"], "previous failed check", Command::Previous(Landmark::RedCheck)),
    line(&["Home", "0"], "first step", Command::FirstStep),
    line(&["End", "$"], "last step", Command::LastStep),
    line(&[">"], "play faster", Command::Faster),
    line(&["<"], "play slower", Command::Slower),
    line(&["e"], "play evenly or as it happened", Command::Pacing),
    line(&["m"], "begin or end a range here", Command::MarkRange),
    line(&["r"], "play the range again and again", Command::Loop),
    line(&["z"], "zoom to the range", Command::ZoomToRange),
    line(&["+", "="], "zoom into the timeline", Command::ZoomIn),
    line(&["-"], "zoom out", Command::ZoomOut),
    line(&[","], "move the timeline back", Command::PanBack),
    line(&["."], "move the timeline on", Command::PanOn),
    line(&["a"], "show the whole timeline", Command::ZoomToAll),
    line(&["o"], "timeline by order or by time", Command::ToggleAxis),
    line(&["v"], "fold or unfold the verdict", Command::FoldVerdict),
    line(&["/"], "search the steps", Command::Query),
    line(&[PALETTE], "find a command", Command::Palette),
    line(&["?"], "show these keys", Command::Help),
    line(&["Escape"], "close, or go back", Command::Leave),
];

/// Control or command with `k`, which works while typing too.
const PALETTE: &str = "Ctrl K";

/// What a key asks for.
pub fn command(key: &str) -> Option<Command> {
    KEYS.iter().find(|line| line.keys.contains(&key)).map(|line| line.command)
}

/// The key as it is printed on a keyboard.
pub fn cap(key: &'static str) -> &'static str {
    match key {
        "ArrowRight" => "→",
        "ArrowLeft" => "←",
        "ArrowUp" => "↑",
        "ArrowDown" => "↓",
        "Escape" => "Esc",
        " " => "Space",
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, KEYS, command};

    #[test]
    fn no_key_does_two_things() {
        let mut keys: Vec<&str> = KEYS.iter().flat_map(|line| line.keys).copied().collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn keys_and_arrows_step() {
        assert_eq!(command("l"), Some(Command::NextStep));
        assert_eq!(command("ArrowLeft"), Some(Command::PreviousStep));
        assert_eq!(command(" "), Some(Command::PlayOrPause));
        assert_eq!(command("x"), None);
    }
}
