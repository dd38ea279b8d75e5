//! Temperature of the processor, from hwmon or thermal zones of sysfs
//! (`Documentation/hwmon/sysfs-interface.rst`, `Documentation/driver-api/thermal/sysfs-api.rst`).

use std::path::{Path, PathBuf};

use grapevine_proto::Absence;
use grapevine_proto::catalogue::cpu as rows;

use crate::file::{Buffer, KeptFile, names_in, read_once};
use crate::sample::Sample;

/// The processor's hottest sensor. Of the kinds of sensors that a machine has, the most telling one is taken.
#[derive(Debug)]
pub(super) struct Temperature {
    sys: PathBuf,
    sensors: Vec<KeptFile>,
    kind: String,
    last: Result<f64, Absence>,
}

impl Temperature {
    pub(super) fn new(sys: &Path) -> Self {
        let mut temperature = Self {
            sys: sys.to_owned(),
            sensors: Vec::new(),
            kind: String::new(),
            last: Err(Absence::Unsupported),
        };
        temperature.scan();
        temperature
    }

    /// Reads the sensors; looks for others if none answers, for drivers come and go.
    pub(super) fn read(&mut self, buffer: &mut Buffer) {
        self.last = hottest(&mut self.sensors, buffer);
        if self.last.is_err() {
            self.scan();
        }
    }

    pub(super) fn emit(&self, sample: &mut Sample) {
        match self.last {
            Ok(celsius) => sample.number(&rows::TEMPERATURE, &[], celsius),
            Err(absence) => sample.absent(&rows::TEMPERATURE, &[], absence),
        }
        if !self.kind.is_empty() {
            sample.text(&rows::TEMPERATURE_SENSOR, &[], &self.kind);
        }
    }

    fn scan(&mut self) {
        let mut found = hwmon(&self.sys);
        found.extend(thermal_zones(&self.sys));
        found.sort_by(|a, b| (a.rank, &a.kind).cmp(&(b.rank, &b.kind)));
        self.kind.clear();
        self.sensors.clear();
        if let Some(best) = found.first() {
            self.kind.clone_from(&best.kind);
        }
        let alike = found.into_iter().take_while(|sensor| sensor.kind == self.kind);
        self.sensors.extend(alike.take(SENSORS_MAX).map(|sensor| KeptFile::new(sensor.path)));
    }
}

struct Found {
    /// The smaller the better.
    rank: usize,
    /// Driver, and label without the number of a socket.
    kind: String,
    path: PathBuf,
}

/// In degrees Celsius; sensors give thousandths.
fn hottest(sensors: &mut [KeptFile], buffer: &mut Buffer) -> Result<f64, Absence> {
    let mut hottest = Err(Absence::Unsupported);
    for sensor in sensors {
        match sensor.read_number(buffer).map(i32::try_from) {
            Ok(Ok(millidegrees)) => {
                let celsius = f64::from(millidegrees) / 1000.0;
                hottest = Ok(hottest.unwrap_or(celsius).max(celsius));
            }
            Ok(Err(_)) if hottest.is_err() => hottest = Err(Absence::Failed),
            Err(error) if hottest.is_err() => hottest = Err(error.absence()),
            Ok(Err(_)) | Err(_) => {}
        }
    }
    hottest
}

fn hwmon(sys: &Path) -> Vec<Found> {
    let directory = sys.join("class/hwmon");
    let mut found = Vec::new();
    for device in names_in(&directory) {
        let device = directory.join(device);
        let Ok(driver) = read_once(&device.join("name")) else { continue };
        if !HWMON.iter().any(|(known, _)| *known == driver) {
            continue;
        }
        for file in names_in(&device) {
            let Some(stem) = file.strip_suffix("_input").filter(|stem| stem.starts_with("temp")) else {
                continue;
            };
            let label = read_once(&device.join(format!("{stem}_label"))).unwrap_or_default();
            let known =
                HWMON.iter().position(|(known, prefix)| *known == driver && label.starts_with(prefix));
            if let Some(rank) = known {
                let label = label.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
                let kind = format!("{driver} {label}").trim_end().to_owned();
                found.push(Found { rank, kind, path: device.join(&file) });
            }
        }
    }
    found
}

fn thermal_zones(sys: &Path) -> Vec<Found> {
    let directory = sys.join("class/thermal");
    let zones = names_in(&directory).into_iter().filter(|name| name.starts_with("thermal_zone"));
    zones
        .filter_map(|zone| {
            let zone = directory.join(zone);
            let kind = read_once(&zone.join("type")).ok()?;
            let known = THERMAL_ZONES.iter().position(|prefix| kind.starts_with(prefix))?;
            Some(Found { rank: HWMON.len() + known, kind, path: zone.join("temp") })
        })
        .collect()
}

/// Drivers of hwmon and the starts of their labels, the most telling first. `Tctl` is what fans go by and lies
/// above the real temperature on some models (`Documentation/hwmon/k10temp.rst`), hence after `Tdie`.
const HWMON: [(&str, &str); 6] = [
    ("coretemp", "Package id"),
    ("k10temp", "Tdie"),
    ("k10temp", "Tctl"),
    ("zenpower", "Tdie"),
    ("zenpower", "Tctl"),
    ("cpu_thermal", ""),
];

/// Starts of thermal zones' types, the most telling first; `acpitz` may be anywhere in the case.
const THERMAL_ZONES: [&str; 5] = ["x86_pkg_temp", "cpu", "CPU", "soc", "acpitz"];

/// A board with eight sockets has as many sensors of a kind.
const SENSORS_MAX: usize = 8;
