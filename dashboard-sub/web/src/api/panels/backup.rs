//! Backup jobs.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// All backup jobs of a host.
    struct Backups(backups: panel::Backups<'_>) {
        /// How many are told.
        jobs: u64,
        /// How many more there are.
        left_out: u64,
    }
    with {
        /// Each job.
        list: Vec<Backup> = backups.list.iter().map(Backup::of).collect(),
    }
}

shown! {
    /// A backup job. Times are in seconds since 1970, by the machine's own clock.
    struct Backup(backup: panel::Backup<'_>) by {
        /// Its name.
        job,
    } {
        /// `ok`, `running`, `warn`, `stale`, `fail`, or `unknown`: nothing is known of a run.
        state: String = backup.state_text,
        /// Program that makes the backups.
        tool: String,
        /// Where they go.
        repository: String,
        /// Start of the last run.
        started_s: u64,
        /// End of the last run.
        finished_s: u64,
        /// Time that the last run took.
        duration_s: f64,
        /// Data that the last run read.
        read_bytes: u64,
        /// Data that the last run added to the repository.
        stored_bytes: u64,
        /// Files of the last run.
        files: u64,
        /// Backups that the repository holds.
        snapshots: u64,
        /// When the next run is due.
        next_due_s: u64,
        /// End of the last run that made a backup.
        last_success_s: u64,
        /// Age of the last success from which on the job is stale.
        max_age_s: f64,
        /// Exit status of the last run.
        exit_code: i64,
        /// What there is to say, in one line.
        message: String,
    }
}
