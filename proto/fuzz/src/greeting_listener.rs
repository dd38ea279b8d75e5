//! A listener hears a stranger, from the first byte on.
//!
//! The input is a [`Stream`].

use grapevine_zmtp::Side;

use crate::stream::Stream;

/// Runs the target.
pub fn run(input: &[u8]) {
    Stream::of(input).check(Side::Listener, &[]);
}
