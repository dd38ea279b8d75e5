//! Space that the files of services take, where the operator gave their folders: counted slowly, a bounded number of files
//! in each pass, and never in another file system than the folder's own.

use std::collections::BTreeSet;
use std::fs::{self, Metadata, ReadDir};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::service as rows;

use super::settings::Folder;
use crate::collector::absence_of;
use crate::rate::float;
use crate::sample::Sample;

/// The folders of services, one of which is counted at a time.
#[derive(Debug)]
pub(super) struct Files {
    folders: Vec<(Folder, Option<Result<u64, Absence>>)>,
    counting: Option<Count>,
    /// The next one to be counted, and when all begin anew.
    next: usize,
    due_ms: u64,
}

impl Files {
    pub(super) fn new(folders: &[Folder]) -> Self {
        let folders = folders.iter().map(|folder| (folder.clone(), None)).collect();
        Self { folders, counting: None, next: 0, due_ms: 0 }
    }

    /// Counts on for a while.
    pub(super) fn pass(&mut self, now_ms: u64) {
        if self.next == self.folders.len() {
            if now_ms < self.due_ms || self.folders.is_empty() {
                return;
            }
            self.next = 0;
        }
        let Some((folder, used)) = self.folders.get_mut(self.next) else { return };
        let count = self.counting.get_or_insert_with(|| Count::new(folder.path.clone()));
        let Some(result) = count.go_on(FILES_PER_PASS) else { return };
        *used = Some(result.map_err(|error| absence_of(&error)));
        self.counting = None;
        self.next += 1;
        self.due_ms = now_ms.saturating_add(COUNT_INTERVAL_MS);
    }

    /// Tells what is known; nothing of a folder that is counted for the first time.
    pub(super) fn tell(&self, sample: &mut Sample) {
        for (folder, used) in &self.folders {
            let labels = &[folder.service.as_str()];
            match used {
                Some(Ok(bytes)) => sample.number(&rows::DISK_USED, labels, float(*bytes)),
                Some(Err(absence)) => sample.absent(&rows::DISK_USED, labels, *absence),
                None => {}
            }
            if let Some(quota_bytes) = folder.quota_bytes {
                sample.number(&rows::DISK_QUOTA, labels, float(quota_bytes));
            }
        }
    }
}

/// A count under way.
#[derive(Debug, Default)]
struct Count {
    /// Folders to be looked at.
    waiting: Vec<PathBuf>,
    entries: Option<ReadDir>,
    /// The file system that is counted.
    device: Option<u64>,
    bytes: u64,
    files: usize,
    /// Files that have several names and were counted by one.
    linked: BTreeSet<u64>,
}

impl Count {
    fn new(path: PathBuf) -> Self {
        Self { waiting: vec![path], ..Self::default() }
    }

    /// Looks at `most` more files; the sum in bytes once it is known.
    fn go_on(&mut self, most: usize) -> Option<io::Result<u64>> {
        for _ in 0..most {
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Some(Ok(self.bytes)),
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    /// Looks at one file; false if there is none left. What vanishes meanwhile is no file of the service any more.
    fn step(&mut self) -> io::Result<bool> {
        match self.entries.as_mut().and_then(Iterator::next) {
            Some(entry) => {
                let entry = entry?;
                match entry.metadata() {
                    Ok(metadata) => self.add(&metadata, || entry.path())?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            None => {
                let Some(folder) = self.waiting.pop() else { return Ok(false) };
                if self.device.is_none() {
                    self.device = Some(fs::metadata(&folder)?.dev());
                }
                self.entries = match fs::read_dir(&folder) {
                    Ok(entries) => Some(entries),
                    Err(error) if error.kind() == io::ErrorKind::NotFound && self.files > 0 => None,
                    Err(error) => return Err(error),
                };
            }
        }
        Ok(true)
    }

    fn add(&mut self, metadata: &Metadata, path: impl FnOnce() -> PathBuf) -> io::Result<()> {
        self.files += 1;
        let is_too_much = self.files > FILES_MAX || self.waiting.len() > WAITING_MAX;
        if is_too_much {
            return Err(io::Error::other("too many files"));
        }
        // Of what is mounted here it is not the service's folder that pays.
        if Some(metadata.dev()) != self.device {
            return Ok(());
        }
        if metadata.is_dir() {
            self.waiting.push(path());
        } else if metadata.nlink() > 1
            && self.linked.len() < LINKED_MAX
            && !self.linked.insert(metadata.ino())
        {
            return Ok(());
        }
        self.bytes = self.bytes.saturating_add(metadata.blocks().saturating_mul(BLOCK_BYTES));
        Ok(())
    }
}

/// `st_blocks` counts these, whatever the file system's own blocks are (stat(2)).
const BLOCK_BYTES: u64 = 512;

/// Files that a pass looks at: one takes some 3 us where the kernel has it at hand.
const FILES_PER_PASS: usize = 500;

/// Most files of a folder: at one pass a second they take three hours.
const FILES_MAX: usize = 5_000_000;

/// Most folders that wait to be looked at, some 100 B each.
const WAITING_MAX: usize = 16_384;

/// Most files that are remembered for having several names; others are counted by each.
const LINKED_MAX: usize = 16_384;

/// Time from the end of a count to the next one, in milliseconds.
const COUNT_INTERVAL_MS: u64 = 600_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn count(path: &Path) -> io::Result<u64> {
        Count::new(path.to_owned()).go_on(usize::MAX).unwrap()
    }

    #[test]
    fn files_are_counted_once_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("data"), folder.path().join("other"));
        fs::create_dir_all(path.join("a/b")).unwrap();
        let empty_bytes = count(&path).unwrap();
        fs::write(&other, vec![1; 1 << 20]).unwrap();
        symlink(&other, path.join("a/link")).unwrap();
        assert!(count(&path).unwrap() < empty_bytes + (64 << 10));
        fs::write(path.join("a/b/file"), vec![1; 300_000]).unwrap();
        fs::hard_link(path.join("a/b/file"), path.join("again")).unwrap();
        let bytes = count(&path).unwrap() - empty_bytes;
        assert!((300_000..400_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_count_stays_in_its_file_system() {
        let mut count = Count::new("/".into());
        while count.device.is_none() {
            count.step().unwrap();
        }
        let elsewhere = fs::metadata("/proc").unwrap();
        let before = (count.bytes, count.waiting.len());
        count.add(&elsewhere, || "/proc".into()).unwrap();
        assert_eq!((count.bytes, count.waiting.len()), before);
    }

    #[test]
    fn a_pass_looks_at_few_files_and_a_count_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..FILES_PER_PASS {
            fs::write(folder.path().join(number.to_string()), "x").unwrap();
        }
        let of = |service: &str, path: &Path| Folder {
            service: service.into(),
            path: path.into(),
            quota_bytes: Some(1),
        };
        let none = folder.path().join("none");
        let mut files = Files::new(&[of("a.service", folder.path()), of("b.service", &none)]);
        files.pass(0);
        assert!(files.counting.is_some(), "a folder of as many files as a pass looks at takes two");
        files.pass(1000);
        assert!(matches!(files.folders[0].1, Some(Ok(1..))));
        files.pass(2000);
        assert_eq!(files.folders[1].1, Some(Err(Absence::Unsupported)));
        files.pass(3000);
        assert!(files.counting.is_none(), "it is not time yet");
        files.pass(2000 + COUNT_INTERVAL_MS);
        assert!(files.counting.is_some());
        let mut sample = Sample::default();
        files.tell(&mut sample);
        let absences = sample.readings().filter(|reading| reading.state.absence().is_some()).count();
        assert_eq!((sample.readings().len(), absences), (4, 1));
    }
}
