//! Which series are kept of a host.

use grapevine_proto::catalogue::{cpu, disk, gpu, memory, network, pressure, smart};
use grapevine_proto::{Kind, Metric, Scale};

use super::key::SeriesKey;
use crate::host::Host;

/// What is kept of every host, the most wanted first: the figures of a table of all hosts.
pub static WATCHED: [&Metric; 14] = [
    &cpu::USE,
    &memory::USED,
    &gpu::USE,
    &gpu::TEMPERATURE,
    &gpu::MEMORY_USED,
    &gpu::POOL_AVAILABLE,
    &smart::TEMPERATURE,
    &network::RECEIVE,
    &network::TRANSMIT,
    &disk::BUSY,
    &cpu::TEMPERATURE,
    &gpu::POWER,
    &memory::SWAP_USED,
    &pressure::MEMORY_SOME_AVG10,
];

/// A series that is to be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) key: SeriesKey,
    /// Its place among the host's readings.
    pub(super) place: u16,
    pub(super) scale: Scale,
}

/// At most `count_max` series of the host's numbers, in the order of their keys: what is watched first, in the order of
/// the list, then the others in the order of their places.
pub(super) fn select(host: &Host, watched: &[&Metric], count_max: usize) -> Vec<Wanted> {
    let rank =
        |metric: &Metric| watched.iter().position(|watched| watched.id == metric.id).unwrap_or(watched.len());
    let numbers = host.readings().enumerate().filter(|(_, reading)| reading.metric.kind != Kind::Text);
    let mut ranked: Vec<(usize, Wanted)> = numbers
        .filter_map(|(place, reading)| {
            let place = u16::try_from(place).ok()?;
            let wanted = Wanted { key: SeriesKey::of(&reading), place, scale: reading.metric.scale };
            Some((rank(reading.metric), wanted))
        })
        .collect();
    if ranked.len() > count_max {
        ranked.sort_by_key(|(rank, wanted)| (*rank, wanted.place));
        ranked.truncate(count_max);
    }
    let mut wanted: Vec<Wanted> = ranked.into_iter().map(|(_, wanted)| wanted).collect();
    wanted.sort_by_key(|wanted| wanted.key);
    wanted.dedup_by_key(|wanted| wanted.key);
    wanted
}
