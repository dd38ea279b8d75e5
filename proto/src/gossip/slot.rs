//! Places in the table of origins.

use std::fmt;

use super::control::Alias;

/// The place of an origin in the engine's table, which is also this agent's alias for it on every link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(pub(super) Alias);

impl Slot {
    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slot {}", self.0)
    }
}
