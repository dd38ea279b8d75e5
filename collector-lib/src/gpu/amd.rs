//! What the files of an AMD GPU tell (`Documentation/gpu/amdgpu/thermal.rst`, `driver-misc.rst`).

use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

use super::card::Card;
use super::{Figure, Gpu};

/// Reads a card that is awake.
pub(super) fn read(card: &Card) -> Gpu {
    let mut gpu = card.identity("AMD");
    gpu.put(&rows::USE, card.number("device/gpu_busy_percent", 1.0));
    gpu.put(&rows::MEMORY_USE, card.number("device/mem_busy_percent", 1.0));
    put_memory(&mut gpu, card);
    put_errors(&mut gpu, card);
    let sensors = card.sensors();
    if let Some(sensors) = &sensors {
        put_sensors(&mut gpu, card, sensors);
    }
    for (row, label, table) in [
        (&rows::CLOCK_GRAPHICS, "sclk", "device/pp_dpm_sclk"),
        (&rows::CLOCK_MEMORY, "mclk", "device/pp_dpm_mclk"),
    ] {
        let sensor = sensors.as_ref().and_then(|sensors| card.labelled(sensors, "freq", label));
        let clock =
            sensor.map_or(Err(Absence::Unsupported), |sensor| card.number(&format!("{sensor}_input"), 1.0));
        gpu.put(row, clock.or_else(|_| card.text(table).and_then(|table| current_hertz(&table))));
    }
    gpu
}

/// A GPU without memory of its own has a part of the machine's for its own, and maps more of it. That memory is its own
/// follows from who made it, which the driver knows of a card's memory only.
fn put_memory(gpu: &mut Gpu, card: &Card) {
    let total = card.number("device/mem_info_vram_total", 1.0);
    let used = card.number("device/mem_info_vram_used", 1.0);
    gpu.put(&rows::MEMORY_TOTAL, total);
    gpu.put(&rows::MEMORY_USED, used);
    gpu.put(&rows::MEMORY_FREE, total.and_then(|total| Ok((total - used?).max(0.0))));
    gpu.put(&rows::GTT_TOTAL, card.number("device/mem_info_gtt_total", 1.0));
    gpu.put(&rows::GTT_USED, card.number("device/mem_info_gtt_used", 1.0));
    let vendor = card.text("device/mem_info_vram_vendor");
    let is_known =
        |vendor: String| if vendor == "unknown" { Err(Absence::Unsupported) } else { Ok("dedicated") };
    gpu.put_text(&rows::MEMORY_KIND, vendor.and_then(is_known));
}

/// `ue: 0` and `ce: 3`, on cards that watch over their memory.
fn put_errors(gpu: &mut Gpu, card: &Card) {
    let counts = card.text("device/ras/umc_err_count");
    let count = |key: &str| {
        let counts = counts.as_ref().map_err(|absence| *absence)?;
        let count = counts.lines().find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
        count.ok_or(Absence::Failed)
    };
    gpu.put_count(&rows::ECC_CORRECTED, count("ce:"));
    gpu.put_count(&rows::ECC_UNCORRECTED, count("ue:"));
}

fn put_sensors(gpu: &mut Gpu, card: &Card, sensors: &str) {
    let edge = card.labelled(sensors, "temp", "edge").unwrap_or_else(|| format!("{sensors}/temp1"));
    gpu.put(&rows::TEMPERATURE, card.number(&format!("{edge}_input"), MILLI));
    for (row, label) in [(&rows::TEMPERATURE_HOTSPOT, "junction"), (&rows::TEMPERATURE_MEMORY, "mem")] {
        if let Some(sensor) = card.labelled(sensors, "temp", label) {
            gpu.put(row, card.number(&format!("{sensor}_input"), MILLI));
        }
    }
    // The mean where the card measures one, else the power of the moment.
    let power = card.number(&format!("{sensors}/power1_average"), MICRO);
    gpu.put(&rows::POWER, power.or_else(|_| card.number(&format!("{sensors}/power1_input"), MICRO)));
    gpu.put(&rows::POWER_LIMIT, card.number(&format!("{sensors}/power1_cap"), MICRO));
    gpu.put(&rows::FAN, card.number(&format!("{sensors}/pwm1"), 100.0 / PWM_MAX));
}

/// The rate with the star of a table of clock rates: `1: 1095Mhz *`.
fn current_hertz(table: &str) -> Figure<f64> {
    let line = table.lines().find_map(|line| line.trim_end().strip_suffix('*'));
    let rate = line.and_then(|line| line.split_once(':')).map(|(_, rate)| rate.trim().to_ascii_lowercase());
    let megahertz = rate.and_then(|rate| rate.strip_suffix("mhz")?.parse::<u32>().ok());
    megahertz.map(|megahertz| f64::from(megahertz) * 1e6).ok_or(Absence::Failed)
}

const MILLI: f64 = 1e-3;
const MICRO: f64 = 1e-6;

/// The widest pulse, full speed.
const PWM_MAX: f64 = 255.0;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rate_with_the_star_is_the_present_one() {
        assert_eq!(current_hertz("0: 500Mhz \n1: 1095Mhz *\n2: 2400Mhz \n"), Ok(1.095e9));
        assert_eq!(current_hertz("S: 19Mhz *\n0: 500Mhz\n"), Ok(19e6));
        for nothing in ["", "0: 500Mhz\n", "*", "0: 5.5Ghz *\n"] {
            assert_eq!(current_hertz(nothing), Err(Absence::Failed), "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_table_has_a_rate_or_none(table in "[0-9SMhz:* \n]{0,40}") {
            if let Ok(hertz) = current_hertz(&table) {
                prop_assert!(hertz >= 0.0 && hertz.is_finite());
            }
        }
    }
}
