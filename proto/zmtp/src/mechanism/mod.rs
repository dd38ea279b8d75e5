//! Security mechanisms: how the two ends of a connection get to know each other, and how what follows is sealed.
//!
//! Both mechanisms are a conversation of commands. The dialling end [`begin`](Mechanism::begin)s, each end
//! [`hear`](Mechanism::hear)s the other's commands, and the listening end has the last word once it knows what the
//! other is ([`answer`](Mechanism::answer)). Metadata are READY's properties, whatever they travel in.

pub(crate) mod curve;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::ProtocolError;
use curve::{Client, ClientKeys, Randomness, Server, ServerKeys, Session};

/// How one end of a connection is to be secured.
#[derive(Clone, Debug, Default)]
pub enum Security {
    /// Not at all: on sockets that only this machine or the network below protects.
    #[default]
    Null,
    /// CURVE, as the end that is dialled.
    Server(Arc<ServerKeys>),
    /// CURVE, as the end that dials.
    Client(Arc<ClientKeys>),
}

/// What a peer may be, as its key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A neighbour or a subscriber. Also everybody where there are no keys.
    Neighbour,
    /// A subscriber and nothing else.
    Viewer,
}

/// A command to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    pub(crate) name: &'static str,
    pub(crate) body: Vec<u8>,
}

/// What came of a command of the peer.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The conversation goes on with this.
    Say(Saying),
    /// The peer is known: its metadata and what it may be.
    Peer {
        /// Its READY's properties.
        metadata: Bytes,
        /// What its key is for.
        role: Role,
    },
}

/// The conversation of one connection, as far as it is.
pub(crate) enum Mechanism {
    Null,
    Client(Box<Client>),
    Server(Box<Server>),
}

impl Mechanism {
    pub(crate) fn new(security: &Security, randomness: Randomness) -> Self {
        match security {
            Security::Null => Self::Null,
            Security::Client(keys) => Self::Client(Box::new(Client::new(Arc::clone(keys), randomness))),
            Security::Server(keys) => Self::Server(Box::new(Server::new(Arc::clone(keys), randomness))),
        }
    }

    /// The mechanism's name in the greeting.
    pub(crate) fn name(&self) -> &'static [u8] {
        match self {
            Self::Null => b"NULL",
            Self::Client(_) | Self::Server(_) => b"CURVE",
        }
    }

    /// Whether the greeting says that we are the server.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// The dialling end's first command.
    pub(crate) fn begin(&mut self, metadata: &[u8]) -> Saying {
        match self {
            Self::Client(client) => client.hello(),
            Self::Null | Self::Server(_) => Saying { name: "READY", body: metadata.to_vec() },
        }
    }

    /// Takes in a command of the peer; `metadata` is ours, should it be the dialling end's turn to tell them.
    pub(crate) fn hear(
        &mut self,
        name: &[u8],
        body: &Bytes,
        metadata: &[u8],
    ) -> Result<Heard, ProtocolError> {
        match (self, name) {
            (Self::Null, b"READY") => Ok(Heard::Peer { metadata: body.clone(), role: Role::Neighbour }),
            (Self::Client(client), b"WELCOME") => client.welcomed(body, metadata).map(Heard::Say),
            (Self::Client(client), b"READY") => {
                let metadata = client.ready(body)?;
                Ok(Heard::Peer { metadata, role: Role::Neighbour })
            }
            (Self::Server(server), b"HELLO") => server.greeted(body).map(Heard::Say),
            (Self::Server(server), b"INITIATE") => server.initiated(body),
            (Self::Null | Self::Client(_) | Self::Server(_), _) => Err(ProtocolError::ExpectedReady),
        }
    }

    /// The listening end's last command.
    pub(crate) fn answer(&mut self, metadata: &[u8]) -> Option<Saying> {
        match self {
            Self::Server(server) => server.ready(metadata),
            Self::Null | Self::Client(_) => Some(Saying { name: "READY", body: metadata.to_vec() }),
        }
    }

    /// What seals the traffic that follows; none where it goes as it is.
    pub(crate) fn into_session(self) -> Option<Session> {
        match self {
            Self::Null => None,
            Self::Client(client) => client.into_session(),
            Self::Server(server) => server.into_session(),
        }
    }
}

impl fmt::Debug for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Client(_) => "Client",
            Self::Server(_) => "Server",
        })
    }
}
