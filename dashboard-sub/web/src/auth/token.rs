//! Tokens: who knows one may look.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use zeroize::Zeroize;

use super::Role;
use crate::limits::{TOKEN_BYTES_MAX, TOKEN_BYTES_MIN};

/// A secret that opens the server. Kept only as a hash, salted anew by each process.
#[derive(Clone)]
pub struct Token {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl Token {
    /// The token that is written `text`, which is wiped. Space around it does not count.
    ///
    /// # Errors
    /// A [`TokenError`] if it could be guessed, or could not be sent.
    pub fn new(mut text: String) -> Result<Self, TokenError> {
        let token = Self::of(text.trim());
        text.zeroize();
        token
    }

    fn of(text: &str) -> Result<Self, TokenError> {
        if text.len() < TOKEN_BYTES_MIN {
            return Err(TokenError::TooShort { bytes: text.len() });
        }
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NotText);
        }
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|_| TokenError::NoRandomness)?;
        Ok(Self { salt, hash: hash(&salt, text.as_bytes()) })
    }

    /// Whether it is written `text`, in a time that does not depend on it.
    fn is(&self, text: &[u8]) -> Choice {
        hash(&self.salt, text).ct_eq(&self.hash)
    }
}

/// Says nothing of the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The tokens of a server.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// What opens everything that can be looked at.
    pub reader: Option<Token>,
    /// What opens everything.
    pub admin: Option<Token>,
}

impl Tokens {
    /// Whether there is no token at all.
    pub fn is_empty(&self) -> bool {
        self.reader.is_none() && self.admin.is_none()
    }

    /// What whoever knows `text` may do. Both tokens are compared in any case.
    pub(crate) fn role_of(&self, text: &[u8]) -> Option<Role> {
        let is = |token: &Option<Token>| token.as_ref().map_or(Choice::from(0), |token| token.is(text));
        let (reader, admin) = (is(&self.reader), is(&self.admin));
        if bool::from(admin) { Some(Role::Admin) } else { bool::from(reader).then_some(Role::Reader) }
    }
}

fn hash(salt: &[u8; 16], text: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(text).finalize().into()
}

/// A token that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// It could be guessed.
    #[error("has {bytes} characters where {TOKEN_BYTES_MIN} are the least: `openssl rand -hex 16` makes one")]
    TooShort {
        /// How many it has.
        bytes: usize,
    },
    /// It does not fit into a header.
    #[error("has more than {TOKEN_BYTES_MAX} characters")]
    TooLong,
    /// It could not be sent in a header.
    #[error("has characters other than printable ones of ASCII, or spaces within")]
    NotText,
    /// The system gives no random numbers.
    #[error("cannot be kept: the system gives no random numbers")]
    NoRandomness,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_open_what_they_are_for_and_nothing_else() {
        let token = |text: &str| Token::new(text.to_owned()).unwrap();
        let tokens = Tokens {
            reader: Some(token("reader-0123456789abcdef\n")),
            admin: Some(token("admin-0123456789abcdef")),
        };
        assert_eq!(tokens.role_of(b"reader-0123456789abcdef"), Some(Role::Reader));
        assert_eq!(tokens.role_of(b"admin-0123456789abcdef"), Some(Role::Admin));
        for wrong in ["", "reader-0123456789abcde", "reader-0123456789abcdef ", "READER-0123456789ABCDEF"] {
            assert_eq!(tokens.role_of(wrong.as_bytes()), None, "{wrong:?}");
        }
        assert_eq!(Tokens::default().role_of(b""), None);
        assert!(!format!("{tokens:?}").contains("0123"));
    }

    #[test]
    fn what_could_be_guessed_is_no_token() {
        let error = |text: &str| Token::new(text.to_owned()).err();
        assert_eq!(error("secret"), Some(TokenError::TooShort { bytes: 6 }));
        assert_eq!(error("0123456789 abcdef"), Some(TokenError::NotText));
        assert_eq!(error(&"x".repeat(513)), Some(TokenError::TooLong));
    }
}
