//! What borg and restic are asked, and what their answers mean.

use std::ffi::OsString;
use std::path::Path;

use super::job::{Outcome, Report};
use super::text::{line, without_password};
use super::{borg, restic};
use crate::process::Ended;

/// A program that makes backups and can be asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// BorgBackup 1.
    Borg,
    /// restic.
    Restic,
}

/// What a repository is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The program.
    pub tool: Tool,
    /// The repository's address.
    pub repository: String,
    /// The file with its passphrase, which is for its owner's eyes only.
    pub passphrase_file: Option<std::path::PathBuf>,
    /// Whether borg is asked for sizes, too: it keeps a cache of all chunks for that, which costs time and space.
    pub sizes: bool,
    /// Time between the end of an answer and the next question, in seconds.
    pub interval_s: u64,
    /// The longest that an answer may take, in seconds.
    pub timeout_s: u64,
}

impl Tool {
    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Self::Borg => "borg",
            Self::Restic => "restic",
        }
    }

    /// The program's arguments. Nothing secret is among them: all users of the host see them.
    pub(super) fn arguments(self, sizes: bool) -> &'static [&'static str] {
        match (self, sizes) {
            (Self::Borg, false) => borg::LIST,
            (Self::Borg, true) => borg::INFO,
            (Self::Restic, _) => restic::SNAPSHOTS,
        }
    }

    /// Its environment, which names the repository and the file with the passphrase; `cache` is a folder of its own.
    pub(super) fn environment(self, query: &Query, cache: &Path) -> Vec<(&'static str, OsString)> {
        let folder = cache.join(self.program()).into_os_string();
        match self {
            Self::Borg => borg::environment(query, folder),
            Self::Restic => restic::environment(query, folder),
        }
    }

    /// What the answer says; `known` is what was known before.
    pub(super) fn mean(self, query: &Query, ended: &Ended, known: Report) -> Report {
        let trouble = match self {
            Self::Borg => borg::trouble(ended.code, &ended.complaints),
            Self::Restic => restic::trouble(ended.code, &ended.complaints),
        };
        let read = match self {
            Self::Borg => borg::parse,
            Self::Restic => restic::parse,
        };
        let complaint = last_line(&ended.complaints, &query.repository);
        match trouble {
            None => match read(&ended.stdout) {
                Ok(report) => report,
                Err(error) => known.lost(&format!("{}: {error}", self.program())),
            },
            Some(trouble) => Report {
                outcome: trouble.outcome(),
                message: line(&format!("{}: {complaint}", trouble.explain())),
                exit_code: ended.code,
                ..known
            },
        }
    }
}

/// Why a repository could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    NoRepository,
    Locked,
    WrongPassphrase,
    Other,
}

impl Trouble {
    /// A repository that is gone has no backup; of one that cannot be opened nobody knows.
    fn outcome(self) -> Outcome {
        match self {
            Self::NoRepository => Outcome::Fail,
            Self::Locked => Outcome::Running,
            Self::WrongPassphrase | Self::Other => Outcome::Unknown,
        }
    }

    fn explain(self) -> &'static str {
        match self {
            Self::NoRepository => "there is no repository",
            Self::Locked => "the repository is locked, by a run at work or one that left its lock behind",
            Self::WrongPassphrase => "the passphrase is wrong or missing",
            Self::Other => "the repository cannot be asked",
        }
    }
}

/// The last line of the complaints, without a password that the repository's address holds.
fn last_line(complaints: &str, repository: &str) -> String {
    let last = complaints.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.replace(repository, &without_password(repository))
}
