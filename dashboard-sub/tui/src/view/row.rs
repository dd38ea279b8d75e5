//! A line made of pieces side by side: texts of fixed widths, bars, small charts.

use std::borrow::Cow;

use grapevine_sub::panel::Figure;
use grapevine_sub::{Bounds, Status};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cells::{mark, status_tone};
use super::scene::Scene;
use crate::theme::Tone;
use crate::units;

/// A line that is being written.
pub(super) struct Row<'s, 'a> {
    scene: &'s Scene<'a>,
    spans: Vec<Span<'static>>,
    width: usize,
}

impl<'s, 'a> Row<'s, 'a> {
    pub(super) fn new(scene: &'s Scene<'a>) -> Self {
        Self { scene, spans: Vec::new(), width: 0 }
    }

    /// How many columns it has so far.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// A text as wide as it is. What could steer the terminal is made harmless.
    pub(super) fn text(mut self, tone: Tone, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let text =
            if text.chars().any(char::is_control) { Cow::Owned(units::printable(&text)) } else { text };
        let text = self.scene.state.theme.glyphs.write(text);
        self.width += text.width();
        self.spans.push(Span::styled(text, self.scene.style(tone)));
        self
    }

    /// A text from the left of `width` columns, cut where it is longer.
    pub(super) fn left(self, tone: Tone, text: &str, width: usize) -> Self {
        let text = self.scene.fit(text, width);
        let pad = width.saturating_sub(text.width());
        self.text(tone, format!("{text}{:pad$}", ""))
    }

    /// A text to the right of `width` columns; one that is longer stands as it is, because digits must not be cut.
    pub(super) fn right(self, tone: Tone, text: &str, width: usize) -> Self {
        let pad = width.saturating_sub(text.width());
        self.text(tone, format!("{:pad$}{text}", ""))
    }

    pub(super) fn space(self, width: usize) -> Self {
        self.text(Tone::Plain, " ".repeat(width))
    }

    /// A space, a label and a space.
    pub(super) fn label(self, label: &'static str) -> Self {
        self.text(Tone::Faint, format!(" {label} "))
    }

    /// Spaces up to this column.
    pub(super) fn to(self, column: usize) -> Self {
        let width = column.saturating_sub(self.width);
        if width > 0 { self.space(width) } else { self }
    }

    /// The same with what `write` adds, if `condition` holds.
    pub(super) fn when(self, condition: bool, write: impl FnOnce(Self) -> Self) -> Self {
        if condition { write(self) } else { self }
    }

    /// The same with what `write` puts on a row of its own, if all of it is within the first `width` columns.
    pub(super) fn part(mut self, width: usize, write: impl FnOnce(Self) -> Self) -> Self {
        let part = write(Self::new(self.scene));
        if self.width + part.width <= width {
            self.width += part.width;
            self.spans.extend(part.spans);
        }
        self
    }

    /// The mark of a status.
    pub(super) fn mark(self, status: Status) -> Self {
        let text = mark(self.scene.state, status);
        self.text(status_tone(status), text)
    }

    /// The mark of a status that is not as it should be, else a space.
    pub(super) fn blemish(self, status: Status) -> Self {
        if status == Status::Ok { self.space(1) } else { self.mark(status) }
    }

    /// A figure to the right of `width` columns as `format` has it, or why there is none. It is marked by `bounds`.
    pub(super) fn figure(
        self,
        figure: Figure,
        bounds: Option<Bounds>,
        width: usize,
        format: impl Fn(f64) -> String,
    ) -> Self {
        let Some(value) = figure.value else { return self.absence(figure, width) };
        let status = bounds.map_or(Status::Ok, |bounds| bounds.status_of(value));
        let tone = match status {
            _ if figure.stale || figure.absence.is_some() => Tone::Stale,
            Status::Ok => Tone::Plain,
            other => status_tone(other),
        };
        self.right(tone, &format(value), width)
    }

    /// The same without bounds.
    pub(super) fn number(self, figure: Figure, width: usize, format: impl Fn(f64) -> String) -> Self {
        self.figure(figure, None, width, format)
    }

    /// A bar of `width` columns, the percentage and a mark where a bound is passed: `width` + 6 columns in all.
    pub(super) fn gauge(self, percent: Figure, bounds: Option<Bounds>, width: usize) -> Self {
        let Some(value) = percent.value else {
            return self.space(width).absence(percent, 5).space(1);
        };
        let status = bounds.map_or(Status::Ok, |bounds| bounds.status_of(value));
        let is_old = percent.stale || percent.absence.is_some();
        let tone = if is_old { Tone::Stale } else { status_tone(status) };
        let (filled, rest) = self.scene.state.theme.glyphs.bar(value, width);
        let row = self.text(tone, filled).text(Tone::Border, rest);
        let number = if status == Status::Ok || is_old { Tone::Plain } else { tone };
        row.right(number, &format!("{value:.0}%"), 5).blemish(status)
    }

    /// Why there is no figure, in a word or with a sign.
    fn absence(self, figure: Figure, width: usize) -> Self {
        let sign = self.scene.state.theme.glyphs.absent();
        let word = figure.absence.map_or("", grapevine_proto::Absence::as_str);
        let text = if figure.absence.is_none() {
            ""
        } else if word.width() <= width && word != "unsupported" {
            word
        } else {
            sign
        };
        self.right(Tone::Faint, text, width)
    }

    /// A small chart, a column a value; a gap where there is none.
    pub(super) fn spark(mut self, values: &[Option<f64>], most: f64, bounds: Option<Bounds>) -> Self {
        let glyphs = self.scene.state.theme.glyphs;
        for value in values {
            let (tone, glyph) = match value {
                // A value that is there shows, however small it is.
                Some(value) => {
                    let status = bounds.map_or(Status::Ok, |bounds| bounds.status_of(*value));
                    let percent = (value / most * 100.0).max(1.0);
                    (status_tone(status), glyphs.level(percent))
                }
                None => (Tone::Faint, " "),
            };
            let style = self.scene.style(tone);
            self.width += 1;
            match self.spans.last_mut().filter(|last| last.style == style) {
                Some(last) => last.content.to_mut().push_str(glyph),
                None => self.spans.push(Span::styled(glyph, style)),
            }
        }
        self
    }

    /// The line, at most `width` columns of it.
    pub(super) fn line(self, width: usize) -> Line<'static> {
        if self.width <= width {
            return Line::from(self.spans);
        }
        let mut line = Line::default();
        let mut left = width;
        for mut span in self.spans {
            if span.width() <= left {
                left -= span.width();
                line.push_span(span);
                continue;
            }
            let kept = span.content.char_indices().scan(0, |used, (at, char)| {
                *used += char.width().unwrap_or_default();
                (*used <= left).then_some(at + char.len_utf8())
            });
            let end = kept.last().unwrap_or_default();
            span.content = Cow::Owned(span.content.get(..end).unwrap_or_default().to_owned());
            line.push_span(span);
            break;
        }
        line
    }
}
