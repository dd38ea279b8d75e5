//! Cores, their clocks and their heat.

use grapevine_proto::Absence;
use grapevine_proto::catalogue::cpu;

use super::Blueprint;
use super::work::Activity;
use crate::random::{Lagging, Wander};
use crate::sheet::Sheet;
use crate::spec::{CpuSpec, Spec};

#[derive(Debug)]
pub(super) struct Cpu {
    spec: &'static CpuSpec,
    is_virtual: bool,
    cores: Vec<Core>,
    use_percent: f64,
    iowait_percent: f64,
    temperature: Lagging,
}

#[derive(Debug)]
struct Core {
    name: String,
    /// Which of the clusters it is of.
    cluster: usize,
    bias: Wander,
    use_percent: Lagging,
}

impl Cpu {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let Spec { cpu: spec, virtualisation, .. } = blueprint.spec;
        let clusters =
            spec.clusters.iter().enumerate().flat_map(|(at, (_, count))| (0..*count).map(move |_| at));
        let clusters: Vec<usize> = clusters.collect();
        let cores = (0..spec.cores).map(|core| Core {
            name: core.to_string(),
            cluster: usize::try_from(core).ok().and_then(|at| clusters.get(at)).copied().unwrap_or_default(),
            bias: Wander::new(blueprint.random(1000 + u64::from(core)), 0.16),
            use_percent: Lagging::new(spec_rest(blueprint), 1.2),
        });
        Self {
            spec,
            is_virtual: *virtualisation != "none",
            cores: cores.collect(),
            use_percent: 0.0,
            iowait_percent: 0.0,
            temperature: Lagging::new(spec.idle_celsius, 14.0),
        }
    }

    pub(super) fn step(&mut self, activity: &Activity) {
        let mut sum = 0.0;
        for core in &mut self.cores {
            // The scheduler fills the faster cores first.
            let favour =
                if self.spec.clusters.is_empty() || is_fast(self.spec, core.cluster) { 1.0 } else { 0.6 };
            let target = 100.0 * activity.cpu * favour * (0.35 + 1.3 * core.bias.next());
            sum += core.use_percent.follow(target.clamp(0.0, 100.0));
        }
        self.use_percent = sum / f64::from(self.spec.cores.max(1));
        self.iowait_percent = (6.0 * (activity.read + activity.write)).min(100.0 - self.use_percent);
        let heat = (self.use_percent / 100.0).powf(0.8);
        self.temperature
            .follow(self.spec.idle_celsius + (self.spec.full_celsius - self.spec.idle_celsius) * heat);
    }

    /// Share of all cores' time at work, in percent.
    pub(super) fn use_percent(&self) -> f64 {
        self.use_percent
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        let spec = self.spec;
        sheet.number(&cpu::USE, &[], self.use_percent);
        for core in &self.cores {
            sheet.number(&cpu::CORE_USE, &[&core.name], core.use_percent.value);
        }
        let system = self.use_percent * 0.17;
        let irq = self.use_percent * 0.01;
        let steal = if self.is_virtual { self.use_percent * 0.02 } else { 0.0 };
        sheet.number(&cpu::USER, &[], self.use_percent - system - irq - steal);
        sheet.number(&cpu::NICE, &[], 0.0);
        sheet.number(&cpu::SYSTEM, &[], system);
        sheet.number(&cpu::IOWAIT, &[], self.iowait_percent);
        sheet.number(&cpu::IRQ, &[], irq);
        sheet.number(&cpu::STEAL, &[], steal);
        sheet.number(&cpu::CORES, &[], f64::from(spec.cores));
        for (at, (capacity, count)) in spec.clusters.iter().enumerate() {
            let of_cluster = self.cores.iter().filter(|core| core.cluster == at);
            let sum: f64 = of_cluster.map(|core| core.use_percent.value).sum();
            sheet.number(&cpu::CLUSTER_USE, &[capacity], sum / f64::from((*count).max(1)));
        }
        self.tell_clocks(sheet);
    }

    fn tell_clocks(&self, sheet: &mut Sheet) {
        let spec = self.spec;
        let clock = |percent: f64| {
            (spec.idle_mhz + (spec.boost_mhz - spec.idle_mhz) * (percent / 55.0).min(1.0)) * 1e6
        };
        let busiest = self.cores.iter().map(|core| core.use_percent.value).fold(0.0, f64::max);
        sheet.number(&cpu::FREQUENCY, &[], clock(self.use_percent));
        sheet.number(&cpu::FREQUENCY_HIGHEST, &[], clock(busiest));
        match spec.sensor {
            Some(sensor) => {
                sheet.number(&cpu::TEMPERATURE, &[], self.temperature.value);
                sheet.text(&cpu::TEMPERATURE_SENSOR, &[], sensor);
            }
            None => sheet.absent(&cpu::TEMPERATURE, &[], Absence::Unsupported),
        }
    }
}

fn is_fast(spec: &CpuSpec, cluster: usize) -> bool {
    spec.clusters.get(cluster).is_some_and(|(capacity, _)| *capacity == "1024")
}

fn spec_rest(blueprint: &Blueprint) -> f64 {
    blueprint.spec.rhythm.rest
}
