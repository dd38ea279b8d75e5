//! The end that is dialled.

use std::sync::Arc;

use bytes::Bytes;
use crypto_box::SalsaBox;
use subtle::ConstantTimeEq;

use super::keys::{PublicKey, SecretKey, ServerKeys};
use super::sealing::{Session, counted, open, random, seal, shared};
use super::{COOKIE_BYTES, Randomness};
use crate::error::ProtocolError;
use crate::mechanism::{Heard, Saying};

/// A server's handshake.
pub(crate) struct Server {
    keys: Arc<ServerKeys>,
    short_term: SecretKey,
    cookie: [u8; COOKIE_BYTES],
    welcome_nonce: [u8; 16],
    client: Option<Greeted>,
    /// The counter of the client's last nonce, once it is known who it is.
    received: Option<u64>,
    sent: u64,
}

/// A client that said HELLO.
struct Greeted {
    short_term: PublicKey,
    /// Which of our long-term keys it knows us by.
    known_by: PublicKey,
    counter: u64,
    session_key: SalsaBox,
}

impl Server {
    pub(crate) fn new(keys: Arc<ServerKeys>, randomness: Randomness) -> Self {
        let short_term = SecretKey::from_bytes(&randomness.short_term);
        let (cookie, nonce) = (randomness.cookie, randomness.nonce);
        Self { keys, short_term, cookie, welcome_nonce: nonce, client: None, received: None, sent: 0 }
    }

    /// Answers HELLO with WELCOME, if it was made for one of our keys.
    pub(crate) fn greeted(&mut self, body: &Bytes) -> Result<Saying, ProtocolError> {
        const MALFORMED: ProtocolError = ProtocolError::MalformedCommand("HELLO");
        if self.client.is_some() || body.len() != HELLO_BYTES || !body.starts_with(&[1, 0]) {
            return Err(MALFORMED);
        }
        let (short_term, rest) = body.get(74..).and_then(<[u8]>::split_first_chunk).ok_or(MALFORMED)?;
        let (counter, boxed) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let (short_term, counter) = (PublicKey(*short_term), u64::from_be_bytes(*counter));
        let nonce = counted(b"CurveZMQHELLO---", counter);
        let opened_with = |secret: &SecretKey| {
            let key = shared(&short_term, secret);
            let is_for_us = open(&key, &nonce, boxed).is_some_and(|zeros| zeros == [0; 64]);
            is_for_us.then_some((key, secret.public()))
        };
        let opened = self.keys.secrets.iter().find_map(opened_with);
        let (key, known_by) = opened.ok_or(ProtocolError::WrongKey)?;

        let mut welcome = self.welcome_nonce.to_vec();
        let plain = [&self.short_term.public().0[..], &self.cookie].concat();
        seal(&key, &random(b"WELCOME-", &self.welcome_nonce), &plain, &mut welcome)?;
        let session_key = shared(&short_term, &self.short_term);
        self.client = Some(Greeted { short_term, known_by, counter, session_key });
        Ok(Saying { name: "WELCOME", body: welcome })
    }

    /// Learns from INITIATE who the client is: metadata and role.
    pub(crate) fn initiated(&mut self, body: &Bytes) -> Result<Heard, ProtocolError> {
        const MALFORMED: ProtocolError = ProtocolError::MalformedCommand("INITIATE");
        let client = self.client.as_ref().ok_or(ProtocolError::ExpectedReady)?;
        if self.received.is_some() {
            return Err(ProtocolError::ExpectedReady);
        }
        let (cookie, rest) = body.split_first_chunk::<COOKIE_BYTES>().ok_or(MALFORMED)?;
        let (counter, boxed) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let counter = u64::from_be_bytes(*counter);
        if !bool::from(cookie.ct_eq(&self.cookie)) || counter <= client.counter {
            return Err(ProtocolError::Replayed);
        }
        let nonce = counted(b"CurveZMQINITIATE", counter);
        let plain = open(&client.session_key, &nonce, boxed).ok_or(ProtocolError::Forged)?;
        let (long_term, rest) = plain.split_first_chunk().ok_or(MALFORMED)?;
        let (vouch_nonce, rest) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let (vouch, metadata) = rest.split_at_checked(VOUCH_BYTES).ok_or(MALFORMED)?;
        let long_term = PublicKey(*long_term);
        let vouch = open(&shared(&long_term, &self.short_term), &random(b"VOUCH---", vouch_nonce), vouch)
            .ok_or(ProtocolError::Forged)?;
        if !bool::from(vouch.ct_eq(&[client.short_term.0, client.known_by.0].concat())) {
            return Err(ProtocolError::Forged);
        }
        let role = self.keys.role_of(&long_term).ok_or(ProtocolError::WrongKey)?;
        self.received = Some(counter);
        Ok(Heard::Peer { metadata: Bytes::copy_from_slice(metadata), role })
    }

    /// READY with our metadata.
    pub(crate) fn ready(&mut self, metadata: &[u8]) -> Option<Saying> {
        let client = self.client.as_ref()?;
        self.sent += 1;
        let mut body = self.sent.to_be_bytes().to_vec();
        seal(&client.session_key, &counted(b"CurveZMQREADY---", self.sent), metadata, &mut body).ok()?;
        Some(Saying { name: "READY", body })
    }

    pub(crate) fn into_session(self) -> Option<Session> {
        Some(Session::of_server(self.client?.session_key, self.sent, self.received?))
    }
}

/// Length of HELLO without its name: version, padding, key, counter and box (RFC 26, "The HELLO command").
const HELLO_BYTES: usize = 2 + 72 + 32 + 8 + 80;

/// Length of a vouch's box: two keys and the authenticator.
const VOUCH_BYTES: usize = 64 + 16;
