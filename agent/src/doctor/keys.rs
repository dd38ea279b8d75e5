//! Whether the agent has the keys that its configuration takes.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::report::Report;
use crate::collect::chain;
use crate::config::MetricsAgent;
use crate::keys;

/// Whether the network can be looked at: with the keys, or without where there are none.
pub(super) fn check(settings: &MetricsAgent, report: &mut Report) -> bool {
    let Some(path) = settings.keys() else {
        if settings.plaintext {
            let found = "plaintext = true: whoever reaches the network reads along and can join";
            report.note("keys", found, "");
        } else {
            report.note("keys", "none: the agent stays on this machine", "grapevine-agent keygen makes keys");
        }
        return true;
    };
    match keys::read(&path) {
        Err(error) => {
            report.wrong("keys", chain(&error), REMEDY);
            return false;
        }
        Ok(_keys) if is_out_of_reach(&path) => {
            let found =
                format!("the user grapevine, as whom the service runs, cannot read {}", path.display());
            report.wrong("keys", found, REMEDY);
        }
        Ok(_keys) => report.ok("keys", path.display().to_string()),
    }
    true
}

/// Whether root may read a file and the service's user may not.
fn is_out_of_reach(path: &Path) -> bool {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let service = users.lines().find_map(|line| line.strip_prefix("grapevine:"));
    let ids = service.map(|line| line.split(':').skip(1).take(2).map(str::parse::<u32>).collect::<Vec<_>>());
    let (Some(ids), Ok(file)) = (ids, path.metadata()) else { return false };
    let [Ok(user), Ok(group)] = ids.as_slice() else { return false };
    let is_owner = file.uid() == *user && file.mode() & 0o400 != 0;
    let is_in_group = file.gid() == *group && file.mode() & 0o040 != 0;
    rustix::process::geteuid().is_root() && !is_owner && !is_in_group
}

const REMEDY: &str = "a file of grapevine-agent keygen, the same on all hosts: \
                      install -o grapevine -g grapevine -m 600 cluster.key /etc/grapevine/cluster.key";
