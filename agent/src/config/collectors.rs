//! Table `collectors`: which collectors run, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use grapevine_collectors::{Context, Entry, REGISTRY, gpu};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::backup::{self, BackupSettings};
use super::container::{self, ContainerSettings};
use super::service::{self, ServiceSettings};
use super::smart::{self, SmartSettings};

/// Settings of the collectors that the operator named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collectors {
    /// By the name of their table.
    tables: BTreeMap<&'static str, CollectorSettings>,
    gpu: GpuSettings,
    smart: SmartSettings,
    backup: BackupSettings,
    service: ServiceSettings,
    container: ContainerSettings,
}

/// One collector's table, such as `cpu_metrics = { enabled = true, interval_ms = 2000 }`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CollectorSettings {
    /// Whether it runs; if not said, yes unless it is opt-in.
    enabled: Option<bool>,
    /// Time between its passes in milliseconds; the collector's own if not said.
    interval_ms: Option<u32>,
}

/// Table `gpu_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GpuSettings {
    enabled: Option<bool>,
    interval_ms: Option<u32>,
    /// Where NVIDIA's GPUs are read from, in this order.
    sources: Option<Vec<GpuSource>>,
    /// Whether GPUs that sleep are woken.
    wake_suspended: bool,
    /// The driver's library.
    nvml_library: Option<PathBuf>,
    /// The program that reads GPUs.
    helper: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum GpuSource {
    Nvml,
    NvidiaSmi,
    Nvtop,
}

impl Collectors {
    /// Time between the passes of `entry` in milliseconds, or none if it is not to run.
    pub(crate) fn interval_ms(&self, entry: &Entry) -> Option<u32> {
        let settings = self.tables.get(entry.table).cloned().unwrap_or_default();
        settings
            .enabled
            .unwrap_or(!entry.is_opt_in)
            .then(|| settings.interval_ms.unwrap_or(entry.interval_ms))
    }

    /// The ways to this machine, as they are set, for an agent with this state folder.
    pub(crate) fn context(&self, state: Option<&Path>) -> Context {
        Context {
            gpu: self.gpu(),
            smart: self.smart.settings(),
            backup: self.backup.settings(state),
            services: self.service.settings(),
            containers: self.container.settings(),
            ..Context::of_this_machine()
        }
    }

    /// Where pings of backup jobs are heard, if anywhere.
    pub(crate) fn ping_listen(&self) -> Option<SocketAddr> {
        self.backup.ping_listen()
    }

    /// How GPUs are read.
    fn gpu(&self) -> gpu::Settings {
        let default = gpu::Settings::default();
        let source = |source: &GpuSource| match source {
            GpuSource::Nvml => gpu::Source::Nvml,
            GpuSource::NvidiaSmi => gpu::Source::NvidiaSmi,
            GpuSource::Nvtop => gpu::Source::Nvtop,
        };
        let sources = self.gpu.sources.as_ref().map(|sources| sources.iter().map(source).collect());
        gpu::Settings {
            sources: sources.unwrap_or(default.sources),
            wakes_suspended: self.gpu.wake_suspended,
            nvml_library: self.gpu.nvml_library.clone(),
            reader: self.gpu.helper.clone(),
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        for (table, settings) in &self.tables {
            let least = match *table {
                GPU_TABLE => GPU_INTERVAL_MS_MIN,
                smart::TABLE => smart::INTERVAL_MS_MIN,
                _ => INTERVAL_MS_MIN,
            };
            if let Some(interval_ms) = settings.interval_ms
                && !(least..=INTERVAL_MS_MAX).contains(&interval_ms)
            {
                return Err(format!(
                    "collectors.{table}.interval_ms = {interval_ms}: use {least} to {INTERVAL_MS_MAX}"
                ));
            }
        }
        if self.gpu.sources.as_ref().is_some_and(Vec::is_empty) {
            return Err(format!(
                "collectors.{GPU_TABLE}.sources is empty: name some, or set enabled = false"
            ));
        }
        self.smart.check()?;
        self.container.check()?;
        self.service.check()?;
        self.backup.check()
    }
}

impl<'de> Deserialize<'de> for Collectors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Tables)
    }
}

struct Tables;

impl<'de> Visitor<'de> for Tables {
    type Value = Collectors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tables of collectors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Collectors, A::Error> {
        let mut collectors = Collectors::default();
        while let Some(TableName(name)) = map.next_key()? {
            let settings = match name {
                GPU_TABLE => {
                    collectors.gpu = map.next_value()?;
                    let GpuSettings { enabled, interval_ms, .. } = collectors.gpu;
                    CollectorSettings { enabled, interval_ms }
                }
                smart::TABLE => {
                    collectors.smart = map.next_value()?;
                    let SmartSettings { enabled, interval_ms, .. } = collectors.smart;
                    CollectorSettings { enabled, interval_ms }
                }
                backup::TABLE => {
                    collectors.backup = map.next_value()?;
                    let BackupSettings { enabled, interval_ms, .. } = collectors.backup;
                    CollectorSettings { enabled, interval_ms }
                }
                container::TABLE => {
                    collectors.container = map.next_value()?;
                    let ContainerSettings { enabled, interval_ms, .. } = collectors.container;
                    CollectorSettings { enabled, interval_ms }
                }
                service::TABLE => {
                    collectors.service = map.next_value()?;
                    let ServiceSettings { enabled, interval_ms, .. } = collectors.service;
                    CollectorSettings { enabled, interval_ms }
                }
                _ => map.next_value()?,
            };
            collectors.tables.insert(name, settings);
        }
        Ok(collectors)
    }
}

/// The name of a collector's table, checked where it is read so that the error has its line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TableName(&'static str);

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = REGISTRY.iter().map(|entry| entry.table);
        known.clone().find(|table| *table == name).map(Self).ok_or_else(|| {
            let known: Vec<&str> = known.collect();
            D::Error::custom(format!("unknown collector `{name}`, expected one of {}", known.join(", ")))
        })
    }
}

/// The table of the collector of GPUs, with more than every collector has.
const GPU_TABLE: &str = "gpu_metrics";

const INTERVAL_MS_MIN: u32 = 100;
/// A pass takes up to 50 ms, and what the driver samples is no newer than a sixth of a second.
const GPU_INTERVAL_MS_MIN: u32 = 250;
const INTERVAL_MS_MAX: u32 = 86_400_000;
