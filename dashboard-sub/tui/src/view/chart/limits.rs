//! What a chart's values are measured by: thresholds, and what a thing may have at most.

use grapevine_proto::Metric;
use grapevine_proto::catalogue::{container, cpu, disk, gpu, memory, service, smart};
use grapevine_sub::panel::Figure;
use grapevine_sub::{Bounds, Status};

use crate::view::scene::Scene;

/// A value from which on something is not as it should be.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) value: f64,
    pub(super) status: Status,
    pub(super) name: &'static str,
}

/// The limits for the reading of `metric` with these labels, in its unit.
pub(super) fn of(scene: &Scene<'_>, metric: &Metric, labels: &[&str]) -> Vec<Limit> {
    let levels = &scene.levels;
    let panels = &scene.panels;
    let label = labels.first().copied().unwrap_or_default();
    let is = |other: &Metric| metric.id == other.id;
    if is(&cpu::USE) || is(&cpu::CORE_USE) {
        return of_bounds(levels.cpu_use, 1.0);
    }
    if is(&cpu::TEMPERATURE) {
        return of_bounds(levels.cpu_temperature, 1.0);
    }
    if is(&memory::USED) {
        return of_share(levels.memory_used, panels.memory.total_bytes);
    }
    if is(&gpu::USE) {
        return of_bounds(levels.gpu_use, 1.0);
    }
    if is(&gpu::TEMPERATURE) {
        return of_bounds(levels.gpu_temperature, 1.0);
    }
    if is(&gpu::MEMORY_USED) {
        let total = panels.gpus.list.get(label).map(|gpu| gpu.memory_total_bytes);
        return of_share(levels.gpu_memory, total.unwrap_or_default());
    }
    if is(&gpu::POWER) {
        return most(panels.gpus.list.get(label).map(|gpu| gpu.power_limit_watts));
    }
    if is(&smart::WEAR) {
        return of_bounds(levels.drive_wear, 1.0);
    }
    if is(&smart::TEMPERATURE) {
        return of_bounds(levels.drive_temperature, 1.0);
    }
    if is(&disk::SPACE_USED) {
        let mount = panels.mounts.get(label);
        let usable = mount.map(|mount| Figure::sum([mount.used_bytes, mount.available_bytes]));
        return of_share(levels.disk_space, usable.unwrap_or_default());
    }
    if is(&service::MEMORY) {
        return most(panels.services.list.get(label).map(|service| service.memory_limit_bytes));
    }
    if is(&container::MEMORY) {
        return most(panels.containers.list.get(label).map(|container| container.memory_limit_bytes));
    }
    Vec::new()
}

/// How a value is by these limits.
pub(super) fn status(limits: &[Limit], value: f64) -> Status {
    let passed = limits.iter().filter(|limit| value >= limit.value);
    passed.fold(Status::Ok, |worst, limit| worst.or_graver(limit.status))
}

fn of_share(bounds: Bounds, whole: Figure) -> Vec<Limit> {
    whole.value.map(|whole| of_bounds(bounds, whole / 100.0)).unwrap_or_default()
}

fn of_bounds(bounds: Bounds, unit: f64) -> Vec<Limit> {
    let limits = [
        bounds.warning().map(|value| (value, Status::Warning, "warning")),
        bounds.critical().map(|value| (value, Status::Critical, "critical")),
    ];
    let limits = limits.into_iter().flatten();
    limits.map(|(value, status, name)| Limit { value: value * unit, status, name }).collect()
}

/// What it may have at most is no fault to reach, but good to see.
fn most(limit: Option<Figure>) -> Vec<Limit> {
    let value = limit.and_then(|limit| limit.value);
    value.map(|value| Limit { value, status: Status::Ok, name: "limit" }).into_iter().collect()
}
