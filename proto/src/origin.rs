//! Who a frame is from: a host's key pair and the id that its public key certifies.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::limits::HOST_NAME_BYTES_MAX;

/// Identifies an origin for good: the first eight bytes of the SHA-256 of its Ed25519 public key, so that nobody
/// can speak for an id without the key behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OriginId(pub u64);

impl OriginId {
    /// The id that this public key certifies.
    pub fn of(key: &PublicKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.0).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }
}

/// Sixteen hexadecimal digits, in the order of the bytes on the wire.
impl fmt::Display for OriginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0.swap_bytes())
    }
}

impl FromStr for OriginId {
    type Err = BadOriginId;

    fn from_str(text: &str) -> Result<Self, BadOriginId> {
        let is_hexadecimal = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = is_hexadecimal.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(|id| Self(id.swap_bytes())).ok_or_else(|| BadOriginId(text.escape_debug().take(40).collect()))
    }
}

/// The text is no origin id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no origin: use the 16 hexadecimal digits that `grapevine hosts` shows")]
pub struct BadOriginId(String);

/// A host's secret Ed25519 key (RFC 8032). Wiped from memory when dropped; never printed.
pub struct OriginKey(SigningKey);

impl OriginKey {
    /// The key with this secret seed of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The id of the origin that signs with this key.
    pub fn origin(&self) -> OriginId {
        OriginId::of(&self.public())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for OriginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginKey({})", self.origin())
    }
}

/// A host's public Ed25519 key as its 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Decompresses the key, once for the many signatures that are checked with it.
    ///
    /// # Errors
    /// [`BadPublicKey`] if it is no key, or one of small order, with which anybody can sign.
    pub fn verifier(&self) -> Result<Verifier, BadPublicKey> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| BadPublicKey)?;
        if key.is_weak() { Err(BadPublicKey) } else { Ok(Verifier(key)) }
    }
}

/// A public key ready to check signatures.
#[derive(Clone, Debug)]
pub struct Verifier(VerifyingKey);

impl Verifier {
    /// Strict verification (RFC 8032, section 5.1.7, and no small-order keys), so that all agents agree on which
    /// frames are genuine.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// Whether each of these signatures of messages is that of the verifier at its place: see
    /// [`Genuine::check_all`](crate::Genuine::check_all). Takes no randomness: the factors are hashed from all of it.
    #[cfg(feature = "batch")]
    pub(crate) fn verify_batch<'a>(
        verifiers: impl Iterator<Item = &'a Self>,
        signed: &[(&[u8], &[u8; SIGNATURE_BYTES])],
    ) -> bool {
        let keys: Vec<VerifyingKey> = verifiers.map(|verifier| verifier.0).collect();
        let (messages, signatures): (Vec<&[u8]>, Vec<Signature>) =
            signed.iter().map(|(message, signature)| (*message, Signature::from_bytes(signature))).unzip();
        ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
    }

    /// The key.
    pub(crate) fn key(&self) -> PublicKey {
        PublicKey(self.0.to_bytes())
    }
}

/// Length of an Ed25519 signature in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// The bytes are no point of the curve that could be a key: their sender made them up or they were damaged.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not an Ed25519 public key")]
pub struct BadPublicKey;

/// A host's name: 1 to 63 ASCII letters, digits, dots, dashes and underscores, as it is shown on terminals and
/// subscribed to by prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(Arc<str>);

impl HostName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Stands before a host's name in a subscription to frames that an agent kept, and in the messages that it brings. No
/// name has a slash, so that nothing else begins like this.
pub const HISTORY_PREFIX: &str = "history/";

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostName {
    type Err = BadHostName;

    fn from_str(name: &str) -> Result<Self, BadHostName> {
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || name.len() > HOST_NAME_BYTES_MAX || !name.chars().all(valid) {
            return Err(BadHostName(name.escape_debug().take(HOST_NAME_BYTES_MAX).collect()));
        }
        Ok(Self(name.into()))
    }
}

impl TryFrom<String> for HostName {
    type Error = BadHostName;

    fn try_from(name: String) -> Result<Self, BadHostName> {
        name.parse()
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.as_str().to_owned()
    }
}

/// The text cannot name a host.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a host name: use 1 to 63 ASCII letters, digits, dots, dashes and underscores")]
pub struct BadHostName(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_shows_the_first_bytes_of_the_hash() {
        let key = OriginKey::from_seed(&[7; 32]).public();
        let hash: [u8; 32] = Sha256::digest(key.0).into();
        let hex: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(OriginId::of(&key).to_string(), hex);
    }

    #[test]
    fn an_id_is_read_as_it_is_shown() {
        let id = OriginKey::from_seed(&[7; 32]).origin();
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "12", "+123456789abcdef", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(text.parse::<OriginId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_key_is_not_printed() {
        let key = OriginKey::from_seed(&[7; 32]);
        assert_eq!(format!("{key:?}"), format!("OriginKey({})", key.origin()));
    }

    #[test]
    fn names_that_could_fool_a_terminal_are_refused() {
        for name in ["", "two words", "bell\u{7}", "ünïcode", "a/b", &"x".repeat(64)] {
            assert!(name.parse::<HostName>().is_err(), "{name:?}");
        }
        for name in ["a", "srv-01.example.org", &"x".repeat(63)] {
            assert_eq!(name.parse::<HostName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_key_with_which_anybody_can_sign_is_none() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(VerifyingKey::from_bytes(&neutral).is_ok(), "it is a point of the curve");
        assert_eq!(PublicKey(neutral).verifier().unwrap_err(), BadPublicKey);
    }

    #[test]
    fn a_point_off_the_curve_is_no_key() {
        let mut bytes = [0; 32];
        bytes[0] = 2;
        assert_eq!(PublicKey(bytes).verifier().unwrap_err(), BadPublicKey);
    }
}
