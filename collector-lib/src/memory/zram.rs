//! Compressed swap in memory (`Documentation/admin-guide/blockdev/zram.rst`).

use std::path::Path;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::memory as rows;

use crate::collector::CollectError;
use crate::file::{Buffer, KeptFile, names_in};
use crate::rate::float;
use crate::sample::Sample;

/// All zram devices together. Nothing is told where none has a size.
#[derive(Debug, Default)]
pub(super) struct Zram(Vec<Device>);

#[derive(Debug)]
struct Device {
    name: String,
    disksize: KeptFile,
    mm_stat: KeptFile,
}

/// What devices hold, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stat {
    original: u64,
    compressed: u64,
    used: u64,
}

impl Zram {
    pub(super) fn scan(&mut self, sys: &Path) {
        let directory = sys.join("block");
        let mut names = names_in(&directory);
        names.retain(|name| name.starts_with("zram"));
        names.truncate(DEVICES_MAX);
        if names.iter().ne(self.0.iter().map(|device| &device.name)) {
            self.0 = names.into_iter().map(|name| Device::new(&directory, name)).collect();
        }
    }

    pub(super) fn collect(&mut self, buffer: &mut Buffer, sample: &mut Sample) {
        match self.read(buffer) {
            Ok((0, _)) => {}
            Ok((size, stat)) => emit(size, &stat, sample),
            Err(error) => {
                for metric in [
                    &rows::ZRAM_SIZE,
                    &rows::ZRAM_ORIGINAL,
                    &rows::ZRAM_COMPRESSED,
                    &rows::ZRAM_USED,
                    &rows::ZRAM_RATIO,
                ] {
                    sample.absent(metric, &[], error.absence());
                }
            }
        }
    }

    /// The size of all devices that have one, and what they hold.
    fn read(&mut self, buffer: &mut Buffer) -> Result<(u64, Stat), CollectError> {
        let mut sum = Stat::default();
        let mut size = 0_u64;
        for device in &mut self.0 {
            let disksize = u64::try_from(device.disksize.read_number(buffer)?).unwrap_or(0);
            if disksize == 0 {
                continue;
            }
            let stat = parse(device.mm_stat.read_line(buffer)?)
                .ok_or_else(|| CollectError::malformed(device.mm_stat.path(), "three sizes in bytes"))?;
            size = size.saturating_add(disksize);
            sum.original = sum.original.saturating_add(stat.original);
            sum.compressed = sum.compressed.saturating_add(stat.compressed);
            sum.used = sum.used.saturating_add(stat.used);
        }
        Ok((size, sum))
    }
}

impl Device {
    fn new(directory: &Path, name: String) -> Self {
        let device = directory.join(&name);
        let disksize = KeptFile::new(device.join("disksize"));
        Self { disksize, mm_stat: KeptFile::new(device.join("mm_stat")), name }
    }
}

/// `orig_data_size compr_data_size mem_used_total` and more.
fn parse(line: &str) -> Option<Stat> {
    let mut sizes = line.split_ascii_whitespace().map(|word| word.parse().ok());
    Some(Stat { original: sizes.next()??, compressed: sizes.next()??, used: sizes.next()?? })
}

fn emit(size: u64, stat: &Stat, sample: &mut Sample) {
    sample.number(&rows::ZRAM_SIZE, &[], float(size));
    sample.number(&rows::ZRAM_ORIGINAL, &[], float(stat.original));
    sample.number(&rows::ZRAM_COMPRESSED, &[], float(stat.compressed));
    sample.number(&rows::ZRAM_USED, &[], float(stat.used));
    if stat.compressed > 0 {
        sample.number(&rows::ZRAM_RATIO, &[], float(stat.original) / float(stat.compressed));
    } else {
        // What holds nothing has no ratio.
        sample.absent(&rows::ZRAM_RATIO, &[], Absence::Unsupported);
    }
}

const DEVICES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_the_first_three_sizes() {
        let stat = parse("4096 1024 8192 0 8192 0 0 0 0").unwrap();
        assert_eq!(stat, Stat { original: 4096, compressed: 1024, used: 8192 });
        assert_eq!(parse("4096 1024"), None);
        assert_eq!(parse("-1 0 0"), None);
    }

    proptest! {
        #[test]
        fn any_line_parses_or_is_refused(line: String) {
            parse(&line);
        }
    }
}
