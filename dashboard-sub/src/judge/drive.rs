//! Drives: their own judgement, wear, spare blocks, temperature.

use super::Look;
use super::words::percent;
use crate::panel::{Drive, Drives};
use crate::thresholds::{Levels, Rule};

pub(super) fn judge(drives: &Drives<'_>, levels: &Levels, look: &mut Look<'_>) {
    for drive in drives.list.iter().filter(|drive| drive.has_health()) {
        judge_health(drive, levels, look);
    }
    if look.saw_nothing() {
        // Nobody knows of their health, and traffic is all that they tell.
        drives.list.iter().for_each(|drive| look.see(drive.read));
    }
}

/// What a drive told last of its health stays true while it sleeps or cannot be read; its temperature does not.
fn judge_health(drive: &Drive<'_>, levels: &Levels, look: &mut Look<'_>) {
    let name = drive.name;
    look.see(drive.passed);
    judge_verdict(drive, levels, look);
    look.see(drive.wear_percent);
    if let Some(worn) = drive.wear_percent.value {
        look.pass(Rule::DriveWear, levels.drive_wear, worn, name, |worn| {
            format!("{name} is worn {}", percent(worn))
        });
    }
    if let (Some(spare), Some(least)) = (drive.spare_percent.value, drive.spare_threshold_percent.value)
        && spare < least
    {
        look.case(Rule::DriveSpare, levels.drive_spare, name, || {
            format!("{name} has {} of its spare blocks left, less than {}", percent(spare), percent(least))
        });
    }
    look.bound(
        Rule::DriveTemperature,
        levels.drive_temperature,
        drive.temperature_celsius,
        name,
        |celsius| format!("{name} is {celsius:.0} °C hot"),
    );
}

/// What the drive or smartctl says of itself, in the words of `smart.warnings` and `smart.critical_warning`. Errors of the
/// past are no matter of a moment: those of today may stay for years, and more of them are an alarm.
fn judge_verdict(drive: &Drive<'_>, levels: &Levels, look: &mut Look<'_>) {
    let name = drive.name;
    let warns =
        |word: &str| drive.warnings.value.is_some_and(|said| said.split(' ').any(|other| other == word));
    let critical = drive.critical_warning.value.filter(|said| !matches!(*said, "" | "none"));
    if drive.passed.value == Some(0.0) || warns("failing") || critical.is_some() {
        look.case(Rule::DriveFailing, levels.drive_failing, name, || match critical {
            Some(said) => {
                format!("{name} gives a critical warning: {}", said.replace(' ', ", ").replace('_', " "))
            }
            None => format!("{name} fails its own judgement of its health"),
        });
    }
    let suspicion = if warns("prefail") {
        Some("has an attribute at the threshold of failure")
    } else if warns("self_test_failed") {
        Some("failed its self-test")
    } else {
        None
    };
    if let Some(suspicion) = suspicion {
        look.case(Rule::DriveSuspect, levels.drive_suspect, name, || format!("{name} {suspicion}"));
    }
}
