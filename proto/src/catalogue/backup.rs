//! Metrics of the `backup` collector. Numbers 480 to 511.
//!
//! The label `job` is a backup job's name. A job tells all rows that have it, absent where its source does not say; a
//! host without jobs tells none. Times are seconds since 1970-01-01T00:00:00Z by the machine's own clock, so that
//! nothing is sent while nothing happens: an age would change in every frame.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &JOBS,
    &LEFT_OUT,
    &STATE,
    &TOOL,
    &REPOSITORY,
    &STARTED,
    &FINISHED,
    &DURATION,
    &BYTES_READ,
    &BYTES_STORED,
    &FILES,
    &SNAPSHOTS,
    &NEXT_DUE,
    &LAST_SUCCESS,
    &MAX_AGE,
    &EXIT_CODE,
    &MESSAGE,
];

/// How many jobs there are.
pub static JOBS: Metric =
    Metric::gauge(480, "backup.jobs", Unit::COUNT, Scale::Whole, "Backup jobs that are told of.")
        .max_age_ms(MAX_AGE_MS);

/// How many more there are.
pub static LEFT_OUT: Metric = Metric::gauge(
    481,
    "backup.jobs.left_out",
    Unit::COUNT,
    Scale::Whole,
    "Backup jobs and reports that are not told of, because there are too many or their names cannot be used.",
)
.max_age_ms(MAX_AGE_MS);

/// How a job is.
pub static STATE: Metric = text(
    482,
    "backup.state",
    "How a backup job is: ok, warn, fail, running, stale (its last success is older than its maximal age) or unknown.",
);

/// What makes the backups.
pub static TOOL: Metric = text(483, "backup.tool", "Program that makes the backups, such as borg or restic.");

/// Where the backups go.
pub static REPOSITORY: Metric =
    text(484, "backup.repository", "Where the backups go, without passwords that the address may hold.");

/// When the last run began.
pub static STARTED: Metric = time(485, "backup.started", "Start of the last run that is known.");

/// When the last run ended.
pub static FINISHED: Metric = time(486, "backup.finished", "End of the last run that is known.");

/// How long the last run took.
pub static DURATION: Metric =
    gauge(487, "backup.duration", Unit::SECONDS, Scale::Octaves, "Time that the last run took.");

/// What the last run read.
pub static BYTES_READ: Metric = gauge(
    488,
    "backup.bytes_read",
    Unit::BYTES,
    Scale::Octaves,
    "Data that the last run read, before compression and deduplication.",
);

/// What the last run stored.
pub static BYTES_STORED: Metric = gauge(
    489,
    "backup.bytes_stored",
    Unit::BYTES,
    Scale::Octaves,
    "Data that the last run added to the repository.",
);

/// Files in the last backup.
pub static FILES: Metric = gauge(490, "backup.files", Unit::COUNT, Scale::Whole, "Files of the last run.");

/// Backups in the repository.
pub static SNAPSHOTS: Metric =
    gauge(491, "backup.snapshots", Unit::COUNT, Scale::Whole, "Backups that the repository holds.");

/// When the next run is due.
pub static NEXT_DUE: Metric = time(492, "backup.next_due", "When the next run is due.");

/// When a run succeeded last.
pub static LAST_SUCCESS: Metric =
    time(493, "backup.last_success", "End of the last run that made a backup, warnings or not.");

/// The age from which on a job is stale.
pub static MAX_AGE: Metric = gauge(
    494,
    "backup.max_age",
    Unit::SECONDS,
    Scale::Whole,
    "Age of the last success from which on the job is stale.",
);

/// How the last run ended.
pub static EXIT_CODE: Metric = gauge(
    495,
    "backup.exit_code",
    Unit::NONE,
    Scale::Whole,
    "Exit status of the last run, or of the program that was asked for it.",
);

/// What there is to say about it.
pub static MESSAGE: Metric = text(496, "backup.message", "What the job or its source says, in one line.");

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(JOB).max_age_ms(MAX_AGE_MS)
}

const fn time(id: u16, name: &'static str, help: &'static str) -> Metric {
    gauge(id, name, Unit::SECONDS, Scale::Whole, help)
}

const fn gauge(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(JOB).max_age_ms(MAX_AGE_MS)
}

const JOB: &[&str] = &["job"];

/// Six intervals of the collector.
const MAX_AGE_MS: u32 = 60_000;
