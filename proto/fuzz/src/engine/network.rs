//! Four hosts and every frame that they ever seal.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use grapevine_proto::{
    Composer, Envelope, Frame, FrameKind, HostName, Identity, Moment, OriginId, OriginKey, Position,
    PublicKey, Verifier,
};

/// A host that seals frames.
pub(super) struct Host {
    pub(super) origin: OriginId,
    pub(super) verifier: Verifier,
    pub(super) name: HostName,
    key: OriginKey,
    hop_limit: u8,
    /// Body of its keyframes.
    body: Vec<u8>,
}

/// All hosts.
pub(super) static HOSTS: LazyLock<[Host; 4]> = LazyLock::new(|| {
    let [a, b, c, d] =
        [(1, 32), (2, 255), (3, 1), (4, 3)].map(|(seed, hop_limit)| Host::new(seed, hop_limit));
    [a, b, c, d]
});

/// The host whose engine runs.
pub(super) fn own() -> &'static Host {
    let [own, ..] = &*HOSTS;
    own
}

/// Whether a host has sealed all of `frame` that is signed, and it is no further away than it may be.
pub(super) fn is_genuine(frame: &Frame) -> bool {
    // Looks only at what was sealed, so that a forgery does not make the frame that it would be.
    let frames = SEALED.lock().unwrap_or_else(PoisonError::into_inner);
    let sealed = frames.get(&(frame.origin(), frame.position()));
    frame.hop_count() <= frame.hop_limit()
        && sealed.is_some_and(|sealed| crate::frame::signed(sealed) == crate::frame::signed(frame))
}

impl Host {
    fn new(seed: u8, hop_limit: u8) -> Self {
        let key = OriginKey::from_seed(&[seed; 32]);
        let (Ok(name), Ok(verifier)) = (format!("host-{seed}").parse(), key.public().verifier()) else {
            unreachable!("these are a name and a key")
        };
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: HostName::clone(&name),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        let mut composer = Composer::new(OriginKey::from_seed(&[seed; 32]), identity, hop_limit, 1);
        let Ok(keyframe) = composer.frame(std::iter::empty(), Moment(0)) else {
            unreachable!("nothing fits a frame")
        };
        let body = keyframe.body().to_vec();
        Self { origin: key.origin(), verifier, name, key, hop_limit, body }
    }

    /// The frame that the host seals at `position`, whose kind follows from the sequence: a host seals one frame at a
    /// position. Sealed frames are kept, because a signature takes longer than all the rest of a run.
    pub(super) fn sealed(&self, position: Position) -> Frame {
        let mut frames = SEALED.lock().unwrap_or_else(PoisonError::into_inner);
        frames.entry((self.origin, position)).or_insert_with(|| self.seal(position)).clone()
    }

    fn seal(&self, position: Position) -> Frame {
        let (kind, body): (_, &[u8]) = match position.sequence % 8 {
            0 | 1 => (FrameKind::Keyframe, &self.body),
            6 => (FrameKind::Unknown(9), b"later"),
            7 => (FrameKind::Leave, b""),
            _ => (FrameKind::Delta, b"delta"),
        };
        let frame = Envelope { kind, hop_limit: self.hop_limit, position, schema: 1, is_critical: false }
            .seal(&self.key, body);
        let Ok(frame) = frame else { unreachable!("a short body fits a frame: {frame:?}") };
        frame
    }
}

static SEALED: LazyLock<Mutex<BTreeMap<(OriginId, Position), Frame>>> = LazyLock::new(Mutex::default);
