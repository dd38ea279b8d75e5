//! Whether all is read that can be.

use grapevine_proto::{Absence, Reading};

use super::report::Report;
use crate::collect::{self, Pass};
use crate::config::Config;

/// Runs all collectors and tells what they cannot read.
pub(super) fn check(config: &Config, report: &mut Report) {
    for Pass { name, sample, result } in collect::passes(config) {
        let check = format!("collector {name}");
        let count =
            |absence| sample.readings().filter(|reading| reading.state.absence() == Some(absence)).count();
        let (failed, denied) = (count(Absence::Failed), count(Absence::Denied));
        if let Err(error) = result {
            report.wrong(check, collect::chain(&error), remedy(name));
        } else if failed + denied > 0 {
            let is_bad = |reading: &&Reading| {
                matches!(reading.state.absence(), Some(Absence::Failed | Absence::Denied))
            };
            let first =
                sample.readings().find(is_bad).map(|reading| reading.metric.name.clone()).unwrap_or_default();
            let found = format!("{denied} readings are denied and {failed} failed, such as {first}");
            report.wrong(check, found, remedy(name));
        } else if name == "smart" && sample.readings().len() == 0 && has_drives() {
            report.note(check, "there are drives, and nobody reads their health", remedy(name));
        } else {
            let unsupported = count(Absence::Unsupported);
            let readings = sample.readings().len();
            report.ok(check, format!("{readings} readings, {unsupported} that this machine does not have"));
        }
    }
}

/// Whether the kernel knows of drives that could tell.
fn has_drives() -> bool {
    let Ok(disks) = std::fs::read_dir("/sys/block") else { return false };
    let mut names = disks.flatten().map(|entry| entry.file_name());
    names.any(|name| {
        ["sd", "nvme"].iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
    })
}

fn remedy(collector: &str) -> &'static str {
    match collector {
        "smart" => "install smartmontools, and systemctl enable --now grapevine-smart.timer",
        "gpu" => {
            "see that nvidia-smi works, and that grapevine-gpu is beside the agent or in /usr/libexec/grapevine"
        }
        "service" => "see that systemd and dbus run: systemctl status dbus.socket",
        "container" => "names take the runtime's socket, which the agent's user has to be allowed to use",
        "backup" => {
            "reports must be root's or the agent user's, writable by nobody else; tools must be installed"
        }
        _ => "see what keeps the agent's user from reading it, such as a container or hidepid",
    }
}
