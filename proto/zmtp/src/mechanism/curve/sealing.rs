//! Boxes and their nonces, and the sealing of traffic.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
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
    let Some((tag, body)) = to.get_mut(start..).and_then(|sealed| sealed.split_at_mut_checked(TAG_BYTES))
    else {
        return Err(ProtocolError::Unsealable);
    };
    let sealed = key.encrypt_in_place_detached(nonce, &[], body).map_err(|_| ProtocolError::Unsealable)?;
    tag.copy_from_slice(&sealed);
    Ok(())
}

/// What is in a box; none if it is forged or not for us.
pub(super) fn open(key: &SalsaBox, nonce: &Nonce, boxed: &[u8]) -> Option<Vec<u8>> {
    let (tag, body) = boxed.split_at_checked(TAG_BYTES)?;
    let mut plain = body.to_vec();
    key.decrypt_in_place_detached(nonce, &[], &mut plain, Tag::from_slice(tag)).ok()?;
    Some(plain)
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
        let mut plain = BytesMut::with_capacity(1 + body.len());
        plain.put_u8(flags);
        plain.put_slice(body);
        let mut message = Vec::with_capacity(SEALED_BYTES + body.len());
        message.extend_from_slice(MESSAGE);
        message.extend_from_slice(&self.sent.to_be_bytes());
        seal(&self.key, &counted(self.ours, self.sent), &plain, &mut message)?;
        Ok(message)
    }

    /// Kind and body of the frame that a MESSAGE carries.
    pub(crate) fn open(&mut self, message: &[u8]) -> Result<(u8, Bytes), ProtocolError> {
        let sealed = message.strip_prefix(MESSAGE).ok_or(ProtocolError::MalformedCommand("MESSAGE"))?;
        let (counter, boxed) =
            sealed.split_first_chunk().ok_or(ProtocolError::MalformedCommand("MESSAGE"))?;
        let counter = u64::from_be_bytes(*counter);
        if counter <= self.received {
            return Err(ProtocolError::Replayed);
        }
        let plain = open(&self.key, &counted(self.theirs, counter), boxed).ok_or(ProtocolError::Forged)?;
        self.received = counter;
        let plain = Bytes::from(plain);
        let flags = plain.first().copied().ok_or(ProtocolError::MalformedCommand("MESSAGE"))?;
        Ok((flags, plain.slice(1..)))
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
pub(crate) const SEALED_BYTES: usize = MESSAGE.len() + 8 + TAG_BYTES + 1;

const MESSAGE: &[u8; 8] = b"\x07MESSAGE";
const CLIENTS: &[u8; 16] = b"CurveZMQMESSAGEC";
const SERVERS: &[u8; 16] = b"CurveZMQMESSAGES";
