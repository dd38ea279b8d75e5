//! The greeting: the first 64 bytes of either side (RFC 37, "Version negotiation").
//!
//! ```text
//! FF 00 00 00 00 00 00 00 00 7F | 03 01 | mechanism, 20 bytes | as-server | 31 zeros
//! ```

use crate::error::ProtocolError;

/// Length of a greeting in bytes.
pub(crate) const GREETING_BYTES: usize = 64;

/// Length of the signature that it begins with.
pub(crate) const SIGNATURE_BYTES: usize = 10;

/// Our greeting: ZMTP 3.1 with this mechanism.
pub(crate) fn ours(mechanism: &[u8], is_server: bool) -> [u8; GREETING_BYTES] {
    let mut greeting = [0; GREETING_BYTES];
    let fields: [(usize, &[u8]); 5] = [
        (0, &[0xff]),
        (9, &[0x7f]),
        (10, &[3, MINOR]),
        (MECHANISM_AT, mechanism),
        (AS_SERVER_AT, &[u8::from(is_server)]),
    ];
    for (at, bytes) in fields {
        for (to, from) in greeting.iter_mut().skip(at).zip(bytes) {
            *to = *from;
        }
    }
    greeting
}

/// Checks as much of the peer's greeting as is there, so that a stranger is turned away at its first wrong byte. It
/// must name our mechanism. Yields the minor version once all of it is there.
pub(crate) fn check(bytes: &[u8], mechanism: &'static [u8]) -> Result<Option<u8>, ProtocolError> {
    let wrong = |at: usize, is_right: fn(u8) -> bool| bytes.get(at).is_some_and(|byte| !is_right(*byte));
    if wrong(0, |byte| byte == 0xff) || wrong(9, |byte| byte & 1 == 1) {
        return Err(ProtocolError::NotZmtp);
    }
    if wrong(10, |major| major >= 3) {
        return Err(ProtocolError::OldVersion { major: bytes.get(10).copied().unwrap_or_default() });
    }
    let theirs = bytes.get(MECHANISM_AT..).unwrap_or_default();
    let expected = mechanism.iter().chain(std::iter::repeat(&0)).take(MECHANISM_BYTES);
    if theirs.iter().zip(expected).any(|(is, should_be)| is != should_be) {
        return Err(ProtocolError::OtherMechanism {
            expected: str::from_utf8(mechanism).unwrap_or_default(),
        });
    }
    let (Some(&major), Some(&minor)) = (bytes.get(10), bytes.get(11)) else { return Ok(None) };
    // The lower of two versions is spoken, so that one after 3 speaks all of ours.
    let minor = if major > 3 { MINOR } else { minor };
    Ok((bytes.len() >= GREETING_BYTES).then_some(minor))
}

/// Our minor version of ZMTP 3.
const MINOR: u8 = 1;

const MECHANISM_AT: usize = 12;
const MECHANISM_BYTES: usize = 20;
const AS_SERVER_AT: usize = MECHANISM_AT + MECHANISM_BYTES;
