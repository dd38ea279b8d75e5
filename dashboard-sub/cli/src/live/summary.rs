//! The figures by which a host is judged at a glance.

use std::collections::BTreeMap;

use grapevine_proto::Metric;
use grapevine_proto::catalogue::{cpu, disk, host, load, memory, network};
use grapevine_sub::{Host, HostReading};

/// A host's figures in the units of their metrics; none where the host has no such reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    pub(crate) cpu_percent: Option<f64>,
    pub(crate) memory: Option<Share>,
    pub(crate) swap: Option<Share>,
    pub(crate) load: Option<f64>,
    pub(crate) temperature: Option<f64>,
    /// Bytes a second of the interface that receives or sends the most: a sum would count bridged traffic twice.
    pub(crate) receive: Option<f64>,
    pub(crate) transmit: Option<f64>,
    /// Every file system, the fullest first.
    pub(crate) mounts: Vec<(String, Share)>,
    pub(crate) uptime_s: Option<f64>,
}

/// A part of a whole, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) used: f64,
    pub(crate) total: f64,
}

impl Share {
    /// The part in percent.
    pub(crate) fn percent(self) -> f64 {
        self.used / self.total * 100.0
    }
}

impl Summary {
    /// Of `host`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub(crate) fn of(host: &Host, wall_s: f64) -> Self {
        let number = |metric: &Metric| host.number(&metric.name);
        let share = |used, total| share(number(used)?, number(total)?);
        Self {
            cpu_percent: number(&cpu::USE),
            memory: share(&memory::USED, &memory::TOTAL),
            swap: share(&memory::SWAP_USED, &memory::SWAP_TOTAL),
            load: number(&load::AVG1),
            temperature: number(&cpu::TEMPERATURE),
            receive: greatest(host.readings_of(&network::RECEIVE.name)),
            transmit: greatest(host.readings_of(&network::TRANSMIT.name)),
            mounts: mounts(host),
            uptime_s: number(&host::BOOT_TIME).map(|boot_s| (wall_s - boot_s).max(0.0)),
        }
    }
}

/// File systems with what is in use of what ordinary users can use, as `df` has it.
fn mounts(host: &Host) -> Vec<(String, Share)> {
    let by_mount = |metric: &Metric| -> BTreeMap<String, f64> {
        let readings = host.readings_of(&metric.name);
        readings
            .filter_map(|reading| Some((reading.label("mount")?.to_owned(), reading.state.number()?)))
            .collect()
    };
    let (used, available) = (by_mount(&disk::SPACE_USED), by_mount(&disk::SPACE_AVAILABLE));
    let mut mounts: Vec<(String, Share)> = used
        .into_iter()
        .filter_map(|(mount, used)| {
            let share = share(used, used + available.get(&mount)?)?;
            Some((mount, share))
        })
        .collect();
    mounts.sort_by(|(_, a), (_, b)| b.percent().total_cmp(&a.percent()));
    mounts
}

fn share(used: f64, total: f64) -> Option<Share> {
    (total > 0.0).then_some(Share { used, total })
}

fn greatest<'a>(readings: impl Iterator<Item = HostReading<'a>>) -> Option<f64> {
    readings.filter_map(|reading| reading.state.number()).max_by(f64::total_cmp)
}
