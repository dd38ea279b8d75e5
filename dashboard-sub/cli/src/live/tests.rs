//! The screen as text, of hosts that genuine frames describe.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use grapevine_proto::catalogue::{cpu, disk, host, load, memory, network};
use grapevine_proto::{Absence, Reading, State, Value};
use grapevine_sub::{Connection, Endpoint, Follower};

use super::origin::{Origin, reading};
use super::screen::Screen;

/// Seconds since 1970 at which the tests take place; the hosts started a day and an hour before.
const WALL_S: f64 = 1_700_000_000.0 + 90_000.0;

fn number(value: f64) -> State {
    State::Present(Value::Number(value))
}

fn text(value: &str) -> State {
    State::Present(Value::Text(value.to_owned()))
}

/// The readings of a host that is so busy, in percent.
fn machine(busy: f64) -> Vec<Reading> {
    let gib = f64::from(1 << 30);
    let mut readings = vec![
        reading(&host::KERNEL, &[], text("6.12.0")),
        reading(&host::DISTRIBUTION, &[], text("Debian GNU/Linux 13")),
        reading(&host::BOOT_TIME, &[], number(1_700_000_000.0 - 400.0)),
        reading(&cpu::USE, &[], number(busy)),
        reading(&cpu::CORE_USE, &["0"], number(busy)),
        reading(&cpu::CORE_USE, &["1"], number(100.0)),
        reading(&cpu::TEMPERATURE, &[], State::Absent(Absence::Unsupported)),
        reading(&memory::TOTAL, &[], number(32.0 * gib)),
        reading(&memory::USED, &[], number(24.0 * gib)),
        reading(&load::AVG1, &[], number(1.5)),
        reading(&disk::SPACE_USED, &["/"], number(50.0 * gib)),
        reading(&disk::SPACE_AVAILABLE, &["/"], number(50.0 * gib)),
        reading(&disk::SPACE_USED, &["/ho\u{1b}me"], number(95.0 * gib)),
        reading(&disk::SPACE_AVAILABLE, &["/ho\u{1b}me"], number(5.0 * gib)),
        reading(&disk::READ, &["sda"], number(0.0)),
        reading(&disk::WRITE, &["sda"], number(1_048_576.0)),
        reading(&disk::BUSY, &["sda"], number(12.0)),
        reading(&network::RECEIVE, &["eth0"], number(2048.0)),
        reading(&network::RECEIVE, &["lan1"], number(1_048_576.0)),
        reading(&network::TRANSMIT, &["eth0"], number(1024.0)),
    ];
    readings.sort_by_key(|reading| reading.metric.id);
    readings
}

fn screen(hosts: &[(&str, f64)], silent_s: u64, size: (usize, usize)) -> String {
    let now = Instant::now();
    let mut follower = Follower::new();
    for (key, (name, busy)) in (1..).zip(hosts) {
        let frame = Origin::new(name, key).frame_of(&machine(*busy));
        follower.handle_message(name.as_bytes(), frame, now);
    }
    let endpoint = Endpoint::Unix(PathBuf::from("/run/tap.sock"));
    let connection = Connection::Attached { endpoint, since: now };
    let now = now + Duration::from_secs(silent_s);
    let screen = Screen { view: &follower.view(), connection: &connection, now, wall_s: WALL_S };
    screen.render(size.0, size.1, false).join("\n")
}

#[test]
fn several_hosts_are_a_line_each() {
    let expected = "\
grapevine  2 hosts  attached to unix:/run/tap.sock  q quits

HOST         STATE    CPU  MEMORY   TOTAL  LOAD   DISK  FULLEST  RECEIVE     SEND  TEMP       UP  HEARD
srv-01       fresh  !93 %    75 %  32 GiB  1.50  !95 %  /ho�me   1 MiB/s  1 KiB/s     -  1 d 1 h  0.0 s
workstation  fresh    7 %    75 %  32 GiB  1.50  !95 %  /ho�me   1 MiB/s  1 KiB/s     -  1 d 1 h  0.0 s";
    assert_eq!(screen(&[("workstation", 7.0), ("srv-01", 93.0)], 0, (120, 40)), expected);
}

#[test]
fn a_narrow_terminal_shows_the_first_columns() {
    let expected = "\
grapevine  2 hosts  attached to un

HOST         STATE    CPU  MEMORY
srv-01       late   !93 %    75 %
workstation  late     7 %    75 %";
    assert_eq!(screen(&[("workstation", 7.0), ("srv-01", 93.0)], 5, (34, 40)), expected);
}

#[test]
fn a_single_host_is_shown_with_its_parts() {
    let expected = "\
grapevine  1 host  attached to unix:/run/tap.sock  q quits

HOST    STATE   CPU  MEMORY   TOTAL  LOAD   DISK  FULLEST  RECEIVE     SEND  TEMP       UP
srv-01  silent  7 %    75 %  32 GiB  1.50  !95 %  /ho�me   1 MiB/s  1 KiB/s     -  1 d 1 h

Debian GNU/Linux 13 · 6.12.0

cpu     █░░░░░░░░░░░░░░░░░░░   7 %  ▁█
memory  ███████████████░░░░░  75 %  24 GiB of 32 GiB

MOUNT                          USED
/ho�me  ███████████████████░  !95 %  95 GiB of 100 GiB
/       ██████████░░░░░░░░░░   50 %  50 GiB of 100 GiB

DISK   READ    WRITE  BUSY
sda   0 B/s  1 MiB/s  12 %

INTERFACE  RECEIVE     SEND  SPEED  LINK
eth0       2 KiB/s  1 KiB/s      -     -
lan1       1 MiB/s        -      -     -";
    assert_eq!(screen(&[("srv-01", 7.0)], 11, (90, 40)), expected);
}

#[test]
fn what_does_not_fit_is_told() {
    let shown = screen(&[("srv-01", 7.0)], 0, (90, 6));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[5].ends_with("more lines"), "{shown}");
}

#[test]
fn every_line_fits_the_terminal() {
    for width in [10, 30, 50, 80, 100, 200] {
        let shown = screen(&[("srv-01", 93.0)], 0, (width, 100));
        assert!(shown.lines().all(|line| line.chars().count() <= width), "{width}:\n{shown}");
    }
}
