//! What `/ws/gpu` says: names as JavaScript has them, memory in MiB, and `null` for what is not known.

use grapevine_sub::panel::{self, Cpu, Figure, Gpus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::rounded;
use crate::model::{Shown, Snapshot};
use crate::problem::Problem;

/// A message of the stream.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum GpuMessage {
    /// How all GPUs of the host are: at first, and whenever anything of it changed.
    Gpus(GpuReport),
    /// A GPU is there that was not.
    GpuAdded(GpuChange),
    /// A GPU is gone.
    GpuRemoved(GpuChange),
    /// Why there is nothing to tell at present: the host is not known, or its name has become ambiguous.
    Problem(GpuProblem),
    /// Nothing changed for a while, and the server is there.
    Heartbeat(Heartbeat),
}

/// All GPUs of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuReport {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    pub(super) timestamp: String,
    #[serde(flatten)]
    pub(super) state: GpuState,
}

/// How the GPUs of a host are.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuState {
    /// The host's name.
    host: String,
    /// The host's origin.
    origin: String,
    /// How current the host's state is: `fresh`, `late`, `silent`, `dead` or `left`.
    freshness: &'static str,
    /// GPUs and, each after its GPU, MIG instances.
    pub(super) gpus: Vec<GpuCard>,
    /// The machine around them; `null` if it was not asked for.
    system: Option<GpuSystem>,
}

/// A GPU, or an instance that it is split up into (MIG).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuCard {
    /// Its place among the host's, or the name of its card; `0/1` for an instance on GPU 0.
    pub(super) id: String,
    /// Model, or profile of an instance.
    pub(super) name: Option<String>,
    /// Identifier that no other has.
    pub(super) uuid: Option<String>,
    /// `ok`, `lost`, `suspended` or `unread`.
    state: Option<String>,
    /// Version of the driver.
    driver_version: Option<String>,
    /// Highest version of CUDA.
    cuda_version: Option<String>,
    /// Share of time in which it ran a kernel, in percent.
    utilization: Option<f64>,
    /// What programs have of its own memory, in MiB.
    memory_used: Option<u64>,
    /// Its own memory, in MiB; `null` where it has none but the machine's.
    memory_total: Option<u64>,
    /// What programs can get of it, in MiB.
    memory_free: Option<u64>,
    /// In degrees Celsius.
    temperature: Option<f64>,
    /// Power that it draws, in watts.
    power_usage: Option<f64>,
    /// Most power that it may draw, in watts.
    power_limit: Option<f64>,
    /// Speed that its fastest fan is to have, in percent.
    fan_speed: Option<f64>,
    /// Share of time in which it encoded video, in percent.
    encoder_utilization: Option<f64>,
    /// Share of time in which it decoded video, in percent.
    decoder_utilization: Option<f64>,
    /// Those with the most memory, where there are many.
    processes: Vec<GpuUser>,
}

/// A process that uses a GPU.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuUser {
    /// Number of the process.
    pid: Option<u32>,
    /// Name.
    name: Option<String>,
    /// GPU memory that it has, in MiB.
    #[serde(rename = "usedMemoryMiB")]
    used_memory_mib: Option<u64>,
    /// User, by number if it has no name.
    user: Option<String>,
}

/// The machine around the GPUs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuSystem {
    /// Use of all cores, in percent.
    cpu_usage: Option<f64>,
    /// Share of memory that is not available, in percent.
    memory_usage: Option<f64>,
    /// Tasks that ran or waited, averaged over 1, 5 and 15 minutes.
    load_average: Option<[f64; 3]>,
    /// Time since the kernel started, in seconds.
    pub(super) uptime: Option<u64>,
    /// Share in use of the fullest file system that can be written, in percent.
    disk_utilization: Option<f64>,
}

/// A GPU that came or went.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuChange {
    /// When it was found out: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    pub(super) timestamp: String,
    /// The host's name.
    pub(super) host: String,
    pub(super) gpu: GpuIdentity,
}

/// Which GPU.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuIdentity {
    /// Its place among the host's.
    pub(super) id: String,
    /// Model, or profile of an instance.
    pub(super) name: Option<String>,
    /// Identifier that no other has.
    pub(super) uuid: Option<String>,
}

/// Why there is nothing to tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GpuProblem {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    pub(super) timestamp: String,
    pub(super) problem: Problem,
}

/// A sign of life.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Heartbeat {
    /// When it was sent: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    pub(super) timestamp: String,
}

impl GpuState {
    pub(super) fn of(shown: &Shown, snapshot: &Snapshot, has_system: bool) -> Self {
        let host = &shown.host;
        let gpus = host.gpus(snapshot.at);
        Self {
            host: host.name().to_string(),
            origin: host.origin().to_string(),
            freshness: host.freshness(snapshot.at).as_str(),
            gpus: gpus.list.iter().map(|gpu| GpuCard::of(gpu, &gpus)).collect(),
            system: has_system.then(|| GpuSystem::of(shown, &host.cpu(snapshot.at))),
        }
    }

    /// The host's name.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether `newer` says anything else. That time goes by alone is nothing else.
    pub(super) fn says_the_same_as(&self, newer: &Self) -> bool {
        let uptime = self.system.as_ref().map(|system| system.uptime);
        let system = newer.system.clone();
        let system = system.zip(uptime).map(|(system, uptime)| GpuSystem { uptime, ..system });
        *self == Self { system, ..newer.clone() }
    }
}

impl GpuCard {
    fn of(gpu: &panel::Gpu<'_>, all: &Gpus<'_>) -> Self {
        Self {
            id: gpu.name.to_owned(),
            name: text(gpu.model),
            uuid: text(gpu.uuid),
            state: text(gpu.state),
            driver_version: text(gpu.driver),
            cuda_version: text(gpu.cuda),
            utilization: number(gpu.use_percent),
            memory_used: mib(gpu.memory_used_bytes),
            memory_total: mib(gpu.memory_total_bytes),
            memory_free: mib(gpu.memory_free_bytes),
            temperature: number(gpu.temperature_celsius),
            power_usage: number(gpu.power_watts),
            power_limit: number(gpu.power_limit_watts),
            fan_speed: number(gpu.fan_percent),
            encoder_utilization: number(gpu.encoder_percent),
            decoder_utilization: number(gpu.decoder_percent),
            processes: all.processes_of(gpu.name).map(GpuUser::of).collect(),
        }
    }

    /// Which one it is.
    pub(super) fn identity(&self) -> GpuIdentity {
        GpuIdentity { id: self.id.clone(), name: self.name.clone(), uuid: self.uuid.clone() }
    }
}

impl GpuIdentity {
    /// Whether both are of one GPU. What was not read yet makes no other of it.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        let uuids = self.uuid.as_ref().zip(other.uuid.as_ref());
        self.id == other.id && uuids.is_none_or(|(one, other)| one == other)
    }
}

impl GpuUser {
    fn of(process: &panel::GpuProcess<'_>) -> Self {
        Self {
            pid: process.pid.parse().ok(),
            name: text(process.name),
            used_memory_mib: mib(process.memory_bytes),
            user: text(process.user),
        }
    }
}

impl GpuSystem {
    fn of(shown: &Shown, cpu: &Cpu<'_>) -> Self {
        let summary = &shown.summary;
        let loads = [cpu.load1, cpu.load5, cpu.load15].map(number);
        Self {
            cpu_usage: number(summary.cpu_percent),
            memory_usage: number(summary.memory_percent),
            load_average: match loads {
                [Some(one), Some(five), Some(fifteen)] => Some([one, five, fifteen]),
                _ => None,
            },
            uptime: known(summary.uptime_s).map(whole),
            disk_utilization: number(summary.disk_percent),
        }
    }
}

fn number(figure: Figure) -> Option<f64> {
    known(figure).map(rounded)
}

fn mib(figure: Figure) -> Option<u64> {
    known(figure).map(|bytes| whole(bytes / MIB_BYTES))
}

/// Neither what is too old to be shown as current nor what was kept while there is no newer value.
fn known(figure: Figure) -> Option<f64> {
    figure.current().filter(|_| figure.absence.is_none())
}

/// What a GPU is does not change with time.
fn text(figure: Figure<&str>) -> Option<String> {
    figure.value.map(str::to_owned)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast keeps to the bounds")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

const MIB_BYTES: f64 = 1_048_576.0;
