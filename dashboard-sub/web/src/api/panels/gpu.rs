//! GPUs, their MIG instances and the processes on them.

use grapevine_sub::panel;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shown::shown;

/// All GPUs of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Gpus {
    /// GPUs and, each after its GPU, MIG instances.
    gpus: Vec<Gpu>,
    /// Processes on all of them: those with the most memory, where there are many.
    processes: Vec<GpuProcess>,
}

impl Gpus {
    pub(crate) fn of(gpus: &panel::Gpus<'_>) -> Self {
        Self {
            gpus: gpus.list.iter().map(Gpu::of).collect(),
            processes: gpus.processes.iter().map(GpuProcess::of).collect(),
        }
    }
}

shown! {
    /// A GPU, or an instance that it is split up into (MIG).
    struct Gpu(gpu: panel::Gpu<'_>) by {
        /// Its place among the host's, or the name of its card; `0/1` for an instance on GPU 0.
        name,
    } {
        /// `ok`, `lost`, `suspended` or `unread`.
        state: String,
        /// Model, or profile of an instance.
        model: String,
        /// Identifier that no other has.
        uuid: String,
        /// Version of the driver.
        driver: String,
        /// Highest version of CUDA.
        cuda: String,
        /// PCI address.
        bus: String,
        /// Architecture.
        architecture: String,
        /// `dedicated` or `unified`, the machine's memory.
        memory_kind: String,
        /// Where the readings come from.
        source: String,
        /// Share of time in which it ran a kernel.
        use_percent: f64,
        /// Share of time in which its memory was read or written.
        memory_busy_percent: f64,
        /// Share of time in which it encoded video.
        encoder_percent: f64,
        /// Share of time in which it decoded video.
        decoder_percent: f64,
        /// Its own memory.
        memory_total_bytes: u64,
        /// What programs have of it.
        memory_used_bytes: u64,
        /// What programs can get of it.
        memory_free_bytes: u64,
        /// What driver and firmware keep of it.
        memory_reserved_bytes: u64,
        /// Memory that it shares with the processor.
        pool_total_bytes: u64,
        /// What is available of that.
        pool_available_bytes: u64,
        /// The page cache in that.
        pool_cached_bytes: u64,
        /// GPU memory of all processes in that.
        pool_resident_bytes: u64,
        /// System memory that it can map.
        gtt_total_bytes: u64,
        /// System memory that it has mapped.
        gtt_used_bytes: u64,
        /// Temperature.
        temperature_celsius: f64,
        /// Temperature of its memory.
        temperature_memory_celsius: f64,
        /// Temperature of its hottest place.
        temperature_hotspot_celsius: f64,
        /// From where on it slows itself down.
        temperature_slowdown_celsius: f64,
        /// Power that it draws.
        power_watts: f64,
        /// Most power that it may draw.
        power_limit_watts: f64,
        /// Energy since its driver was loaded.
        energy_joules: f64,
        /// Speed that its fastest fan is to have.
        fan_percent: f64,
        /// Clock rate of the graphics engine.
        clock_graphics_hertz: u64,
        /// Clock rate of the multiprocessors.
        clock_sm_hertz: u64,
        /// Clock rate of the memory.
        clock_memory_hertz: u64,
        /// From 0, the highest, to 15.
        performance_state: u64,
        /// Why it does not run faster, with spaces between, or `none`.
        throttle: String,
        /// Time slowed down to keep to the power limit.
        throttle_power_s: f64,
        /// Time slowed down for heat.
        throttle_thermal_s: f64,
        /// Data received over PCI Express.
        pcie_receive_bytes_per_second: u64 = gpu.pcie_receive,
        /// Data sent over PCI Express.
        pcie_transmit_bytes_per_second: u64 = gpu.pcie_transmit,
        /// Generation of the PCI Express link at present.
        pcie_generation: u64,
        /// Lanes of it at present.
        pcie_width: u64,
        /// The highest generation in this machine.
        pcie_generation_max: u64,
        /// The most lanes in this machine.
        pcie_width_max: u64,
        /// Whether errors of its memory are corrected.
        ecc_enabled: bool,
        /// Errors corrected since the driver was loaded.
        ecc_corrected: u64,
        /// Errors not corrected since the driver was loaded.
        ecc_uncorrected: u64,
        /// Errors corrected in its life.
        ecc_corrected_ever: u64,
        /// Errors not corrected in its life.
        ecc_uncorrected_ever: u64,
        /// Pages of its memory that are out of use.
        pages_retired: u64,
        /// Whether pages wait for a restart to be taken out of use.
        pages_pending: bool,
        /// Rows of its memory that were replaced.
        rows_remapped: u64,
        /// Whether rows wait for a restart to be replaced.
        rows_pending: bool,
        /// Whether a row could not be replaced.
        rows_failed: bool,
        /// Number of the driver's latest error (XID), 0 if there was none.
        xid: u64,
        /// How many there were while it was watched.
        xid_count: u64,
        /// NVLink links that are up.
        nvlink_active: u64,
        /// Errors of all NVLink links.
        nvlink_errors: u64,
        /// Whether it is split up into instances.
        mig: bool,
        /// Processes that use it, those not told included.
        processes: u64,
        /// Share in use of its memory; of memory that it shares with the processor, what processes have of it on the GPU.
        memory_used_percent: f64 = gpu.memory_used_percent(),
    }
}

shown! {
    /// A process that uses a GPU.
    struct GpuProcess(process: panel::GpuProcess<'_>) by {
        /// The GPU or MIG instance.
        gpu,
        /// Number of the process.
        pid,
    } {
        /// Name; denied where it is of another pid namespace.
        name: String,
        /// User, by number if it has no name.
        user: String,
        /// systemd service, or else scope, that it belongs to.
        service: String,
        /// GPU memory that it has.
        memory_bytes: u64,
        /// Share of time in which multiprocessors worked for it.
        use_percent: f64,
    }
}
