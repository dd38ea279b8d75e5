//! ZMTP frames on the wire: flags, length, body (RFC 37, "Framing").

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::error::ProtocolError;
use crate::limits::COMMAND_BYTES_MAX;

/// A frame as it arrived.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A command.
    Command(Bytes),
    /// A part of a message.
    Part {
        /// Its bytes.
        body: Bytes,
        /// Whether further parts of the same message follow.
        more: bool,
    },
}

/// Takes the first frame out of `inbox`, or none if it is not all there. A claimed length is checked when it is
/// read, long before as many bytes have come: a part may have `part_bytes_max` bytes.
pub(crate) fn take(inbox: &mut BytesMut, part_bytes_max: usize) -> Result<Option<Frame>, ProtocolError> {
    let Some((flags, header_bytes, length)) = header(inbox, part_bytes_max)? else { return Ok(None) };
    let total = header_bytes + length;
    let Some(body) = inbox.get(header_bytes..total) else { return Ok(None) };
    // A copy, so that a small frame that somebody keeps does not keep all that came with it.
    let body = Bytes::copy_from_slice(body);
    inbox.advance(total);
    let more = flags & MORE != 0;
    Ok(Some(if flags & COMMAND != 0 { Frame::Command(body) } else { Frame::Part { body, more } }))
}

/// Flags, length of the header and length of the body.
fn header(inbox: &[u8], part_bytes_max: usize) -> Result<Option<(u8, usize, usize)>, ProtocolError> {
    let Some((&flags, rest)) = inbox.split_first() else { return Ok(None) };
    if flags & !(MORE | LONG | COMMAND) != 0 || flags & (MORE | COMMAND) == MORE | COMMAND {
        return Err(ProtocolError::ReservedFlags { flags });
    }
    let (header_bytes, length) = if flags & LONG != 0 {
        let Some(length) = rest.first_chunk() else { return Ok(None) };
        (9, usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX))
    } else {
        let Some(length) = rest.first() else { return Ok(None) };
        (2, usize::from(*length))
    };
    match flags & COMMAND {
        COMMAND if length > COMMAND_BYTES_MAX => Err(ProtocolError::CommandTooLong),
        0 if length > part_bytes_max => Err(ProtocolError::MessageTooLong),
        _ => Ok(Some((flags, header_bytes, length))),
    }
}

/// The bytes of a command: its name after the name's length, and its body.
pub(crate) fn command(name: &str, body: &[u8]) -> Vec<u8> {
    let mut command = Vec::with_capacity(1 + name.len() + body.len());
    // Our commands' names are shorter than 10 bytes.
    command.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
    command.extend_from_slice(name.as_bytes());
    command.extend_from_slice(body);
    command
}

/// Appends a frame.
pub(crate) fn put(outbox: &mut BytesMut, flags: u8, body: &[u8]) {
    match u8::try_from(body.len()) {
        Ok(length) => outbox.put_slice(&[flags, length]),
        Err(_) => {
            outbox.put_u8(flags | LONG);
            outbox.put_u64(u64::try_from(body.len()).unwrap_or(u64::MAX));
        }
    }
    outbox.put_slice(body);
}

/// Further parts of the same message follow.
pub(crate) const MORE: u8 = 1;
/// The frame is a command.
pub(crate) const COMMAND: u8 = 4;
const LONG: u8 = 2;
