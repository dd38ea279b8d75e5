//! GPUs, their MIG instances and the processes on them.

use grapevine_proto::catalogue::gpu;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All GPUs of a host.
    pub struct Gpus<'a> {}
    with {
        /// GPUs and, each after its GPU, MIG instances.
        list: List<Gpu<'a>>,
        /// Processes on all of them.
        processes: List<GpuProcess<'a>>,
    }
}

impl<'a> Gpus<'a> {
    /// The GPUs without MIG instances.
    pub fn whole(&self) -> impl Iterator<Item = &Gpu<'a>> {
        self.list.iter().filter(|gpu| gpu.parent().is_none())
    }

    /// The MIG instances on the GPU `gpu`.
    pub fn instances_of<'l>(&'l self, gpu: &'l str) -> impl Iterator<Item = &'l Gpu<'a>> {
        self.list.iter().filter(move |instance| instance.parent() == Some(gpu))
    }

    /// The processes on the GPU or MIG instance `gpu`: those with the most memory, where there are many.
    pub fn processes_of<'l>(&'l self, gpu: &'l str) -> impl Iterator<Item = &'l GpuProcess<'a>> {
        self.processes.iter().filter(move |process| process.gpu == gpu)
    }
}

figures! {
    /// A GPU, or an instance that it is split up into (MIG).
    pub struct Gpu<'a> by {
        /// Its place among the host's, or the name of its card; `0/1` for an instance on GPU 0.
        name
    } {
        /// `ok`, `lost`, `suspended` or `unread`.
        state: Figure<&'a str> = gpu::STATE,
        /// Model, or profile of an instance.
        model: Figure<&'a str> = gpu::NAME,
        /// Identifier that no other has.
        uuid: Figure<&'a str> = gpu::UUID,
        /// Version of the driver.
        driver: Figure<&'a str> = gpu::DRIVER,
        /// Highest version of CUDA.
        cuda: Figure<&'a str> = gpu::CUDA,
        /// PCI address.
        bus: Figure<&'a str> = gpu::BUS,
        /// Architecture.
        architecture: Figure<&'a str> = gpu::ARCHITECTURE,
        /// `dedicated` or `unified`, the machine's memory.
        memory_kind: Figure<&'a str> = gpu::MEMORY_KIND,
        /// Where the readings come from.
        source: Figure<&'a str> = gpu::SOURCE,
        /// Share of time in which it ran a kernel.
        use_percent: Figure = gpu::USE,
        /// Share of time in which its memory was read or written.
        memory_busy_percent: Figure = gpu::MEMORY_USE,
        /// Share of time in which it encoded video.
        encoder_percent: Figure = gpu::ENCODER_USE,
        /// Share of time in which it decoded video.
        decoder_percent: Figure = gpu::DECODER_USE,
        /// Its own memory.
        memory_total_bytes: Figure = gpu::MEMORY_TOTAL,
        /// What programs have of it.
        memory_used_bytes: Figure = gpu::MEMORY_USED,
        /// What programs can get of it.
        memory_free_bytes: Figure = gpu::MEMORY_FREE,
        /// What driver and firmware keep of it.
        memory_reserved_bytes: Figure = gpu::MEMORY_RESERVED,
        /// Memory that it shares with the processor.
        pool_total_bytes: Figure = gpu::POOL_TOTAL,
        /// What is available of that.
        pool_available_bytes: Figure = gpu::POOL_AVAILABLE,
        /// The page cache in that.
        pool_cached_bytes: Figure = gpu::POOL_CACHED,
        /// GPU memory of all processes in that.
        pool_resident_bytes: Figure = gpu::POOL_RESIDENT,
        /// System memory that it can map.
        gtt_total_bytes: Figure = gpu::GTT_TOTAL,
        /// System memory that it has mapped.
        gtt_used_bytes: Figure = gpu::GTT_USED,
        /// Temperature.
        temperature_celsius: Figure = gpu::TEMPERATURE,
        /// Temperature of its memory.
        temperature_memory_celsius: Figure = gpu::TEMPERATURE_MEMORY,
        /// Temperature of its hottest place.
        temperature_hotspot_celsius: Figure = gpu::TEMPERATURE_HOTSPOT,
        /// From where on it slows itself down.
        temperature_slowdown_celsius: Figure = gpu::TEMPERATURE_SLOWDOWN,
        /// Power that it draws.
        power_watts: Figure = gpu::POWER,
        /// Most power that it may draw.
        power_limit_watts: Figure = gpu::POWER_LIMIT,
        /// Energy since its driver was loaded.
        energy_joules: Figure = gpu::ENERGY,
        /// Speed that its fastest fan is to have.
        fan_percent: Figure = gpu::FAN,
        /// Clock rate of the graphics engine.
        clock_graphics_hertz: Figure = gpu::CLOCK_GRAPHICS,
        /// Clock rate of the multiprocessors.
        clock_sm_hertz: Figure = gpu::CLOCK_SM,
        /// Clock rate of the memory.
        clock_memory_hertz: Figure = gpu::CLOCK_MEMORY,
        /// From 0, the highest, to 15.
        performance_state: Figure = gpu::PERFORMANCE_STATE,
        /// Why it does not run faster, with spaces between, or `none`.
        throttle: Figure<&'a str> = gpu::THROTTLE,
        /// Time slowed down to keep to the power limit.
        throttle_power_s: Figure = gpu::THROTTLE_POWER,
        /// Time slowed down for heat.
        throttle_thermal_s: Figure = gpu::THROTTLE_THERMAL,
        /// Data received over PCI Express, in bytes a second.
        pcie_receive: Figure = gpu::PCIE_RECEIVE,
        /// Data sent over PCI Express, in bytes a second.
        pcie_transmit: Figure = gpu::PCIE_TRANSMIT,
        /// Generation of the PCI Express link at present.
        pcie_generation: Figure = gpu::PCIE_GENERATION,
        /// Lanes of it at present.
        pcie_width: Figure = gpu::PCIE_WIDTH,
        /// The highest generation in this machine.
        pcie_generation_max: Figure = gpu::PCIE_GENERATION_MAX,
        /// The most lanes in this machine.
        pcie_width_max: Figure = gpu::PCIE_WIDTH_MAX,
        /// Whether errors of its memory are corrected: 1 or 0.
        ecc_enabled: Figure = gpu::ECC_ENABLED,
        /// Errors corrected since the driver was loaded.
        ecc_corrected: Figure = gpu::ECC_CORRECTED,
        /// Errors not corrected since the driver was loaded.
        ecc_uncorrected: Figure = gpu::ECC_UNCORRECTED,
        /// Errors corrected in its life.
        ecc_corrected_ever: Figure = gpu::ECC_CORRECTED_EVER,
        /// Errors not corrected in its life.
        ecc_uncorrected_ever: Figure = gpu::ECC_UNCORRECTED_EVER,
        /// Pages of its memory that are out of use.
        pages_retired: Figure = gpu::PAGES_RETIRED,
        /// Whether pages wait for a restart to be taken out of use: 1 or 0.
        pages_pending: Figure = gpu::PAGES_PENDING,
        /// Rows of its memory that were replaced.
        rows_remapped: Figure = gpu::ROWS_REMAPPED,
        /// Whether rows wait for a restart to be replaced: 1 or 0.
        rows_pending: Figure = gpu::ROWS_PENDING,
        /// Whether a row could not be replaced: 1 or 0.
        rows_failed: Figure = gpu::ROWS_FAILED,
        /// Number of the driver's latest error (XID), 0 if there was none.
        xid: Figure = gpu::XID,
        /// How many there were while it was watched.
        xid_count: Figure = gpu::XID_COUNT,
        /// NVLink links that are up.
        nvlink_active: Figure = gpu::NVLINK_ACTIVE,
        /// Errors of all NVLink links.
        nvlink_errors: Figure = gpu::NVLINK_ERRORS,
        /// Whether it is split up into instances: 1 or 0.
        mig: Figure = gpu::MIG,
        /// Processes that use it, those not told included.
        processes: Figure = gpu::PROCESSES,
    }
}

impl<'a> Gpu<'a> {
    /// The GPU on which this MIG instance is; none for a GPU.
    pub fn parent(&self) -> Option<&'a str> {
        self.name.split_once('/').map(|(gpu, _)| gpu)
    }

    /// The share in use of its memory. Of memory that it shares with the processor it is what processes have of the
    /// pool on the GPU: the rest of the pool is the panel's of memory.
    pub fn memory_used_percent(&self) -> Figure {
        if self.pool_total_bytes.value.is_some() {
            return self.pool_resident_bytes.percent_of(self.pool_total_bytes);
        }
        self.memory_used_bytes.percent_of(self.memory_total_bytes)
    }
}

figures! {
    /// A process that uses a GPU.
    pub struct GpuProcess<'a> by {
        /// The GPU or MIG instance.
        gpu,
        /// Number of the process.
        pid
    } {
        /// Name; denied where it is of another pid namespace.
        name: Figure<&'a str> = gpu::PROCESS_NAME,
        /// User, by number if it has no name.
        user: Figure<&'a str> = gpu::PROCESS_USER,
        /// systemd service, or else scope, that it belongs to.
        service: Figure<&'a str> = gpu::PROCESS_SERVICE,
        /// GPU memory that it has.
        memory_bytes: Figure = gpu::PROCESS_MEMORY,
        /// Share of time in which multiprocessors worked for it.
        use_percent: Figure = gpu::PROCESS_USE,
    }
}
