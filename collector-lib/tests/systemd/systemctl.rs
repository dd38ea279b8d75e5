//! What systemd itself says and does.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use grapevine_collectors::process::{Job, Runner};

/// Runs `systemctl` with these arguments and returns what it prints.
pub(crate) fn systemctl(arguments: &[&str]) -> String {
    let job =
        Job { program: "systemctl", arguments, deadline: Duration::from_secs(30), stdout_bytes_max: 1 << 20 };
    let finished = Runner::default().run(&job).unwrap();
    assert_eq!(finished.code, Some(0), "systemctl {arguments:?}: {}", finished.complaint);
    String::from_utf8(finished.stdout).unwrap()
}

/// Makes a service with these settings that a target wants, as that of an enabled service does, and starts it without
/// waiting for it. Systemd forgets services that nothing wants as soon as they end.
pub(crate) fn start_enabled(name: &str, settings: &str) {
    let target = Path::new("/run/systemd/system/enabled.target");
    let wants = target.with_added_extension("wants");
    fs::create_dir_all(&wants).unwrap();
    fs::write(target, "[Unit]\nDefaultDependencies=no\n").unwrap();
    symlink(target.with_file_name(name), wants.join(name)).unwrap();
    start(name, settings);
    systemctl(&["start", "--no-block", "enabled.target"]);
}

/// Makes a service with these settings that nothing wants, and starts it without waiting for it.
pub(crate) fn start(name: &str, settings: &str) {
    let content = format!("[Service]\n{settings}\n");
    fs::write(format!("/run/systemd/system/{name}"), content).unwrap();
    systemctl(&["daemon-reload"]);
    systemctl(&["start", "--no-block", name]);
}

/// The properties of a unit.
pub(crate) fn show(unit: &str) -> BTreeMap<String, String> {
    let text = systemctl(&["show", unit]);
    let properties = text.lines().filter_map(|line| line.split_once('='));
    properties.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A property that is a number.
pub(crate) fn number(properties: &BTreeMap<String, String>, key: &str) -> f64 {
    properties[key].parse().unwrap()
}
