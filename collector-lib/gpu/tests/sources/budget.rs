//! What the readings of GPUs cost on the wire, beside those of the host.
//!
//! Minutes are played with numbers that move by chance, from a fixed seed, as `collector-lib/tests/machines` does.

use grapevine_proto::{Composer, Identity, Moment, OriginKey, PublicKey, Reading, State, Value};

/// Bytes of frames a second that `readings` cost, averaged over five minutes. Whether the GPUs work.
pub(crate) fn bytes_per_second(readings: &[Reading], works: bool) -> usize {
    sum(readings, works) - sum(&[], works)
}

fn sum(readings: &[Reading], works: bool) -> usize {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: "srv01".parse().unwrap(),
        interval_ms: 1000,
        role: "agent".into(),
        groups: Vec::new(),
    };
    let mut composer = Composer::new(OriginKey::from_seed(&[7; 32]), identity, 32, 1);
    let mut chance = 0x2545_f491_4f6c_dd1d;
    let mut bytes = 0;
    for second in 0..SECONDS {
        let moved: Vec<Reading> =
            readings.iter().map(|reading| move_a_little(reading, works, second, &mut chance)).collect();
        bytes += composer.frame(moved.iter(), Moment(second * 1000)).unwrap().bytes().len();
    }
    bytes / usize::try_from(SECONDS).unwrap()
}

fn move_a_little(reading: &Reading, works: bool, second: u64, chance: &mut u64) -> Reading {
    let State::Present(Value::Number(number)) = reading.state else { return reading.clone() };
    let seconds = f64::from(u32::try_from(second).unwrap());
    let (least, most) = match (reading.metric.name.as_ref(), works) {
        ("gpu.use" | "gpu.memory.use" | "gpu.process.use", true) => (60.0, 100.0),
        ("gpu.temperature", true) => (number - 2.0, number + 2.0),
        ("gpu.temperature", false) => (number, number + 1.0),
        ("gpu.power", true) => (number - 30.0, number + 30.0),
        ("gpu.power", false) => (number - 0.5, number + 0.5),
        ("gpu.clock.graphics" | "gpu.clock.sm", true) => (number - 60e6, number + 60e6),
        ("gpu.memory.used" | "gpu.memory.free" | "gpu.process.memory", true) => (number - 1e9, number + 1e9),
        ("gpu.pcie.receive" | "gpu.pcie.transmit", true) => (1e6, 1e9),
        ("gpu.pcie.receive" | "gpu.pcie.transmit", false) => (0.0, 1e5),
        ("gpu.fan", true) => (number - 1.0, number + 1.0),
        ("gpu.energy", _) => {
            let joules = number + seconds * if works { 340.0 } else { 20.0 };
            (joules, joules)
        }
        ("gpu.throttle.power", true) => (number + seconds, number + seconds),
        _ => (number, number),
    };
    // Marsaglia's xorshift64 (2003).
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    let part = f64::from(u32::try_from(*chance >> 32).unwrap()) / f64::from(u32::MAX);
    let state = State::Present(Value::Number(least + part * (most - least)));
    Reading { state, ..reading.clone() }
}

const SECONDS: u64 = 300;
