//! Clock rates of the cores, from `cpufreq` of sysfs (`Documentation/admin-guide/pm/cpufreq.rst`).

use std::path::Path;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::cpu as rows;

use crate::file::{Buffer, KeptFile, names_in, read_once};
use crate::sample::Sample;

/// Mean and highest clock rate of all cores. Cores that share a clock share a policy, which is read once for all.
#[derive(Debug)]
pub(super) struct Frequency {
    policies: Vec<Policy>,
    last: Result<Hertz, Absence>,
}

#[derive(Debug)]
struct Policy {
    cores: u32,
    file: KeptFile,
}

#[derive(Clone, Copy, Debug)]
struct Hertz {
    mean: f64,
    highest: f64,
}

impl Frequency {
    pub(super) fn new(sys: &Path) -> Self {
        let directory = sys.join("devices/system/cpu/cpufreq");
        let policies = names_in(&directory)
            .into_iter()
            .filter(|name| name.starts_with("policy"))
            .map(|name| {
                let policy = directory.join(name);
                let cores = read_once(&policy.join("affected_cpus"))
                    .map_or(1, |cores| cores.split_ascii_whitespace().count());
                Policy {
                    cores: u32::try_from(cores).unwrap_or(u32::MAX),
                    file: KeptFile::new(policy.join("scaling_cur_freq")),
                }
            })
            .collect();
        Self { policies, last: Err(Absence::Unsupported) }
    }

    /// Reads all clocks. One that cannot be read, as of a core that is offline, does not count.
    pub(super) fn read(&mut self, buffer: &mut Buffer) {
        let (mut sum, mut cores, mut highest) = (0.0, 0.0, 0.0_f64);
        let mut absence = Absence::Unsupported;
        for policy in &mut self.policies {
            match policy.file.read_number(buffer).map(u32::try_from) {
                Ok(Ok(kilohertz)) => {
                    let hertz = f64::from(kilohertz) * 1000.0;
                    sum += hertz * f64::from(policy.cores);
                    cores += f64::from(policy.cores);
                    highest = highest.max(hertz);
                }
                Ok(Err(_)) => absence = Absence::Failed,
                Err(error) => absence = error.absence(),
            }
        }
        self.last = if cores > 0.0 { Ok(Hertz { mean: sum / cores, highest }) } else { Err(absence) };
    }

    pub(super) fn emit(&self, sample: &mut Sample) {
        match self.last {
            Ok(hertz) => {
                sample.number(&rows::FREQUENCY, &[], hertz.mean);
                sample.number(&rows::FREQUENCY_HIGHEST, &[], hertz.highest);
            }
            Err(absence) => {
                sample.absent(&rows::FREQUENCY, &[], absence);
                sample.absent(&rows::FREQUENCY_HIGHEST, &[], absence);
            }
        }
    }
}
