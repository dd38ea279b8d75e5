//! How grave it is when something is the case.

use std::fmt;

use serde::Deserialize;

use crate::status::Status;

/// How grave it is when something is the case that has no degrees: `"off"`, `"warning"` or `"critical"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is not judged.
    Off,
    /// A warning.
    Warning,
    /// Critical.
    Critical,
}

impl Severity {
    /// How something is of which this is the case; none if it is not judged.
    pub const fn status(self) -> Option<Status> {
        match self {
            Self::Off => None,
            Self::Warning => Some(Status::Warning),
            Self::Critical => Some(Status::Critical),
        }
    }
}

/// As in the configuration, with quotes.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "\"off\"",
            Self::Warning => "\"warning\"",
            Self::Critical => "\"critical\"",
        })
    }
}
