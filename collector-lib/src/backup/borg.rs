//! BorgBackup: `borg list` and `borg info` with `--json` (borg-list(1), "All about JSON").

use std::ffi::OsString;

use serde::Deserialize;

use super::job::{Outcome, Report, Success};
use super::time::unix_seconds;
use super::tool::{Query, Trouble};

/// When the last backup was made. The keys of the format bring the end, which is not there otherwise.
pub(super) const LIST: &[&str] =
    &["list", "--lock-wait", LOCK_WAIT_S, "--last", "1", "--json", "--format", "{start}{end}"];

/// The same with sizes, for which borg brings a cache of all chunks up to date.
pub(super) const INFO: &[&str] = &["info", "--lock-wait", LOCK_WAIT_S, "--last", "1", "--json"];

/// A backup holds the lock from its start to its end, so there is no use in waiting for long.
const LOCK_WAIT_S: &str = "2";

pub(super) fn environment(query: &Query, folder: OsString) -> Vec<(&'static str, OsString)> {
    let mut environment = vec![
        ("BORG_REPO", query.repository.clone().into()),
        ("BORG_BASE_DIR", folder),
        ("BORG_EXIT_CODES", "modern".into()),
        // Only the backups' times are read: what it asks about protects those who write.
        ("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes".into()),
        ("BORG_RSH", "ssh -oBatchMode=yes".into()),
        // borg tells times in the zone of its process, and does not say which.
        ("TZ", "UTC0".into()),
    ];
    if let Some(file) = &query.passphrase_file {
        // The command's words are split as a shell does; the passphrase itself never passes through this program.
        let quoted = file.to_string_lossy().replace('\'', "'\"'\"'");
        environment.push(("BORG_PASSCOMMAND", format!("cat '{quoted}'").into()));
    }
    environment
}

/// Why there is no answer; none if there is one. Status 1 is a warning. Since 1.4 borg has a status for each cause
/// (`BORG_EXIT_CODES=modern`), before that it says them only in words.
pub(super) fn trouble(code: Option<i32>, complaints: &str) -> Option<Trouble> {
    let says = |words: &str| complaints.contains(words);
    match code {
        Some(0 | 1 | 100..=127) => None,
        Some(13 | 15) => Some(Trouble::NoRepository),
        Some(50..=53) => Some(Trouble::WrongPassphrase),
        Some(70..=73) => Some(Trouble::Locked),
        _ if says("acquire the lock") => Some(Trouble::Locked),
        _ if says("passphrase supplied in") || says("Can not acquire a passphrase") => {
            Some(Trouble::WrongPassphrase)
        }
        _ if says("Repository") && says("does not exist") || says("is not a valid repository") => {
            Some(Trouble::NoRepository)
        }
        _ => Some(Trouble::Other),
    }
}

/// What the answer says.
pub(super) fn parse(answer: &[u8]) -> Result<Report, String> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let Some(archive) = answer.archives.last() else {
        return Ok(Report { success: Success::Never, message: "no backup yet".into(), ..Report::default() });
    };
    let started = unix_seconds(&archive.start, true).ok_or("a time that is none")?;
    let finished = archive.end.as_deref().and_then(|end| unix_seconds(end, true));
    let stats = archive.stats.as_ref();
    Ok(Report {
        outcome: Outcome::Ok,
        success: Success::At(finished.unwrap_or(started)),
        started: Some(started),
        finished,
        duration_s: archive.duration.or_else(|| super::report::duration_s(Some(started), finished)),
        bytes_read: stats.map(|stats| stats.original_size),
        bytes_stored: stats.map(|stats| stats.deduplicated_size),
        files: stats.map(|stats| stats.nfiles),
        ..Report::default()
    })
}

#[derive(Debug, Deserialize)]
struct Answer {
    archives: Vec<Archive>,
}

#[derive(Debug, Deserialize)]
struct Archive {
    start: String,
    end: Option<String>,
    duration: Option<f64>,
    stats: Option<Stats>,
}

#[derive(Debug, Deserialize)]
struct Stats {
    original_size: u64,
    deduplicated_size: u64,
    nfiles: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statuses_of_all_versions_are_told_as_what_they_are() {
        for (code, complaints, expected) in [
            (0, "", None),
            (1, "warning", None),
            (2, "Failed to create/acquire the lock /r/lock.exclusive (timeout).", Some(Trouble::Locked)),
            (73, "", Some(Trouble::Locked)),
            (
                2,
                "passphrase supplied in BORG_PASSPHRASE, by BORG_PASSCOMMAND or via BORG_PASSPHRASE_FD is incorrect.",
                Some(Trouble::WrongPassphrase),
            ),
            (52, "", Some(Trouble::WrongPassphrase)),
            (2, "Repository /nonex does not exist.", Some(Trouble::NoRepository)),
            (13, "", Some(Trouble::NoRepository)),
            (2, "Connection closed by remote host.", Some(Trouble::Other)),
        ] {
            assert_eq!(trouble(Some(code), complaints), expected, "{code} {complaints}");
        }
        assert_eq!(trouble(None, ""), Some(Trouble::Other));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            drop(parse(&bytes));
        }
    }
}
