//! The reading end of a program's output.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

use rustix::io::ioctl_fionbio;

/// A pipe that is read without waiting, and what of it is kept.
#[derive(Debug)]
pub(super) struct Pipe {
    file: Option<File>,
    kept: Vec<u8>,
    bytes_max: usize,
}

impl Pipe {
    pub(super) fn new(pipe: Option<OwnedFd>, bytes_max: usize) -> Self {
        Self { file: pipe.map(File::from), kept: Vec::new(), bytes_max }
    }

    /// The pipe to wait for, unless all its writers have closed it.
    pub(super) fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// Reads what is there, at most `reads` times and until more than the maximum is kept.
    pub(super) fn read(&mut self, reads: usize) -> io::Result<()> {
        let mut bytes = [0; READ_BYTES];
        for _ in 0..reads {
            let Some(file) = &mut self.file else { return Ok(()) };
            ioctl_fionbio(&*file, true)?;
            match file.read(&mut bytes) {
                Ok(0) => self.file = None,
                Ok(length) => self.kept.extend_from_slice(bytes.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn overflowed(&self) -> bool {
        self.kept.len() > self.bytes_max
    }

    /// The most that is kept.
    pub(super) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// Forgets all but the end.
    pub(super) fn keep_end(&mut self) {
        let surplus = self.kept.len().saturating_sub(self.bytes_max);
        self.kept.drain(..surplus);
    }

    pub(super) fn into_kept(self) -> Vec<u8> {
        self.kept
    }

    /// The last line that is not blank.
    pub(super) fn last_line(&self) -> String {
        let text = String::from_utf8_lossy(&self.kept);
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        line.unwrap_or_default().to_owned()
    }
}

/// How much is read at once: a quarter of a pipe's usual capacity (pipe(7)).
pub(super) const READ_BYTES: usize = 16 * 1024;
