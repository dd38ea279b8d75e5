//! What the readings of the server cost on the wire.
//!
//! A host with 8 cores, two disks and two interfaces may send 200 bytes of frames a second, signatures included;
//! a GPU and the agent itself need some of that. Days are played with numbers that move by chance, from a fixed
//! seed: what matters is how many readings move past their deadbands and how far, not where they go.

use grapevine_proto::{Composer, HostName, Identity, Moment, OriginKey, Reading, State, Value};

/// How much the readings of a machine move from second to second.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Day {
    /// Nothing happens but the noise of daemons.
    Idle,
    /// Programs run on all cores and use one disk and one interface.
    AtWork,
    /// Everything that can move does so all the time, over its whole range.
    Wild,
}

/// Bytes of frames a second of a host with these readings, averaged over five minutes.
pub(crate) fn bytes_per_second(readings: &[Reading], day: Day) -> usize {
    let key = OriginKey::from_seed(&[7; 32]);
    let host: HostName = "srv01".parse().unwrap();
    let identity = Identity {
        public_key: key.public(),
        host,
        interval_ms: 1000,
        role: "agent".into(),
        groups: Vec::new(),
    };
    let mut composer = Composer::new(key, identity, 32, 1);
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let mut bytes = 0;
    for second in 0..SECONDS {
        let moved: Vec<Reading> =
            readings.iter().map(|reading| move_a_little(reading, day, &mut chance)).collect();
        let frame = composer.frame(moved.iter(), Moment(second * 1000)).unwrap();
        bytes += frame.bytes().len();
    }
    bytes / usize::try_from(SECONDS).unwrap()
}

fn move_a_little(reading: &Reading, day: Day, chance: &mut Chance) -> Reading {
    let Some((least, most)) = range(reading, day) else { return reading.clone() };
    let number = least + chance.up_to(most - least);
    Reading { state: State::Present(Value::Number(number)), ..reading.clone() }
}

/// Between which numbers a reading moves on such a day; none if it stays where it is.
fn range(reading: &Reading, day: Day) -> Option<(f64, f64)> {
    let number = reading.state.number()?;
    let name = reading.metric.name.as_ref();
    let is_first = matches!(reading.labels.iter().next(), Some("nvme0n1" | "eno1"));
    Some(match (name, day) {
        ("cpu.core.use" | "cpu.use" | "cpu.user" | "cpu.system", Day::AtWork) => (0.0, 100.0),
        ("cpu.nice" | "cpu.irq" | "cpu.steal" | "cpu.iowait", Day::AtWork) => (0.0, 2.0),
        ("cpu.frequency" | "cpu.frequency.highest", Day::Idle) => (2.0e9, 2.1e9),
        ("cpu.frequency" | "cpu.frequency.highest", _) => (2e9, 4e9),
        ("cpu.temperature", Day::Idle) => (40.0, 41.0),
        ("cpu.temperature", _) => (60.0, 70.0),
        ("service.cpu", Day::Idle) => (0.0, 0.5),
        ("service.memory" | "service.memory.anonymous", Day::Idle) => (number, number + 1e6),
        ("service.memory", _) => (number, number + 2e7),
        ("service.memory.anonymous", _) => (number, number + 5e6),
        ("service.pressure.cpu" | "service.pressure.memory" | "service.pressure.io", Day::Idle) => (0.0, 0.5),
        ("cpu.cores", _) => return None,
        ("disk.busy", Day::AtWork) if is_first => (0.0, 50.0),
        ("disk.read" | "disk.write", Day::AtWork) if is_first => (1e6, 1e8),
        ("disk.write", Day::Idle) if is_first => (0.0, 40_000.0),
        ("disk.read" | "disk.write", Day::Wild) => (0.0, 2e9),
        ("disk.busy" | "disk.read" | "disk.write", Day::AtWork | Day::Idle) => (0.0, 0.0),
        ("network.receive" | "network.transmit", Day::AtWork) if is_first => (1e6, 1e8),
        ("network.receive" | "network.transmit", Day::Idle | Day::AtWork) if is_first => (200.0, 3000.0),
        ("network.receive" | "network.transmit", Day::Wild) => (0.0, 1e9),
        ("memory.available" | "memory.used" | "memory.cached", Day::Idle) => (number, number + 4e6),
        ("memory.available" | "memory.used" | "memory.cached", _) => (number, number + 4e8),
        ("memory.dirty" | "memory.writeback", Day::Idle) => (0.0, 1e6),
        ("memory.dirty" | "memory.writeback", _) => (0.0, 1e8),
        ("load.avg1" | "load.avg5" | "load.avg15" | "load.tasks.running", Day::Idle) => (0.0, 0.05),
        ("load.avg1" | "load.avg5" | "load.avg15" | "load.tasks.running", _) => (6.0, 10.0),
        _ if name.starts_with("pressure.memory") && !matches!(day, Day::Wild) => (0.0, 0.0),
        _ if name.starts_with("pressure.") && matches!(day, Day::Idle) => (0.0, 0.5),
        _ if name.starts_with("pressure.") && matches!(day, Day::AtWork) => (0.0, 20.0),
        // Read once a minute, and most of it moves once a day.
        _ if name.starts_with("smart.") => return None,
        _ if name.contains("setting") || name.starts_with("disk.space") => return None,
        _ if reading.metric.unit.as_str() == "percent" && matches!(day, Day::Wild) => (0.0, 100.0),
        _ if reading.metric.unit.as_str() == "percent" => (0.0, 2.0),
        _ => return None,
    })
}

/// Numbers by chance: xorshift64 (Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, limit: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let part = u32::try_from(self.0 >> 32).unwrap();
        f64::from(part) / f64::from(u32::MAX) * limit
    }
}

const SECONDS: u64 = 300;
