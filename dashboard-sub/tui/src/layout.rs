//! Where everything stands on the terminal: by its size alone, so that clicks and pages are understood without one.

use ratatui::layout::Rect;

/// The parts of the screen, from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Totals, labels and the connection.
    pub(crate) header: Rect,
    /// What the screen is about.
    pub(crate) body: Rect,
    /// Keys, or the line that the user types.
    pub(crate) footer: Rect,
}

impl Layout {
    /// Of a terminal of this many columns and rows. None of it lies beyond the terminal.
    pub(crate) fn of((columns, rows): (u16, u16)) -> Self {
        let header = HEADER_ROWS.min(rows);
        let footer = FOOTER_ROWS.min(rows - header);
        let body = rows - header - footer;
        Self {
            header: Rect::new(0, 0, columns, header),
            body: Rect::new(0, header, columns, body),
            footer: Rect::new(0, header + body, columns, footer),
        }
    }

    /// Rows of a list in the body, below its heading.
    pub(crate) fn rows(self) -> usize {
        usize::from(self.body.height.saturating_sub(HEADING_ROWS))
    }

    /// Which of the rows of a list is at this row of the terminal.
    pub(crate) fn row_at(self, row: u16) -> Option<usize> {
        let first = self.body.y + HEADING_ROWS;
        (row >= first && row < self.body.bottom()).then(|| usize::from(row - first))
    }
}

/// Too little to show a host's figures.
pub(crate) fn is_too_small((columns, rows): (u16, u16)) -> bool {
    columns < SMALLEST.0 || rows < SMALLEST.1
}

/// The smallest terminal that shows all, as the first ones were.
pub(crate) const SMALLEST: (u16, u16) = (80, 24);

const HEADER_ROWS: u16 = 2;
const FOOTER_ROWS: u16 = 1;
const HEADING_ROWS: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_beyond_the_terminal() {
        for rows in 0..40 {
            let layout = Layout::of((80, rows));
            let heights = [layout.header, layout.body, layout.footer].map(|area| area.height);
            assert_eq!(heights.iter().sum::<u16>(), rows);
            assert_eq!(layout.footer.bottom(), rows);
        }
    }

    #[test]
    fn clicks_find_their_row() {
        let layout = Layout::of((80, 24));
        assert_eq!((layout.rows(), layout.row_at(2), layout.row_at(3)), (20, None, Some(0)));
        assert_eq!((layout.row_at(22), layout.row_at(23)), (Some(19), None));
    }
}
