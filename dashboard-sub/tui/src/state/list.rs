//! A place in a list that is longer than the screen.

/// The row under the cursor and the first row shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// The row under the cursor.
    pub(crate) at: usize,
    /// The first row that is shown.
    pub(crate) top: usize,
}

impl List {
    /// Moves the cursor by `rows`, within a list of `length`.
    pub(crate) fn step(&mut self, rows: isize, length: usize) {
        self.go(self.at.saturating_add_signed(rows), length);
    }

    /// Puts the cursor on row `at`, or on the last one.
    pub(crate) fn go(&mut self, at: usize, length: usize) {
        self.at = at.min(length.saturating_sub(1));
    }

    /// Lets `height` rows around the cursor be shown, and none beyond the end while there are enough.
    pub(crate) fn settle(&mut self, length: usize, height: usize) {
        self.go(self.at, length);
        let lowest_top = (self.at + 1).saturating_sub(height);
        self.top = self.top.min(self.at).max(lowest_top).min(length.saturating_sub(height).max(lowest_top));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list() {
        let mut list = List::default();
        list.step(-1, 3);
        assert_eq!(list.at, 0);
        list.step(10, 3);
        assert_eq!(list.at, 2);
        list.step(1, 0);
        assert_eq!(list.at, 0);
    }

    #[test]
    fn what_is_shown_follows_the_cursor() {
        let mut list = List { at: 9, top: 0 };
        list.settle(20, 5);
        assert_eq!(list.top, 5);
        list.at = 4;
        list.settle(20, 5);
        assert_eq!(list.top, 4);
        list.settle(5, 5);
        assert_eq!((list.at, list.top), (4, 0));
        list.settle(0, 5);
        assert_eq!((list.at, list.top), (0, 0));
    }
}
