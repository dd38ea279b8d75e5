//! What an agent reads of a GPU.

use grapevine_proto::catalogue::gpu;
use grapevine_proto::{Absence, Metric};

use super::Gpu;
use crate::machine::{Memory, mib};
use crate::sheet::Sheet;

impl Gpu {
    pub(super) fn tell(&self, sheet: &mut Sheet, memory: &Memory) {
        self.tell_what_it_is(sheet);
        self.tell_work(sheet);
        self.tell_memory(sheet, memory);
        self.tell_heat(sheet);
        self.tell_clocks(sheet);
        self.tell_bus(sheet);
        self.tell_errors(sheet);
        let programs = self.spec.residents.len() + usize::from(self.program.is_some());
        let programs = f64::from(u32::try_from(programs).unwrap_or_default());
        self.number(
            sheet,
            &gpu::MIG,
            Some(f64::from(u8::from(self.is_split()))).filter(|_| self.can_split()),
        );
        self.number(sheet, &gpu::PROCESSES, Some(programs));
    }

    /// MIG instances: memory is all that is told of them.
    pub(super) fn tell_instances(&self, sheet: &mut Sheet) {
        let instances = self.spec.instances.iter().zip(&self.instances);
        for ((&(profile, total_mib), label), at) in instances.zip(0_u32..) {
            let labels: &[&str] = &[label];
            let used = (total_mib - 30.0)
                * if at == 0 { 0.86 * self.memory_share() } else { 0.4 * self.memory_share() };
            sheet.text(&gpu::NAME, labels, &format!("{} MIG {profile}", self.spec.model.name));
            sheet.text(&gpu::UUID, labels, &format!("MIG-{}-{at}", self.uuid.trim_start_matches("GPU-")));
            sheet.number(&gpu::MEMORY_TOTAL, labels, mib(total_mib));
            sheet.number(&gpu::MEMORY_USED, labels, mib(used + 15.0));
            sheet.number(&gpu::MEMORY_FREE, labels, mib(total_mib - used - 15.0));
        }
    }

    /// The programs on it; `machine_mib` is the memory that they share with the processor where they do.
    pub(super) fn tell_programs(&self, sheet: &mut Sheet, machine_mib: f64) {
        let total_mib = self.spec.model.memory_mib.unwrap_or(machine_mib);
        let resident: f64 = self.spec.residents.iter().map(|program| program.memory).sum();
        let programs = self.spec.residents.iter().chain(self.program).zip(0_u32..);
        for (program, at) in programs {
            let is_resident = usize::try_from(at).is_ok_and(|at| at < self.spec.residents.len());
            let pid = (self.pid + at * 17).to_string();
            let labels: &[&str] = &[&self.label, &pid];
            sheet.text(&gpu::PROCESS_NAME, labels, program.name);
            sheet.text(&gpu::PROCESS_USER, labels, program.user);
            match program.service {
                Some(service) => sheet.text(&gpu::PROCESS_SERVICE, labels, service),
                None => sheet.absent(&gpu::PROCESS_SERVICE, labels, Absence::Unsupported),
            }
            let share = if is_resident { program.memory } else { (self.memory.value - resident).max(0.0) };
            sheet.number(&gpu::PROCESS_MEMORY, labels, mib(share * total_mib));
            let busy = if is_resident { program.intensity } else { self.busy.value };
            let busy = (100.0 * busy).floor();
            let busy = if self.is_split() { Err(Absence::Unsupported) } else { Ok(busy) };
            sheet.told(&gpu::PROCESS_USE, labels, busy);
        }
    }

    fn tell_what_it_is(&self, sheet: &mut Sheet) {
        let model = self.spec.model;
        sheet.text(&gpu::STATE, &[&self.label], if self.is_lost { "lost" } else { "ok" });
        self.text(sheet, &gpu::NAME, model.name);
        self.text(sheet, &gpu::UUID, &self.uuid);
        self.text(sheet, &gpu::DRIVER, model.driver);
        self.text(sheet, &gpu::CUDA, model.cuda);
        self.text(sheet, &gpu::BUS, self.spec.bus);
        self.text(sheet, &gpu::ARCHITECTURE, model.architecture);
        let kind = if model.memory_mib.is_some() { "dedicated" } else { "unified" };
        self.text(sheet, &gpu::MEMORY_KIND, kind);
        self.text(sheet, &gpu::SOURCE, "nvml");
    }

    fn tell_work(&self, sheet: &mut Sheet) {
        // A GPU that is split tells no use of the whole.
        let whole = |share: f64| Some(share).filter(|_| !self.is_split());
        let is_video = self.program.is_some_and(|program| program.name == "ffmpeg");
        let video = if is_video { 60.0 * self.busy.value } else { 0.0 };
        let use_percent = 100.0 * self.busy.value;
        self.number(sheet, &gpu::USE, whole(use_percent));
        let memory_use = if self.spec.model.memory_mib.is_some() { use_percent * 0.58 } else { 0.0 };
        self.number(sheet, &gpu::MEMORY_USE, whole(memory_use));
        self.number(sheet, &gpu::ENCODER_USE, whole(video));
        self.number(sheet, &gpu::DECODER_USE, whole(video * 1.3));
    }

    fn tell_memory(&self, sheet: &mut Sheet, memory: &Memory) {
        let own = self.spec.model.memory_mib;
        let reserved = self.spec.model.reserved_mib;
        let used = own.map(|total| (self.memory_share() * total).min(total - reserved));
        self.number(sheet, &gpu::MEMORY_TOTAL, own.map(mib));
        self.number(sheet, &gpu::MEMORY_USED, used.map(mib));
        self.number(
            sheet,
            &gpu::MEMORY_FREE,
            own.zip(used).map(|(total, used)| mib(total - used - reserved)),
        );
        self.number(sheet, &gpu::MEMORY_RESERVED, own.map(|_| mib(reserved)));
        let pool = |mebibytes: f64| Some(mib(mebibytes)).filter(|_| own.is_none());
        self.number(sheet, &gpu::POOL_TOTAL, pool(memory.total_mib()));
        self.number(sheet, &gpu::POOL_AVAILABLE, pool(memory.available_mib()));
        self.number(sheet, &gpu::POOL_CACHED, pool(memory.cached_mib()));
        self.number(sheet, &gpu::POOL_RESIDENT, pool(self.memory.value * memory.total_mib()));
        self.number(sheet, &gpu::GTT_TOTAL, None);
        self.number(sheet, &gpu::GTT_USED, None);
    }

    fn tell_heat(&self, sheet: &mut Sheet) {
        let model = self.spec.model;
        let celsius = self.celsius.value;
        self.number(sheet, &gpu::TEMPERATURE, Some(celsius));
        self.number(
            sheet,
            &gpu::TEMPERATURE_MEMORY,
            Some(celsius + 6.0).filter(|_| model.nvlinks == Some(18.0)),
        );
        self.number(sheet, &gpu::TEMPERATURE_HOTSPOT, None);
        self.number(sheet, &gpu::TEMPERATURE_SLOWDOWN, model.slowdown_celsius);
        let most = model.limit_watts.unwrap_or(f64::INFINITY);
        self.number(sheet, &gpu::POWER, Some(self.power_watts.value.min(most)));
        self.number(sheet, &gpu::POWER_LIMIT, model.limit_watts);
        self.number(sheet, &gpu::ENERGY, Some(self.energy_joules));
        let fan = if self.is_hot { 0.0 } else { 100.0 * self.fan.value };
        self.number(sheet, &gpu::FAN, Some(fan).filter(|_| model.has_fan));
    }

    fn tell_clocks(&self, sheet: &mut Sheet) {
        let model = self.spec.model;
        let is_awake = self.busy.value > 0.02;
        let memory = model.memory_mhz.map(|(idle, full)| 1e6 * if is_awake { full } else { idle });
        self.number(sheet, &gpu::CLOCK_GRAPHICS, Some(self.clock_mhz * 1e6));
        self.number(sheet, &gpu::CLOCK_SM, Some(self.clock_mhz * 1e6));
        self.number(sheet, &gpu::CLOCK_MEMORY, memory);
        self.number(sheet, &gpu::PERFORMANCE_STATE, Some(if is_awake { 0.0 } else { 8.0 }));
        self.text(sheet, &gpu::THROTTLE, self.throttle);
        self.number(sheet, &gpu::THROTTLE_POWER, Some(self.throttled_power_s));
        self.number(sheet, &gpu::THROTTLE_THERMAL, Some(self.throttled_heat_s));
    }

    fn tell_bus(&self, sheet: &mut Sheet) {
        let pcie = self.spec.model.pcie;
        let is_awake = self.busy.value > 0.02;
        let rate = self.busy.value * 620e6;
        self.number(sheet, &gpu::PCIE_RECEIVE, pcie.map(|_| rate));
        self.number(sheet, &gpu::PCIE_TRANSMIT, pcie.map(|_| rate * 0.2));
        self.number(sheet, &gpu::PCIE_GENERATION, pcie.map(|(most, _)| if is_awake { most } else { 1.0 }));
        self.number(sheet, &gpu::PCIE_WIDTH, pcie.map(|(_, lanes)| lanes));
        self.number(sheet, &gpu::PCIE_GENERATION_MAX, pcie.map(|(most, _)| most));
        self.number(sheet, &gpu::PCIE_WIDTH_MAX, pcie.map(|(_, lanes)| lanes));
    }

    fn tell_errors(&self, sheet: &mut Sheet) {
        let ecc = |count: f64| Some(count).filter(|_| self.spec.model.has_ecc);
        let rows = |count: f64| ecc(count).filter(|_| self.can_split());
        let pages = |count: f64| ecc(count).filter(|_| !self.can_split());
        self.number(sheet, &gpu::ECC_ENABLED, ecc(1.0));
        self.number(sheet, &gpu::ECC_CORRECTED, ecc(0.0));
        self.number(sheet, &gpu::ECC_UNCORRECTED, ecc(0.0));
        self.number(sheet, &gpu::ECC_CORRECTED_EVER, ecc(self.corrected));
        self.number(sheet, &gpu::ECC_UNCORRECTED_EVER, ecc(0.0));
        self.number(sheet, &gpu::PAGES_RETIRED, pages(0.0));
        self.number(sheet, &gpu::PAGES_PENDING, pages(0.0));
        self.number(sheet, &gpu::ROWS_REMAPPED, rows(0.0));
        self.number(sheet, &gpu::ROWS_PENDING, rows(0.0));
        self.number(sheet, &gpu::ROWS_FAILED, rows(0.0));
        // The driver reports how a GPU was lost, and goes on to report nothing else of it.
        let (xid, count) = if self.is_lost { (FELL_OFF_THE_BUS, 1.0) } else { (0.0, 0.0) };
        sheet.number(&gpu::XID, &[&self.label], xid);
        sheet.number(&gpu::XID_COUNT, &[&self.label], count);
        self.number(sheet, &gpu::NVLINK_ACTIVE, self.spec.model.nvlinks);
        self.number(sheet, &gpu::NVLINK_ERRORS, self.spec.model.nvlinks.map(|_| 0.0));
    }

    /// A number of the GPU if it has it and is there.
    fn number(&self, sheet: &mut Sheet, metric: &'static Metric, number: Option<f64>) {
        let number = if self.is_lost { Err(Absence::Failed) } else { number.ok_or(Absence::Unsupported) };
        sheet.told(metric, &[&self.label], number);
    }

    fn text(&self, sheet: &mut Sheet, metric: &'static Metric, text: &str) {
        if self.is_lost {
            sheet.absent(metric, &[&self.label], Absence::Failed);
        } else {
            sheet.text(metric, &[&self.label], text);
        }
    }

    fn memory_share(&self) -> f64 {
        self.memory.value + 0.004
    }

    fn is_split(&self) -> bool {
        !self.spec.instances.is_empty()
    }

    /// Whether it is of a kind that can be split, which also replaces rows of its memory and not pages.
    fn can_split(&self) -> bool {
        self.spec.model.architecture == "Hopper"
    }
}

/// XID 79 (NVIDIA, Xid Errors: GPU has fallen off the bus).
const FELL_OFF_THE_BUS: f64 = 79.0;
