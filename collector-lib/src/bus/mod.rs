//! A client of D-Bus that never waits longer than it is told to (D-Bus Specification 0.43,
//! <https://dbus.freedesktop.org/doc/dbus-specification.html>).
//!
//! It is our own, and small, because a bus may be anything that listens on a socket: what it sends is bounded before
//! memory is taken for it, and each of connecting, logging in, sending and receiving goes on without it. It sends method
//! calls with texts as arguments, and reads texts and numbers.

mod connection;
mod message;
mod wire;

use std::io;
use std::path::PathBuf;

use grapevine_proto::Absence;

use crate::collector::absence_of;

pub(crate) use connection::Connection;
pub(crate) use message::{Argument, Call, Kind, Message};
#[cfg(test)]
pub(crate) use wire::Writer;
pub(crate) use wire::{Reader, Value};

/// Why there is no talking to the bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// Nobody listens, or nobody may ask.
    #[error("cannot connect to the bus at {}", path.display())]
    Unreachable {
        /// Its socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bus ended the connection, or it broke.
    #[error("the connection to the bus broke")]
    Broken(#[source] io::Error),
    /// The bus does not let this user in.
    #[error("the bus does not let this user in")]
    Rejected,
    /// The bus sent what is no message.
    #[error("the bus sent no message: expected {expected}")]
    Malformed {
        /// What should have come.
        expected: &'static str,
    },
    /// A message is longer than any answer should be.
    #[error(
        "the bus sent a message of {bytes} bytes, more than {} are not taken",
        connection::MESSAGE_BYTES_MAX
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A call was not answered in time.
    #[error("the bus did not answer for {waited_ms} ms")]
    Silent {
        /// How long it was waited for.
        waited_ms: u64,
    },
    /// The answer to a call is an error.
    #[error("the bus refuses to say: {name}")]
    Refused {
        /// The error's name.
        name: String,
    },
}

impl BusError {
    /// What this means for a reading: without a bus there is no systemd, or none that is asked this way.
    pub(crate) fn absence(&self) -> Absence {
        match self {
            Self::Unreachable { source, .. } => absence_of(source),
            Self::Rejected => Absence::Denied,
            Self::Refused { name } if name == "org.freedesktop.DBus.Error.AccessDenied" => Absence::Denied,
            Self::Refused { name } if name == "org.freedesktop.DBus.Error.ServiceUnknown" => {
                Absence::Unsupported
            }
            Self::Broken(_)
            | Self::Malformed { .. }
            | Self::TooLong { .. }
            | Self::Silent { .. }
            | Self::Refused { .. } => Absence::Failed,
        }
    }
}

#[cfg(test)]
mod tests;
