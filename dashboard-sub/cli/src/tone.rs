//! Colour, used only to underline what the text says already.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
}

/// Whether to use colour on stdout.
pub(crate) fn is_colour_wanted() -> bool {
    let [no_color, term] = ["NO_COLOR", "TERM"].map(env::var_os);
    wants_colour(io::stdout().is_terminal(), no_color.as_deref(), term.as_deref())
}

/// On a terminal, unless NO_COLOR is set to anything (<https://no-color.org>) or the terminal is a dumb one.
fn wants_colour(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

impl Tone {
    /// `text` in this tone, with the escapes of ECMA-48 (section 8.3.117, SGR) if `colour`.
    pub(crate) fn paint(self, text: &str, colour: bool) -> String {
        let code = match self {
            _ if text.is_empty() => return String::new(),
            Self::Plain => return text.to_owned(),
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31;1",
        };
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_whose_users_want_it() {
        let wanted = |is_terminal, no_color: Option<&'static str>, term: Option<&'static str>| {
            wants_colour(is_terminal, no_color.map(OsStr::new), term.map(OsStr::new))
        };
        assert!(wanted(true, None, Some("xterm")) && wanted(true, Some(""), None));
        assert!(!wanted(true, Some("1"), Some("xterm")) && !wanted(true, Some("0"), None));
        assert!(!wanted(true, None, Some("dumb")) && !wanted(false, None, Some("xterm")));
    }
}
