//! What is asked of systemd over the bus, and what it tells by itself.
//!
//! Units are listed once in a while; in between systemd signals what changes
//! (<https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html>). Nothing waits for an
//! answer longer than a moment: it is taken in the pass in which it comes.

mod calls;
mod link;

use std::path::PathBuf;

use grapevine_proto::Absence;

use super::book::Book;
use crate::bus::BusError;
use link::Link;

/// The way to systemd, whether it is open at present or not.
#[derive(Debug)]
pub(super) struct Systemd {
    socket: PathBuf,
    link: Option<Link>,
    retry_at_ms: u64,
    backoff_ms: u64,
    /// Why nothing is known of units at present.
    absence: Absence,
}

impl Systemd {
    pub(super) fn new(socket: PathBuf) -> Self {
        Self { socket, link: None, retry_at_ms: 0, backoff_ms: BACKOFF_MS, absence: Absence::Failed }
    }

    /// Writes down what has become known since the last pass, and asks for more.
    ///
    /// # Errors
    /// Of the pass in which the bus failed; it is tried again later.
    pub(super) fn pass(&mut self, book: &mut Book, now_ms: u64) -> Result<(), BusError> {
        let result = self.try_pass(book, now_ms);
        if let Err(error) = &result {
            self.absence = error.absence();
            self.link = None;
            self.retry_at_ms = now_ms.saturating_add(self.backoff_ms);
            self.backoff_ms = (self.backoff_ms * 2).min(BACKOFF_MS_MAX);
        }
        result
    }

    /// Whether the units are known as they are now; if not, why.
    pub(super) fn standing(&self) -> Result<(), Absence> {
        match &self.link {
            Some(link) if link.has_listed() => Ok(()),
            Some(_) | None => Err(self.absence),
        }
    }

    fn try_pass(&mut self, book: &mut Book, now_ms: u64) -> Result<(), BusError> {
        let link = match &mut self.link {
            Some(link) => link,
            None if now_ms < self.retry_at_ms => return Ok(()),
            None => self.link.insert(Link::open(&self.socket, now_ms)?),
        };
        link.pass(book, now_ms)?;
        if link.has_listed() {
            self.backoff_ms = BACKOFF_MS;
        }
        Ok(())
    }
}

/// Time until a bus that failed is tried again, in milliseconds; it doubles with each failure.
const BACKOFF_MS: u64 = 1000;

/// The longest such time.
const BACKOFF_MS_MAX: u64 = 60_000;

#[cfg(test)]
mod tests;
