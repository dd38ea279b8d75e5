//! What the machine has to be for an agent.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use grapevine_collectors::process::{Job, Runner};

use super::report::Report;

/// Says as whom all this is looked at.
pub(super) fn check_user(report: &mut Report) {
    let user = rustix::process::geteuid();
    if user.is_root() {
        report.note(
            "user",
            "root, who may more than the service",
            "runuser -u grapevine -- grapevine-agent doctor",
        );
    } else {
        report.ok("user", user.as_raw().to_string());
    }
}

/// The clock dates backups, drives' files and starts; frames do without it.
pub(super) fn check_clock(report: &mut Report) {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if since_1970 < YEAR_2025 {
        report.wrong("clock", "it is before 2025", SET_CLOCK);
    } else if Path::new("/run/systemd/timesync/synchronized").exists()
        || CLOCK_SETTERS.iter().any(|name| runs(name))
    {
        report.ok("clock", "something sets it");
    } else {
        report.note("clock", "nothing is seen that sets it", SET_CLOCK);
    }
}

/// Looks for a firewall that lets nobody in.
pub(super) fn check_firewall(port: u16, report: &mut Report) {
    let job = Job {
        program: "nft",
        arguments: &["list", "ruleset"],
        deadline: Duration::from_secs(3),
        stdout_bytes_max: 1 << 20,
    };
    let rules = match Runner::default().run(&job) {
        Ok(finished) if finished.code == Some(0) => finished.stdout,
        Ok(finished) => return report.note("firewall", format!("not seen: {}", finished.complaint), ""),
        Err(error) => return report.note("firewall", format!("not seen: {error}"), ""),
    };
    let rules = String::from_utf8_lossy(&rules);
    let is_closed =
        rules.contains("hook input") && (rules.contains("policy drop") || rules.contains("reject with"));
    if is_closed && !rules.contains(&port.to_string()) {
        let found = format!("rules keep others out, and none names port {port}");
        report.note("firewall", found, "let TCP to that port in, and with discovery = true UDP, too");
    } else {
        report.ok("firewall", "no rule is seen that keeps others out");
    }
}

/// Whether a program runs.
fn runs(name: &str) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    let names = processes.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("comm")).ok());
    names.into_iter().any(|comm| comm.trim_end() == name)
}

const YEAR_2025: Duration = Duration::from_secs(1_735_689_600);
const SET_CLOCK: &str = "timedatectl set-ntp true, or install chrony";
const CLOCK_SETTERS: [&str; 4] = ["chronyd", "ntpd", "ntp-daemon", "phc2sys"];
