//! Logs of many versions.

use super::*;
use grapevine_collectors::gpu::Standing;
use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Absence, Metric, Value};
use proptest::prelude::*;
use std::path::Path;

fn roster() -> Roster {
    "0 0000:01:00.0 awake\n1 0000:02:00.0 suspended\n".parse().unwrap()
}

/// The GPU of a log that has `elements` in its element.
fn gpu(elements: &str) -> Gpu {
    let log = format!(
        "<nvidia_smi_log>\n<driver_version>470.1</driver_version>\n<gpu id=\"00000000:01:00.0\">\n{elements}\n</gpu>\n\
         </nvidia_smi_log>"
    );
    let mut gpus = log::read(&log, &roster(), Path::new("/nonexistent")).unwrap();
    assert_eq!(gpus.len(), 1);
    gpus.pop_first().unwrap().1
}

fn figure(gpu: &Gpu, row: &'static Metric) -> Result<Value, Absence> {
    gpu.figure(row).unwrap().clone()
}

fn number(number: f64) -> Result<Value, Absence> {
    Ok(Value::Number(number))
}

#[test]
fn a_log_is_cut_out_of_what_else_is_printed() {
    let output = "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"a.dtd\">\n<nvidia_smi_log>\n</nvidia_smi_log>\n\
                  WARNING: infoROM is corrupted at gpu 0000:01:00.0\n";
    assert_eq!(log::cut_out(output), Some("<nvidia_smi_log>\n</nvidia_smi_log>"));
    assert_eq!(log::cut_out("No devices were found"), None);
    assert_eq!(log::cut_out("</nvidia_smi_log><nvidia_smi_log"), None);
}

#[test]
fn power_has_had_many_names() {
    for (elements, power, limit) in [
        (
            "<power_readings><power_draw>26.78 W</power_draw><power_limit>75.00 W</power_limit>\
             <enforced_power_limit>70.00 W</enforced_power_limit></power_readings>",
            26.78,
            70.0,
        ),
        (
            "<gpu_power_readings><power_draw>27.22 W</power_draw><current_power_limit>72.00 W</current_power_limit>\
             </gpu_power_readings><module_power_readings><power_draw>N/A</power_draw></module_power_readings>",
            27.22,
            72.0,
        ),
        (
            "<gpu_power_readings><average_power_draw>3.97 W</average_power_draw><instant_power_draw>9.99 W\
             </instant_power_draw><current_power_limit>300.00 W</current_power_limit></gpu_power_readings>",
            3.97,
            300.0,
        ),
    ] {
        let gpu = gpu(elements);
        assert_eq!(figure(&gpu, &rows::POWER), number(power));
        assert_eq!(figure(&gpu, &rows::POWER_LIMIT), number(limit));
    }
}

#[test]
fn events_of_the_clocks_were_once_throttling() {
    for word in ["event", "throttle"] {
        let gpu = gpu(&format!(
            "<clocks_{word}_reasons><clocks_{word}_reason_gpu_idle>Not Active</clocks_{word}_reason_gpu_idle>\
             <clocks_{word}_reason_sw_power_cap>Active</clocks_{word}_reason_sw_power_cap>\
             <clocks_{word}_reason_sw_thermal_slowdown>Active</clocks_{word}_reason_sw_thermal_slowdown>\
             </clocks_{word}_reasons>"
        ));
        assert_eq!(gpu.text(&rows::THROTTLE), Some("sw_power_cap sw_thermal"));
    }
    let silent = gpu("<clocks_throttle_reasons>N/A</clocks_throttle_reasons>");
    assert_eq!(figure(&silent, &rows::THROTTLE), Err(Absence::Unsupported));
}

#[test]
fn errors_of_the_memory_are_counted_as_the_version_tells_them() {
    for elements in [
        "<volatile><single_bit><total>3</total></single_bit><double_bit><total>2</total></double_bit></volatile>",
        "<volatile><sram_correctable>1</sram_correctable><sram_uncorrectable>2</sram_uncorrectable>\
         <dram_correctable>2</dram_correctable><dram_uncorrectable>0</dram_uncorrectable></volatile>",
        "<volatile><sram_correctable>N/A</sram_correctable><sram_uncorrectable_parity>1</sram_uncorrectable_parity>\
         <sram_uncorrectable_secded>1</sram_uncorrectable_secded><dram_correctable>3</dram_correctable>\
         <dram_uncorrectable>0</dram_uncorrectable></volatile>",
    ] {
        let gpu = gpu(&format!("<ecc_errors>{elements}</ecc_errors>"));
        assert_eq!(figure(&gpu, &rows::ECC_CORRECTED), number(3.0), "{elements}");
        assert_eq!(figure(&gpu, &rows::ECC_UNCORRECTED), number(2.0), "{elements}");
        assert_eq!(figure(&gpu, &rows::ECC_CORRECTED_EVER), Err(Absence::Unsupported));
    }
    let broken = gpu(
        "<ecc_errors><volatile><sram_correctable>[Unknown Error]</sram_correctable><dram_correctable>3</dram_correctable>\
         </volatile></ecc_errors>",
    );
    assert_eq!(figure(&broken, &rows::ECC_CORRECTED), Err(Absence::Failed), "half of a sum is none");
}

#[test]
fn pages_and_rows_out_of_use() {
    let older = gpu("<retired_pages><multiple_single_bit_retirement><retired_count>2</retired_count>\
         </multiple_single_bit_retirement><double_bit_retirement><retired_count>1</retired_count>\
         </double_bit_retirement><pending_retirement>Yes</pending_retirement></retired_pages>\
         <remapped_rows>N/A</remapped_rows>");
    assert_eq!(figure(&older, &rows::PAGES_RETIRED), number(3.0));
    assert_eq!(figure(&older, &rows::PAGES_PENDING), number(1.0));
    assert_eq!(figure(&older, &rows::ROWS_REMAPPED), Err(Absence::Unsupported));
}

#[test]
fn memory_is_unified_by_what_the_driver_says_of_it() {
    let none = "<fb_memory_usage><total>N/A</total><used>N/A</used></fb_memory_usage>";
    for (elements, expected) in [
        (format!("{none}<addressing_mode>ATS</addressing_mode>"), Ok("unified")),
        (format!("{none}<product_name>NVIDIA GB10</product_name>"), Ok("unified")),
        (format!("{none}<addressing_mode>HMM</addressing_mode>"), Err(Absence::Unsupported)),
        (
            "<fb_memory_usage><total>[Unknown Error]</total></fb_memory_usage><addressing_mode>ATS</addressing_mode>"
                .to_owned(),
            Err(Absence::Failed),
        ),
        (
            "<fb_memory_usage><total>15360 MiB</total></fb_memory_usage><addressing_mode>ATS</addressing_mode>"
                .to_owned(),
            Ok("dedicated"),
        ),
    ] {
        let kind = figure(&gpu(&elements), &rows::MEMORY_KIND);
        assert_eq!(kind, expected.map(|kind| Value::Text(kind.into())), "{elements}");
    }
}

#[test]
fn a_gpu_whose_figures_say_so_is_lost() {
    let gpu = gpu(
        "<product_name>NVIDIA A30</product_name><utilization><gpu_util>[GPU is lost]</gpu_util></utilization>\
         <processes>GPU is lost</processes>",
    );
    assert_eq!(gpu.standing, Standing::Lost);
    assert_eq!(gpu.text(&rows::NAME), Some("NVIDIA A30"));
    assert_eq!(gpu.figure(&rows::USE), None);
    assert_eq!(gpu.processes, Err(Absence::Failed));
}

#[test]
fn a_process_counts_once_for_each_instance_that_it_uses() {
    let entry = |instance: &str, pid: u32, kind: &str, memory: &str| {
        format!(
            "<process_info><gpu_instance_id>{instance}</gpu_instance_id><pid>{pid}</pid><type>{kind}</type>\
\n<process_name>/usr/bin/a b</process_name>\n<used_memory>{memory}</used_memory></process_info>"
        )
    };
    let list = [
        entry("1", 7, "C", "10 MiB"),
        entry("2", 7, "C", "5 MiB"),
        entry("N/A", 8, "C", "3 MiB"),
        entry("N/A", 8, "G", "3 MiB"),
        entry("N/A", 9, "G", "N/A"),
    ];
    let gpu = gpu(&format!("<processes>{}</processes>", list.concat()));
    let processes = gpu.processes.unwrap();
    let memory: Vec<_> = processes.iter().map(|process| (process.pid, process.memory_bytes)).collect();
    let mib = 1_048_576.0;
    assert_eq!(memory, [(7, Ok(15.0 * mib)), (8, Ok(3.0 * mib)), (9, Err(Absence::Unsupported))]);
}

#[test]
fn a_list_of_processes_that_is_not_told_is_none() {
    assert_eq!(gpu("<processes>N/A</processes>").processes, Err(Absence::Unsupported));
    assert_eq!(gpu("").processes, Err(Absence::Unsupported));
    assert_eq!(gpu("<processes>\n</processes>").processes, Ok(Vec::new()));
}

#[test]
fn names_of_processes_may_have_any_character() {
    for name in [
        "sh -c a && b < c",
        "GPU is lost",
        "</process_name><used_memory>9 MiB</used_memory>",
        "a\nb",
        "</gpu>\n<gpu>",
    ] {
        let gpu = gpu(&format!(
            "<utilization>\n<gpu_util>1 %</gpu_util>\n</utilization>\n<processes>\n<process_info>\n<pid>7</pid>\n\
             <process_name>{name}</process_name>\n<used_memory>1 MiB</used_memory>\n</process_info>\n</processes>"
        ));
        assert_eq!(gpu.standing, Standing::Ok, "{name}");
        let processes = gpu.processes.unwrap();
        assert_eq!(processes[0].memory_bytes, Ok(1_048_576.0), "{name}");
        assert_eq!(processes[0].name, Err(Absence::Denied));
    }
}

#[test]
fn gpus_that_nobody_asked_for_are_left_out() {
    let log = "<nvidia_smi_log><gpu id=\"00000000:02:00.0\"/><gpu id=\"00000000:03:00.0\"/><gpu id=\"x\"/><gpu/>\
               </nvidia_smi_log>";
    assert!(log::read(log, &roster(), Path::new("/nonexistent")).unwrap().is_empty());
}

#[test]
fn a_message_says_what_failed() {
    let failure = |code, stdout: &str, complaint: &str| {
        let finished = grapevine_collectors::process::Finished {
            program: PROGRAM.to_owned(),
            code: Some(code),
            stdout: stdout.as_bytes().to_vec(),
            complaint: complaint.to_owned(),
        };
        match failure(&finished) {
            Failure::OfOneGpu => "of one GPU".to_owned(),
            Failure::OfAll(error) => error.to_string(),
        }
    };
    let mismatch =
        failure(18, "Failed to initialize NVML: Driver/library version mismatch\nNVML library: 570.86\n", "");
    assert_eq!(mismatch, SourceError::VersionMismatch.to_string());
    let driver =
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that ...";
    assert_eq!(failure(9, driver, ""), SourceError::DriverNotLoaded.to_string());
    assert_eq!(failure(4, "", "Insufficient Permissions"), SourceError::Denied.to_string());
    assert!(
        failure(12, "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.", "")
            .contains("libnvidia")
    );
    assert_eq!(
        failure(255, "Unable to determine the device handle for GPU0000:41:00.0: Unknown Error\n", ""),
        "of one GPU"
    );
    assert_eq!(failure(15, "", ""), "of one GPU");
    assert!(failure(6, "No devices were found\n", "").contains("No devices were found"));
    assert!(failure(0, "", "").contains("there is no log"));
}

proptest! {
    #[test]
    fn any_damage_to_a_log_is_read_or_an_error(from in 0_usize..4000, length in 0_usize..40, put in "[<>&/\"a ]{0,4}") {
        let whole = include_str!("../../../fixtures/h200-mig/nvidia-smi.xml");
        let from = whole.floor_char_boundary(from);
        let end = whole.floor_char_boundary(from + length);
        let damaged = format!("{}{put}{}", &whole[..from], &whole[end..]);
        let roster: Roster = "0 0000:18:00.0 awake\n".parse().unwrap();
        if let Some(log) = log::cut_out(&damaged) {
            drop(log::read(log, &roster, Path::new("/nonexistent")));
        }
    }

    #[test]
    fn any_nesting_is_read_or_an_error(depth in 0_usize..20_000) {
        let log = format!("<nvidia_smi_log>{}{}</nvidia_smi_log>", "<gpu>".repeat(depth), "</gpu>".repeat(depth));
        drop(log::read(&log, &roster(), Path::new("/nonexistent")));
    }
}
