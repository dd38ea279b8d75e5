//! IHAVE: announcements of frames that are not sent.

use bytes::{BufMut, Bytes, BytesMut};

use super::Alias;

/// The message's first byte, where a frame has its version.
pub(super) const MARK: u8 = 255;

/// Announces frames: those of origins whose frames the receiver gets by another link. An empty one says that the
/// sender is there.
///
/// It is the message that goes most often, so it has an encoding of its own: for each frame how far its alias lies
/// above that of the one before, as [`Control`](super::Control) encodes integers, the last byte of its sequence, and,
/// where that is a multiple of [`COST_EVERY`], what its way has cost. One frame makes a message of three or four bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Have(pub Vec<Announcement>);

/// A frame that the sender holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Announcement {
    /// Its origin's run, by the sender's alias.
    pub alias: Alias,
    /// The last byte of its sequence.
    pub low: u8,
    /// What its way to the sender has cost, told of every few frames: milliseconds and hops, added up.
    pub cost: Option<u8>,
}

/// Of how many frames in a row the cost is told of one. The better path is not urgent.
pub const COST_EVERY: u8 = 4;

impl Have {
    /// Whether a message between neighbours is such a one.
    pub(in crate::gossip) fn is_have(bytes: &[u8]) -> bool {
        bytes.first() == Some(&MARK)
    }

    /// The message's bytes. Announcements are in ascending order of aliases.
    pub fn encode(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(1 + 3 * self.0.len());
        bytes.put_u8(MARK);
        let mut last = 0;
        for Announcement { alias, low, cost } in &self.0 {
            match u8::try_from(alias - last) {
                Ok(distance) if distance <= SHORT_MAX => bytes.put_u8(distance),
                _ => {
                    bytes.put_u8(LONG);
                    bytes.put_u16_le(alias - last);
                }
            }
            bytes.put_u8(*low);
            if tells_cost(*low) {
                bytes.put_u8(cost.unwrap_or(u8::MAX));
            }
            last = *alias;
        }
        bytes.freeze()
    }

    /// The announcements in the bytes of such a message; the last is None if the bytes are none. Nothing is kept of
    /// bytes that are another message.
    pub fn decode(bytes: &[u8]) -> Option<impl Iterator<Item = Option<Announcement>>> {
        let mut rest = bytes.strip_prefix(&[MARK])?;
        let mut last: Alias = 0;
        Some(std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let next = Self::next(&mut rest, last);
            match next {
                Some(announcement) => last = announcement.alias,
                None => rest = &[],
            }
            Some(next)
        }))
    }

    fn next(rest: &mut &[u8], last: Alias) -> Option<Announcement> {
        let (distance, low, after) = match *rest {
            [LONG, a, b, low, after @ ..] => (u16::from_le_bytes([*a, *b]), *low, after),
            [distance, low, after @ ..] if *distance <= SHORT_MAX => (u16::from(*distance), *low, after),
            _ => return None,
        };
        let (cost, after) = if tells_cost(low) {
            after.split_first().map(|(cost, after)| (Some(*cost), after))?
        } else {
            (None, after)
        };
        *rest = after;
        Some(Announcement { alias: last.checked_add(distance)?, low, cost })
    }
}

/// Whether the cost is told of a frame whose sequence ends in `low`.
fn tells_cost(low: u8) -> bool {
    low.is_multiple_of(COST_EVERY)
}

/// Greatest integer that takes one byte, and the mark of one that takes two more (bincode 2, standard configuration).
const SHORT_MAX: u8 = 250;
const LONG: u8 = 251;
