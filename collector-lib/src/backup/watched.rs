//! Files that others replace, read when they have changed and only where nobody could have forged them.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::text::line;

/// A file, and what its content of now means.
#[derive(Debug)]
pub(super) struct Watched<T> {
    path: PathBuf,
    stamp: Option<Stamp>,
    meaning: Result<T, String>,
}

/// How a file's content is known to be the one that was read.
type Stamp = (u64, u64, i64, i64);

impl<T> Watched<T> {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, stamp: None, meaning: Err("not looked at yet".to_owned()) }
    }

    /// What the file says, by `parse`, which is given its bytes and the time of its last change, or why it says nothing.
    pub(super) fn look(&mut self, parse: impl FnOnce(&[u8], u64) -> Result<T, String>) -> Result<&T, &str> {
        match self.open() {
            Ok((file, metadata)) => {
                let stamp = (metadata.ino(), metadata.size(), metadata.mtime(), metadata.mtime_nsec());
                if self.stamp.replace(stamp) != Some(stamp) {
                    let changed = u64::try_from(metadata.mtime()).unwrap_or_default();
                    self.meaning = read(file).and_then(|bytes| parse(&bytes, changed));
                }
            }
            Err(reason) => {
                self.stamp = None;
                self.meaning = Err(reason);
            }
        }
        self.meaning.as_ref().map_err(String::as_str)
    }

    /// Opens the file if it is one that root or the agent's user wrote and nobody else can.
    fn open(&self) -> Result<(File, Metadata), String> {
        let shown = self.path.display();
        // A symbolic link could lead anywhere, and a pipe would wait for its writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(&self.path, flags, Mode::empty()).map_err(|error| match error {
            Errno::LOOP => format!("{shown} is a symbolic link"),
            Errno::NOENT => format!("{shown} is not there"),
            error => format!("cannot read {shown}: {error}"),
        })?;
        let file = File::from(file);
        let metadata = file.metadata().map_err(|error| line(&format!("cannot read {shown}: {error}")))?;
        let owner = metadata.uid();
        if !metadata.is_file() {
            Err(format!("{shown} is no file"))
        } else if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            Err(format!("{shown} belongs to user {owner}, not to root or the agent"))
        } else if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
            Err(format!("{shown} can be written by others"))
        } else if metadata.size() > FILE_BYTES_MAX {
            Err(format!("{shown} is longer than {FILE_BYTES_MAX} bytes"))
        } else {
            Ok((file, metadata))
        }
    }
}

fn read(file: File) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Permission of group and others to write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Most that is read of a file. A report has less than 1 KiB, a textfile of a few jobs less than 10.
const FILE_BYTES_MAX: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn text(bytes: &[u8], _changed: u64) -> Result<String, String> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Why the file is not believed.
    fn distrust(path: &Path) -> String {
        Watched::new(path.to_owned()).look(text).unwrap_err().to_owned()
    }

    #[test]
    fn a_file_is_read_again_when_it_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.json");
        let mut watched = Watched::new(path.clone());
        assert!(watched.look(text).unwrap_err().ends_with("is not there"));
        std::fs::write(&path, "one").unwrap();
        assert_eq!(watched.look(text).unwrap(), "one");
        assert_eq!(watched.look(|_, _| panic!("it has not changed")).unwrap(), "one");
        std::fs::write(folder.path().join("new"), "two").unwrap();
        std::fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(watched.look(text).unwrap(), "two");
        std::fs::remove_file(&path).unwrap();
        assert!(watched.look(text).is_err());
    }

    #[test]
    fn what_others_could_have_written_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.json");
        std::fs::write(&path, "{}").unwrap();
        for mode in [0o620, 0o602, 0o666] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(distrust(&path).ends_with("can be written by others"));
        }
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(distrust(&link).ends_with("is a symbolic link"));
        assert!(distrust(folder.path()).ends_with("is no file"));
        std::fs::write(&path, vec![b' '; 65_537]).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert!(distrust(&path).contains("is longer than"));
    }

    #[test]
    fn a_file_of_another_user_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.json");
        std::fs::write(&path, "{}").unwrap();
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            println!("skipped: only root can give a file away");
            return;
        }
        assert!(distrust(&path).contains("belongs to user 12345"));
    }
}
