//! Unix sockets and the files that they leave.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// A listening Unix socket. Its file goes with it.
#[derive(Debug)]
pub(super) struct UnixDoor {
    pub(super) listener: UnixListener,
    path: PathBuf,
    file: FileId,
}

/// Device and inode: which file it is, whatever its name.
type FileId = (u64, u64);

impl UnixDoor {
    /// Binds a socket for this user and group. A socket file that nobody answers at is what a killed program left
    /// behind; it is replaced. Any other file is not.
    pub(super) async fn bind(path: &Path) -> io::Result<Self> {
        remove_stale(path).await?;
        let listener = UnixListener::bind(path)?;
        let door = Self { listener, path: path.to_owned(), file: file_at(path)? };
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o660))?;
        Ok(door)
    }
}

impl Drop for UnixDoor {
    fn drop(&mut self) {
        // Another program may have put its own in our file's place since.
        if file_at(&self.path).is_ok_and(|file| file == self.file) {
            // It may have gone in this moment; there is nothing more to do about it.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

fn file_at(path: &Path) -> io::Result<FileId> {
    std::fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

async fn remove_stale(path: &Path) -> io::Result<()> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !metadata.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file that is no socket is there"));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        // Somebody listens who has no time just now (unix(7), EAGAIN).
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::ErrorKind::AddrInUse.into()),
    }
}
