//! Frames put together byte by byte, as PROTOCOL.md describes them and independently of the code under test.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use ed25519_dalek::{Signer, SigningKey};
use grapevine_proto::{Frame, OriginId, OriginKey, PublicKey};

/// Kinds of sections.
pub(crate) const IDENTITY: u8 = 1;
pub(crate) const ROWS: u8 = 2;
pub(crate) const SERIES: u8 = 3;
pub(crate) const CELLS: u8 = 4;
pub(crate) const CHANGES: u8 = 5;
pub(crate) const LINKS: u8 = 6;

/// Kinds of frames.
pub(crate) const KEYFRAME: u8 = 1;
pub(crate) const DELTA: u8 = 2;

const SEED: [u8; 32] = [42; 32];

pub(crate) fn public_key() -> PublicKey {
    OriginKey::from_seed(&SEED).public()
}

/// What stands before a body.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) version: u8,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) sequence: u32,
}

impl Head {
    pub(crate) fn new(kind: u8, sequence: u32) -> Self {
        Self { version: 1, kind, flags: 0, sequence }
    }

    /// The frame of this head and `body`, genuinely signed, of epoch 1 and schema 1.
    pub(crate) fn seal(self, body: &[u8]) -> Frame {
        let mut bytes = vec![self.version, self.kind, self.flags, 32];
        bytes.extend(OriginId::of(&public_key()).0.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(self.sequence.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(u16::try_from(body.len()).expect("a body fits its frame").to_le_bytes());
        bytes.extend(body);
        let signature = SigningKey::from_bytes(&SEED).sign(&bytes);
        bytes.extend(signature.to_bytes());
        bytes.extend([0; 5]);
        Frame::parse(bytes.into()).unwrap()
    }
}

/// Sections one after the other.
pub(crate) fn body(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, bytes) in sections {
        body.push(*kind);
        body.extend(u16::try_from(bytes.len()).expect("a section fits its body").to_le_bytes());
        body.extend(bytes);
    }
    body
}

pub(crate) fn varint(n: u64) -> Vec<u8> {
    let bytes = n.to_le_bytes();
    let (mark, width): (u8, usize) = match n {
        0..=250 => return vec![bytes[0]],
        251..=0xffff => (251, 2),
        0x1_0000..=0xffff_ffff => (252, 4),
        _ => (253, 8),
    };
    [&[mark], &bytes[..width]].concat()
}

pub(crate) fn zigzag(n: i64) -> Vec<u8> {
    varint((n << 1 ^ n >> 63).cast_unsigned())
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    [varint(text.len().try_into().unwrap()), text.into()].concat()
}

pub(crate) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [varint(items.len().try_into().unwrap()), items.concat()].concat()
}

/// The identity of a host named `h`.
pub(crate) fn identity() -> Vec<u8> {
    [public_key().0.to_vec(), text("h"), varint(1000), text(""), list(&[])].concat()
}

/// A row of a gauge.
pub(crate) fn row(id: u64, name: &str, kind: u8, scale: u8, labels: &[&str]) -> Vec<u8> {
    let labels: Vec<Vec<u8>> = labels.iter().map(|label| text(label)).collect();
    [varint(id), text(name), vec![kind], text("none"), vec![scale], varint(4), varint(15_000), list(&labels)]
        .concat()
}

/// The series of metrics given as distance and count, with label values and indices.
pub(crate) fn series(values: &[Vec<u8>], metrics: &[(u64, u64)], labels: &[u64]) -> Vec<u8> {
    let metrics: Vec<Vec<u8>> =
        metrics.iter().map(|(distance, count)| [varint(*distance), varint(*count)].concat()).collect();
    let labels: Vec<Vec<u8>> = labels.iter().map(|index| varint(*index)).collect();
    [list(values), list(&metrics), list(&labels)].concat()
}

/// The absence of a reading: distance, reason, and the age of a value kept.
pub(crate) fn absence(distance: u64, code: u8, kept_age_s: Option<u64>) -> Vec<u8> {
    let kept = kept_age_s.map_or(vec![0], |age_s| [vec![1], varint(age_s)].concat());
    [varint(distance), vec![code], kept].concat()
}
