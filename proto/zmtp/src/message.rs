//! Messages: what users of the transport send and receive.

use bytes::Bytes;

use crate::limits::PARTS_MAX;

/// One to four parts. The bytes are shared, so that one frame can wait for many links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(Vec<Bytes>);

impl Message {
    /// A message of these parts; another number of them than one to [`PARTS_MAX`] does not compile.
    pub fn of<const N: usize>(parts: [Bytes; N]) -> Self {
        const { assert!(N >= 1 && N <= PARTS_MAX, "a message has one to four parts") };
        Self(parts.into())
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Bytes] {
        &self.0
    }

    /// The last part, which carries the content; those before it say whose it is.
    pub fn into_last(mut self) -> Option<Bytes> {
        self.0.pop()
    }

    /// The length of all parts in bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut Bytes> {
        self.0.last_mut()
    }

    pub(crate) fn push(&mut self, part: Bytes) {
        self.0.push(part);
    }
}
