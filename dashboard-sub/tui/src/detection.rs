//! What the terminal can show, by what the environment says of it.

use std::env;

use crate::glyphs::Glyphs;
use crate::theme::{Palette, Theme};

/// The theme for this terminal, where the user has not asked for another one.
pub(crate) fn theme(palette: Option<Palette>, ascii: bool) -> Theme {
    theme_of(palette, ascii, |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

fn theme_of(palette: Option<Palette>, ascii: bool, variable: impl Fn(&str) -> Option<String>) -> Theme {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let glyphs = if ascii || !is_utf8(&set) { Glyphs::Ascii } else { Glyphs::Unicode };
    Theme { palette: palette.unwrap_or_else(|| palette_of(&set)), glyphs }
}

fn palette_of(set: &impl Fn(&str) -> Option<String>) -> Palette {
    let term = set("TERM").unwrap_or_default();
    // <https://no-color.org>: set to anything but nothing.
    if set("NO_COLOR").is_some() || term == "dumb" {
        return Palette::None;
    }
    // tmux and screen pass 256 colours on whatever they run in.
    let has_256 = set("COLORTERM").is_some()
        || ["256color", "direct", "kitty", "alacritty", "foot", "ghostty", "tmux"]
            .iter()
            .any(|name| term.contains(name));
    if !has_256 {
        return Palette::Sixteen;
    }
    if is_background_light(set) { Palette::Light } else { Palette::Dark }
}

/// rxvt, Konsole and others tell the colours of text and background, such as `0;15`, by their numbers among the 16.
fn is_background_light(set: &impl Fn(&str) -> Option<String>) -> bool {
    set("COLORFGBG").is_some_and(|colours| matches!(colours.rsplit(';').next(), Some("7" | "15")))
}

/// The first of these that is set rules over the character set, as POSIX has it (locale(7)).
fn is_utf8(set: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    // The kernel's own console has no more than 512 signs, and few of ours.
    let is_console = set("TERM").is_some_and(|term| term == "linux");
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    !is_console && (locale.contains("utf-8") || locale.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(environment: &[(&str, &str)]) -> (Palette, Glyphs) {
        let variable = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let theme = theme_of(None, false, variable);
        (theme.palette, theme.glyphs)
    }

    #[test]
    fn the_terminal_decides_on_colours() {
        let palette = |environment| detected(environment).0;
        assert_eq!(palette(&[("TERM", "xterm-256color")]), Palette::Dark);
        assert_eq!(palette(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]), Palette::Light);
        assert_eq!(palette(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]), Palette::Dark);
        assert_eq!(palette(&[("TERM", "linux")]), Palette::Sixteen);
        assert_eq!(palette(&[]), Palette::Sixteen);
        assert_eq!(palette(&[("TERM", "dumb")]), Palette::None);
        assert_eq!(palette(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Palette::None);
        assert_eq!(palette(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Palette::Dark);
    }

    #[test]
    fn the_locale_decides_on_signs() {
        let glyphs = |environment| detected(environment).1;
        assert_eq!(glyphs(&[("LANG", "en_GB.UTF-8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LANG", "C.utf8"), ("TERM", "linux")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[]), Glyphs::Ascii);
    }

    #[test]
    fn the_user_decides_over_both() {
        let theme = theme_of(Some(Palette::Light), true, |_| Some("C.UTF-8".to_owned()));
        assert_eq!(theme, Theme { palette: Palette::Light, glyphs: Glyphs::Ascii });
    }
}
