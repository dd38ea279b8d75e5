//! Signs: marks, bars and lines, in Unicode or in ASCII.

use std::borrow::Cow;

use ratatui::symbols::border;

/// A set of signs. Each is one column wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks and lines of Unicode.
    Unicode,
    /// Letters and punctuation only.
    Ascii,
}

impl Glyphs {
    fn pick<T>(self, unicode: T, ascii: T) -> T {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// A bar of `width` columns of which `percent` are filled: the filled part and the rest.
    pub fn bar(self, percent: f64, width: usize) -> (String, String) {
        let steps = self.pick(8, 1);
        let filled = steps_of(percent, width * steps);
        let (whole, part) = (filled / steps, filled % steps);
        let mut bar = self.pick("█", "|").repeat(whole);
        if part > 0 {
            bar.push_str(EIGHTHS.get(part - 1).copied().unwrap_or_default());
        }
        let used = whole + usize::from(part > 0);
        (bar, self.pick("·", ".").repeat(width.saturating_sub(used)))
    }

    /// A level from empty to full in one column.
    pub fn level(self, percent: f64) -> &'static str {
        let levels = self.pick(&LEVELS, &LEVELS_ASCII);
        levels.get(steps_of(percent, levels.len() - 1)).copied().unwrap_or_default()
    }

    /// What values reached above their mean.
    pub fn peak(self) -> &'static str {
        self.pick("░", "'")
    }

    /// A line across a chart.
    pub fn rule(self) -> &'static str {
        self.pick("╌", "-")
    }

    /// The row under the cursor.
    pub fn cursor(self) -> &'static str {
        self.pick("▌", ">")
    }

    /// A group that shows its hosts.
    pub fn unfolded(self) -> &'static str {
        self.pick("▾", "v")
    }

    /// A group that hides its hosts.
    pub fn folded(self) -> &'static str {
        self.pick("▸", ">")
    }

    /// Sorted with the greatest first.
    pub fn descending(self) -> &'static str {
        self.pick("▼", "v")
    }

    /// Sorted with the smallest first.
    pub fn ascending(self) -> &'static str {
        self.pick("▲", "^")
    }

    /// Text was left out.
    pub fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    /// Between two things of a line.
    pub fn separator(self) -> &'static str {
        self.pick(" · ", " | ")
    }

    /// There is no value: not zero.
    pub fn absent(self) -> &'static str {
        self.pick("–", "-")
    }

    /// Degrees Celsius, as short as in a table.
    pub fn degrees(self) -> &'static str {
        self.pick("°", "C")
    }

    /// A vertical line.
    pub fn bar_line(self) -> &'static str {
        self.pick("│", "|")
    }

    /// A text in these signs.
    pub fn write(self, text: Cow<'_, str>) -> Cow<'_, str> {
        match self {
            Self::Ascii if !text.is_ascii() => Cow::Owned(text.replace('°', "").replace('µ', "u")),
            Self::Ascii | Self::Unicode => text,
        }
    }

    /// A horizontal line.
    pub fn line(self) -> &'static str {
        self.pick("─", "-")
    }

    /// Lines around a panel.
    pub fn border(self) -> border::Set<'static> {
        self.pick(border::ROUNDED, BORDER_ASCII)
    }
}

/// How many of `steps` are `percent`, to the nearest; what is more than nothing shows.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "between 0 and a number of columns"
)]
fn steps_of(percent: f64, steps: usize) -> usize {
    if percent.is_nan() || percent <= 0.0 {
        return 0;
    }
    ((percent.min(100.0) / 100.0 * steps as f64).round() as usize).max(1)
}

const EIGHTHS: [&str; 7] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const LEVELS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const LEVELS_ASCII: [&str; 9] = [" ", ".", ":", "-", "=", "+", "*", "%", "#"];

const BORDER_ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_filled_to_the_eighth() {
        let bar = |percent, width| {
            let (filled, rest) = Glyphs::Unicode.bar(percent, width);
            filled + &rest
        };
        assert_eq!(bar(0.0, 4), "····");
        assert_eq!(bar(0.1, 4), "▏···");
        assert_eq!(bar(50.0, 4), "██··");
        assert_eq!(bar(53.0, 4), "██▏·");
        assert_eq!(bar(250.0, 4), "████");
        assert_eq!(bar(f64::NAN, 2), "··");
    }

    #[test]
    fn ascii_is_ascii() {
        let (filled, rest) = Glyphs::Ascii.bar(50.0, 4);
        assert_eq!((filled.as_str(), rest.as_str()), ("||", ".."));
        let levels: String = [0.0, 1.0, 50.0, 100.0].map(|percent| Glyphs::Ascii.level(percent)).concat();
        assert_eq!(levels, " .=#");
    }
}
