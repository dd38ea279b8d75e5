//! Files that are there in full or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes `bytes` to `path` with mode 0600: to a temporary file beside it, to the disk, then over the old one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    place(path, bytes, |temporary| std::fs::rename(temporary, path))
}

/// As [`write()`], but only where there is no file yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is made only if its name is free, with nothing in between.
    place(path, bytes, |temporary| {
        std::fs::hard_link(temporary, path)?;
        std::fs::remove_file(temporary)
    })
}

fn place(path: &Path, bytes: &[u8], put: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let written = write_through(&temporary, bytes).and_then(|()| put(&temporary));
    if written.is_err() {
        // What is left of the temporary file is worthless; the first error is the one to tell.
        drop(std::fs::remove_file(&temporary));
        return written;
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
