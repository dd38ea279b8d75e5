//! CURVE (RFC 26 of ZeroMQ): both ends prove that they hold their long-term keys, and seal what follows with keys that
//! die with the connection.
//!
//! ```text
//! client                                              server
//!   HELLO     C', Box[64 zeros](C' -> S)        ->
//!                                               <-    WELCOME   Box[S', cookie](S -> C')
//!   INITIATE  cookie, Box[C, vouch, metadata](C' -> S')  ->      vouch: Box[C', S](C -> S')
//!                                               <-    READY     Box[metadata](S' -> C')
//!   MESSAGE   Box[flags, body](C' -> S')        <->   MESSAGE   Box[flags, body](S' -> C')
//! ```
//!
//! S and C are the long-term keys, S' and C' those of this connection. A box is NaCl's `crypto_box`: X25519,
//! XSalsa20 and Poly1305, from the `crypto_box` crate; nothing cryptographic is written here. Its nonce of 24 bytes
//! is a text that names the command and a counter of 8 bytes, or 16 random bytes. Counters only grow, so that what
//! was recorded cannot be replayed.
//!
//! The cookie lets a server forget the client between WELCOME and INITIATE. Ours remembers: over a stream it has to
//! hold the connection anyway, which is bounded. So its cookies are random bytes, good for one connection.

mod client;
mod keys;
mod sealing;
mod server;

pub(crate) use client::Client;
pub use keys::{ClientKeys, PublicKey, SecretKey, ServerKeys};
pub(crate) use sealing::{SEALED_BYTES, Session};
pub(crate) use server::Server;
use zeroize::Zeroize;

/// Random bytes for one connection: a short-term key, a cookie and a nonce. The caller draws them; never twice. The
/// key's seed is wiped from memory when this is dropped.
pub struct Randomness {
    /// The seed of the connection's short-term secret key.
    pub short_term: [u8; 32],
    /// What the client has to bring back.
    pub cookie: [u8; COOKIE_BYTES],
    /// The nonce of the one box that has no counter.
    pub nonce: [u8; 16],
}

impl Randomness {
    /// No randomness, for connections without security.
    pub const NONE: Self = Self { short_term: [0; 32], cookie: [0; COOKIE_BYTES], nonce: [0; 16] };
}

impl Drop for Randomness {
    fn drop(&mut self) {
        self.short_term.zeroize();
    }
}

/// Length of a cookie (RFC 26, "The WELCOME command").
pub(crate) const COOKIE_BYTES: usize = 96;

#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod tests;
