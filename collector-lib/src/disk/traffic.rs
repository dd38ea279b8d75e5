//! Traffic of disks, from `/proc/diskstats` (`Documentation/admin-guide/iostats.rst`).

use std::path::{Path, PathBuf};

use grapevine_proto::catalogue::disk as rows;

use crate::file::lines;
use crate::rate::{Progress, Rate};
use crate::roster::Roster;
use crate::sample::Sample;

/// The physical disks of a machine, and the paravirtual ones of a guest.
///
/// Partitions are not in `/sys/block`. What has no `device` there (loop, ram, zram, device mapper, md) stands on
/// disks or on memory that are counted themselves.
#[derive(Debug)]
pub(super) struct Disks {
    block: PathBuf,
    disks: Roster<Option<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    read: Rate,
    write: Rate,
    busy: Rate,
}

impl Disks {
    pub(super) fn new(sys: &Path) -> Self {
        Self { block: sys.join("block"), disks: Roster::default() }
    }

    /// Tells the traffic that the content of `/proc/diskstats` shows.
    pub(super) fn collect(&mut self, diskstats: &[u8], sample: &mut Sample) {
        self.disks.begin();
        for (name, stat) in lines(diskstats).filter_map(parse) {
            let met = self.disks.meet(name, || is_disk(&self.block, name).then(Disk::default));
            if let Some(Some(disk)) = met {
                disk.emit(name, &stat, sample);
            }
        }
        self.disks.finish();
    }
}

impl Disk {
    fn emit(&mut self, name: &str, stat: &Stat, sample: &mut Sample) {
        let now_ms = sample.now_ms();
        let read = self.read.advance(stat.sectors_read, now_ms).times(SECTOR_BYTES);
        let write = self.write.advance(stat.sectors_written, now_ms).times(SECTOR_BYTES);
        read.tell(sample, &rows::READ, &[name]);
        write.tell(sample, &rows::WRITE, &[name]);
        self.busy(stat.busy_ms, now_ms).tell(sample, &rows::BUSY, &[name]);
    }

    /// In percent. The kernel accounts whole ticks, so that a full second may have a little more than one.
    fn busy(&mut self, busy_ms: u64, now_ms: u64) -> Progress {
        match self.busy.advance(busy_ms, now_ms) {
            Progress::PerSecond(ms_per_second) => Progress::PerSecond((ms_per_second / 10.0).min(100.0)),
            other => other,
        }
    }
}

/// The counters of a disk that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    sectors_read: u64,
    sectors_written: u64,
    busy_ms: u64,
}

/// `259 0 nvme0n1 reads merged sectors ms writes merged sectors ms in-flight busy-ms` and more.
fn parse(line: &str) -> Option<(&str, Stat)> {
    let mut words = line.split_ascii_whitespace();
    let name = words.nth(2)?;
    let sectors_read = words.nth(2)?.parse().ok()?;
    let sectors_written = words.nth(3)?.parse().ok()?;
    let busy_ms = words.nth(2)?.parse().ok()?;
    Some((name, Stat { sectors_read, sectors_written, busy_ms }))
}

/// Drives for media, and the areas of an eMMC chip for boot loaders and keys, are no disks.
fn is_disk(block: &Path, name: &str) -> bool {
    let is_drive = ["sr", "fd"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let is_area = name.starts_with("mmcblk") && (name.contains("boot") || name.contains("rpmb"));
    !is_drive && !is_area && block.join(name).join("device").exists()
}

/// The kernel counts in sectors of 512 bytes, whatever those of the disk are.
const SECTOR_BYTES: u32 = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_sectors_and_busy_time() {
        let line = " 254       0 vda 12004 7289 5369354 15215 3797 22320 2782904 9972 0 5596 25693 4138 153 238640 492 216 12";
        let stat = Stat { sectors_read: 5_369_354, sectors_written: 2_782_904, busy_ms: 5596 };
        assert_eq!(parse(line), Some(("vda", stat)));
        assert_eq!(parse("254 0 vda 1 2 3"), None);
    }

    #[test]
    fn a_disk_is_never_busier_than_fully() {
        let mut disk = Disk::default();
        disk.busy(0, 0);
        assert_eq!(disk.busy(1010, 1000), Progress::PerSecond(100.0));
        assert_eq!(disk.busy(1260, 2000), Progress::PerSecond(25.0));
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_are_refused(content: Vec<u8>, words: Vec<u64>) {
            let line: String = words.iter().map(|word| format!("{word} ")).collect();
            let mut disks = Disks::new("/nonexistent".as_ref());
            disks.collect(&content, &mut Sample::default());
            disks.collect(line.as_bytes(), &mut Sample::default());
        }
    }
}
