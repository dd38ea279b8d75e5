//! Aligned columns.

use crate::tone::Tone;

/// Rows of cells under a heading.
#[derive(Debug, Default)]
pub(crate) struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

/// A piece of text in a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
    is_right: bool,
}

impl Cell {
    /// Text that starts at the column's left edge.
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number, which ends at the column's right edge.
    pub(crate) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_right: true, ..Self::default() }
    }

    /// The same text in this tone.
    #[must_use]
    pub(crate) fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    fn render(&self, width: usize, is_last: bool, colour: bool) -> String {
        let text = fit(&self.text, width);
        let padding = " ".repeat(width - text.chars().count());
        let text = self.tone.paint(&text, colour);
        match (self.is_right, is_last) {
            (true, _) => format!("{padding}{text}"),
            (false, true) => text,
            (false, false) => format!("{text}{padding}"),
        }
    }
}

impl Table {
    /// A table without rows; an empty heading is not shown.
    pub(crate) fn new(heading: &[&'static str]) -> Self {
        Self { heading: heading.to_vec(), rows: Vec::new() }
    }

    /// Adds a row. Missing cells are blank.
    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The table's lines, each of at most `width` characters: columns that do not fit are left out from the right,
    /// and the first that remains is cut.
    pub(crate) fn render(&self, width: usize, colour: bool) -> Vec<String> {
        let widths = self.widths(width);
        let heading = (!self.heading.is_empty()).then(|| self.heading_row());
        heading.iter().chain(&self.rows).map(|row| render_row(row, &widths, colour)).collect()
    }

    fn heading_row(&self) -> Vec<Cell> {
        let is_right =
            |column: usize| self.rows.iter().filter_map(|row| row.get(column)).any(|cell| cell.is_right);
        let cell = |(column, text): (usize, &&str)| Cell {
            text: (*text).to_owned(),
            tone: Tone::Faint,
            is_right: is_right(column),
        };
        self.heading.iter().enumerate().map(cell).collect()
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).chain([self.heading.len()]).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..columns).map(|column| self.column_width(column)).collect();
        let total =
            |widths: &[usize]| widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        while widths.len() > 1 && total(&widths) > width {
            widths.pop();
        }
        if let Some(first) = widths.first_mut() {
            *first = (*first).min(width);
        }
        widths
    }

    fn column_width(&self, column: usize) -> usize {
        let heading = self.heading.get(column).map_or(0, |text| text.chars().count());
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.text.chars().count()).chain([heading]).max().unwrap_or_default()
    }
}

fn render_row(row: &[Cell], widths: &[usize], colour: bool) -> String {
    let blank = Cell::default();
    let cells = row.iter().chain(std::iter::repeat(&blank));
    let last = widths.len().saturating_sub(1);
    let cells: Vec<String> = widths
        .iter()
        .zip(cells)
        .enumerate()
        .map(|(column, (width, cell))| cell.render(*width, column == last, colour))
        .collect();
    cells.join(GAP).trim_end().to_owned()
}

/// `text` in at most `width` characters; the last is an ellipsis where some are missing.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { format!("{kept}…") }
}

const GAP: &str = "  ";

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["HOST", "STATE", "CPU"]);
        table.push(vec![Cell::left("srv-01"), Cell::left("fresh").tone(Tone::Good), Cell::right("7 %")]);
        table.push(vec![Cell::left("workstation"), Cell::left("silent")]);
        table
    }

    #[test]
    fn columns_are_aligned() {
        let expected = ["HOST         STATE   CPU", "srv-01       fresh   7 %", "workstation  silent"];
        assert_eq!(table().render(80, false), expected);
    }

    #[test]
    fn a_narrow_table_drops_columns_then_cuts_the_first() {
        assert_eq!(table().render(20, false)[1], "srv-01       fresh");
        assert_eq!(table().render(6, false), ["HOST", "srv-01", "works…"]);
    }

    #[test]
    fn colour_does_not_count_as_width() {
        assert_eq!(table().render(80, true)[1], "srv-01       \u{1b}[32mfresh\u{1b}[0m   7 %");
    }
}
