//! Files of `/proc` and `/sys`: opened once and read again in each pass.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::collector::CollectError;

/// A file that stays open between passes.
///
/// Reading at offset 0 makes the kernel produce the text anew (`Documentation/filesystems/seq_file.rst` and
/// `sysfs.rst`). A read that fails, as when the device behind the file was replaced, opens the path once more.
#[derive(Debug)]
pub(crate) struct KeptFile {
    path: PathBuf,
    file: Option<File>,
}

impl KeptFile {
    /// The file at `path`, which is opened when it is first read.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file's present content.
    pub(crate) fn read<'buffer>(
        &mut self,
        buffer: &'buffer mut Buffer,
    ) -> Result<&'buffer [u8], CollectError> {
        if let Some(file) = &self.file
            && let Ok(length) = buffer.fill(file, &self.path)
        {
            return Ok(buffer.start(length));
        }
        let file = File::open(&self.path).map_err(|source| self.cannot_read(source))?;
        let length = buffer.fill(&file, &self.path)?;
        self.file = Some(file);
        Ok(buffer.start(length))
    }

    /// The file's present content as the text of one line.
    pub(crate) fn read_line<'buffer>(
        &mut self,
        buffer: &'buffer mut Buffer,
    ) -> Result<&'buffer str, CollectError> {
        let bytes = self.read(buffer)?;
        str::from_utf8(bytes)
            .map(str::trim_ascii)
            .map_err(|_| CollectError::malformed(&self.path, "a line of UTF-8"))
    }

    /// The file's present content as one decimal number.
    pub(crate) fn read_number(&mut self, buffer: &mut Buffer) -> Result<i64, CollectError> {
        let number = self.read_line(buffer)?.parse();
        number.map_err(|_| CollectError::malformed(&self.path, "a decimal number"))
    }

    fn cannot_read(&self, source: io::Error) -> CollectError {
        CollectError::Read { path: self.path.clone(), source }
    }
}

/// Memory to read files into, shared by all files of a collector.
#[derive(Debug, Default)]
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    /// Reads `file` from its start to its end and returns its length.
    fn fill(&mut self, file: &File, path: &Path) -> Result<usize, CollectError> {
        self.fill_until(file, path, |read, _room| read == 0)
    }

    /// The same of a file that the kernel makes in one piece, which ends with the first reading that is not full.
    fn fill_at_once(&mut self, file: &File, path: &Path) -> Result<usize, CollectError> {
        self.fill_until(file, path, |read, room| read < room)
    }

    fn fill_until(
        &mut self,
        file: &File,
        path: &Path,
        is_end: fn(usize, usize) -> bool,
    ) -> Result<usize, CollectError> {
        let mut length = 0;
        loop {
            if length == self.0.len() {
                self.grow(path)?;
            }
            let room = self.0.get_mut(length..).unwrap_or_default();
            match file.read_at(room, u64::try_from(length).unwrap_or(u64::MAX)) {
                Ok(read) if is_end(read, room.len()) => return Ok(length + read),
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(CollectError::Read { path: path.to_owned(), source }),
            }
        }
    }

    fn grow(&mut self, path: &Path) -> Result<(), CollectError> {
        if self.0.len() >= FILE_BYTES_MAX {
            return Err(CollectError::TooLong { path: path.to_owned(), limit_bytes: FILE_BYTES_MAX });
        }
        self.0.resize((self.0.len() * 2).max(FILE_BYTES_MIN), 0);
        Ok(())
    }

    fn start(&self, length: usize) -> &[u8] {
        self.0.get(..length).unwrap_or_default()
    }
}

/// Memory to read files of control groups into: they are opened for each reading, as they are too many to stay open, and
/// the kernel makes each of those that are read here in one piece.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    buffer: Buffer,
    path: String,
}

impl Scratch {
    /// The content of `file` in the folder at `path`, which begins with a slash, below `root`.
    pub(crate) fn read(&mut self, root: &Path, path: &str, file: &str) -> Result<&[u8], CollectError> {
        let path = self.join(root, path, file);
        let opened = File::open(path);
        let opened =
            opened.map_err(|source| CollectError::Read { path: self.path.as_str().into(), source })?;
        let length = self.buffer.fill_at_once(&opened, Path::new(&self.path))?;
        Ok(self.buffer.start(length))
    }

    /// Whether there is a folder at `path` below `root`.
    pub(crate) fn exists(&mut self, root: &Path, path: &str) -> bool {
        self.join(root, path, "").is_dir()
    }

    fn join(&mut self, root: &Path, path: &str, file: &str) -> &Path {
        self.path.clear();
        // Roots are paths of ours, or of a test's temporary folder.
        self.path.push_str(root.to_str().unwrap_or_default());
        for part in [path, "/", file] {
            self.path.push_str(part);
        }
        Path::new(&self.path)
    }
}

/// The content of a small file that is read once, without white space at its ends.
pub(crate) fn read_once(path: &Path) -> Result<String, CollectError> {
    let mut buffer = Buffer::default();
    KeptFile::new(path).read_line(&mut buffer).map(str::to_owned)
}

/// The names of a directory's entries in order; none where the directory cannot be read.
pub(crate) fn names_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// The valid lines of a file of text; a line that is not UTF-8 is passed over.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok())
}

/// First size of a buffer: most files of `/proc` fit into a page.
const FILE_BYTES_MIN: usize = 4096;

/// Most that is read of a file. `/proc/cpuinfo` of a machine with 2048 cores is some 3 MiB.
const FILE_BYTES_MAX: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_kept_file_shows_what_was_written_since() {
        let mut on_disk = tempfile::NamedTempFile::new().unwrap();
        on_disk.write_all(b"1\n").unwrap();
        let mut kept = KeptFile::new(on_disk.path());
        let mut buffer = Buffer::default();
        assert_eq!(kept.read_number(&mut buffer).unwrap(), 1);
        std::fs::write(on_disk.path(), "23456\n").unwrap();
        assert_eq!(kept.read_number(&mut buffer).unwrap(), 23_456);
    }

    #[test]
    fn a_file_that_appears_later_is_read_then() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("speed");
        let mut kept = KeptFile::new(&path);
        let mut buffer = Buffer::default();
        assert!(matches!(kept.read(&mut buffer), Err(CollectError::Read { .. })));
        std::fs::write(&path, "1000\n").unwrap();
        assert_eq!(kept.read_line(&mut buffer).unwrap(), "1000");
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let mut buffer = Buffer::default();
        let error = KeptFile::new("/dev/zero").read(&mut buffer).unwrap_err();
        assert!(matches!(error, CollectError::TooLong { limit_bytes: FILE_BYTES_MAX, .. }));
    }

    #[test]
    fn a_file_longer_than_the_buffer_is_read_whole() {
        let mut on_disk = tempfile::NamedTempFile::new().unwrap();
        let text = "0123456789".repeat(5000);
        on_disk.write_all(text.as_bytes()).unwrap();
        let mut buffer = Buffer::default();
        assert_eq!(KeptFile::new(on_disk.path()).read(&mut buffer).unwrap(), text.as_bytes());
    }
}
