//! restic: `restic snapshots --json` (restic documentation, "Scripting").

use std::ffi::OsString;

use serde::Deserialize;

use super::job::{Outcome, Report, Success};
use super::time::unix_seconds;
use super::tool::{Query, Trouble};

/// The latest snapshot of each host and each list of paths.
pub(super) const SNAPSHOTS: &[&str] = &["snapshots", "--latest", "1", "--json"];

pub(super) fn environment(query: &Query, folder: OsString) -> Vec<(&'static str, OsString)> {
    let mut environment = vec![
        ("RESTIC_REPOSITORY", OsString::from(&query.repository)),
        ("RESTIC_CACHE_DIR", folder.clone()),
        ("HOME", folder),
    ];
    if let Some(file) = &query.passphrase_file {
        environment.push(("RESTIC_PASSWORD_FILE", file.clone().into_os_string()));
    }
    environment
}

/// Why there is no answer; none if there is one. Since 0.17 restic has a status for each cause, before that it says
/// them only in words.
pub(super) fn trouble(code: Option<i32>, complaints: &str) -> Option<Trouble> {
    let says = |words: &str| complaints.contains(words);
    match code {
        Some(0) => None,
        Some(10) => Some(Trouble::NoRepository),
        Some(11) => Some(Trouble::Locked),
        Some(12) => Some(Trouble::WrongPassphrase),
        _ if says("already locked") => Some(Trouble::Locked),
        _ if says("wrong password") || says("an empty password") => Some(Trouble::WrongPassphrase),
        _ if says("Is there a repository at the following location?") => Some(Trouble::NoRepository),
        _ => Some(Trouble::Other),
    }
}

/// What the answer says. The time of a snapshot is that of its start; its end is known since 0.17.
pub(super) fn parse(answer: &[u8]) -> Result<Report, String> {
    let snapshots: Option<Vec<Snapshot>> =
        serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let snapshots = snapshots.unwrap_or_default();
    let started = |snapshot: &Snapshot| unix_seconds(&snapshot.time, false);
    let Some(latest) = snapshots.iter().max_by_key(|snapshot| started(snapshot)) else {
        return Ok(Report { success: Success::Never, message: "no backup yet".into(), ..Report::default() });
    };
    let started = started(latest).ok_or("a time that is none")?;
    let summary = latest.summary.as_ref();
    let finished = summary.and_then(|summary| unix_seconds(summary.backup_end.as_deref()?, false));
    Ok(Report {
        outcome: Outcome::Ok,
        success: Success::At(finished.unwrap_or(started)),
        started: Some(started),
        finished,
        duration_s: super::report::duration_s(Some(started), finished),
        bytes_read: summary.and_then(|summary| summary.total_bytes_processed),
        bytes_stored: summary.and_then(|summary| summary.data_added_packed.or(summary.data_added)),
        files: summary.and_then(|summary| summary.total_files_processed),
        ..Report::default()
    })
}

#[derive(Debug, Deserialize)]
struct Snapshot {
    time: String,
    summary: Option<Summary>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    backup_end: Option<String>,
    total_bytes_processed: Option<u64>,
    data_added: Option<u64>,
    data_added_packed: Option<u64>,
    total_files_processed: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statuses_of_all_versions_are_told_as_what_they_are() {
        for (code, complaints, expected) in [
            (0, "", None),
            (10, "", Some(Trouble::NoRepository)),
            (1, "Is there a repository at the following location?\n/nonex", Some(Trouble::NoRepository)),
            (11, "", Some(Trouble::Locked)),
            (
                1,
                "unable to create lock in backend: repository is already locked exclusively by PID 7",
                Some(Trouble::Locked),
            ),
            (12, "", Some(Trouble::WrongPassphrase)),
            (1, "Fatal: wrong password or no key found", Some(Trouble::WrongPassphrase)),
            (1, "Fatal: something", Some(Trouble::Other)),
            (3, "", Some(Trouble::Other)),
        ] {
            assert_eq!(trouble(Some(code), complaints), expected, "{code} {complaints}");
        }
    }

    #[test]
    fn the_latest_snapshot_counts_and_newer_versions_tell_sizes() {
        let report = parse(
            br#"[{"time": "2026-01-01T00:00:00Z", "paths": ["/etc"]},
                {"time": "2026-01-02T01:00:00+01:00", "summary": {"backup_start": "2026-01-02T01:00:00+01:00",
                 "backup_end": "2026-01-02T01:10:00+01:00", "data_added": 90, "data_added_packed": 30,
                 "total_files_processed": 4, "total_bytes_processed": 100}}]"#,
        )
        .unwrap();
        assert_eq!(report.success, Success::At(1_767_312_600));
        assert_eq!(
            (report.duration_s, report.bytes_read, report.bytes_stored),
            (Some(600.0), Some(100), Some(30))
        );
        for nothing in ["null", "[]"] {
            assert_eq!(parse(nothing.as_bytes()).unwrap().success, Success::Never);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            drop(parse(&bytes));
        }
    }
}
