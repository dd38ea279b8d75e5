//! The end that dials.

use std::sync::Arc;

use bytes::Bytes;
use crypto_box::SalsaBox;

use super::keys::{ClientKeys, PublicKey, SecretKey};
use super::sealing::{Session, counted, open, random, seal, shared};
use super::{COOKIE_BYTES, Randomness};
use crate::error::ProtocolError;
use crate::mechanism::Saying;

/// A client's handshake.
pub(crate) struct Client {
    keys: Arc<ClientKeys>,
    short_term: SecretKey,
    vouch_nonce: [u8; 16],
    /// Counter of the last nonce that we used.
    sent: u64,
    /// Seals for this connection, once the server's short-term key is known.
    session_key: Option<SalsaBox>,
    received: Option<u64>,
}

impl Client {
    pub(crate) fn new(keys: Arc<ClientKeys>, randomness: Randomness) -> Self {
        let short_term = SecretKey::from_bytes(&randomness.short_term);
        Self { keys, short_term, vouch_nonce: randomness.nonce, sent: 0, session_key: None, received: None }
    }

    /// HELLO: our short-term key, and proof that we know whom we greet. Padded, so that nobody is answered with more
    /// than he sent.
    pub(crate) fn hello(&mut self) -> Saying {
        self.sent += 1;
        let mut body = vec![1, 0];
        body.extend_from_slice(&[0; 72]);
        body.extend_from_slice(&self.short_term.public().0);
        body.extend_from_slice(&self.sent.to_be_bytes());
        let key = shared(&self.keys.server, &self.short_term);
        if seal(&key, &counted(b"CurveZMQHELLO---", self.sent), &[0; 64], &mut body).is_err() {
            // Sealing 64 bytes cannot fail; if it did the server would turn us away.
            body.clear();
        }
        Saying { name: "HELLO", body }
    }

    /// Answers WELCOME with INITIATE: who we are, and that the short-term keys are ours.
    pub(crate) fn welcomed(&mut self, body: &Bytes, metadata: &[u8]) -> Result<Saying, ProtocolError> {
        const MALFORMED: ProtocolError = ProtocolError::MalformedCommand("WELCOME");
        if self.session_key.is_some() {
            return Err(ProtocolError::ExpectedReady);
        }
        let (nonce, boxed) = body.split_first_chunk::<16>().ok_or(MALFORMED)?;
        let key = shared(&self.keys.server, &self.short_term);
        let plain = open(&key, &random(b"WELCOME-", nonce), boxed).ok_or(ProtocolError::Forged)?;
        let (server_short_term, cookie) = plain.split_first_chunk::<32>().ok_or(MALFORMED)?;
        if cookie.len() != COOKIE_BYTES {
            return Err(MALFORMED);
        }
        let server_short_term = PublicKey(*server_short_term);
        let session_key = shared(&server_short_term, &self.short_term);

        let mut initiate = self.keys.secret.public().0.to_vec();
        initiate.extend_from_slice(&self.vouch_nonce);
        let vouch = [self.short_term.public().0, self.keys.server.0].concat();
        let vouch_key = shared(&server_short_term, &self.keys.secret);
        seal(&vouch_key, &random(b"VOUCH---", &self.vouch_nonce), &vouch, &mut initiate)?;
        initiate.extend_from_slice(metadata);

        self.sent += 1;
        let mut body = cookie.to_vec();
        body.extend_from_slice(&self.sent.to_be_bytes());
        seal(&session_key, &counted(b"CurveZMQINITIATE", self.sent), &initiate, &mut body)?;
        self.session_key = Some(session_key);
        Ok(Saying { name: "INITIATE", body })
    }

    /// The server's metadata out of its READY.
    pub(crate) fn ready(&mut self, body: &Bytes) -> Result<Bytes, ProtocolError> {
        let session_key = self.session_key.as_ref().ok_or(ProtocolError::ExpectedReady)?;
        let (counter, boxed) = body.split_first_chunk().ok_or(ProtocolError::MalformedCommand("READY"))?;
        let counter = u64::from_be_bytes(*counter);
        let metadata = open(session_key, &counted(b"CurveZMQREADY---", counter), boxed);
        self.received = Some(counter);
        metadata.map(Bytes::from).ok_or(ProtocolError::Forged)
    }

    pub(crate) fn into_session(self) -> Option<Session> {
        Some(Session::of_client(self.session_key?, self.sent, self.received?))
    }
}
