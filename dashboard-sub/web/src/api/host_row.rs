//! A host at a glance.

use std::collections::BTreeMap;

use grapevine_sub::{Panel, Summary};
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::shown;
use crate::model::{Shown, Snapshot};

/// A host, how it is, and the figures by which it is judged at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HostRow {
    /// Its name, as it says itself. Two hosts can claim one name.
    host: String,
    /// Who seals its frames, in 16 hexadecimal digits: unlike the name, nobody else can claim it.
    origin: String,
    /// What it is for, in the operator's words; `demo` if it does not exist.
    role: String,
    /// Groups that it is in.
    groups: Vec<String>,
    /// The gravest of its findings: `ok`, `unknown`, `warning`, `stale` or `critical`.
    status: &'static str,
    /// How current its state is: `fresh`, `late`, `silent`, `dead` or `left`.
    freshness: &'static str,
    /// Whether another host claims the same name.
    in_conflict: bool,
    /// Time between its frames, in milliseconds.
    interval_ms: u32,
    /// Age of its newest frame, in milliseconds.
    age_ms: u64,
    /// Links between agents that its newest frame crossed.
    hops: u8,
    /// Which run of its agent the newest frame is of.
    epoch: u32,
    /// The newest frame's number in its epoch.
    sequence: u32,
    /// How each panel is that it has, as `status`.
    panels: BTreeMap<&'static str, &'static str>,
    /// How many findings there are.
    findings: usize,
    figures: HostFigures,
}

impl HostRow {
    pub(crate) fn of(entry: &Shown, snapshot: &Snapshot) -> Self {
        let Shown { host, summary, assessment, .. } = entry;
        let (identity, position) = (host.identity(), host.position());
        let status = |panel: Panel| Some((panel.as_str(), assessment.panel(panel)?.as_str()));
        Self {
            host: host.name().to_string(),
            origin: host.origin().to_string(),
            role: identity.role.clone(),
            groups: identity.groups.clone(),
            status: assessment.status.as_str(),
            freshness: host.freshness(snapshot.at).as_str(),
            in_conflict: host.in_conflict(),
            interval_ms: identity.interval_ms,
            age_ms: host.age_ms(snapshot.at),
            hops: host.hops(),
            epoch: position.epoch,
            sequence: position.sequence,
            panels: Panel::ALL.into_iter().filter_map(status).collect(),
            findings: assessment.findings.len() + assessment.findings_left_out,
            figures: HostFigures::of(summary),
        }
    }
}

shown! {
    /// A host's figures, a few seconds old at most where nothing but the time has changed.
    struct HostFigures(summary: Summary) {
        /// How many GPUs it has, MIG instances not counted.
        gpu_count: u64,
        /// Use of the busiest GPU.
        gpu_use_percent: f64,
        /// Share in use of the fullest GPU's memory.
        gpu_memory_percent: f64,
        /// Temperature of the hottest GPU.
        gpu_temperature_celsius: f64,
        /// Power that all GPUs draw.
        gpu_power_watts: f64,
        /// Use of all cores.
        cpu_percent: f64,
        /// Temperature of the processor.
        cpu_temperature_celsius: f64,
        /// Tasks that ran or waited, averaged over a minute.
        load: f64,
        /// Share of memory that is not available.
        memory_percent: f64,
        /// Memory that the kernel manages.
        memory_total_bytes: u64,
        /// Share of the swap space in use.
        swap_percent: f64,
        /// Wear of the drive that is worn the most.
        wear_percent: f64,
        /// Temperature of the hottest drive.
        drive_temperature_celsius: f64,
        /// The highest of the temperatures of processor, GPUs and drives.
        temperature_celsius: f64,
        /// Share in use of the fullest file system that can be written.
        disk_percent: f64,
        /// Services that are up and well.
        services_healthy: u64,
        /// Services that are not quite well.
        services_degraded: u64,
        /// Services that failed.
        services_failed: u64,
        /// All of these services.
        services_total: u64,
        /// Time since the last success of the backup job whose last success is the longest ago.
        backup_age_s: u64,
        /// Data received by the interface that receives the most.
        receive_bytes_per_second: u64 = summary.receive,
        /// Data sent by the interface that sends the most.
        transmit_bytes_per_second: u64 = summary.transmit,
        /// Time since the kernel started.
        uptime_s: u64,
    }
    with {
        /// The state of its worst backup job; `null` without jobs.
        backup: Option<&'static str> = summary.backup.map(grapevine_sub::panel::BackupState::as_str),
    }
}
