//! The panels of a host and what is in them: what the cursor can be on.

use std::cmp::Reverse;

use grapevine_proto::catalogue::{
    backup, container, cpu, disk, gpu, load, memory, network, process, service, smart,
};
use grapevine_proto::{Metric, OriginId};
use grapevine_sub::panel::{
    Backup, BackupState, Drive, Gpu, GpuProcess, Interface, Mount, Panels, Process, Service,
};
use grapevine_sub::{Assessment, Host, HostReading, Panel};

use super::screen::{Part, ReadingName, Subject};

/// A kind of panel, in the order in which keys go through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PanelKind {
    Findings,
    Cpu,
    Memory,
    Gpu,
    Drives,
    Mounts,
    Services,
    Backups,
    Network,
    Processes,
    Containers,
    Timers,
    Links,
    Events,
}

impl PanelKind {
    /// Where the keys are at first.
    pub(crate) const FIRST: Self = Self::Findings;

    /// All of them.
    pub(crate) const ALL: [Self; 14] = [
        Self::Findings,
        Self::Cpu,
        Self::Memory,
        Self::Gpu,
        Self::Drives,
        Self::Mounts,
        Self::Services,
        Self::Backups,
        Self::Network,
        Self::Processes,
        Self::Containers,
        Self::Timers,
        Self::Links,
        Self::Events,
    ];

    /// Its heading, a word or two.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Findings => "findings",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Gpu => "gpu",
            Self::Drives => "drives",
            Self::Mounts => "disk space",
            Self::Services => "services",
            Self::Backups => "backups",
            Self::Network => "network",
            Self::Processes => "processes",
            Self::Containers => "containers",
            Self::Timers => "timers",
            Self::Links => "links",
            Self::Events => "events",
        }
    }

    /// Whose status it shows.
    pub(crate) const fn status_of(self) -> Option<Panel> {
        Some(match self {
            Self::Findings | Self::Timers | Self::Links | Self::Events => return None,
            Self::Cpu => Panel::Cpu,
            Self::Memory => Panel::Memory,
            Self::Gpu => Panel::Gpu,
            Self::Drives => Panel::Drive,
            Self::Mounts => Panel::Disk,
            Self::Services => Panel::Service,
            Self::Backups => Panel::Backup,
            Self::Network => Panel::Network,
            Self::Processes => Panel::Process,
            Self::Containers => Panel::Container,
        })
    }
}

/// A panel of a host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HostPanel {
    pub(crate) kind: PanelKind,
    /// What the cursor can be on, from above.
    pub(crate) items: Vec<Item>,
}

/// A thing of a host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Item {
    /// All that is known of it.
    pub(crate) subject: Option<Subject>,
    /// The reading of it that is worth a chart.
    pub(crate) reading: Option<ReadingName>,
    /// The host at its other end.
    pub(crate) host: Option<OriginId>,
}

/// The panels of `host`, of which so many `events` are told, from the first; those without content are left out.
pub(crate) fn panels(
    host: &Host,
    panels: &Panels<'_>,
    assessment: &Assessment,
    events: usize,
) -> Vec<HostPanel> {
    let items = |kind| match kind {
        PanelKind::Findings => assessment.findings.iter().map(|_| Item::default()).collect(),
        PanelKind::Cpu => processor(panels),
        PanelKind::Memory => memory_items(panels),
        PanelKind::Gpu => gpus(panels),
        PanelKind::Drives => drives(panels).into_iter().map(drive).collect(),
        PanelKind::Mounts => mounts(panels)
            .into_iter()
            .map(|mount| one(&disk::SPACE_USED, "disk.space", &[mount.point]))
            .collect(),
        PanelKind::Services => {
            services(panels).into_iter().map(|of| one(&service::MEMORY, "service", &[of.name])).collect()
        }
        PanelKind::Backups => {
            backups(panels).into_iter().map(|of| one(&backup::DURATION, "backup", &[of.job])).collect()
        }
        PanelKind::Network => {
            interfaces(panels).into_iter().map(|of| one(&network::RECEIVE, "network", &[of.name])).collect()
        }
        PanelKind::Processes => {
            processes(panels).into_iter().map(|of| one(&process::CPU, "process", &[of.name])).collect()
        }
        PanelKind::Containers => {
            panels.containers.list.iter().map(|of| one(&container::CPU, "container", &[of.id])).collect()
        }
        PanelKind::Timers => {
            panels.timers.iter().map(|of| one(&service::TIMER_LAST, "timer", &[of.name])).collect()
        }
        PanelKind::Links => links(host),
        PanelKind::Events => vec![Item::default(); events],
    };
    let panels = PanelKind::ALL.into_iter().map(|kind| HostPanel { kind, items: items(kind) });
    panels.filter(|panel| !panel.items.is_empty()).collect()
}

/// GPUs, each with its MIG instances after it.
pub(crate) fn gpu_rows<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Gpu<'a>> {
    let gpus = &panels.gpus;
    gpus.whole().flat_map(|gpu| std::iter::once(gpu).chain(gpus.instances_of(gpu.name))).collect()
}

/// Processes on GPUs, those with the most memory first.
pub(crate) fn gpu_processes<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l GpuProcess<'a>> {
    let mut processes: Vec<_> = panels.gpus.processes.iter().collect();
    processes.sort_by(|a, b| descending(a.memory_bytes.value, b.memory_bytes.value).then(a.pid.cmp(b.pid)));
    processes
}

/// Drives of which there is something to tell.
pub(crate) fn drives<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Drive<'a>> {
    panels.drives.list.iter().collect()
}

/// File systems, the fullest first.
pub(crate) fn mounts<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Mount<'a>> {
    let mut mounts: Vec<_> = panels.mounts.iter().collect();
    mounts.sort_by(|a, b| {
        let whole = |mount: &Mount<'_>| mount.used_percent().value.map(f64::round);
        descending(whole(a), whole(b)).then(a.point.cmp(b.point))
    });
    mounts
}

/// Services: those that failed first, then those that are not quite well, then by memory.
pub(crate) fn services<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Service<'a>> {
    let mut services: Vec<_> = panels.services.list.iter().collect();
    services.sort_by(|a, b| {
        let grave = |service: &Service<'_>| Reverse((service.has_failed(), service.is_degraded()));
        grave(a)
            .cmp(&grave(b))
            .then(descending(a.memory_limit_bytes.value, b.memory_limit_bytes.value))
            .then(a.name.cmp(b.name))
    });
    services
}

/// Backup jobs, the worst first.
pub(crate) fn backups<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Backup<'a>> {
    let mut backups: Vec<_> = panels.backups.list.iter().collect();
    let rank = |backup: &Backup<'_>| match backup.state() {
        // What runs stays where it was.
        BackupState::Running => BackupState::Ok,
        state => state,
    };
    backups.sort_by_key(|backup| (Reverse(rank(backup)), backup.job));
    backups
}

/// Interfaces: those with a link first.
pub(crate) fn interfaces<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Interface<'a>> {
    let mut interfaces: Vec<_> = panels.network.interfaces.iter().collect();
    interfaces.sort_by_key(|interface| interface.carrier.value == Some(0.0));
    interfaces
}

/// Processes, those with the most memory first: the order by processor time would never rest.
pub(crate) fn processes<'l, 'a>(panels: &'l Panels<'a>) -> Vec<&'l Process<'a>> {
    let mut processes: Vec<_> = panels.processes.list.iter().collect();
    processes.sort_by(|a, b| descending(a.memory_bytes.value, b.memory_bytes.value).then(a.name.cmp(b.name)));
    processes
}

fn descending(a: Option<f64>, b: Option<f64>) -> std::cmp::Ordering {
    b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
}

fn processor(panels: &Panels<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    if panels.cpu.use_percent.is_told() {
        items.push(one(&cpu::USE, "cpu", &[]));
    }
    if panels.cpu.load1.is_told() {
        items.push(one(&load::AVG1, "load", &[]));
    }
    items
}

fn memory_items(panels: &Panels<'_>) -> Vec<Item> {
    let memory = &panels.memory;
    let mut items = Vec::new();
    if memory.total_bytes.is_told() {
        items.push(one(&memory::USED, "memory", &[]));
    }
    if memory.swap_total_bytes.value.is_some_and(|total| total > 0.0) {
        items.push(one(&memory::SWAP_USED, "memory.swap", &[]));
    }
    if memory.zram_size_bytes.is_told() {
        items.push(one(&memory::ZRAM_ORIGINAL, "memory.zram", &[]));
    }
    items.extend(memory.tmpfs.iter().map(|tmpfs| one(&memory::TMPFS_USED, "memory.tmpfs", &[tmpfs.mount])));
    if panels.pressure.io_some_avg10_percent.is_told() {
        items.push(one(&grapevine_proto::catalogue::pressure::MEMORY_SOME_AVG10, "pressure", &[]));
    }
    items
}

fn gpus(panels: &Panels<'_>) -> Vec<Item> {
    let gpus = gpu_rows(panels).into_iter().map(|gpu| {
        let metric = if gpu.parent().is_some() { &gpu::MEMORY_USED } else { &gpu::USE };
        one(metric, "gpu", &[gpu.name])
    });
    let processes = gpu_processes(panels);
    let processes =
        processes.into_iter().map(|of| one(&gpu::PROCESS_MEMORY, "gpu.process", &[of.gpu, of.pid]));
    gpus.chain(processes).collect()
}

/// Health and traffic of a drive go by different names.
fn drive(drive: &Drive<'_>) -> Item {
    let controller = drive.name.strip_suffix("n1").unwrap_or(drive.name);
    let mut item = if drive.temperature_celsius.value.is_some() && !drive.read.is_told() {
        one(&smart::TEMPERATURE, "smart", &[controller])
    } else {
        one(&disk::BUSY, "disk", &[drive.name])
    };
    let parts = [("smart", controller), ("smart", drive.name), ("disk", drive.name)];
    let parts =
        parts.map(|(prefix, label)| Part { prefix: prefix.to_owned(), labels: vec![label.to_owned()] });
    item.subject = Some(Subject { title: format!("drive {}", drive.name), parts: parts.to_vec() });
    item
}

fn links(host: &Host) -> Vec<Item> {
    let links = host.links();
    let lost = links.lost.iter().map(|lost| lost.origin);
    let origins = lost.chain(links.up.iter().copied());
    origins.map(|origin| Item { host: Some(origin), ..Item::default() }).collect()
}

/// The thing whose readings begin with `prefix` and have these labels, of which `metric` is worth a chart.
fn one(metric: &Metric, prefix: &str, labels: &[&str]) -> Item {
    let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
    let reading = Some(ReadingName { metric: metric.name.to_string(), labels: labels.clone() });
    Item { subject: Some(Subject::new(prefix, labels)), reading, host: None }
}

impl ReadingName {
    pub(crate) fn of(reading: &HostReading<'_>) -> Self {
        let labels = reading.labelled().map(|(_, value)| value.to_owned()).collect();
        Self { metric: reading.metric.name.to_string(), labels }
    }
}

impl Subject {
    /// All readings below `prefix` whose labels begin with these.
    pub(crate) fn new(prefix: &str, labels: Vec<String>) -> Self {
        let title = std::iter::once(prefix.replace('.', " ")).chain(labels.iter().cloned());
        let title = title.collect::<Vec<_>>().join(" ");
        Self { title, parts: vec![Part { prefix: prefix.to_owned(), labels }] }
    }

    /// The places of its readings among those of `host`.
    pub(crate) fn rows(&self, host: &Host) -> Vec<usize> {
        let rows = host
            .readings()
            .enumerate()
            .filter(|(_, reading)| self.parts.iter().any(|part| part.has(reading)));
        rows.map(|(at, _)| at).collect()
    }
}

impl Part {
    fn has(&self, reading: &HostReading<'_>) -> bool {
        let rest = reading.metric.name.strip_prefix(&self.prefix);
        let mut labels = reading.labelled().map(|(_, value)| value);
        rest.is_some_and(|rest| rest.starts_with('.'))
            && self.labels.iter().all(|label| labels.next() == Some(label))
    }
}
