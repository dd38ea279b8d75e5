//! Long-term keys: whose end of a connection is whose.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::mechanism::Role;
use crate::z85;

/// A public Curve25519 key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Compares in constant time.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(super) fn point(&self) -> crypto_box::PublicKey {
        crypto_box::PublicKey::from_bytes(self.0)
    }
}

/// In Z85, as ZeroMQ's tools write it.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&z85::encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A secret Curve25519 key. Wiped from memory when dropped; never printed.
#[derive(Clone)]
pub struct SecretKey {
    /// Where it stays when this is moved.
    key: Box<crypto_box::SecretKey>,
    public: PublicKey,
}

impl SecretKey {
    /// The key with these 32 secret bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let key = Box::new(crypto_box::SecretKey::from_bytes(*bytes));
        let public = PublicKey(key.public_key().to_bytes());
        Self { key, public }
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The secret bytes, for a key file.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    pub(super) fn scalar(&self) -> &crypto_box::SecretKey {
        &self.key
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        // The crate wipes the scalar that it made of the bytes, but not the bytes.
        *self.key = crypto_box::SecretKey::from_bytes([0; 32]);
        std::hint::black_box(&self.key);
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

/// What the end that is dialled needs: its own secret keys, and the public keys that it lets in.
#[derive(Clone, Debug)]
pub struct ServerKeys {
    /// Its secrets: the one in use, and the one before while keys are being rotated.
    pub secrets: Vec<SecretKey>,
    /// Who may connect, and as what.
    pub admitted: Vec<(PublicKey, Role)>,
}

impl ServerKeys {
    /// What the owner of this key may be. Looks at all keys, whichever fits.
    pub(super) fn role_of(&self, key: &PublicKey) -> Option<Role> {
        self.admitted
            .iter()
            .fold(None, |found, (admitted, role)| if admitted.is(key) { Some(*role) } else { found })
    }
}

/// What the end that dials needs: its own secret key, and the public key of whom it wants to reach.
#[derive(Clone, Debug)]
pub struct ClientKeys {
    /// Its own secret.
    pub secret: SecretKey,
    /// The other's public key.
    pub server: PublicKey,
}
