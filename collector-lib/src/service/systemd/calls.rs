//! The calls.

use crate::bus::{Argument, Call};

/// What a call was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing that its answer tells.
    Nothing,
    /// All units that are of use, or those with names that the operator gave.
    List { is_whole: bool },
    /// A property of a unit.
    Property { unit: String, key: &'static str },
    /// All properties of a timer.
    Timer { unit: String },
}

pub(super) fn of_bus<'a>(member: &'a str, arguments: &'a [Argument<'a>]) -> Call<'a> {
    const BUS: &str = "org.freedesktop.DBus";
    Call { destination: BUS, path: "/org/freedesktop/DBus", interface: BUS, member, arguments }
}

pub(super) fn of_manager<'a>(member: &'a str, arguments: &'a [Argument<'a>]) -> Call<'a> {
    Call { destination: SYSTEMD, path: MANAGER_PATH, interface: MANAGER, member, arguments }
}

pub(super) fn of_properties<'a>(path: &'a str, member: &'a str, arguments: &'a [Argument<'a>]) -> Call<'a> {
    Call { destination: SYSTEMD, path, interface: PROPERTIES, member, arguments }
}

/// The signals that are wanted: of units that begin, end or change, and of the manager reading its files anew.
pub(super) const MATCHES: [&str; 7] = [
    "type='signal',sender='org.freedesktop.systemd1',path_namespace='/org/freedesktop/systemd1/unit',\
     interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.systemd1.Unit'",
    "type='signal',sender='org.freedesktop.systemd1',path_namespace='/org/freedesktop/systemd1/unit',\
     interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.systemd1.Service'",
    "type='signal',sender='org.freedesktop.systemd1',path_namespace='/org/freedesktop/systemd1/unit',\
     interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.systemd1.Timer'",
    "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='UnitNew'",
    "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='UnitRemoved'",
    "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
    "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='Reloading'",
];

/// What is asked of a service when it has changed, with the interfaces that have it.
pub(super) const DETAILS: [(&str, &str); 7] = [
    (UNIT, "LoadState"),
    (UNIT, "ActiveState"),
    (UNIT, "SubState"),
    (UNIT, "ActiveEnterTimestamp"),
    (SERVICE, "Result"),
    (SERVICE, "NRestarts"),
    (SERVICE, "ControlGroup"),
];

/// What is asked of a service whose control group cannot be read.
pub(super) const FIGURES: [(&str, &str); 3] =
    [(SERVICE, "MemoryCurrent"), (SERVICE, "CPUUsageNSec"), (SERVICE, "TasksCurrent")];

/// The path of a unit's object: all but letters and digits are written as `_` and two hexadecimal digits.
pub(super) fn path_of(unit: &str) -> String {
    let mut path = String::from(UNIT_PATHS);
    for (at, byte) in unit.bytes().enumerate() {
        if byte.is_ascii_alphabetic() || (byte.is_ascii_digit() && at > 0) {
            path.push(char::from(byte));
        } else {
            path.push('_');
            for digit in [byte >> 4, byte & 15] {
                path.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
            }
        }
    }
    path
}

/// The unit whose object is at `path`.
pub(super) fn unit_at(path: &str) -> Option<String> {
    let mut rest = path.strip_prefix(UNIT_PATHS)?.as_bytes();
    let mut name = Vec::with_capacity(rest.len());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'_' {
            let (digits, after) = rest.split_at_checked(2)?;
            name.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            name.push(*byte);
        }
    }
    String::from_utf8(name).ok()
}

pub(super) const SYSTEMD: &str = "org.freedesktop.systemd1";
pub(super) const MANAGER: &str = "org.freedesktop.systemd1.Manager";
pub(super) const UNIT: &str = "org.freedesktop.systemd1.Unit";
pub(super) const SERVICE: &str = "org.freedesktop.systemd1.Service";
pub(super) const TIMER: &str = "org.freedesktop.systemd1.Timer";
pub(super) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const UNIT_PATHS: &str = "/org/freedesktop/systemd1/unit/";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_systemd() {
        let path = "/org/freedesktop/systemd1/unit/getty_40tty1_2eservice";
        assert_eq!(path_of("getty@tty1.service"), path);
        assert_eq!(path_of("1.service"), "/org/freedesktop/systemd1/unit/_31_2eservice");
    }

    proptest! {
        #[test]
        fn paths_name_units(unit in "\\PC{1,40}", path in ".{0,40}") {
            prop_assert_eq!(unit_at(&path_of(&unit)), Some(unit));
            unit_at(&path);
            unit_at(&format!("{UNIT_PATHS}{path}"));
        }
    }
}
