//! What neighbours say to each other besides frames.

mod have;
mod trees;

use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

pub use have::{Announcement, COST_EVERY, Have};
pub use trees::{Alias, Graft, Name, Trees};

use crate::body::bounded;
use crate::limits::{ALIASES_MAX, DIGEST_BUCKETS, MESSAGE_BYTES_MAX, PEERS_MAX, SUMMARY_MAX};
use crate::origin::{HostName, OriginId};

/// A control message: a zero byte, where a frame has its version, and the message in bincode. [`Have`] is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// Each end's first message on a link.
    Hello(Hello),
    /// The answer to a hello: where the newest frame of the other end stands that the sender knows, 0 and 0 if none.
    Welcome {
        /// The frame's epoch.
        held_epoch: u32,
        /// The frame's sequence.
        held_sequence: u32,
    },
    /// Which origins' frames are to come by this link, and which are not.
    Trees(Trees),
    /// What the sender holds, in hashes; asks for what it lacks.
    Digest(Digest),
    /// What the sender holds of some origins; the answer to a digest that differs.
    Summary(Summary),
    /// Asks for all that is held of these origins; the answer to a summary.
    Want {
        /// Whose frames the sender lacks.
        #[serde(deserialize_with = "bounded::list::<_, _, SUMMARY_MAX>")]
        origins: Vec<OriginId>,
    },
    /// The sender has as many neighbours as it takes and closes the link.
    Full,
    /// Where some other agents listen.
    Peers {
        /// Their addresses.
        #[serde(deserialize_with = "bounded::list::<_, _, PEERS_MAX>")]
        peers: Vec<SocketAddr>,
        /// Whether the sender lacks neighbours and asks for as many addresses.
        asks: bool,
    },
    /// An agent makes itself known to another one.
    Invite(Invite),
}

/// How an agent introduces itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the protocol that the sender speaks.
    pub protocol: u8,
    /// Who the sender is.
    pub origin: OriginId,
    /// Which run of it.
    pub epoch: u32,
    /// Its host's name.
    pub host: HostName,
    /// The port where it listens; 0 if nowhere that a neighbour could dial.
    pub port: u16,
    /// How many other neighbours it has.
    pub links: u16,
    /// Whether it gets all frames already, so that the new link is to announce them only.
    pub is_fed: bool,
    /// Where some other agents listen.
    #[serde(deserialize_with = "bounded::list::<_, _, PEERS_MAX>")]
    pub peers: Vec<SocketAddr>,
}

/// An agent makes itself known to one that may be anywhere in the network; those between pass it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// For whom it is.
    pub to: OriginId,
    /// Who sends it.
    pub from: OriginId,
    /// Where that one listens. It does not know how others reach it, so its neighbour fills that in.
    pub address: Option<SocketAddr>,
    /// How many links the newest frame of `to` has crossed on its way to `from`.
    pub distance: u8,
    /// How many further links the invitation may cross.
    pub hops_left: u8,
}

/// What an agent holds, in hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// A hash for each bucket of origins; 0 for one that is empty.
    #[serde(deserialize_with = "bounded::list::<_, _, DIGEST_BUCKETS>")]
    pub hashes: Vec<u32>,
    /// Where some other agents listen.
    #[serde(deserialize_with = "bounded::list::<_, _, PEERS_MAX>")]
    pub peers: Vec<SocketAddr>,
}

/// All that an agent holds of the origins in a range of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The range's first id.
    pub from: OriginId,
    /// The range's last id.
    pub to: OriginId,
    /// What is held, in ascending order of origins.
    #[serde(deserialize_with = "bounded::list::<_, _, SUMMARY_MAX>")]
    pub holdings: Vec<Holding>,
}

/// Where the frames stand that are held of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Whose frames.
    pub origin: OriginId,
    /// Their epoch.
    pub epoch: u32,
    /// The keyframe's sequence.
    pub keyframe: u32,
    /// The newest frame's sequence.
    pub newest: u32,
}

impl Hello {
    /// The hello of an agent without neighbours, where nobody can dial it.
    pub fn new(origin: OriginId, epoch: u32, host: HostName) -> Self {
        Self { protocol: PROTOCOL, origin, epoch, host, port: 0, links: 0, is_fed: false, peers: Vec::new() }
    }
}

impl Control {
    /// Whether a message between neighbours is a control message and no frame.
    pub fn is_control(bytes: &[u8]) -> bool {
        bytes.first() == Some(&MARK) || Have::is_have(bytes)
    }

    /// Whether a control message is of a number that this protocol does not have, so that only a later one may send
    /// it.
    pub(super) fn is_of_later_protocol(bytes: &[u8]) -> bool {
        matches!(bytes, [MARK, number, ..] if *number > LAST_NUMBER)
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

/// The greatest number of a control message.
const LAST_NUMBER: u8 = 8;

/// An alias is a number below [`ALIASES_MAX`].
const _: () = assert!(ALIASES_MAX <= Alias::MAX as usize);

const CODEC: bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<MESSAGE_BYTES_MAX>,
> = bincode::config::standard().with_limit::<MESSAGE_BYTES_MAX>();

#[cfg(test)]
mod tests;
