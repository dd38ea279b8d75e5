//! Colours by what they mean. They never stand alone: [`Glyphs`] give every status a mark of its own.

use std::fmt;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::glyphs::Glyphs;

/// How everything looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The colours.
    pub palette: Palette,
    /// The signs.
    pub glyphs: Glyphs,
}

/// A set of colours. Those of [`Palette::Dark`] and [`Palette::Light`] are of the 256 of xterm, which also come
/// through tmux and ssh unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Palette {
    /// For a dark background, 256 colours.
    Dark,
    /// For a light background, 256 colours.
    Light,
    /// The 16 colours that the user gave the terminal.
    #[serde(rename = "16")]
    Sixteen,
    /// No colours: bold, faint and reversed only.
    None,
}

/// What a piece of the picture means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// What the eye is to find first: names.
    Strong,
    /// What explains other text: labels, units, what is of the past.
    Faint,
    /// Headings of columns and panels.
    Heading,
    /// Lines around panels.
    Border,
    /// The panel that keys go to.
    Focus,
    /// Status: as it should be.
    Ok,
    /// Status: somebody should look.
    Warning,
    /// Status: somebody must act.
    Critical,
    /// Status: not known.
    Unknown,
    /// Status: of the past.
    Stale,
    /// The row under the cursor.
    Selected,
    /// A label that nobody may overlook: demo, replay, frozen.
    Label,
}

impl Palette {
    /// The next one, for users who try them all.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Sixteen,
            Self::Sixteen => Self::None,
            Self::None => Self::Dark,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Sixteen => "16",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Palette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Palette {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Dark, Self::Light, Self::Sixteen, Self::None];
        let found = all.into_iter().find(|palette| palette.as_str() == text);
        found.ok_or_else(|| format!("no theme {text:?}: use dark, light, 16 or none"))
    }
}

impl Theme {
    /// How something of this meaning looks.
    pub fn style(&self, tone: Tone) -> Style {
        match self.palette {
            Palette::Dark => coloured(tone, &DARK),
            Palette::Light => coloured(tone, &LIGHT),
            Palette::Sixteen => sixteen(tone),
            Palette::None => plain(tone),
        }
    }
}

/// Colours of xterm's 256, by tone.
struct Colours {
    strong: u8,
    faint: u8,
    heading: u8,
    border: u8,
    focus: u8,
    ok: u8,
    warning: u8,
    critical: u8,
    unknown: u8,
    stale: u8,
    selected: u8,
    label: (u8, u8),
}

const DARK: Colours = Colours {
    strong: 255,
    faint: 245,
    heading: 110,
    border: 240,
    focus: 117,
    ok: 114,
    warning: 221,
    critical: 203,
    unknown: 139,
    stale: 243,
    selected: 238,
    label: (16, 215),
};

const LIGHT: Colours = Colours {
    strong: 232,
    faint: 243,
    heading: 25,
    border: 249,
    focus: 25,
    ok: 28,
    warning: 130,
    critical: 160,
    unknown: 90,
    stale: 246,
    selected: 253,
    label: (231, 130),
};

fn coloured(tone: Tone, colours: &Colours) -> Style {
    let fg = |index| Style::new().fg(Color::Indexed(index));
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => fg(colours.strong).add_modifier(Modifier::BOLD),
        Tone::Faint => fg(colours.faint),
        Tone::Heading => fg(colours.heading),
        Tone::Border => fg(colours.border),
        Tone::Focus => fg(colours.focus).add_modifier(Modifier::BOLD),
        Tone::Ok => fg(colours.ok),
        Tone::Warning => fg(colours.warning),
        Tone::Critical => fg(colours.critical).add_modifier(Modifier::BOLD),
        Tone::Unknown => fg(colours.unknown),
        Tone::Stale => fg(colours.stale),
        Tone::Selected => Style::new().bg(Color::Indexed(colours.selected)),
        Tone::Label => fg(colours.label.0).bg(Color::Indexed(colours.label.1)).add_modifier(Modifier::BOLD),
    }
}

fn sixteen(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        Tone::Faint | Tone::Stale | Tone::Border => Style::new().fg(Color::DarkGray),
        Tone::Heading => Style::new().fg(Color::Cyan),
        Tone::Focus => Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Tone::Ok => Style::new().fg(Color::Green),
        Tone::Warning => Style::new().fg(Color::Yellow),
        Tone::Critical => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Tone::Unknown => Style::new().fg(Color::Magenta),
        Tone::Selected => Style::new().add_modifier(Modifier::REVERSED),
        Tone::Label => Style::new().fg(Color::Black).bg(Color::Yellow),
    }
}

fn plain(tone: Tone) -> Style {
    match tone {
        Tone::Plain | Tone::Ok | Tone::Unknown | Tone::Border => Style::new(),
        Tone::Strong | Tone::Warning | Tone::Focus => Style::new().add_modifier(Modifier::BOLD),
        Tone::Critical => Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Tone::Faint | Tone::Stale => Style::new().add_modifier(Modifier::DIM),
        Tone::Heading => Style::new().add_modifier(Modifier::UNDERLINED),
        Tone::Selected | Tone::Label => Style::new().add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_there_is_none() {
        let theme = Theme { palette: Palette::None, glyphs: Glyphs::Ascii };
        let tones = [
            Tone::Plain,
            Tone::Strong,
            Tone::Faint,
            Tone::Heading,
            Tone::Border,
            Tone::Focus,
            Tone::Ok,
            Tone::Warning,
            Tone::Critical,
            Tone::Unknown,
            Tone::Stale,
            Tone::Selected,
            Tone::Label,
        ];
        for tone in tones {
            let style = theme.style(tone);
            assert_eq!((style.fg, style.bg), (None, None), "{tone:?}");
        }
    }

    #[test]
    fn every_palette_is_found_by_its_name_and_after_the_others() {
        let mut palette = Palette::Dark;
        for _ in 0..4 {
            assert_eq!(palette.to_string().parse(), Ok(palette));
            palette = palette.next();
        }
        assert_eq!(palette, Palette::Dark);
        assert!("blue".parse::<Palette>().unwrap_err().contains("use dark, light, 16 or none"));
    }
}
