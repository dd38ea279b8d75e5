//! One network interface: its line of `/proc/net/dev` (proc_pid_net(5)) and its directory in `/sys/class/net`
//! (`Documentation/ABI/testing/sysfs-class-net`).

use std::path::Path;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::network as rows;
use rustix::io::Errno;

use crate::collector::CollectError;
use crate::file::{Buffer, KeptFile, read_once};
use crate::rate::{Progress, Rate, float};
use crate::sample::Sample;

/// What is remembered of an interface.
#[derive(Debug)]
pub(super) struct Interface {
    pub(super) kind: Kind,
    port: Option<String>,
    carrier: KeptFile,
    speed: KeptFile,
    receive: Rate,
    transmit: Rate,
    /// What the line of this pass says.
    traffic: Traffic,
    receiving: Progress,
    transmitting: Progress,
    /// The link as it was when its speed was read, and when to read the speed again.
    speed_read_with: Option<bool>,
    speed_due_ms: u64,
    bits_per_second: Result<f64, Absence>,
}

/// What stands behind an interface, which decides whether it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A device of its own.
    Physical,
    /// A tunnel of a program or of WireGuard, whose traffic means something by itself.
    Tunnel,
    /// An end of a pair, a bridge, a bond, a VLAN: the traffic passes a physical interface or stays within the
    /// host. In a container, which has no physical ones, such an end is the way out.
    Virtual,
    /// The loopback, a virtual function lent to a guest, and ends of tunnels that the kernel provides unasked.
    Internal,
}

impl Interface {
    /// The interface `name` of `class`, the directory `/sys/class/net`.
    pub(super) fn new(class: &Path, name: &str) -> Self {
        let directory = class.join(name);
        Self {
            kind: Kind::of(&directory, name),
            port: read_once(&directory.join("phys_port_name")).ok().filter(|port| !port.is_empty()),
            carrier: KeptFile::new(directory.join("carrier")),
            speed: KeptFile::new(directory.join("speed")),
            receive: Rate::default(),
            transmit: Rate::default(),
            traffic: Traffic::default(),
            receiving: Progress::First,
            transmitting: Progress::First,
            speed_read_with: None,
            speed_due_ms: 0,
            bits_per_second: Err(Absence::Unsupported),
        }
    }

    pub(super) fn advance(&mut self, traffic: Traffic, now_ms: u64) {
        self.receiving = self.receive.advance(traffic.receive_bytes, now_ms);
        self.transmitting = self.transmit.advance(traffic.transmit_bytes, now_ms);
        self.traffic = traffic;
    }

    /// Whether to tell of it in this pass; `is_guest` where no interface is physical.
    pub(super) fn is_shown(&self, is_guest: bool) -> bool {
        let is_wanted = match self.kind {
            Kind::Physical | Kind::Tunnel => true,
            Kind::Virtual => is_guest,
            Kind::Internal => false,
        };
        is_wanted && self.receiving != Progress::First
    }

    pub(super) fn emit(&mut self, name: &str, buffer: &mut Buffer, sample: &mut Sample) {
        let labels = &[name];
        self.receiving.tell(sample, &rows::RECEIVE, labels);
        self.transmitting.tell(sample, &rows::TRANSMIT, labels);
        sample.number(&rows::ERRORS, labels, float(self.traffic.errors));
        sample.number(&rows::DROPS, labels, float(self.traffic.drops));
        let has_carrier = self.read_carrier(buffer);
        match has_carrier {
            Ok(has_carrier) => sample.number(&rows::CARRIER, labels, f64::from(u8::from(has_carrier))),
            Err(absence) => sample.absent(&rows::CARRIER, labels, absence),
        }
        if sample.now_ms() >= self.speed_due_ms || has_carrier.ok() != self.speed_read_with {
            self.speed_due_ms = sample.now_ms() + SPEED_INTERVAL_MS;
            self.speed_read_with = has_carrier.ok();
            self.bits_per_second = self.read_speed(buffer);
        }
        match self.bits_per_second {
            Ok(speed) => sample.number(&rows::SPEED, labels, speed),
            Err(absence) => sample.absent(&rows::SPEED, labels, absence),
        }
        if let Some(port) = &self.port {
            sample.text(&rows::PORT, labels, port);
        }
    }

    /// An interface that is switched off has no link; its file says so with EINVAL.
    fn read_carrier(&mut self, buffer: &mut Buffer) -> Result<bool, Absence> {
        match self.carrier.read_number(buffer) {
            Ok(carrier) => Ok(carrier == 1),
            Err(error) if is_invalid(&error) => Ok(false),
            Err(error) => Err(error.absence()),
        }
    }

    /// The file gives Mbit/s. Without a link, or on a radio, it says -1 or EINVAL.
    fn read_speed(&mut self, buffer: &mut Buffer) -> Result<f64, Absence> {
        match self.speed.read_number(buffer).map(u32::try_from) {
            Ok(Ok(megabits @ 1..)) if megabits < u32::MAX => Ok(f64::from(megabits) * 1e6),
            Ok(_) => Err(Absence::Unsupported),
            Err(error) if is_invalid(&error) => Err(Absence::Unsupported),
            Err(error) => Err(error.absence()),
        }
    }
}

impl Kind {
    fn of(directory: &Path, name: &str) -> Self {
        if name == "lo" || directory.join("device/physfn").exists() {
            return Self::Internal;
        }
        if directory.join("device").exists() {
            return Self::Physical;
        }
        match read_once(&directory.join("type")).as_deref() {
            Ok(ARPHRD_NONE) => Self::Tunnel,
            Ok(ARPHRD_ETHER) | Err(_) => Self::Virtual,
            Ok(_) => Self::Internal,
        }
    }
}

fn is_invalid(error: &CollectError) -> bool {
    matches!(error, CollectError::Read { source, .. } if Errno::from_io_error(source) == Some(Errno::INVAL))
}

/// The counters of an interface that are used here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traffic {
    pub(super) receive_bytes: u64,
    pub(super) transmit_bytes: u64,
    /// Both ways.
    pub(super) errors: u64,
    /// Both ways.
    pub(super) drops: u64,
}

/// ` eth0: bytes packets errs drop fifo frame compressed multicast bytes packets errs drop` and more.
pub(super) fn parse(line: &str) -> Option<(&str, Traffic)> {
    let (name, counters) = line.split_once(':')?;
    let mut words = counters.split_ascii_whitespace();
    let receive_bytes = words.next()?.parse().ok()?;
    let receive_errors: u64 = words.nth(1)?.parse().ok()?;
    let receive_drops: u64 = words.next()?.parse().ok()?;
    let transmit_bytes = words.nth(4)?.parse().ok()?;
    let transmit_errors = words.nth(1)?.parse().ok()?;
    let transmit_drops = words.next()?.parse().ok()?;
    let errors = receive_errors.saturating_add(transmit_errors);
    let drops = receive_drops.saturating_add(transmit_drops);
    Some((name.trim_ascii(), Traffic { receive_bytes, transmit_bytes, errors, drops }))
}

/// `ARPHRD_NONE` and `ARPHRD_ETHER` of `linux/if_arp.h`, as `type` gives them. TUN devices and WireGuard are NONE.
const ARPHRD_NONE: &str = "65534";
const ARPHRD_ETHER: &str = "1";

/// Reading a speed asks the driver, which may ask the device.
const SPEED_INTERVAL_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn adds_up_both_ways() {
        let line = "  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0";
        let traffic = Traffic { receive_bytes: 1000, transmit_bytes: 2000, errors: 4, drops: 6 };
        assert_eq!(parse(line), Some(("eth0", traffic)));
    }

    #[test]
    fn a_name_may_touch_its_first_number() {
        assert_eq!(parse("eth0:1000 10 1 2 0 0 0 0 2000 20 3 4").unwrap().0, "eth0");
    }

    #[test]
    fn the_heading_is_no_interface() {
        assert_eq!(
            parse("Inter-|   Receive                                                |  Transmit"),
            None
        );
        assert_eq!(parse(" face |bytes    packets errs drop fifo frame compressed multicast|bytes"), None);
    }

    proptest! {
        #[test]
        fn any_line_parses_or_is_refused(line: String, words: Vec<u64>) {
            parse(&line);
            let counters: String = words.iter().map(|word| format!(" {word}")).collect();
            parse(&format!("x:{counters}"));
        }
    }
}
