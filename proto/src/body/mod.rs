//! Bodies of frames: a row of sections, each `kind u8, length u16, bytes`, integers little-endian.
//!
//! A section's bytes are bincode 2 in its standard configuration: integers below 251 take one byte, signed ones are
//! zigzag-coded first. A reader skips kinds that it does not know, and bytes that it does not know at the end of a
//! section, so that later versions can add both.
//!
//! | kind | section | in |
//! |---|---|---|
//! | 1 | [`Identity`]: the origin's public key, host name and habits | keyframes |
//! | 2 | [`Rows`]: catalogue rows that protocol version 1 does not fix | keyframes, where needed |
//! | 3 | [`Series`]: which readings the origin has, in order | keyframes |
//! | 4 | [`Cells`]: the state of every reading | keyframes |
//! | 5 | [`Changes`]: what differs from the keyframe | deltas |
//! | 6 | [`Links`]: neighbours, and those that were lost | keyframes, and deltas where it differs |

pub(crate) mod bounded;
mod cells;
mod changes;
mod identity;
mod links;
mod rows;
mod series;

use bincode::config::{Configuration, Limit, Varint};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use cells::{Cell, Cells, Step};
pub(crate) use changes::Changes;
pub use identity::Identity;
pub(crate) use links::links;
pub use links::{Links, Lost, links_of};
pub(crate) use rows::Rows;
pub(crate) use series::Series;

use crate::frame::{Frame, FrameKind};
use crate::limits::BODY_BYTES_MAX;
use crate::origin::PublicKey;

/// A part of a body that has a kind of its own.
pub(crate) trait Section: Serialize {
    /// The section's number on the wire.
    const KIND: u8;
    /// The section's name in errors.
    const NAME: &'static str;
}

/// Appends `section` to `body`.
///
/// # Errors
/// [`BodyError::TooLong`] if it does not fit.
pub(crate) fn put<S: Section>(body: &mut Vec<u8>, section: &S) -> Result<(), BodyError> {
    let bytes = encode(section)?;
    let length = u16::try_from(bytes.len()).map_err(|_| BodyError::TooLong { length: bytes.len() })?;
    let total = body.len() + SECTION_HEAD_BYTES + bytes.len();
    if total > BODY_BYTES_MAX {
        return Err(BodyError::TooLong { length: total });
    }
    body.push(S::KIND);
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(&bytes);
    Ok(())
}

/// The first section of its kind in `body`, or none.
///
/// # Errors
/// A [`BodyError`] if the sections do not add up or the bytes are no such section.
pub(crate) fn find<'a, S: Section + Deserialize<'a>>(body: &'a [u8]) -> Result<Option<S>, BodyError> {
    for section in sections(body) {
        let (kind, bytes) = section?;
        if kind == S::KIND {
            return decode(bytes).map(Some);
        }
    }
    Ok(None)
}

/// The first section of its kind in `body`.
///
/// # Errors
/// As [`find`]; [`BodyError::Missing`] if there is none.
pub(crate) fn require<'a, S: Section + Deserialize<'a>>(body: &'a [u8]) -> Result<S, BodyError> {
    find(body)?.ok_or(BodyError::Missing { section: S::NAME })
}

/// The bytes of `section` alone.
///
/// # Errors
/// [`BodyError::Unwritable`] if the codec refuses it.
pub(crate) fn encode<S: Section>(section: &S) -> Result<Vec<u8>, BodyError> {
    bincode::serde::encode_to_vec(section, CODEC)
        .map_err(|source| BodyError::Unwritable { section: S::NAME, source: Box::new(source) })
}

/// The section that these bytes begin with.
///
/// # Errors
/// [`BodyError::Unreadable`] if they are no such section.
pub(crate) fn decode<'a, S: Section + Deserialize<'a>>(bytes: &'a [u8]) -> Result<S, BodyError> {
    let (section, _unknown_bytes) = bincode::serde::borrow_decode_from_slice(bytes, CODEC)
        .map_err(|source| BodyError::Unreadable { section: S::NAME, source: Box::new(source) })?;
    Ok(section)
}

/// How many frames ago the keyframe of a delta with this `body` was: the first field of its changes, read alone.
fn since_keyframe(body: &[u8]) -> Option<u32> {
    let (_, changes) = sections(body).map_while(Result::ok).find(|(kind, _)| *kind == Changes::KIND)?;
    bincode::serde::decode_from_slice(changes, CODEC).ok().map(|(since, _)| since)
}

/// The sequence of the keyframe that a delta refers to. None for other frames, and for a delta that does not say.
pub(crate) fn keyframe_sequence(frame: &Frame) -> Option<u32> {
    if frame.kind() != FrameKind::Delta {
        return None;
    }
    frame.position().sequence.checked_sub(since_keyframe(frame.body())?)
}

/// The key in the identity section of a keyframe: its first field, read alone.
pub(crate) fn public_key(keyframe: &Frame) -> Option<PublicKey> {
    let (_, identity) =
        sections(keyframe.body()).map_while(Result::ok).find(|(kind, _)| *kind == Identity::KIND)?;
    identity.first_chunk().copied().map(PublicKey)
}

/// The sections of `body` as kind and bytes. Ends after the first that is cut short.
fn sections(mut body: &[u8]) -> impl Iterator<Item = Result<(u8, &[u8]), BodyError>> {
    std::iter::from_fn(move || {
        let Some((&[kind, low, high], rest)) = body.split_first_chunk::<SECTION_HEAD_BYTES>() else {
            let left_over = std::mem::take(&mut body).len();
            return (left_over > 0).then_some(Err(BodyError::CutShort { length: left_over }));
        };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some((section, rest)) = rest.split_at_checked(length) else {
            body = &[];
            return Some(Err(BodyError::CutShort { length: rest.len() }));
        };
        body = rest;
        Some(Ok((kind, section)))
    })
}

/// The body of a frame cannot be written or read.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The origin has more to say than a frame holds.
    #[error("a body of {length} bytes where {BODY_BYTES_MAX} are the most")]
    TooLong {
        /// Bytes that the body or section would have.
        length: usize,
    },
    /// The codec refused to write a section.
    #[error("the {section} section cannot be written")]
    Unwritable {
        /// The section's name.
        section: &'static str,
        /// What the codec said.
        source: Box<bincode::error::EncodeError>,
    },
    /// The body ends in the middle of a section; its origin is broken.
    #[error("the body ends {length} bytes into a section")]
    CutShort {
        /// Bytes of the section that are there.
        length: usize,
    },
    /// A section's bytes are not what its kind says; its origin is broken.
    #[error("the {section} section cannot be read")]
    Unreadable {
        /// The section's name.
        section: &'static str,
        /// What the codec said.
        source: Box<bincode::error::DecodeError>,
    },
    /// A section that every body of this kind of frame has is missing; its origin is broken.
    #[error("the body has no {section} section")]
    Missing {
        /// The section's name.
        section: &'static str,
    },
    /// The sections contradict each other; their origin is broken.
    #[error("the {section} section does not fit the origin's readings")]
    Mismatch {
        /// The section that does not fit.
        section: &'static str,
    },
    /// A key that is no key, or that does not certify the origin.
    #[error("the identity section does not certify the origin")]
    WrongKey,
}

const SECTION_HEAD_BYTES: usize = 3;

/// The codec counts each integer with its width in memory, which is at most 8 times its width on the wire.
const CLAIMED_BYTES_MAX: usize = 8 * BODY_BYTES_MAX;

type Codec = Configuration<bincode::config::LittleEndian, Varint, Limit<CLAIMED_BYTES_MAX>>;
const CODEC: Codec = bincode::config::standard().with_limit::<CLAIMED_BYTES_MAX>();

#[cfg(test)]
mod tests;
