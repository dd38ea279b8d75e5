//! A filter's text, read from left to right.

use thiserror::Error;

use super::value::{Op, is_bare};

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("at {position}: {expected}")]
pub struct FilterError {
    /// Which character it is about, counted from 1.
    pub position: usize,
    /// What was expected there, in one line.
    pub expected: String,
}

/// The rest of a text, and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// The error that at the byte `at` something else was `expected`.
    pub(super) fn error(&self, at: usize, expected: impl Into<String>) -> FilterError {
        let before = self.text.get(..at).unwrap_or(self.text);
        FilterError { position: before.chars().count() + 1, expected: expected.into() }
    }

    pub(super) fn skip_spaces(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Takes `part` if it comes next.
    pub(super) fn take(&mut self, part: &str) -> bool {
        let is_next = self.rest().starts_with(part);
        if is_next {
            self.at += part.len();
        }
        is_next
    }

    pub(super) fn take_op(&mut self) -> Option<Op> {
        Op::ALL.into_iter().find(|op| self.take(op.as_str()))
    }

    /// A text with or without quotes; none if neither comes next.
    pub(super) fn take_text(&mut self) -> Result<Option<String>, FilterError> {
        if self.rest().starts_with('"') {
            return self.take_quoted().map(Some);
        }
        let bare = self.take_while(is_bare);
        Ok((!bare.is_empty()).then(|| bare.to_owned()))
    }

    fn take_quoted(&mut self) -> Result<String, FilterError> {
        let (opened, mut text) = (self.at, String::new());
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += place + 1;
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                _ => text.push(c),
            }
        }
        Err(self.error(opened, "expected another \" that ends this text"))
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}
