//! The columns of the fleet's table, as rows of data.

use std::fmt;
use std::str::FromStr;

use grapevine_sub::{Measure, SortKey};
use serde::Deserialize;

/// A column of the fleet's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Column {
    /// The status, as a mark.
    Status,
    /// The host's name.
    Host,
    /// The age of its newest frame, or why no more come.
    Heard,
    /// Use of the busiest GPU.
    Gpu,
    /// Memory of the fullest GPU.
    GpuMemory,
    /// Use of the processor.
    Cpu,
    /// Use of the memory.
    Memory,
    /// Wear of the most worn drive.
    Wear,
    /// The highest temperature.
    Temperature,
    /// The fullest file system.
    Disk,
    /// Services that run, of those watched.
    Services,
    /// The latest backup.
    Backup,
    /// What happened last.
    Event,
    /// The host's role.
    Role,
    /// The host's groups.
    Groups,
    /// How far away the host is.
    Hops,
}

/// What there is to know about a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnInfo {
    pub(crate) column: Column,
    /// As the configuration has it.
    pub(crate) name: &'static str,
    pub(crate) heading: &'static str,
    /// Columns of the terminal that it takes at least, and at most where there is room.
    pub(crate) width: (u16, u16),
    /// What hosts are sorted by, where they can be sorted by this column.
    pub(crate) sort: Option<SortKey>,
    /// Whether its cells end at the right edge.
    pub(crate) right: bool,
    pub(crate) what: &'static str,
}

#[rustfmt::skip]
static COLUMNS: &[ColumnInfo] = &[
    ColumnInfo { column: Column::Status, name: "status", heading: "", width: (1, 1), sort: Some(SortKey::Status), right: false, what: "status, as a mark" },
    ColumnInfo { column: Column::Host, name: "host", heading: "HOST", width: (12, 24), sort: Some(SortKey::Host), right: false, what: "name of the host" },
    ColumnInfo { column: Column::Heard, name: "heard", heading: "HEARD", width: (6, 6), sort: Some(SortKey::Measure(Measure::Age)), right: true, what: "age of the newest frame" },
    ColumnInfo { column: Column::Gpu, name: "gpu", heading: "GPU", width: (7, 16), sort: Some(SortKey::Measure(Measure::GpuUse)), right: true, what: "use of the busiest GPU" },
    ColumnInfo { column: Column::GpuMemory, name: "gpu_memory", heading: "VRAM", width: (7, 16), sort: Some(SortKey::Measure(Measure::GpuMemory)), right: true, what: "memory of the fullest GPU" },
    ColumnInfo { column: Column::Cpu, name: "cpu", heading: "CPU", width: (7, 16), sort: Some(SortKey::Measure(Measure::Cpu)), right: true, what: "use of the processor" },
    ColumnInfo { column: Column::Memory, name: "memory", heading: "RAM", width: (7, 16), sort: Some(SortKey::Measure(Measure::Memory)), right: true, what: "use of the memory" },
    ColumnInfo { column: Column::Wear, name: "wear", heading: "WEAR", width: (5, 5), sort: Some(SortKey::Measure(Measure::Wear)), right: true, what: "wear of the most worn drive" },
    ColumnInfo { column: Column::Temperature, name: "temperature", heading: "TEMP", width: (5, 5), sort: Some(SortKey::Measure(Measure::Temperature)), right: true, what: "highest temperature" },
    ColumnInfo { column: Column::Disk, name: "disk", heading: "DISK", width: (7, 16), sort: Some(SortKey::Measure(Measure::Disk)), right: true, what: "fullest file system" },
    ColumnInfo { column: Column::Services, name: "services", heading: "SVC", width: (6, 7), sort: Some(SortKey::Measure(Measure::ServicesFailed)), right: true, what: "services that run, of all" },
    ColumnInfo { column: Column::Backup, name: "backup", heading: "BACKUP", width: (6, 8), sort: Some(SortKey::Backup), right: true, what: "age of the latest backup" },
    ColumnInfo { column: Column::Event, name: "event", heading: "LAST EVENT", width: (6, 80), sort: None, right: false, what: "what happened last" },
    ColumnInfo { column: Column::Role, name: "role", heading: "ROLE", width: (8, 16), sort: Some(SortKey::Role), right: false, what: "role of the host" },
    ColumnInfo { column: Column::Groups, name: "groups", heading: "GROUPS", width: (8, 24), sort: None, right: false, what: "groups of the host" },
    ColumnInfo { column: Column::Hops, name: "hops", heading: "HOPS", width: (4, 4), sort: None, right: true, what: "links that its frames cross" },
];

impl Column {
    /// What is shown where the user has not chosen.
    pub const DEFAULT: &[Self] = &[
        Self::Status,
        Self::Host,
        Self::Heard,
        Self::Gpu,
        Self::Cpu,
        Self::Memory,
        Self::Temperature,
        Self::Wear,
        Self::Services,
        Self::Backup,
        Self::Event,
    ];

    /// The columns that hosts can be sorted by.
    pub(crate) fn sortable(columns: &[Self]) -> Vec<Self> {
        columns.iter().copied().filter(|column| column.info().sort.is_some()).collect()
    }

    /// Every column there is.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        COLUMNS.iter().map(|info| info.column)
    }

    pub(crate) fn info(self) -> &'static ColumnInfo {
        static UNKNOWN: ColumnInfo = ColumnInfo {
            column: Column::Status,
            name: "",
            heading: "",
            width: (0, 0),
            sort: None,
            right: false,
            what: "",
        };
        COLUMNS.iter().find(|info| info.column == self).unwrap_or(&UNKNOWN)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(info) = COLUMNS.iter().find(|info| info.name == text) {
            return Ok(info.column);
        }
        let names: Vec<&str> = COLUMNS.iter().map(|info| info.name).collect();
        Err(format!("no column {text:?}: there are {}", names.join(", ")))
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_itself_and_by_its_name() {
        for column in Column::all() {
            assert_eq!(column.info().column, column);
            assert_eq!(column.to_string().parse(), Ok(column));
        }
        assert!(Column::all().is_sorted(), "in the order of the columns, so that none is forgotten");
    }

    #[test]
    fn the_usual_columns_fit_the_smallest_screen() {
        let gaps = Column::DEFAULT.len() - 1;
        let width: u16 = Column::DEFAULT.iter().map(|column| column.info().width.0).sum();
        assert!(usize::from(width) + gaps < 80, "{width} and {gaps}");
    }
}
