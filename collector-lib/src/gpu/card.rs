//! The files of a graphics card, `/sys/class/drm/card<n>`.

use std::path::{Path, PathBuf};

use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

use super::{BusId, Figure, Gpu, Source};
use crate::collector::CollectError;
use crate::file::{names_in, read_once};

/// A card that a driver of AMD's or Intel's GPUs runs.
#[derive(Debug)]
pub(super) struct Card {
    /// `card1`, which is the label of its readings.
    pub(super) name: String,
    pub(super) bus: BusId,
    pub(super) driver: Driver,
    /// What the kernel says of its driver's version.
    version: String,
    /// Maker and model as PCI has them, `1002:744c`.
    model: String,
    folder: PathBuf,
}

/// The kernel's drivers whose files are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    Amdgpu,
    I915,
    Xe,
}

impl Driver {
    fn of(name: &str) -> Option<Self> {
        [Self::Amdgpu, Self::I915, Self::Xe].into_iter().find(|driver| driver.as_str() == name)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Amdgpu => "amdgpu",
            Self::I915 => "i915",
            Self::Xe => "xe",
        }
    }
}

impl Card {
    /// The card `name` below `drm`, if there is one with a known driver. What is read of it wakes nobody.
    pub(super) fn at(sys: &Path, proc: &Path, name: &str) -> Option<Self> {
        let number = name.strip_prefix("card")?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let folder = sys.join("class/drm").join(name);
        let uevent = read_once(&folder.join("device/uevent")).ok()?;
        let field = |key: &str| uevent.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        let driver = Driver::of(field("DRIVER")?)?;
        let bus = field("PCI_SLOT_NAME")?.parse().ok()?;
        let model = field("PCI_ID").unwrap_or_default().to_ascii_lowercase();
        let of_module = read_once(&sys.join("module").join(driver.as_str()).join("version"));
        // A driver in the kernel's own tree has the kernel's version.
        let version =
            of_module.or_else(|_| read_once(&proc.join("sys/kernel/osrelease"))).unwrap_or_default();
        Some(Self { name: name.to_owned(), bus, driver, version, model, folder })
    }

    /// Whether the kernel has put it to sleep (`Documentation/power/runtime_pm.rst`).
    pub(super) fn is_suspended(&self) -> bool {
        matches!(self.text("device/power/runtime_status").as_deref(), Ok("suspended" | "suspending"))
    }

    /// Whether it would fall asleep if nobody read it: the kernel may suspend it, and it lights no display.
    pub(super) fn may_sleep(&self) -> bool {
        let lights = |name: &String| {
            name.starts_with(&self.name) && self.text(&format!("{name}/enabled")).as_deref() == Ok("enabled")
        };
        self.text("device/power/control").as_deref() == Ok("auto")
            && !names_in(&self.folder).iter().any(lights)
    }

    /// A GPU with what the card is.
    pub(super) fn identity(&self, maker: &str) -> Gpu {
        let mut gpu = Gpu::read_by(self.name.as_str(), self.bus, Source::Sysfs);
        let name = self.text("device/product_name").ok().filter(|name| !name.is_empty());
        gpu.put_text(&rows::NAME, Ok(name.unwrap_or_else(|| format!("{maker} {}", self.model))));
        gpu.put_text(&rows::UUID, self.text("device/unique_id"));
        gpu.put_text(&rows::DRIVER, Ok(format!("{} {}", self.driver.as_str(), self.version).trim_end()));
        gpu
    }

    /// The text of the file at `path` in the card's folder.
    pub(super) fn text(&self, path: &str) -> Figure<String> {
        read_once(&self.folder.join(path)).map_err(|error: CollectError| error.absence())
    }

    /// The number in the file at `path`, of so many of `unit` each.
    pub(super) fn number(&self, path: &str, unit: f64) -> Figure<f64> {
        self.text(path)?.parse::<i64>().map(|number| signed(number) * unit).map_err(|_| Absence::Failed)
    }

    /// The count in the file at `path`.
    pub(super) fn count(&self, path: &str) -> Figure<u64> {
        self.text(path)?.parse().map_err(|_| Absence::Failed)
    }

    /// The paths of the entries of the folder at `path` whose names are `prefix` and a number, in their order.
    pub(super) fn numbered(&self, path: &str, prefix: &str) -> Vec<String> {
        let is_one = |name: &String| {
            let number = name.strip_prefix(prefix);
            number
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let names = names_in(&self.folder.join(path)).into_iter().filter(is_one);
        names.take(ENTRIES_MAX).map(|name| format!("{path}/{name}")).collect()
    }

    /// The path of the sensors of the card, if it has any.
    pub(super) fn sensors(&self) -> Option<String> {
        self.numbered("device/hwmon", "hwmon").into_iter().next()
    }

    /// The path of the sensor of a kind with this label among `sensors`: `…/temp2` of `temp` and `junction`
    /// (`Documentation/hwmon/sysfs-interface.rst`).
    pub(super) fn labelled(&self, sensors: &str, kind: &str, label: &str) -> Option<String> {
        let sensor = (1..=SENSORS_MAX).map(|n| format!("{sensors}/{kind}{n}"));
        sensor.into_iter().find(|sensor| self.text(&format!("{sensor}_label")).as_deref() == Ok(label))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a temperature, a power or a size below 2^53")]
fn signed(number: i64) -> f64 {
    number as f64
}

/// More than any card has of tiles, engines or sets of sensors.
const ENTRIES_MAX: usize = 16;

/// More sensors of a kind than any card has.
const SENSORS_MAX: u32 = 8;
