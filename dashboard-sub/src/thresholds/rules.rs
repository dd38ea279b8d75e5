//! The rules by which hosts are judged, each with its key in the configuration and its default.

use std::fmt;

use serde::Deserialize;

use super::bounds::Bounds;
use super::severity::Severity;
use crate::glob::Glob;
use crate::status::Panel;

/// Declares rules: those with bounds (key, rule, panel, scale, default), those with a severity, and those without
/// anything to set.
macro_rules! rules {
    (
        bounds { $($(#[doc = $bound_doc:literal])* $bound:ident $bound_rule:ident $bound_panel:ident $scale:literal $bounds:expr;)* }
        severities { $($(#[doc = $case_doc:literal])* $case:ident $case_rule:ident $case_panel:ident $severity:ident;)* }
        fixed { $($(#[doc = $fixed_doc:literal])* $fixed:ident $fixed_rule:ident;)* }
    ) => {
        /// What says that something is not as it should be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $bound_doc])* $bound_rule,)*
            $($(#[doc = $case_doc])* $case_rule,)*
            $($(#[doc = $fixed_doc])* $fixed_rule,)*
        }

        impl Rule {
            /// Its key in the configuration, or the name of one that cannot be set.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$bound_rule => stringify!($bound),)*
                    $(Self::$case_rule => stringify!($case),)*
                    $(Self::$fixed_rule => stringify!($fixed),)*
                }
            }
        }

        /// What the rules say of one host.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Levels {
            $($(#[doc = $bound_doc])* pub $bound: Bounds,)*
            $($(#[doc = $case_doc])* pub $case: Severity,)*
        }

        impl Default for Levels {
            fn default() -> Self {
                Self { $($bound: $bounds,)* $($case: Severity::$severity,)* }
            }
        }

        impl Levels {
            /// All rules that can be set: key, panel, unit or kind, what these levels say, and what it is about.
            pub fn rows(&self) -> Vec<Row> {
                vec![
                    $(Row {
                        key: stringify!($bound),
                        panel: Panel::$bound_panel,
                        level: Level::Bounds(self.$bound),
                        setting: self.$bound.to_string(),
                        help: concat!($($bound_doc),*).trim_start(),
                    },)*
                    $(Row {
                        key: stringify!($case),
                        panel: Panel::$case_panel,
                        level: Level::Severity(self.$case),
                        setting: self.$case.to_string(),
                        help: concat!($($case_doc),*).trim_start(),
                    },)*
                ]
            }

            pub(super) fn change(&mut self, changes: &Changes) {
                $(self.$bound = changes.$bound.unwrap_or(self.$bound);)*
                $(self.$case = changes.$case.unwrap_or(self.$case);)*
            }
        }

        /// What the configuration says otherwise.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(super) struct Changes {
            $($bound: Option<Bounds>,)*
            $($case: Option<Severity>,)*
        }

        /// The table of the configuration.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Table {
            $(#[serde(default, deserialize_with = $scale)] $bound: Option<Bounds>,)*
            $($case: Option<Severity>,)*
            #[serde(default)]
            pub(super) overrides: Vec<OverrideTable>,
        }

        /// A table of `overrides`.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct OverrideTable {
            #[serde(default)]
            hosts: Vec<String>,
            #[serde(default)]
            groups: Vec<String>,
            $(#[serde(default, deserialize_with = $scale)] $bound: Option<Bounds>,)*
            $($case: Option<Severity>,)*
        }

        impl Table {
            pub(super) fn changes(&self) -> Changes {
                Changes { $($bound: self.$bound,)* $($case: self.$case,)* }
            }
        }

        impl OverrideTable {
            pub(super) fn hosts(&self) -> Vec<Glob> {
                self.hosts.iter().map(|pattern| Glob::new(pattern)).collect()
            }

            pub(super) fn groups(&self) -> Vec<Glob> {
                self.groups.iter().map(|pattern| Glob::new(pattern)).collect()
            }

            pub(super) fn changes(&self) -> Changes {
                Changes { $($bound: self.$bound,)* $($case: self.$case,)* }
            }
        }
    };
}

rules! {
    bounds {
        /// Use of the processor, in percent.
        cpu_use CpuUse Cpu "super::bounds::percent" Bounds::OFF;
        /// Temperature of the processor, in degrees Celsius. What is hot differs from model to model.
        cpu_temperature CpuTemperature Cpu "super::bounds::celsius" Bounds::OFF;
        /// Memory that is not available, in percent.
        memory_used MemoryUsed Memory "super::bounds::percent" Bounds::new(80.0, 90.0);
        /// Time of the last minute in which all tasks waited for memory, in percent.
        memory_pressure MemoryPressure Pressure "super::bounds::percent" Bounds::OFF;
        /// Use of a GPU, in percent.
        gpu_use GpuUse Gpu "super::bounds::percent" Bounds::new(50.0, 80.0).without_alarm();
        /// Memory of a GPU in use, in percent.
        gpu_memory GpuMemory Gpu "super::bounds::percent" Bounds::new(50.0, 80.0).without_alarm();
        /// Temperature of a GPU, in degrees Celsius.
        gpu_temperature GpuTemperature Gpu "super::bounds::celsius" Bounds::new(60.0, 80.0);
        /// Wear of a drive, in percent of the endurance that its maker promises. At 100 nothing is promised any more.
        drive_wear DriveWear Drive "super::bounds::wear" Bounds::new(70.0, 100.0);
        /// Temperature of a drive, in degrees Celsius. Up to 70 makers of NVMe drives promise full speed; the default of
        /// critical lies between 76, where such a drive slows down, and 83, where it stops (Oracle, Flash Accelerator F320).
        drive_temperature DriveTemperature Drive "super::bounds::celsius" Bounds::new(70.0, 80.0);
        /// Space of a file system in use, in percent of what ordinary users can use.
        disk_space DiskSpace Disk "super::bounds::percent" Bounds::new(80.0, 90.0);
        /// Files of a file system, in percent of those that it has room for: without room for files it is as full.
        disk_inodes DiskInodes Disk "super::bounds::percent" Bounds::new(80.0, 90.0);
        /// Space that the files of a service take, in percent of its quota.
        service_quota ServiceQuota Service "super::bounds::percent" Bounds::new(80.0, 90.0);
    }
    severities {
        /// A host whose frames are late.
        host_late HostLate Host Warning;
        /// Two hosts of the same name.
        name_conflict NameConflict Host Warning;
        /// A GPU that was there and answers no more.
        gpu_lost GpuLost Gpu Critical;
        /// An error (XID) that the driver reported of a GPU while it was watched.
        gpu_error GpuError Gpu Warning;
        /// Errors of a GPU's memory that could not be corrected since the driver was loaded, or a row of it that could
        /// not be replaced.
        gpu_memory_error GpuMemoryError Gpu Critical;
        /// Pages or rows of a GPU's memory that wait for a restart to be replaced.
        gpu_restart GpuRestart Gpu Warning;
        /// A drive that fails its own judgement, is failing by smartctl's, or gives a critical warning (NVMe).
        drive_failing DriveFailing Drive Critical;
        /// A drive with fewer spare blocks than the least of which it warns.
        drive_spare DriveSpare Drive Critical;
        /// A drive that failed its self-test, or has an attribute that announces failure at its threshold.
        drive_suspect DriveSuspect Drive Warning;
        /// A file system that cannot be written.
        disk_read_only DiskReadOnly Disk Warning;
        /// A service that failed, or that systemd cannot load though it is wanted.
        service_failed ServiceFailed Service Critical;
        /// A service that waits for a restart, was restarted lately, or wants maintenance.
        service_degraded ServiceDegraded Service Warning;
        /// A backup job whose last run failed.
        backup_failed BackupFailed Backup Critical;
        /// A backup job whose last success is older than it may be.
        backup_stale BackupStale Backup Critical;
        /// A backup job whose last run gave warnings.
        backup_warned BackupWarned Backup Warning;
    }
    fixed {
        /// A host that is silent or dead: stale.
        host_silent HostSilent;
        /// A host whose agent took leave: unknown.
        host_left HostLeft;
        /// A panel all of whose figures failed or are too old: unknown.
        unread Unread;
        /// A backup job of which no run is known: unknown.
        backup_unknown BackupUnknown;
    }
}

/// What a rule is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// Of a figure.
    Bounds(Bounds),
    /// Of what has no degrees.
    Severity(Severity),
}

/// A rule that can be set, as people look it up.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its key in the configuration.
    pub key: &'static str,
    /// Where its findings show.
    pub panel: Panel,
    /// What it is set to.
    pub level: Level,
    /// The same as in the configuration.
    pub setting: String,
    /// What it judges.
    pub help: &'static str,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
