//! Boxes and their nonces, and the sealing of traffic.

use std::fmt;

use bytes::{Bytes, BytesMut};
use crypto_box::aead::AeadInPlace;
use crypto_box::{Nonce, SalsaBox, Tag};

use super::keys::{PublicKey, SecretKey};
use crate::error::ProtocolError;

/// Length of the authenticator that stands before what is sealed.
pub(super) const TAG_BYTES: usize = 16;

/// What one end can seal for, and open from, the other.
pub(super) fn shared(theirs: &PublicKey, ours: &SecretKey) -> SalsaBox {
    SalsaBox::new(&theirs.point(), ours.scalar())
}

/// A nonce of a text and a counter.
pub(super) fn counted(text: &[u8; 16], counter: u64) -> Nonce {
    let mut nonce = Nonce::default();
    let bytes = text.iter().copied().chain(counter.to_be_bytes());
    nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    nonce
}

/// A nonce of a text and random bytes.
pub(super) fn random(text: &[u8; 8], random: &[u8; 16]) -> Nonce {
    let mut nonce = Nonce::default();
    nonce.iter_mut().zip(text.iter().chain(random)).for_each(|(to, from)| *to = *from);
    nonce
}

/// Appends the box of `plain`.
pub(super) fn seal(
    key: &SalsaBox,
    nonce: &Nonce,
    plain: &[u8],
    to: &mut Vec<u8>,
) -> Result<(), ProtocolError> {
    let start = to.len();
    to.extend_from_slice(&[0; TAG_BYTES]);
    to.extend_from_slice(plain);
    seal_in_place(key, nonce, to.get_mut(start..).unwrap_or_default())
}

/// Makes a box of what stands after room for the authenticator.
fn seal_in_place(key: &SalsaBox, nonce: &Nonce, boxed: &mut [u8]) -> Result<(), ProtocolError> {
    let (tag, body) = boxed.split_at_mut_checked(TAG_BYTES).ok_or(ProtocolError::Unsealable)?;
    let sealed = key.encrypt_in_place_detached(nonce, &[], body).map_err(|_| ProtocolError::Unsealable)?;
    tag.copy_from_slice(&sealed);
    Ok(())
}

/// What is in a box; none if it is forged or not for us.
pub(super) fn open(key: &SalsaBox, nonce: &Nonce, boxed: &[u8]) -> Option<Vec<u8>> {
    let mut boxed = boxed.to_vec();
    open_in_place(key, nonce, &mut boxed)?;
    boxed.drain(..TAG_BYTES);
    Some(boxed)
}

/// Leaves what is in a box after the authenticator.
fn open_in_place(key: &SalsaBox, nonce: &Nonce, boxed: &mut [u8]) -> Option<()> {
    let (tag, body) = boxed.split_at_mut_checked(TAG_BYTES)?;
    key.decrypt_in_place_detached(nonce, &[], body, Tag::from_slice(tag)).ok()
}

/// Seals and opens the frames that follow a handshake.
pub(crate) struct Session {
    key: SalsaBox,
    ours: &'static [u8; 16],
    theirs: &'static [u8; 16],
    /// The counter of the last nonce that we used.
    sent: u64,
    /// The counter of the last nonce that the peer used.
    received: u64,
}

impl Session {
    pub(super) fn of_client(key: SalsaBox, sent: u64, received: u64) -> Self {
        Self { key, ours: CLIENTS, theirs: SERVERS, sent, received }
    }

    pub(super) fn of_server(key: SalsaBox, sent: u64, received: u64) -> Self {
        Self { key, ours: SERVERS, theirs: CLIENTS, sent, received }
    }

    /// The MESSAGE that carries a frame of this kind and body.
    pub(crate) fn seal(&mut self, flags: u8, body: &[u8]) -> Result<Vec<u8>, ProtocolError> {
        // 2^64 frames are out of reach; a nonce that comes twice would give all away.
        self.sent = self.sent.checked_add(1).ok_or(ProtocolError::Unsealable)?;
        let mut message = Vec::with_capacity(SEALED_BYTES + body.len());
        message.extend_from_slice(MESSAGE);
        message.extend_from_slice(&self.sent.to_be_bytes());
        message.extend_from_slice(&[0; TAG_BYTES]);
        message.push(flags);
        message.extend_from_slice(body);
        let boxed = message.get_mut(BOX_AT..).unwrap_or_default();
        seal_in_place(&self.key, &counted(self.ours, self.sent), boxed)?;
        Ok(message)
    }

    /// Kind and body of the frame that a MESSAGE carries. Opened where it is, so that a long one is there once only.
    pub(crate) fn open(&mut self, message: Bytes) -> Result<(u8, Bytes), ProtocolError> {
        const MALFORMED: ProtocolError = ProtocolError::MalformedCommand("MESSAGE");
        let (counter, _) =
            message.strip_prefix(MESSAGE).and_then(<[u8]>::split_first_chunk).ok_or(MALFORMED)?;
        let counter = u64::from_be_bytes(*counter);
        if counter <= self.received {
            return Err(ProtocolError::Replayed);
        }
        let mut message = BytesMut::from(message);
        let boxed = message.get_mut(BOX_AT..).ok_or(MALFORMED)?;
        open_in_place(&self.key, &counted(self.theirs, counter), boxed).ok_or(ProtocolError::Forged)?;
        self.received = counter;
        let message = message.freeze();
        let flags = message.get(BOX_AT + TAG_BYTES).copied().ok_or(MALFORMED)?;
        Ok((flags, message.slice(SEALED_BYTES..)))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("sent", &self.sent)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// Bytes of a MESSAGE besides the body: name, counter, authenticator and flags.
pub(crate) const SEALED_BYTES: usize = BOX_AT + TAG_BYTES + 1;

/// Where the box of a MESSAGE begins: after name and counter.
const BOX_AT: usize = MESSAGE.len() + 8;

const MESSAGE: &[u8; 8] = b"\x07MESSAGE";
const CLIENTS: &[u8; 16] = b"CurveZMQMESSAGEC";
const SERVERS: &[u8; 16] = b"CurveZMQMESSAGES";
