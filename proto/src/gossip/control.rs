//! What neighbours say to each other besides frames.

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::origin::{HostName, OriginId};

/// A control message: a zero byte, where a frame has its version, and the message in bincode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// Each end's first message on a link.
    Hello {
        /// Version of the protocol that the sender speaks.
        protocol: u8,
        /// Who the sender is.
        origin: OriginId,
        /// Which run of it.
        epoch: u32,
        /// Its host's name.
        host: HostName,
    },
    /// The answer to a hello: where the newest frame of the other end stands that the sender knows, 0 and 0 if none.
    Welcome {
        /// The frame's epoch.
        held_epoch: u32,
        /// The frame's sequence.
        held_sequence: u32,
    },
}

impl Control {
    pub(super) fn hello(origin: OriginId, epoch: u32, host: HostName) -> Self {
        Self::Hello { protocol: PROTOCOL, origin, epoch, host }
    }

    pub(super) fn set_epoch(&mut self, now: u32) {
        if let Self::Hello { epoch, .. } = self {
            *epoch = now;
        }
    }

    /// Whether a message between neighbours is a control message and no frame.
    pub fn is_control(bytes: &[u8]) -> bool {
        bytes.first() == Some(&MARK)
    }

    /// Whether a control message is of a number that this protocol does not have, so that only a later one may send
    /// it.
    pub(super) fn is_of_later_protocol(bytes: &[u8]) -> bool {
        matches!(bytes, [MARK, number, ..] if *number > WELCOME)
    }

    /// The message's bytes.
    pub fn encode(&self) -> Bytes {
        let mut bytes = BytesMut::new();
        bytes.put_u8(MARK);
        // Encoding to memory fails only for types that bincode lacks, which a test would show at once.
        bytes.extend(bincode::serde::encode_to_vec(self, CODEC).unwrap_or_default());
        bytes.freeze()
    }

    /// The message with these bytes. None if they are none, or one of a later protocol. Bytes at the end are left to
    /// later versions.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (mark, message) = bytes.split_first()?;
        if *mark != MARK {
            return None;
        }
        bincode::serde::decode_from_slice(message, CODEC).ok().map(|(control, _)| control)
    }
}

/// The version of the conversation between neighbours.
pub(super) const PROTOCOL: u8 = 1;

/// First byte of a control message. No frame's version is 0.
const MARK: u8 = 0;

/// The last number of a control message. Numbers above 250 take more bytes, of which the first is above it, too.
const WELCOME: u8 = 1;

/// A hello with the longest host name has 88 bytes.
const CONTROL_BYTES_MAX: usize = 256;

const CODEC: bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<CONTROL_BYTES_MAX>,
> = bincode::config::standard().with_limit::<CONTROL_BYTES_MAX>();

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello() -> Control {
        Control::hello(OriginId(u64::MAX), u32::MAX, "x".repeat(63).parse().unwrap())
    }

    #[test]
    fn messages_come_back() {
        for control in [hello(), Control::Welcome { held_epoch: 3, held_sequence: 9 }] {
            let bytes = control.encode();
            assert!(Control::is_control(&bytes) && !Control::is_of_later_protocol(&bytes));
            assert_eq!(Control::decode(&bytes), Some(control));
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        let mut bytes = hello().encode().to_vec();
        *bytes.last_mut().unwrap() = 0x1b;
        assert_eq!(Control::decode(&bytes), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_message_or_none(bytes: Vec<u8>) {
            drop(Control::decode(&bytes));
        }
    }
}
