//! Table `service_metrics`: which services of systemd are told of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use grapevine_collectors::service::{self, FOLDERS_MAX, Folder};
use grapevine_config::list;
use serde::Deserialize;

/// Table `service_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServiceSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// The only services and timers that are told of; all if empty.
    #[serde(deserialize_with = "list")]
    include: Vec<Pattern>,
    /// Services and timers that are not told of.
    #[serde(deserialize_with = "list")]
    exclude: Vec<Pattern>,
    /// Folders of services whose files are counted.
    folders: Vec<FolderTable>,
}

/// A table of the list `folders`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FolderTable {
    service: Pattern,
    path: PathBuf,
    /// Space that the files may take.
    quota_bytes: Option<u64>,
}

impl ServiceSettings {
    /// Which services are told of.
    pub(super) fn settings(&self) -> service::Settings {
        let patterns = |list: &[Pattern]| list.iter().map(|Pattern(pattern)| pattern.clone()).collect();
        let folders = self.folders.iter().filter_map(|FolderTable { service, path, quota_bytes }| {
            let service = service.0.name()?.to_owned();
            Some(Folder { service, path: path.clone(), quota_bytes: *quota_bytes })
        });
        service::Settings {
            include: patterns(&self.include),
            exclude: patterns(&self.exclude),
            folders: folders.collect(),
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.folders.len() > FOLDERS_MAX {
            return Err(format!("collectors.{TABLE}.folders: at most {FOLDERS_MAX}"));
        }
        let mut names = BTreeSet::new();
        for FolderTable { service: Pattern(service), path, .. } in &self.folders {
            if !path.is_absolute() {
                return Err(format!("collectors.{TABLE}.folders: {} is no whole path", path.display()));
            }
            if !service.name().is_some_and(|name| names.insert(name)) {
                return Err(format!(
                    "collectors.{TABLE}.folders: {service} is no single service, or is there twice"
                ));
            }
        }
        Ok(())
    }
}

/// Checked where it is read so that the error has its line.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pattern(service::Pattern);

impl TryFrom<String> for Pattern {
    type Error = service::BadPattern;

    fn try_from(text: String) -> Result<Self, service::BadPattern> {
        text.parse().map(Self)
    }
}

pub(super) const TABLE: &str = "service_metrics";
