//! What the kernel's files tell of drives, without privilege and without a command to the drive.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::file::{names_in, read_once};

/// The kernel's drives.
#[derive(Debug)]
pub(super) struct Kernel {
    sys: PathBuf,
    /// What disks that turn had done when they were last looked at (`Documentation/block/stat.rst`).
    done: BTreeMap<String, String>,
}

impl Kernel {
    pub(super) fn new(sys: &Path) -> Self {
        Self { sys: sys.to_owned(), done: BTreeMap::new() }
    }

    /// The names of NVMe controllers and of disks that speak SCSI or ATA, in order.
    pub(super) fn drives(&self) -> Vec<String> {
        let mut names = names_in(&self.sys.join("class/nvme"));
        names.extend(names_in(&self.sys.join("block")).into_iter().filter(|name| name.starts_with("sd")));
        names
    }

    /// Whether a disk turns; none if the kernel does not know it.
    pub(super) fn turns(&self, name: &str) -> Option<bool> {
        let flag = read_once(&self.sys.join("block").join(name).join("queue/rotational")).ok()?;
        Some(flag == "1")
    }

    /// Temperature of a drive in degrees Celsius, from the drivers `nvme` and `drivetemp`.
    ///
    /// A disk that turns is asked only if it did something since the last call: `drivetemp` asks the disk itself, and
    /// that may keep it from falling asleep (`Documentation/hwmon/drivetemp.rst`).
    pub(super) fn temperature(&mut self, name: &str) -> Option<f64> {
        if self.turns(name) == Some(true) && !self.did_something(name) {
            return None;
        }
        let nvme = self.sys.join("class/nvme").join(name);
        let disk = self.sys.join("block").join(name);
        [nvme.clone(), nvme.join("device/hwmon"), disk.join("device/hwmon")].iter().find_map(|folder| {
            let sensors = names_in(folder).into_iter().find(|entry| entry.starts_with("hwmon"))?;
            let millidegrees: i32 =
                read_once(&folder.join(sensors).join("temp1_input")).ok()?.parse().ok()?;
            Some(f64::from(millidegrees) / 1000.0)
        })
    }

    fn did_something(&mut self, name: &str) -> bool {
        let Ok(done) = read_once(&self.sys.join("block").join(name).join("stat")) else { return false };
        let before = self.done.insert(name.to_owned(), done.clone());
        before.is_some_and(|before| before != done)
    }

    /// Forgets drives that are gone.
    pub(super) fn keep(&mut self, names: &[String]) {
        self.done.retain(|name, _| names.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn drives_are_controllers_and_disks_but_not_what_is_made_of_them() {
        let root = tempfile::tempdir().unwrap();
        for path in ["class/nvme/nvme0/x", "block/nvme0n1/x", "block/sda/x", "block/loop0/x", "block/dm-0/x"]
        {
            write(root.path(), path, "");
        }
        assert_eq!(Kernel::new(root.path()).drives(), ["nvme0", "sda"]);
        assert!(Kernel::new(&root.path().join("nothing")).drives().is_empty());
    }

    #[test]
    fn a_temperature_needs_no_privilege() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "class/nvme/nvme0/hwmon3/temp1_input", "41850\n");
        write(root.path(), "class/nvme/nvme1/device/hwmon/hwmon4/temp1_input", "-5000\n");
        write(root.path(), "block/sda/device/hwmon/hwmon5/temp1_input", "30000\n");
        write(root.path(), "block/sda/queue/rotational", "0\n");
        write(root.path(), "block/sdb/device/hwmon/hwmon6/temp1_input", "hot\n");
        let mut kernel = Kernel::new(root.path());
        assert_eq!(kernel.temperature("nvme0"), Some(41.85));
        assert_eq!(kernel.temperature("nvme1"), Some(-5.0));
        assert_eq!(kernel.temperature("sda"), Some(30.0));
        assert_eq!(kernel.temperature("sdb"), None);
        assert_eq!(kernel.temperature("sdc"), None);
    }

    #[test]
    fn a_disk_that_turns_is_asked_only_while_it_works() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "block/sda/device/hwmon/hwmon5/temp1_input", "30000\n");
        write(root.path(), "block/sda/queue/rotational", "1\n");
        write(root.path(), "block/sda/stat", "1 0 8 0\n");
        let mut kernel = Kernel::new(root.path());
        assert_eq!(kernel.temperature("sda"), None, "it is not known whether it sleeps");
        write(root.path(), "block/sda/stat", "2 0 16 0\n");
        assert_eq!(kernel.temperature("sda"), Some(30.0));
        assert_eq!(kernel.temperature("sda"), None, "it did nothing since");
    }
}
