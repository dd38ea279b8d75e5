//! Snapshots of many versions.

use super::*;
use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Absence, Metric, Value};
use proptest::prelude::*;
use std::path::Path;

fn read(output: &str, roster: &str) -> Result<Vec<Gpu>, String> {
    let entries = json::parse(output).map_err(|error| error.to_string())?;
    let gpus = snapshot::read(&entries, &roster.parse().unwrap(), Path::new("/nonexistent"))?;
    Ok(gpus.into_values().collect())
}

fn gpu(members: &str) -> Gpu {
    let output = format!("[{{\"device_name\": \"NVIDIA T4\"{members}}}]");
    read(&output, "0 0000:01:00.0 awake\n").unwrap().remove(0)
}

fn figure(gpu: &Gpu, row: &'static Metric) -> Result<Value, Absence> {
    gpu.figure(row).unwrap().clone()
}

#[test]
fn what_is_null_or_missing_is_absent() {
    let gpu = gpu(",\"gpu_util\": null, \"temp\": \"[N/A]\", \"power_draw\": 7");
    for (row, absence) in [
        (&rows::USE, Absence::Unsupported),
        (&rows::CLOCK_GRAPHICS, Absence::Unsupported),
        (&rows::MEMORY_TOTAL, Absence::Unsupported),
        (&rows::TEMPERATURE, Absence::Unsupported),
        (&rows::POWER, Absence::Failed),
        (&rows::MEMORY_KIND, Absence::Unsupported),
    ] {
        assert_eq!(figure(&gpu, row), Err(absence), "{}", row.name);
    }
    assert_eq!(gpu.processes, Err(Absence::Unsupported));
    assert_eq!(gpu.text(&rows::BUS), Some("0000:01:00.0"));
}

#[test]
fn a_fan_is_a_share_or_none() {
    assert_eq!(gpu(",\"fan_speed\": \"29%\"").number(&rows::FAN), Some(29.0));
    for other in ["\"1179RPM\"", "\"CPU Fan\"", "null"] {
        assert_eq!(figure(&gpu(&format!(",\"fan_speed\": {other}")), &rows::FAN), Err(Absence::Unsupported));
    }
}

#[test]
fn memory_is_told_in_bytes_or_with_a_unit() {
    for total in ["21457010688", "20463.0 MiB"] {
        let gpu = gpu(&format!(",\"mem_total\": \"{total}\", \"mem_used\": \"0\""));
        assert_eq!(gpu.number(&rows::MEMORY_TOTAL), Some(21_457_010_688.0));
        assert_eq!(gpu.number(&rows::MEMORY_USED), Some(0.0));
        assert_eq!(gpu.text(&rows::MEMORY_KIND), Some("dedicated"));
    }
}

#[test]
fn how_full_memory_is_is_not_how_busy_it_is() {
    assert_eq!(gpu(",\"mem_util\": \"85%\"").figure(&rows::MEMORY_USE), None);
}

#[test]
fn gpus_are_told_apart_by_address_where_there_is_one() {
    let output = "[{\"device_name\": \"NVIDIA B\", \"pci\": \"0000:02:00.0\"}, {\"device_name\": \"AMD Radeon 780M\", \
                  \"pci\": \"0000:03:00.0\"}]";
    let gpus = read(output, "0 0000:01:00.0 awake\n1 0000:02:00.0 awake\n").unwrap();
    assert_eq!(gpus.len(), 1);
    assert_eq!((gpus[0].label.as_str(), gpus[0].text(&rows::NAME)), ("1", Some("NVIDIA B")));
}

#[test]
fn gpus_are_told_apart_by_order_where_there_is_none() {
    let output = "[{\"device_name\": \"Intel Arc A770\"}, {\"device_name\": \"NVIDIA A\"}, {\"device_name\": \"Tesla B\"}]";
    // The one that was plugged in later comes first on the bus.
    let gpus = read(output, "0 0000:02:00.0 awake\n1 0000:01:00.0 awake\n").unwrap();
    let names: Vec<_> = gpus.iter().map(|gpu| (gpu.label.as_str(), gpu.text(&rows::NAME).unwrap())).collect();
    assert_eq!(names, [("1", "NVIDIA A"), ("0", "Tesla B")]);
    let error = read(output, "0 0000:01:00.0 awake\n").unwrap_err();
    assert!(error.contains("2 NVIDIA GPUs without their addresses, and the machine has 1"), "{error}");
}

proptest! {
    #[test]
    fn any_damage_to_a_snapshot_is_read_or_an_error(from in 0_usize..2500, length in 0_usize..40, put in "[\\[{}\",:a]{0,4}") {
        let whole = include_str!("../../../fixtures/two-3090/nvtop.json");
        let from = whole.floor_char_boundary(from);
        let end = whole.floor_char_boundary(from + length);
        let damaged = format!("{}{put}{}", &whole[..from], &whole[end..]);
        drop(read(&damaged, "0 0000:01:00.0 awake\n1 0000:41:00.0 awake\n"));
    }
}
