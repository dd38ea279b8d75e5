//! A connection to a bus, of which no operation waits.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::BusError;
use super::message::{Call, Message};
use crate::socket::connect_at_once;

/// The connection; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: UnixStream,
    serial: u32,
    to_send: Vec<u8>,
    received: Vec<u8>,
    /// How much of what was received has been read as messages.
    read: usize,
    is_let_in: bool,
}

impl Connection {
    /// Connects to the socket at `path` and asks to be let in as this user; what is called is sent along, so that this
    /// takes no time of its own.
    ///
    /// # Errors
    /// [`BusError::Unreachable`] also if the bus lets others wait to be let in.
    pub(crate) fn open(path: &Path) -> Result<Self, BusError> {
        let unreachable = |source: io::Error| BusError::Unreachable { path: path.to_owned(), source };
        let stream = connect_at_once(path).map_err(unreachable)?;
        let mut hex = String::new();
        for digit in rustix::process::geteuid().as_raw().to_string().bytes() {
            write!(hex, "{digit:02x}").map_err(|_| BusError::Rejected)?;
        }
        let to_send = format!("\0AUTH EXTERNAL {hex}\r\nBEGIN\r\n").into_bytes();
        Ok(Self { stream, serial: 0, to_send, received: Vec::new(), read: 0, is_let_in: false })
    }

    /// Puts a call where it is sent from, and returns the number by which its answer will be known.
    pub(crate) fn call(&mut self, call: &Call<'_>) -> u32 {
        self.serial = self.serial.checked_add(1).unwrap_or(1);
        self.to_send.extend(call.write(self.serial));
        self.serial
    }

    /// Sends what can be sent and receives what is there, up to [`RECEIVE_BYTES_MAX`].
    ///
    /// # Errors
    /// The connection is of no use any more after any.
    pub(crate) fn exchange(&mut self) -> Result<(), BusError> {
        self.send()?;
        self.received.drain(..std::mem::take(&mut self.read));
        if self.received.is_empty() {
            self.received.shrink_to(IDLE_BYTES);
        }
        let most = self.received.len() + RECEIVE_BYTES_MAX;
        let mut part = [0; PART_BYTES];
        while self.received.len() < most {
            match self.stream.read(&mut part) {
                Ok(0) => return Err(BusError::Broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(length) => self.received.extend(part.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BusError::Broken(error)),
            }
        }
        Ok(())
    }

    /// The next message that has come whole.
    ///
    /// # Errors
    /// The connection is of no use any more after any.
    pub(crate) fn next_message(&mut self) -> Result<Option<Message<'_>>, BusError> {
        if !self.is_let_in && !self.read_welcome()? {
            return Ok(None);
        }
        let unread = self.received.get(self.read..).unwrap_or_default();
        let Some(bytes) = Message::bytes_needed(unread)? else { return Ok(None) };
        if bytes > MESSAGE_BYTES_MAX {
            return Err(BusError::TooLong { bytes });
        }
        let Some(whole) = unread.get(..bytes) else { return Ok(None) };
        self.read += bytes;
        Message::read(whole).map(Some)
    }

    /// Waits until something comes, or until `most` has passed.
    pub(crate) fn wait(&self, most: Duration) {
        let interest = if self.to_send.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let timeout = Timespec::try_from(most).ok();
        // Who is woken early, or by a signal, looks again.
        poll(&mut [PollFd::new(&self.stream, interest)], timeout.as_ref()).ok();
    }

    fn send(&mut self) -> Result<(), BusError> {
        while !self.to_send.is_empty() {
            match self.stream.write(&self.to_send) {
                Ok(length) => _ = self.to_send.drain(..length),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BusError::Broken(error)),
            }
        }
        self.to_send.shrink_to(IDLE_BYTES);
        Ok(())
    }

    /// Reads the line with which the bus lets the user in; false if it has not come yet.
    fn read_welcome(&mut self) -> Result<bool, BusError> {
        let Some(end) = self.received.windows(2).position(|two| two == b"\r\n") else {
            return if self.received.len() > LINE_BYTES_MAX { Err(BusError::Rejected) } else { Ok(false) };
        };
        self.is_let_in = self.received.starts_with(b"OK ");
        self.read = end + 2;
        if self.is_let_in { Ok(true) } else { Err(BusError::Rejected) }
    }
}

/// Longest message that is taken. A unit in a list takes some 250 B: these are 8,000 services and timers.
pub(crate) const MESSAGE_BYTES_MAX: usize = 2 << 20;

/// Most that is received at once; the rest waits in the socket, and then in the bus, which has bounds of its own.
const RECEIVE_BYTES_MAX: usize = 256 << 10;

const PART_BYTES: usize = 4096;

/// Memory that is kept while nothing is said.
const IDLE_BYTES: usize = 4096;

/// `OK` and an identifier of 32 digits.
const LINE_BYTES_MAX: usize = 512;
