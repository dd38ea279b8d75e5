//! Commands: ERROR, which may come at any time, the metadata of READY, and the commands of the traffic (RFC 37).

use std::time::Duration;

use bytes::{BufMut, Bytes};

use crate::error::ProtocolError;
use crate::limits::IDENTITY_BYTES_MAX;

/// A command of the peer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// The peer refuses us, and why.
    Error(Bytes),
    /// The peer wants messages with this prefix.
    Subscribe(Bytes),
    /// The peer no longer wants them.
    Cancel(Bytes),
    /// The peer wants its context back.
    Ping {
        /// For how long it may be silent at most; zero if it does not say.
        ttl: Duration,
        /// At most 16 bytes.
        context: Bytes,
    },
    /// The peer gives our context back.
    Pong(Bytes),
    /// Of a later version; ignored.
    Unknown,
}

impl Command {
    /// The command with these bytes.
    pub(crate) fn parse(bytes: &Bytes) -> Result<Self, ProtocolError> {
        let (name, body) = named(bytes)?;
        Ok(match &*name {
            b"READY" => return Err(ProtocolError::MalformedCommand("READY")),
            b"ERROR" => Self::Error(take_short(&body).ok_or(ProtocolError::MalformedCommand("ERROR"))?.0),
            b"SUBSCRIBE" => Self::Subscribe(body),
            b"CANCEL" => Self::Cancel(body),
            b"PING" => {
                // A time-to-live of two bytes in tenths of a second, then the context of at most 16.
                let (ttl, context) = body
                    .split_first_chunk()
                    .filter(|(_, context)| context.len() <= 16)
                    .ok_or(ProtocolError::MalformedCommand("PING"))?;
                let ttl = Duration::from_millis(100) * u32::from(u16::from_be_bytes(*ttl));
                Self::Ping { ttl, context: body.slice_ref(context) }
            }
            b"PONG" => Self::Pong(body),
            _ => Self::Unknown,
        })
    }
}

/// Name and body of a command.
pub(crate) fn named(bytes: &Bytes) -> Result<(Bytes, Bytes), ProtocolError> {
    take_short(bytes).ok_or(ProtocolError::MalformedCommand("unnamed"))
}

/// What a peer says of itself when it is ready.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// Its socket type.
    pub(crate) socket_type: Bytes,
    /// Its identity; empty if it has none.
    pub(crate) identity: Bytes,
}

/// Our metadata.
pub(crate) fn metadata(socket_type: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [(SOCKET_TYPE, socket_type), (IDENTITY, "")] {
        body.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        body.put_slice(name.as_bytes());
        body.put_u32(u32::try_from(value.len()).unwrap_or(u32::MAX));
        body.put_slice(value.as_bytes());
    }
    body
}

/// The body of our ERROR.
pub(crate) fn error_body(reason: &str) -> Vec<u8> {
    let reason = reason.as_bytes().get(..255).unwrap_or(reason.as_bytes());
    let mut body = vec![u8::try_from(reason.len()).unwrap_or(u8::MAX)];
    body.extend_from_slice(reason);
    body
}

/// Reads metadata: properties, each a name after its length in a byte, and a value after its length in four.
pub(crate) fn read_metadata(mut body: Bytes) -> Result<Metadata, ProtocolError> {
    const MALFORMED: ProtocolError = ProtocolError::MalformedCommand("READY");
    let (mut socket_type, mut identity) = (None, None);
    while !body.is_empty() {
        let (name, rest) = take_short(&body).ok_or(MALFORMED)?;
        let length = rest.first_chunk().map(|length| u32::from_be_bytes(*length)).ok_or(MALFORMED)?;
        let value_end =
            usize::try_from(length).ok().and_then(|length| length.checked_add(4)).ok_or(MALFORMED)?;
        if name.is_empty() || rest.len() < value_end {
            return Err(MALFORMED);
        }
        let value = rest.slice(4..value_end);
        body = rest.slice(value_end..);
        // Names do not depend on case (RFC 37).
        let property = if name.eq_ignore_ascii_case(SOCKET_TYPE.as_bytes()) {
            &mut socket_type
        } else if name.eq_ignore_ascii_case(IDENTITY.as_bytes()) {
            &mut identity
        } else {
            continue;
        };
        if property.replace(value).is_some() {
            return Err(MALFORMED);
        }
    }
    let identity = identity.unwrap_or_default();
    if identity.len() > IDENTITY_BYTES_MAX {
        return Err(ProtocolError::IdentityTooLong);
    }
    Ok(Metadata { socket_type: socket_type.ok_or(MALFORMED)?, identity })
}

/// What stands after its length in a byte, and the rest.
fn take_short(bytes: &Bytes) -> Option<(Bytes, Bytes)> {
    let end = 1 + usize::from(*bytes.first()?);
    (bytes.len() >= end).then(|| (bytes.slice(1..end), bytes.slice(end..)))
}

const SOCKET_TYPE: &str = "Socket-Type";
const IDENTITY: &str = "Identity";
