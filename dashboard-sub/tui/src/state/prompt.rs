//! A line that the user types.

/// The text and the cursor in it, counted in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    text: String,
    at: usize,
}

impl Prompt {
    /// A line with the cursor at its end.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.chars().count() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The place of the cursor.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Inserts what a line can hold of `text`.
    pub(crate) fn insert(&mut self, text: &str) {
        let room = LENGTH_MAX.saturating_sub(self.text.chars().count());
        let text: String = text.chars().filter(|char| !char.is_control()).take(room).collect();
        self.text.insert_str(self.offset(self.at), &text);
        self.at += text.chars().count();
    }

    /// Removes the character before the cursor; whether there was one.
    pub(crate) fn backspace(&mut self) -> bool {
        let is_there = self.at > 0;
        if is_there {
            self.at -= 1;
            self.delete();
        }
        is_there
    }

    /// Removes the character under the cursor.
    pub(crate) fn delete(&mut self) {
        let offset = self.offset(self.at);
        if offset < self.text.len() {
            self.text.remove(offset);
        }
    }

    /// Removes the word before the cursor, as Ctrl-W does in shells.
    pub(crate) fn delete_word(&mut self) {
        let is_space = |prompt: &Self| prompt.before().is_some_and(char::is_whitespace);
        while is_space(self) {
            self.backspace();
        }
        while self.at > 0 && !is_space(self) {
            self.backspace();
        }
    }

    /// Removes all.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn left(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    pub(crate) fn right(&mut self) {
        self.at = (self.at + 1).min(self.text.chars().count());
    }

    pub(crate) fn home(&mut self) {
        self.at = 0;
    }

    pub(crate) fn end(&mut self) {
        self.at = self.text.chars().count();
    }

    fn before(&self) -> Option<char> {
        self.text.chars().nth(self.at.checked_sub(1)?)
    }

    fn offset(&self, at: usize) -> usize {
        self.text.char_indices().nth(at).map_or(self.text.len(), |(offset, _)| offset)
    }
}

/// Longer than any filter that a person reads.
const LENGTH_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_where_the_cursor_is() {
        let mut prompt = Prompt::new("grün");
        prompt.left();
        prompt.left();
        prompt.insert("o\u{1b}ß");
        assert_eq!((prompt.text(), prompt.at()), ("großün", 4));
        prompt.delete();
        assert!(prompt.backspace());
        assert_eq!(prompt.text(), "gron");
        prompt.home();
        assert!(!prompt.backspace());
        prompt.end();
        prompt.right();
        prompt.insert(" cpu>1 ");
        prompt.delete_word();
        assert_eq!(prompt.text(), "gron ");
    }

    #[test]
    fn no_line_grows_without_end() {
        let mut prompt = Prompt::new("");
        prompt.insert(&"x".repeat(1000));
        assert_eq!(prompt.text().len(), LENGTH_MAX);
    }
}
