//! What the keys do: one list for the handler and for the help.

/// Something a key press asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    PreviousStep,
    NextStep,
    FirstStep,
    LastStep,
    PreviousFinding,
    NextFinding,
    NextRedCheck,
    FoldVerdict,
    ZoomIn,
    ZoomOut,
    ZoomToAll,
    ToggleAxis,
    Help,
    Leave,
}

/// One line of the help: the keys, as the browser names them, and what they do.
pub struct KeyLine {
    pub keys: &'static [&'static str],
    pub does: &'static str,
    command: Command,
}

pub static KEYS: &[KeyLine] = &[
    KeyLine { keys: &["l", "ArrowRight", "j", "ArrowDown"], does: "next step", command: Command::NextStep },
    KeyLine {
        keys: &["h", "ArrowLeft", "k", "ArrowUp"],
        does: "previous step",
        command: Command::PreviousStep,
    },
    KeyLine { keys: &["Home", "0"], does: "first step", command: Command::FirstStep },
    KeyLine { keys: &["End", "$"], does: "last step", command: Command::LastStep },
    KeyLine { keys: &["n"], does: "next finding", command: Command::NextFinding },
    KeyLine { keys: &["p"], does: "previous finding", command: Command::PreviousFinding },
    KeyLine { keys: &["t"], does: "next failed check", command: Command::NextRedCheck },
    KeyLine { keys: &["v"], does: "fold or unfold the verdict", command: Command::FoldVerdict },
    KeyLine { keys: &["+", "="], does: "zoom into the timeline", command: Command::ZoomIn },
    KeyLine { keys: &["-"], does: "zoom out", command: Command::ZoomOut },
    KeyLine { keys: &["a"], does: "show the whole timeline", command: Command::ZoomToAll },
    KeyLine { keys: &["o"], does: "timeline by order or by time", command: Command::ToggleAxis },
    KeyLine { keys: &["?"], does: "show these keys", command: Command::Help },
    KeyLine { keys: &["Escape"], does: "close, or go back", command: Command::Leave },
];

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
        assert_eq!(command("x"), None);
    }
}
