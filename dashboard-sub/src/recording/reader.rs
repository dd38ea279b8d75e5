//! Reading a recording.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::limits::{FRAME_BYTES_MAX, TOPIC_BYTES_MAX};
use thiserror::Error;

use super::checksum::crc32;
use super::{BEGAN_BYTES, CHECKSUM_BYTES, MAGIC, RECORD_HEAD_BYTES};

/// A recorded message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Time since the recording's start at which the message arrived.
    pub elapsed: Duration,
    /// The message's first part.
    pub name: Bytes,
    /// The message's second part.
    pub frame: Bytes,
}

/// The records of a file in their order. After an error there is nothing more.
#[derive(Debug)]
pub struct Recording<R> {
    source: R,
    offset: u64,
    began_ms: u64,
    elapsed_ms: u64,
    ended: bool,
}

impl Recording<BufReader<File>> {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// A [`RecordingError`] if the file cannot be read or is no recording.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path).map_err(|source| RecordingError::Read { offset: 0, source })?;
        Self::new(BufReader::new(file))
    }
}

impl<R: Read> Recording<R> {
    /// Reads a recording's bytes from `source`.
    ///
    /// # Errors
    /// A [`RecordingError`] if the bytes cannot be read or are no recording.
    pub fn new(source: R) -> Result<Self, RecordingError> {
        let mut recording = Self { source, offset: 0, began_ms: 0, elapsed_ms: 0, ended: false };
        let mut magic = [0; MAGIC.len()];
        let length = recording.fill(&mut magic)?;
        if length < magic.len() || magic != *MAGIC {
            return Err(RecordingError::NotARecording);
        }
        recording.offset += length_u64(length);
        let (mut began, mut checksum) = ([0; BEGAN_BYTES], [0; CHECKSUM_BYTES]);
        let length = recording.fill(&mut began)? + recording.fill(&mut checksum)?;
        if length < BEGAN_BYTES + CHECKSUM_BYTES {
            return Err(RecordingError::Truncated { offset: recording.offset });
        }
        if crc32(magic.iter().chain(&began)).to_le_bytes() != checksum {
            return Err(RecordingError::Damaged { offset: recording.offset });
        }
        recording.offset += length_u64(length);
        recording.began_ms = u64::from_le_bytes(began);
        Ok(recording)
    }

    /// When it began, in milliseconds since 1970-01-01T00:00:00Z by the clock of the host that recorded it.
    pub fn began_ms(&self) -> u64 {
        self.began_ms
    }

    fn read(&mut self) -> Result<Option<Record>, RecordingError> {
        let mut head = [0; RECORD_HEAD_BYTES];
        match self.fill(&mut head)? {
            0 => return Ok(None),
            RECORD_HEAD_BYTES => {}
            _ => return Err(RecordingError::Truncated { offset: self.offset }),
        }
        let [e0, e1, e2, e3, e4, e5, e6, e7, name_length, f0, f1] = head;
        let elapsed_ms = u64::from_le_bytes([e0, e1, e2, e3, e4, e5, e6, e7]);
        let name_length = usize::from(name_length);
        let frame_length = usize::from(u16::from_le_bytes([f0, f1]));
        let damaged = RecordingError::Damaged { offset: self.offset };
        if name_length > TOPIC_BYTES_MAX || frame_length > FRAME_BYTES_MAX || elapsed_ms < self.elapsed_ms {
            return Err(damaged);
        }
        let mut rest = vec![0; name_length + frame_length + CHECKSUM_BYTES];
        if self.fill(&mut rest)? < rest.len() {
            return Err(RecordingError::Truncated { offset: self.offset });
        }
        let checksum = rest.split_off(name_length + frame_length);
        if crc32(head.iter().chain(&rest)).to_le_bytes() != *checksum {
            return Err(damaged);
        }
        self.offset += length_u64(head.len() + rest.len() + checksum.len());
        self.elapsed_ms = elapsed_ms;
        let mut frame = Bytes::from(rest);
        let name = frame.split_to(name_length);
        Ok(Some(Record { elapsed: Duration::from_millis(elapsed_ms), name, frame }))
    }

    /// Fills `buffer` as far as the source reaches; returns how far.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, RecordingError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            match self.source.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(RecordingError::Read { offset: self.offset, source }),
            }
        }
        Ok(filled)
    }
}

impl<R: Read> Iterator for Recording<R> {
    type Item = Result<Record, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = self.read().transpose();
        self.ended = !matches!(record, Some(Ok(_)));
        record
    }
}

/// Where a recording ends before its time. Everything up to the offset was read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file does not start as recordings do.
    #[error("not a recording: it does not start with \"grapevine recording 1\"")]
    NotARecording,
    /// The file ends in the middle of a record: its writer was killed, or a copy was cut short.
    #[error("the recording is cut short in the record at byte {offset}")]
    Truncated {
        /// Where the incomplete record starts.
        offset: u64,
    },
    /// The bytes are not those that were written.
    #[error("the recording is damaged in the record at byte {offset}")]
    Damaged {
        /// Where the damaged record starts.
        offset: u64,
    },
    /// The file system failed.
    #[error("the recording cannot be read at byte {offset}")]
    Read {
        /// Where the record that could not be read starts.
        offset: u64,
        /// Why.
        source: io::Error,
    },
}

/// Lengths in memory fit 64 bits on every machine.
fn length_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
