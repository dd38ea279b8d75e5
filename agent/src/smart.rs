//! `grapevine-agent smart`: reads the drives for an agent that may not.

use std::io::Write;

use anyhow::bail;
use grapevine_collectors::{Context, smart};

use crate::arguments::Smart;

/// Writes a file for each drive and says what became of them. One that cannot be read fails nothing: its file gets old,
/// and the agent tells so.
pub(crate) fn run(arguments: &Smart, out: &mut impl Write) -> anyhow::Result<()> {
    let context = Context::of_this_machine();
    let spooled = smart::spool(context.runner, &arguments.smartctl, &context.roots.sys, &arguments.out)?;
    for (label, reason) in &spooled.skipped {
        writeln!(out, "{label}: {reason}")?;
    }
    for file in &spooled.removed {
        writeln!(out, "{file}: removed, there is no such drive any more")?;
    }
    writeln!(out, "{} drives read, {} not", spooled.written.len(), spooled.skipped.len())?;
    if spooled.written.is_empty() && !spooled.skipped.is_empty() {
        bail!("no drive can be read");
    }
    Ok(())
}
