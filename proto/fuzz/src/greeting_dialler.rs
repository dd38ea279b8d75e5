//! A dialler hears whoever answered, from the first byte on.
//!
//! The input's first byte is even where we dial as a neighbour, odd where as a subscriber. The rest is a [`Stream`].

use grapevine_zmtp::Side;

use crate::stream::Stream;

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some((choice, stream)) = input.split_first() else { return };
    let side = if choice % 2 == 0 { Side::Dealer } else { Side::Subscriber };
    Stream::of(stream).check(side, &[]);
}
