//! `grapevine-agent doctor`: what keeps this host's agent from working, and what to do about it.

mod collectors;
mod keys;
mod machine;
mod network;
mod report;

use std::io::Write;

use anyhow::bail;

use crate::arguments::Doctor;
use crate::config;

use report::Report;

/// Prints all findings. An error if any of them is wrong.
pub(crate) fn run(arguments: &Doctor, out: &mut impl Write) -> anyhow::Result<()> {
    let config = config::load(arguments.config.as_deref())?;
    let settings = &config.metrics_agent;
    let mut report = Report::default();
    machine::check_user(&mut report);
    machine::check_clock(&mut report);
    let has_keys = keys::check(settings, &mut report);
    if settings.bind.is_loopback() {
        report.ok("firewall", "nobody is to come in: the agent is on loopback");
    } else {
        machine::check_firewall(settings.port, &mut report);
    }
    if has_keys {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(network::check(settings, &mut report))?;
    } else {
        report.note("network", "not looked at without the keys", "");
    }
    collectors::check(&config, &mut report);
    report.print(arguments.json, out)?;
    match report.wrong_count() {
        0 => Ok(()),
        wrong => bail!("{wrong} of {} checks found something wrong", report.count()),
    }
}
