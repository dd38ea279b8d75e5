//! GPUs: what they work on, and how clocks, power and heat follow.

mod tell;

use super::work::Job;
use super::{Blueprint, Memory};
use crate::random::{Lagging, Random, Wander};
use crate::sheet::Sheet;
use crate::spec::{GpuModel, GpuProgram, GpuSpec};

#[derive(Debug)]
pub(super) struct Gpus {
    gpus: Vec<Gpu>,
    total_mib: f64,
}

#[derive(Debug)]
struct Gpu {
    spec: &'static GpuSpec,
    label: String,
    /// Labels of its MIG instances.
    instances: Vec<String>,
    uuid: String,
    pid: u32,
    job: Job,
    wander: Wander,
    random: Random,
    is_lost: bool,
    /// Whether its fans do not cool it.
    is_hot: bool,
    /// What it works on.
    program: Option<&'static GpuProgram>,
    /// Shares from 0 to 1.
    busy: Lagging,
    memory: Lagging,
    power_watts: Lagging,
    celsius: Lagging,
    fan: Lagging,
    clock_mhz: f64,
    energy_joules: f64,
    throttled_power_s: f64,
    throttled_heat_s: f64,
    throttle: &'static str,
    corrected: f64,
}

impl Gpus {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let gpus = blueprint.spec.gpus.iter().zip(0_u32..);
        let last = u32::try_from(blueprint.spec.gpus.len()).unwrap_or_default().saturating_sub(1);
        let gpus = gpus.map(|(spec, at)| {
            let mut gpu = Gpu::new(blueprint, spec, at);
            gpu.is_hot = blueprint.faults.hot_gpu && at == 0;
            // Where there is one GPU only, one fault is enough.
            gpu.is_lost = blueprint.faults.lost_gpu && at == last && !gpu.is_hot;
            gpu
        });
        Self { gpus: gpus.collect(), total_mib: blueprint.spec.memory.total_mib }
    }

    /// Lets a second pass; returns which share of the GPUs' time was used.
    pub(super) fn step(&mut self) -> f64 {
        let busy: f64 = self.gpus.iter_mut().map(Gpu::step).sum();
        busy / f64::from(u32::try_from(self.gpus.len().max(1)).unwrap_or(u32::MAX))
    }

    /// What the GPUs have of the machine's own memory.
    pub(super) fn resident_mib(&self) -> f64 {
        let unified = self.gpus.iter().filter(|gpu| gpu.spec.model.memory_mib.is_none());
        unified.map(|gpu| gpu.memory.value * self.total_mib).sum()
    }

    pub(super) fn tell(&self, sheet: &mut Sheet, memory: &Memory) {
        for gpu in &self.gpus {
            gpu.tell(sheet, memory);
        }
        for gpu in self.gpus.iter().filter(|gpu| !gpu.is_lost) {
            gpu.tell_instances(sheet);
        }
        for gpu in self.gpus.iter().filter(|gpu| !gpu.is_lost) {
            gpu.tell_programs(sheet, memory.total_mib());
        }
    }
}

impl Gpu {
    fn new(blueprint: &Blueprint, spec: &'static GpuSpec, at: u32) -> Self {
        // GPUs that run the same programs run them together.
        let mut alike = blueprint.spec.gpus.iter().zip(0_u32..);
        let first =
            alike.find(|(other, _)| std::ptr::eq(other.programs, spec.programs)).map_or(at, |(_, at)| at);
        let rhythm = &blueprint.spec.rhythm;
        let mut random = blueprint.random(6000 + u64::from(at));
        let GpuModel { idle_watts, idle_celsius, idle_mhz, .. } = *spec.model;
        let instances = (0..spec.instances.len()).map(|instance| format!("{at}/{instance}"));
        Self {
            spec,
            label: at.to_string(),
            instances: instances.collect(),
            uuid: format!("GPU-de300000-0000-4000-8000-{:012x}", random.next() >> 16),
            pid: 2000 + u32::try_from(random.below(30_000)).unwrap_or_default(),
            job: Job::new(blueprint.random(5000 + u64::from(first)), rhythm.idle_s, rhythm.busy_s),
            wander: Wander::new(blueprint.random(7000 + u64::from(at)), 0.1),
            is_lost: false,
            is_hot: false,
            program: None,
            busy: Lagging::new(0.0, 1.5),
            memory: Lagging::new(0.0, 7.0),
            power_watts: Lagging::new(idle_watts, 1.5),
            celsius: Lagging::new(idle_celsius, 30.0),
            fan: Lagging::new(0.0, 10.0),
            clock_mhz: idle_mhz,
            energy_joules: random.between(1e5, 9e8),
            throttled_power_s: 0.0,
            throttled_heat_s: 0.0,
            throttle: "idle",
            corrected: if spec.model.has_ecc { random.between(0.0, 40.0).floor() } else { 0.0 },
            random,
        }
    }

    fn step(&mut self) -> f64 {
        let intensity = self.job.step();
        let programs = self.spec.programs;
        let program = programs.get(self.job.runs() % programs.len().max(1));
        self.program = program.filter(|_| self.job.is_busy());
        let wander = self.wander.next();
        let target = self.program.map_or(0.0, |program| {
            (program.intensity * (0.55 + 0.45 * intensity) * (0.86 + 0.2 * wander)).min(1.0)
        });
        let residents: f64 = self.spec.residents.iter().map(|resident| resident.intensity).sum();
        // Now and then a program waits for its next batch.
        let target = if self.random.chance(0.04) { target * 0.35 } else { target } + residents * wander;
        let busy = self.busy.follow(target.min(1.0));
        let resident: f64 = self.spec.residents.iter().map(|resident| resident.memory).sum();
        self.memory.follow((self.program.map_or(0.0, |program| program.memory) + resident).min(0.96));
        self.warm(busy);
        if self.is_lost { 0.0 } else { busy }
    }

    /// Power follows work, heat follows power, clocks give way to both.
    fn warm(&mut self, busy: f64) {
        let model = self.spec.model;
        let watts = model.idle_watts + (model.full_watts - model.idle_watts) * busy.powf(0.85);
        let power = self.power_watts.follow(watts);
        let heat = (power - model.idle_watts) / (model.full_watts - model.idle_watts);
        let rise = (model.full_celsius - model.idle_celsius) * heat;
        let ceiling = model.slowdown_celsius.unwrap_or(92.0) - 1.0;
        let target = model.idle_celsius + if self.is_hot { 30.0 + rise * 1.3 } else { rise };
        let celsius = self.celsius.follow(target.min(ceiling));
        let is_throttled_by_heat = celsius > ceiling - 4.0;
        let is_at_limit = model.limit_watts.is_some_and(|limit| power > limit * 0.97);
        self.throttle = match (is_throttled_by_heat, is_at_limit, busy < 0.02) {
            (true, ..) => "sw_thermal",
            (_, true, _) => "sw_power_cap",
            (.., true) => "idle",
            _ => "none",
        };
        self.throttled_heat_s += f64::from(u8::from(is_throttled_by_heat));
        self.throttled_power_s += 0.4 * f64::from(u8::from(is_at_limit));
        let boost = match self.throttle {
            "sw_thermal" => 0.62,
            "sw_power_cap" => 0.93,
            _ => 1.0,
        };
        let is_awake = busy > 0.02;
        self.clock_mhz = if is_awake { model.boost_mhz * boost } else { model.idle_mhz };
        self.fan.follow(((celsius - 44.0) / 44.0).clamp(0.0, 1.0));
        self.energy_joules += power;
    }
}
