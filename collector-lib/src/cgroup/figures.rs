//! What control groups are asked for, and how the kernel writes it.

use grapevine_proto::Absence;

use crate::collector::CollectError;
use crate::file::lines;

/// A number, or why there is none.
pub(crate) type Figure<T = u64> = Result<T, Absence>;

/// Most of something; none if there is no limit.
pub(crate) type Limit = Figure<Option<u64>>;

/// There is no such group, as when a service ends between being listed and being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// What a group uses from moment to moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time since the group began, in microseconds.
    pub(crate) cpu_us: Figure,
    /// Memory with page cache.
    pub(crate) memory_bytes: Figure,
}

/// What costs more to read, or changes more slowly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Load {
    /// Memory that no file backs.
    pub(crate) anonymous_bytes: Figure,
    /// Processes and threads.
    pub(crate) tasks: Figure,
    /// Data read from disks since the group began.
    pub(crate) read_bytes: Figure,
    /// Data written to disks since the group began.
    pub(crate) written_bytes: Figure,
    /// Share of the last 10 s in which some task waited, in percent: for a core, for memory, for I/O.
    pub(crate) pressure: [Figure<f64>; 3],
}

impl Load {
    /// A load of which nothing is known.
    pub(crate) const fn absent(absence: Absence) -> Self {
        Self {
            anonymous_bytes: Err(absence),
            tasks: Err(absence),
            read_bytes: Err(absence),
            written_bytes: Err(absence),
            pressure: [Err(absence); 3],
        }
    }
}

/// What a group may use at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    /// Processor time in percent of a core.
    pub(crate) cpu_percent: Figure<Option<f64>>,
    /// Memory with page cache.
    pub(crate) memory_bytes: Limit,
    /// Processes and threads.
    pub(crate) tasks: Limit,
}

impl Limits {
    /// Limits of which nothing is known.
    pub(crate) const fn absent(absence: Absence) -> Self {
        Self { cpu_percent: Err(absence), memory_bytes: Err(absence), tasks: Err(absence) }
    }
}

/// The content of a file, or what its absence means.
pub(super) type Content<'a> = Result<&'a [u8], CollectError>;

/// A file that is one number.
pub(super) fn number(content: Content<'_>) -> Figure {
    counted(parse(content.map_err(|error| error.absence())?))
}

/// A file that is one number, or no limit.
pub(super) fn limit(content: Content<'_>) -> Limit {
    match content.map_err(|error| error.absence())?.trim_ascii() {
        b"max" | b"-1" => Ok(None),
        digits => Ok(Some(parse(digits).ok_or(Absence::Failed)?).filter(|most| *most < NO_LIMIT)),
    }
}

/// The number after `key` in a file of lines `key number`.
pub(super) fn keyed(content: Content<'_>, key: &str) -> Figure {
    let content = content.map_err(|error| error.absence())?;
    let mut values = lines(content).filter_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    counted(values.next().and_then(|digits| parse(digits.as_bytes())))
}

/// The share of the last 10 s in which some task waited, from a file of pressure.
pub(super) fn pressure(content: Content<'_>) -> Figure<f64> {
    let content = content.map_err(|error| error.absence())?;
    let some = lines(content).find_map(|line| line.strip_prefix("some avg10="));
    let share = some.and_then(|rest| rest.split(' ').next()?.parse().ok());
    share.filter(|percent| (0.0..=100.0).contains(percent)).ok_or(Absence::Failed)
}

/// The files `cpu.max` (`MAX PERIOD`) and `cpu.cfs_quota_us` with `cpu.cfs_period_us`, in percent of a core.
pub(super) fn share_of_a_core(most: Limit, period_us: Option<u64>) -> Figure<Option<f64>> {
    let Some(most_us) = most? else { return Ok(None) };
    let percent = crate::rate::percent(most_us, period_us.ok_or(Absence::Failed)?);
    percent.map(Some).ok_or(Absence::Failed)
}

/// All ones is how systemd and some kernels say that there is no such number.
fn counted(number: Option<u64>) -> Figure {
    match number {
        Some(u64::MAX) => Err(Absence::Unsupported),
        Some(number) => Ok(number),
        None => Err(Absence::Failed),
    }
}

pub(super) fn parse(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}

/// From here on a limit is none: version 1 writes the most pages that a `long` counts, in bytes, and pages may have
/// 64 KiB.
const NO_LIMIT: u64 = (1 << 63) - (64 << 10);
