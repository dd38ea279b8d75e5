//! Which NVIDIA GPUs the machine has, and which of them sleep, as the kernel tells without waking any.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{BusId, Place, Roster};
use crate::context::Roots;

/// The NVIDIA GPUs that are there, and those that were a while ago.
#[derive(Debug)]
pub(super) struct Places {
    devices: PathBuf,
    driver: PathBuf,
    known: Vec<Known>,
    /// PCI devices that are no GPUs of NVIDIA, which is not found out twice.
    others: BTreeSet<BusId>,
    looked_at_ms: Option<u64>,
}

/// A GPU and its label, which it keeps as long as it is remembered.
#[derive(Clone, Debug)]
struct Known {
    label: String,
    bus: BusId,
    /// Since when it is not there any more.
    gone_since_ms: Option<u64>,
}

impl Places {
    pub(super) fn new(roots: &Roots) -> Self {
        Self {
            devices: roots.sys.join("bus/pci/devices"),
            driver: roots.proc.join("driver/nvidia/gpus"),
            known: Vec::new(),
            others: BTreeSet::new(),
            looked_at_ms: None,
        }
    }

    /// Looks for GPUs that came or went, if that is due.
    pub(super) fn look(&mut self, now_ms: u64) {
        if self.looked_at_ms.is_some_and(|at| now_ms.saturating_sub(at) < LOOK_INTERVAL_MS) {
            return;
        }
        self.looked_at_ms = Some(now_ms);
        let there = self.there();
        self.known.retain_mut(|known| {
            let since = (!there.contains(&known.bus)).then(|| known.gone_since_ms.unwrap_or(now_ms));
            known.gone_since_ms = since;
            since.is_none_or(|since| now_ms.saturating_sub(since) < GONE_FOR_MS)
        });
        for bus in there {
            if self.known.len() < GPUS_MAX && !self.known.iter().any(|known| known.bus == bus) {
                let label = self.free_label();
                self.known.push(Known { label, bus, gone_since_ms: None });
            }
        }
    }

    /// The GPUs that are there, and whether each sleeps.
    pub(super) fn roster(&self) -> Roster {
        let there = self.known.iter().filter(|known| known.gone_since_ms.is_none());
        let place = |known: &Known| Place {
            label: known.label.clone(),
            bus: known.bus,
            is_suspended: self.is_suspended(known.bus),
        };
        Roster(there.map(place).collect())
    }

    /// The labels of GPUs that were there a while ago.
    pub(super) fn gone(&self) -> impl Iterator<Item = &str> {
        let gone = self.known.iter().filter(|known| known.gone_since_ms.is_some());
        gone.map(|known| known.label.as_str())
    }

    /// Whether the kernel lets the GPU at `bus` sleep when nobody uses it (Linux, `power/runtime_pm.rst`).
    pub(super) fn may_sleep(&self, bus: BusId) -> bool {
        self.attribute(bus, "power/control").is_some_and(|control| control.trim() == "auto")
    }

    fn is_suspended(&self, bus: BusId) -> bool {
        let status = self.attribute(bus, "power/runtime_status");
        status.is_some_and(|status| matches!(status.trim(), "suspended" | "suspending"))
    }

    fn attribute(&self, bus: BusId, name: &str) -> Option<String> {
        fs::read_to_string(self.devices.join(bus.to_string()).join(name)).ok()
    }

    /// The addresses of all GPUs that NVIDIA's driver has: a GPU that is handed to a virtual machine is not this one's
    /// to read, nor can be one that runs by another driver.
    fn there(&mut self) -> BTreeSet<BusId> {
        let mut there: BTreeSet<BusId> = buses(&self.driver).into_iter().collect();
        let plugged: BTreeSet<BusId> = buses(&self.devices).into_iter().collect();
        self.others.retain(|bus| plugged.contains(bus));
        for bus in plugged {
            let device = self.devices.join(bus.to_string());
            if self.others.contains(&bus) {
                continue;
            }
            if !is_gpu(&device) {
                self.others.insert(bus);
            } else if is_driven(&device) {
                there.insert(bus);
            }
        }
        there
    }

    fn free_label(&self) -> String {
        let is_free = |label: &String| !self.known.iter().any(|known| known.label == *label);
        (0..=GPUS_MAX).map(|n| n.to_string()).find(is_free).unwrap_or_default()
    }
}

/// The addresses that a folder has entries of.
fn buses(folder: &Path) -> Vec<BusId> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(DEVICES_MAX).flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Whether a PCI device is a display controller (class 03) of NVIDIA (vendor 10de).
fn is_gpu(device: &Path) -> bool {
    let begins = |name: &str, start: &str| {
        let text = fs::read_to_string(device.join(name));
        text.is_ok_and(|text| text.trim().to_ascii_lowercase().starts_with(start))
    };
    begins("vendor", "0x10de") && begins("class", "0x03")
}

/// Whether NVIDIA's driver runs it.
fn is_driven(device: &Path) -> bool {
    let driver = fs::read_link(device.join("driver"));
    driver.is_ok_and(|driver| driver.file_name().is_some_and(|name| name == "nvidia"))
}

/// Time between two looks at what is plugged in, in milliseconds: a server has some hundred PCI devices.
const LOOK_INTERVAL_MS: u64 = 5000;

/// How long a GPU is told as lost that is not there any more, in milliseconds.
const GONE_FOR_MS: u64 = 300_000;

/// Most GPUs of a machine that are told; each has some 60 readings, and a host 4096.
const GPUS_MAX: usize = 32;

/// Most PCI devices that are looked at.
const DEVICES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            let machine = Self(tempfile::tempdir().unwrap());
            fs::create_dir_all(machine.devices()).unwrap();
            machine
        }

        fn devices(&self) -> PathBuf {
            self.0.path().join("sys/bus/pci/devices")
        }

        fn plug(&self, bus: &str, vendor: &str, class: &str, driver: &str) {
            let device = self.devices().join(bus);
            fs::create_dir_all(device.join("power")).unwrap();
            fs::write(device.join("vendor"), format!("{vendor}\n")).unwrap();
            fs::write(device.join("class"), format!("{class}\n")).unwrap();
            symlink(Path::new("../../../bus/pci/drivers").join(driver), device.join("driver")).unwrap();
        }

        fn status(&self, bus: &str, status: &str) {
            fs::write(self.devices().join(bus).join("power/runtime_status"), status).unwrap();
        }

        fn places(&self) -> Places {
            let root = self.0.path();
            Places::new(&Roots {
                proc: root.join("proc"),
                sys: root.join("sys"),
                etc: root.join("etc"),
                run: root.join("run"),
            })
        }
    }

    #[test]
    fn only_display_controllers_that_nvidias_driver_runs_are_gpus() {
        let machine = Machine::new();
        machine.plug("0000:41:00.0", "0x10de", "0x030000", "nvidia");
        machine.plug("0000:01:00.0", "0x10de", "0x030200", "nvidia");
        machine.plug("0000:01:00.1", "0x10de", "0x040300", "snd_hda_intel");
        machine.plug("0000:02:00.0", "0x10de", "0x030000", "vfio-pci");
        machine.plug("0000:03:00.0", "0x1002", "0x030000", "amdgpu");
        let mut places = machine.places();
        places.look(0);
        assert_eq!(places.roster().to_string(), "0 0000:01:00.0 awake\n1 0000:41:00.0 awake\n");
    }

    #[test]
    fn a_gpu_that_sleeps_is_known_without_being_touched() {
        let machine = Machine::new();
        machine.plug("0000:01:00.0", "0x10de", "0x030000", "nvidia");
        machine.status("0000:01:00.0", "suspended\n");
        let mut places = machine.places();
        places.look(0);
        assert_eq!(places.roster().awake().count(), 0);
        machine.status("0000:01:00.0", "active\n");
        assert_eq!(places.roster().awake().count(), 1);
    }

    #[test]
    fn a_gpu_keeps_its_label_when_others_come_and_go() {
        let machine = Machine::new();
        machine.plug("0000:02:00.0", "0x10de", "0x030000", "nvidia");
        let mut places = machine.places();
        places.look(0);
        machine.plug("0000:01:00.0", "0x10de", "0x030000", "nvidia");
        places.look(LOOK_INTERVAL_MS);
        assert_eq!(places.roster().to_string(), "0 0000:02:00.0 awake\n1 0000:01:00.0 awake\n");
        fs::remove_dir_all(machine.devices().join("0000:02:00.0")).unwrap();
        places.look(2 * LOOK_INTERVAL_MS);
        assert_eq!(places.roster().to_string(), "1 0000:01:00.0 awake\n");
        assert_eq!(places.gone().collect::<Vec<_>>(), ["0"]);
        places.look(2 * LOOK_INTERVAL_MS + GONE_FOR_MS);
        assert_eq!(places.gone().count(), 0);
    }

    #[test]
    fn the_driver_tells_of_gpus_where_the_kernel_does_not() {
        let machine = Machine::new();
        fs::create_dir_all(machine.0.path().join("proc/driver/nvidia/gpus/000f:01:00.0")).unwrap();
        let mut places = machine.places();
        places.look(0);
        assert_eq!(places.roster().to_string(), "0 000f:01:00.0 awake\n");
    }
}
