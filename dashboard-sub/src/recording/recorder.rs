//! Writing a recording.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use grapevine_proto::limits::{FRAME_BYTES_MAX, TOPIC_BYTES_MAX};
use thiserror::Error;

use super::checksum::crc32;
use super::{CHECKSUM_BYTES, MAGIC, RECORD_HEAD_BYTES};

/// Appends messages to a file, or to wherever else bytes go.
pub struct Recorder {
    sink: Box<dyn Write + Send>,
    started: Instant,
    elapsed_ms: u64,
}

impl Recorder {
    /// Starts a recording at `now`, `wall_ms` milliseconds after 1970-01-01T00:00:00Z, in a new file at `path`; a file that
    /// is there already is left alone.
    ///
    /// # Errors
    /// A [`RecordError`] if the file exists or cannot be written.
    pub fn create(path: &Path, now: Instant, wall_ms: u64) -> Result<Self, RecordError> {
        let file = File::create_new(path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_owned() },
            _ => RecordError::Create { path: path.to_owned(), source },
        })?;
        Self::new(BufWriter::new(file), now, wall_ms)
    }

    /// Starts a recording at `now`, `wall_ms` milliseconds after 1970-01-01T00:00:00Z, that goes to `sink`.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the sink takes no bytes.
    pub fn new(sink: impl Write + Send + 'static, now: Instant, wall_ms: u64) -> Result<Self, RecordError> {
        let mut recorder = Self { sink: Box::new(sink), started: now, elapsed_ms: 0 };
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&wall_ms.to_le_bytes());
        head.extend_from_slice(&crc32(&head).to_le_bytes());
        recorder.sink.write_all(&head).map_err(RecordError::Write)?;
        recorder.flush()?;
        Ok(recorder)
    }

    /// Appends a message that arrived at `now`. One that is too long for any host name or frame is left out.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the sink fails; the recording may end in the middle of a record then.
    pub fn record(&mut self, name: &[u8], frame: &[u8], now: Instant) -> Result<(), RecordError> {
        let (Ok(name_length), Ok(frame_length)) = (u8::try_from(name.len()), u16::try_from(frame.len()))
        else {
            return Ok(());
        };
        // The reader would take the record for damage, and all after it for lost.
        if name.len() > TOPIC_BYTES_MAX || frame.len() > FRAME_BYTES_MAX {
            return Ok(());
        }
        let elapsed_ms = now.saturating_duration_since(self.started).as_millis();
        self.elapsed_ms = u64::try_from(elapsed_ms).unwrap_or(u64::MAX).max(self.elapsed_ms);
        let mut record = Vec::with_capacity(RECORD_HEAD_BYTES + name.len() + frame.len() + CHECKSUM_BYTES);
        record.extend_from_slice(&self.elapsed_ms.to_le_bytes());
        record.push(name_length);
        record.extend_from_slice(&frame_length.to_le_bytes());
        record.extend_from_slice(name);
        record.extend_from_slice(frame);
        record.extend_from_slice(&crc32(&record).to_le_bytes());
        self.sink.write_all(&record).map_err(RecordError::Write)
    }

    /// Hands everything to the operating system.
    ///
    /// # Errors
    /// [`RecordError::Write`] if the sink fails.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.sink.flush().map_err(RecordError::Write)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("elapsed_ms", &self.elapsed_ms).finish_non_exhaustive()
    }
}

/// A recording cannot be written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The file is there already, and might be somebody's recording.
    #[error("{} exists already: name another file", path.display())]
    Exists {
        /// Where the file is.
        path: PathBuf,
    },
    /// The file cannot be made.
    #[error("{} cannot be created", path.display())]
    Create {
        /// Where it was to be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The disk is full, or whatever else takes the bytes failed.
    #[error("the recording cannot be written")]
    Write(#[source] io::Error),
}
