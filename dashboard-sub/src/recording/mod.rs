//! Recordings: the messages of a subscription in a file, as they came.
//!
//! ```text
//! offset  bytes  field
//!      0     22  magic          "grapevine recording 1\n"
//!     22      8  began          milliseconds since 1970-01-01T00:00:00Z at the recording's start
//!     30      4  checksum       CRC-32 of all bytes before it
//! ```
//!
//! Then records, until the end of the file:
//!
//! ```text
//!      0      8  elapsed        milliseconds since the recording's start; never falls
//!      8      1  length n       of the name, at most 71
//!      9      2  length m       of the frame
//!     11      n  name           of the host, after "history/" where the frame was replayed
//!   11+n      m  frame          with the hop count and age that it arrived with
//! 11+n+m      4  checksum       CRC-32 of all bytes of the record before it
//! ```
//!
//! All integers are little-endian. Whatever befalls the file's end, what stands before it can be read.

mod checksum;
mod reader;
mod recorder;

pub use reader::{Record, Recording, RecordingError};
pub use recorder::{RecordError, Recorder};

const MAGIC: &[u8; 22] = b"grapevine recording 1\n";
const BEGAN_BYTES: usize = 8;
const RECORD_HEAD_BYTES: usize = 11;
const CHECKSUM_BYTES: usize = 4;

#[cfg(test)]
mod tests;
