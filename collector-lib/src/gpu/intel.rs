//! What the files of an Intel GPU tell, by the driver i915 or xe (`Documentation/ABI/testing/sysfs-driver-intel-*`).
//!
//! Neither tells what share of the time the GPU worked, or how much of its memory is used.

use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

use super::card::{Card, Driver};
use super::{Figure, Gpu};
use crate::rate::{Progress, Rate};

/// Reads a card that is awake; none at the first pass of a card whose power takes two.
pub(super) fn read(card: &Card, energy: &mut Rate, now_ms: u64) -> Option<Gpu> {
    let mut gpu = card.identity("Intel");
    if let Some(sensors) = card.sensors() {
        let microjoules = energy_microjoules(card, &sensors);
        let power = match microjoules.map(|microjoules| energy.advance(microjoules, now_ms)) {
            Ok(Progress::First) => return None,
            Ok(Progress::PerSecond(microwatts)) => Ok(microwatts * MICRO),
            Ok(Progress::Broken) => Err(Absence::Failed),
            Err(absence) => Err(absence),
        };
        gpu.put(&rows::POWER, power);
        gpu.put_count(&rows::ENERGY, microjoules.map(|microjoules| microjoules / 1_000_000));
        put_sensors(&mut gpu, card, &sensors);
    }
    let engines = match card.driver {
        Driver::Xe => Engines::of_xe(card),
        Driver::I915 | Driver::Amdgpu => Engines::of_i915(card),
    };
    gpu.put(&rows::CLOCK_GRAPHICS, highest(card, &engines.clocks));
    gpu.put_text(&rows::THROTTLE, throttle_words(card, &engines.throttle));
    put_memory(&mut gpu, card);
    Some(gpu)
}

/// Where a card's engines (GT) tell of themselves.
struct Engines {
    /// Their present clock rates.
    clocks: Vec<String>,
    /// What the paths of their reasons to be slow begin with.
    throttle: Vec<String>,
}

impl Engines {
    fn of_xe(card: &Card) -> Self {
        let tiles = card.numbered("device", "tile");
        let frequencies: Vec<String> = tiles
            .iter()
            .flat_map(|tile| card.numbered(tile, "gt"))
            .map(|engine| format!("{engine}/freq0"))
            .collect();
        Self {
            clocks: frequencies.iter().map(|path| format!("{path}/act_freq")).collect(),
            throttle: frequencies.iter().map(|path| format!("{path}/throttle/")).collect(),
        }
    }

    /// Older kernels tell of the first engine only, in the card's own folder.
    fn of_i915(card: &Card) -> Self {
        let engines = card.numbered("gt", "gt");
        if engines.is_empty() {
            return Self { clocks: vec!["gt_act_freq_mhz".to_owned()], throttle: Vec::new() };
        }
        Self {
            clocks: engines.iter().map(|engine| format!("{engine}/rps_act_freq_mhz")).collect(),
            throttle: engines.iter().map(|engine| format!("{engine}/throttle_")).collect(),
        }
    }
}

/// The highest of the rates, which are in megahertz, and 0 while an engine is off.
fn highest(card: &Card, clocks: &[String]) -> Figure<f64> {
    let rates = clocks.iter().map(|path| card.number(path, 1e6));
    rates.reduce(|a, b| Ok(a?.max(b?))).unwrap_or(Err(Absence::Unsupported))
}

/// The words of `gpu.throttle` in their order.
fn throttle_words(card: &Card, engines: &[String]) -> Figure<String> {
    let is_set = |engine: &String, reason: &str| Ok(card.number(&format!("{engine}{reason}"), 1.0)? > 0.0);
    let status = |engine: &String| is_set(engine, "status").or_else(|_| is_set(engine, "reason_status"));
    let is_slow: Figure<Vec<bool>> = engines.iter().map(status).collect();
    if is_slow?.is_empty() {
        return Err(Absence::Unsupported);
    }
    let applies = |reasons: &[&str]| {
        engines.iter().any(|engine| reasons.iter().any(|reason| is_set(engine, reason) == Ok(true)))
    };
    let words: Vec<&str> =
        THROTTLE_WORDS.iter().filter(|(_, reasons)| applies(reasons)).map(|(word, _)| *word).collect();
    Ok(if words.is_empty() { "none".to_owned() } else { words.join(" ") })
}

/// Of the whole card where it tells that, else of its package.
fn energy_microjoules(card: &Card, sensors: &str) -> Figure<u64> {
    let labelled = ["card", "pkg"].into_iter().find_map(|label| card.labelled(sensors, "energy", label));
    card.count(&format!("{}_input", labelled.unwrap_or_else(|| format!("{sensors}/energy1"))))
}

fn put_sensors(gpu: &mut Gpu, card: &Card, sensors: &str) {
    let package = card.labelled(sensors, "temp", "pkg").unwrap_or_else(|| format!("{sensors}/temp1"));
    gpu.put(&rows::TEMPERATURE, card.number(&format!("{package}_input"), MILLI));
    if let Some(memory) = card.labelled(sensors, "temp", "vram") {
        gpu.put(&rows::TEMPERATURE_MEMORY, card.number(&format!("{memory}_input"), MILLI));
    }
    let limit = card.number(&format!("{sensors}/power1_max"), MICRO);
    // 0 says that there is no limit.
    let limit = limit.and_then(|limit| if limit > 0.0 { Ok(limit) } else { Err(Absence::Unsupported) });
    gpu.put(&rows::POWER_LIMIT, limit);
}

/// Only xe tells, and only of cards that have memory of their own.
fn put_memory(gpu: &mut Gpu, card: &Card) {
    let tiles = card.numbered("device", "tile");
    let sizes = tiles.iter().map(|tile| card.number(&format!("{tile}/physical_vram_size_bytes"), 1.0));
    if let Ok(total) = sizes.sum::<Figure<f64>>()
        && total > 0.0
    {
        gpu.put(&rows::MEMORY_TOTAL, Ok(total));
        gpu.put_text(&rows::MEMORY_KIND, Ok("dedicated"));
    }
}

/// Limits of power, of currents, and of temperatures.
const THROTTLE_WORDS: [(&str, &[&str]); 3] = [
    ("sw_power_cap", &["reason_pl1", "reason_pl2", "reason_pl4"]),
    ("hw_slowdown", &["reason_vr_tdc"]),
    ("hw_thermal", &["reason_thermal", "reason_prochot", "reason_ratl", "reason_vr_thermalert"]),
];

const MILLI: f64 = 1e-3;
const MICRO: f64 = 1e-6;
