//! Families of node_exporter that are made of several readings.

use grapevine_proto::Metric;
use grapevine_proto::catalogue::{cpu, disk, host, memory, service, smart};

use super::Head;
use crate::metrics::family::{Family, FamilyKind};
use crate::metrics::samples::Samples;
use crate::metrics::scrape::{Scrape, Seen};

pub(super) fn families() -> Vec<Family> {
    TABLE.iter().map(|(head, tell)| head.family(Box::new(tell))).collect()
}

fn tell_uname(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    let Some(release) = seen.text(&host::KERNEL, scrape) else { return };
    let machine = seen.text(&host::ARCHITECTURE, scrape).unwrap_or_default();
    let name = seen.host.name().as_str();
    let labels = [("nodename", name), ("sysname", "Linux"), ("release", release), ("machine", machine)];
    samples.put(labels, 1.0);
}

fn tell_system(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    if let Some(name) = seen.text(&host::DISTRIBUTION, scrape) {
        samples.put([("pretty_name", name)], 1.0);
    }
}

fn tell_product(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    if let Some(name) = seen.text(&host::PRODUCT, scrape) {
        samples.put([("product_name", name)], 1.0);
    }
}

/// The host's own clock is not told: it is this one's, by the age of what the host says.
#[expect(clippy::cast_precision_loss, reason = "no frame is 2^53 ms old")]
fn tell_time(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    if seen.number(&host::BOOT_TIME, scrape).is_some() {
        let age_s = seen.host.age_ms(scrape.now) as f64 / 1000.0;
        samples.put([], ((scrape.wall_s - age_s) * 1000.0).round() / 1000.0);
    }
}

fn tell_swap_free(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    let [total, used] = [&memory::SWAP_TOTAL, &memory::SWAP_USED].map(|metric| seen.number(metric, scrape));
    if let Some((total, used)) = total.zip(used) {
        samples.put([], (total - used).max(0.0));
    }
}

fn tell_free(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    for size in seen.current(&disk::SPACE_SIZE, scrape) {
        let used = seen.current(&disk::SPACE_USED, scrape).find(|used| used.labels == size.labels);
        let bytes = size.state.number().zip(used.and_then(|used| used.state.number()));
        if let Some(((size, used), mount)) = bytes.zip(size.label("mount")) {
            samples.put([("mountpoint", mount)], (size - used).max(0.0));
        }
    }
}

fn tell_temperatures(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    if let Some(celsius) = seen.number(&cpu::TEMPERATURE, scrape) {
        let (chip, sensor) = processor_sensor(scrape, seen);
        samples.put([("chip", chip), ("sensor", sensor)], celsius);
    }
    for drive in seen.current(&smart::TEMPERATURE, scrape) {
        if let Some((name, celsius)) = drive.label("disk").zip(drive.state.number()) {
            samples.put([("chip", name), ("sensor", "temp1")], celsius);
        }
    }
}

fn tell_chips(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    if seen.number(&cpu::TEMPERATURE, scrape).is_some() {
        let (chip, _) = processor_sensor(scrape, seen);
        samples.put([("chip", chip), ("chip_name", chip)], 1.0);
    }
    for drive in seen.current(&smart::TEMPERATURE, scrape) {
        if let Some(name) = drive.label("disk") {
            samples.put([("chip", name), ("chip_name", name)], 1.0);
        }
    }
}

/// Driver and label of the sensor of the processor.
fn processor_sensor<'s>(scrape: &Scrape, seen: &'s Seen) -> (&'s str, &'s str) {
    let sensor = seen.text(&cpu::TEMPERATURE_SENSOR, scrape).unwrap_or("cpu");
    sensor.split_once(' ').unwrap_or((sensor, "temp1"))
}

fn tell_nvme(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    let drives = seen.current(&smart::PROTOCOL, scrape).filter(|drive| drive.state.text() == Some("nvme"));
    for device in drives.filter_map(|drive| drive.label("disk")) {
        let text = |metric: &Metric| {
            let mut readings = seen.current(metric, scrape);
            readings.find(|reading| reading.label("disk") == Some(device))?.state.text()
        };
        let [model, serial, firmware] =
            [&smart::MODEL, &smart::SERIAL, &smart::FIRMWARE].map(|metric| text(metric).unwrap_or_default());
        let labels =
            [("device", device), ("model", model), ("serial", serial), ("firmware_revision", firmware)];
        samples.put(labels, 1.0);
    }
}

/// node_exporter tells every state, 1 for the one that is.
fn tell_units(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    for unit in seen.current(&service::STATE, scrape) {
        let Some((name, state)) = unit.label("service").zip(unit.state.text()) else { continue };
        for other in UNIT_STATES {
            samples.put([("name", name), ("state", other)], f64::from(u8::from(state == other)));
        }
    }
}

/// As node_exporter's collector has them.
const UNIT_STATES: [&str; 5] = ["active", "activating", "deactivating", "inactive", "failed"];

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    origin: &'static str,
    help: &'static str,
) -> Head {
    Head { name, kind: FamilyKind::Gauge, labels, origin, help }
}

type Row = (Head, fn(&Scrape, &Seen, &mut Samples<'_>));

static TABLE: [Row; 10] = [
    (
        gauge(
            "node_uname_info",
            &["nodename", "sysname", "release", "machine"],
            "host.kernel, host.architecture",
            "Labeled system information as provided by the uname system call.",
        ),
        tell_uname,
    ),
    (
        gauge("node_os_info", &["pretty_name"], "host.distribution", "The operating system, in its label."),
        tell_system,
    ),
    (gauge("node_dmi_info", &["product_name"], "host.product", "The machine, in its label."), tell_product),
    (
        gauge(
            "node_time_seconds",
            &[],
            "this exporter's clock",
            "System time in seconds since epoch (1970), of the exporter.",
        ),
        tell_time,
    ),
    (
        gauge(
            "node_memory_SwapFree_bytes",
            &[],
            "memory.swap.total, memory.swap.used",
            "Memory information field SwapFree_bytes.",
        ),
        tell_swap_free,
    ),
    (
        gauge(
            "node_filesystem_free_bytes",
            &["mountpoint"],
            "disk.space.size, disk.space.used",
            "Filesystem free space in bytes.",
        ),
        tell_free,
    ),
    (
        gauge(
            "node_hwmon_temp_celsius",
            &["chip", "sensor"],
            "cpu.temperature, smart.temperature",
            "Hardware monitor for temperature (input).",
        ),
        tell_temperatures,
    ),
    (
        gauge(
            "node_hwmon_chip_names",
            &["chip", "chip_name"],
            "cpu.temperature.sensor, smart.temperature",
            "Annotation metric for human-readable chip names.",
        ),
        tell_chips,
    ),
    (
        gauge(
            "node_nvme_info",
            &["device", "model", "serial", "firmware_revision"],
            "smart.model, smart.serial, smart.firmware",
            "Non-numeric data of an NVMe drive, value is always 1.",
        ),
        tell_nvme,
    ),
    (gauge("node_systemd_unit_state", &["name", "state"], "service.state", "Systemd unit."), tell_units),
];
