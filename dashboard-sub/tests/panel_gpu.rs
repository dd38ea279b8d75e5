//! GPUs, their instances and processes, and how they are judged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod machine;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu;
use grapevine_sub::{Panel, Status, Thresholds};
use machine::Machine;

/// A GPU with a bit of everything.
fn gpu(machine: Machine, name: &str) -> Machine {
    machine
        .text_of(&gpu::STATE, &[name], "ok")
        .text_of(&gpu::NAME, &[name], "NVIDIA H200")
        .number_of(&gpu::USE, &[name], 10.0)
        .number_of(&gpu::MEMORY_TOTAL, &[name], 1000.0 * MIB)
        .number_of(&gpu::MEMORY_USED, &[name], 100.0 * MIB)
        .number_of(&gpu::TEMPERATURE, &[name], 40.0)
        .number_of(&gpu::XID, &[name], 0.0)
}

const MIB: f64 = 1_048_576.0;

#[test]
fn instances_and_processes_belong_to_their_gpu() {
    let machine = gpu(gpu(Machine::new(), "0"), "1")
        .text_of(&gpu::NAME, &["0/0"], "1g.18gb")
        .number_of(&gpu::USE, &["0/0"], 55.0)
        .text_of(&gpu::PROCESS_NAME, &["0/0", "77"], "train")
        .number_of(&gpu::PROCESS_MEMORY, &["0/0", "77"], MIB)
        .absent(&gpu::PROCESS_NAME, &["1", "77"], Absence::Denied);
    let seen = machine.host();
    let gpus = seen.host.gpus(seen.now);

    assert_eq!(gpus.whole().map(|gpu| gpu.name).collect::<Vec<_>>(), ["0", "1"]);
    let instances: Vec<_> = gpus.instances_of("0").collect();
    assert_eq!(
        instances.iter().map(|gpu| (gpu.name, gpu.parent())).collect::<Vec<_>>(),
        [("0/0", Some("0"))]
    );
    assert_eq!(instances[0].model.value, Some("1g.18gb"));
    let processes: Vec<_> = gpus.processes_of("0/0").collect();
    assert_eq!(processes.len(), 1);
    assert_eq!((processes[0].pid, processes[0].name.value), ("77", Some("train")));
    assert!(!processes[0].use_percent.is_told());
    assert_eq!(gpus.processes.get(("1", "77")).unwrap().name.absence, Some(Absence::Denied));

    let summary = seen.summary();
    assert_eq!(summary.gpu_count.value, Some(2.0));
    assert_eq!(summary.gpu_use_percent.value, Some(55.0), "the instance is the busiest");
    assert_eq!(summary.gpu_memory_percent.value, Some(10.0));
}

#[test]
fn memory_that_is_shared_with_the_processor_is_what_processes_have_of_it() {
    let machine = gpu(Machine::new(), "0")
        .absent(&gpu::POOL_TOTAL, &["0"], Absence::Unsupported)
        .absent(&gpu::MEMORY_TOTAL, &["1"], Absence::Unsupported)
        .text_of(&gpu::MEMORY_KIND, &["1"], "unified")
        .number_of(&gpu::POOL_TOTAL, &["1"], 2000.0 * MIB)
        .number_of(&gpu::POOL_AVAILABLE, &["1"], 100.0 * MIB)
        .number_of(&gpu::POOL_RESIDENT, &["1"], 500.0 * MIB);
    let seen = machine.host();
    let gpus = seen.host.gpus(seen.now);
    assert_eq!(gpus.list.get("1").unwrap().memory_used_percent().value, Some(25.0));
    assert_eq!(gpus.list.get("0").unwrap().memory_used_percent().value, Some(10.0));
}

#[test]
fn heat_has_the_plans_bounds() {
    for (celsius, findings) in [
        (59.0, vec![]),
        (60.0, vec!["warning: GPU 0 is 60 °C hot"]),
        (80.0, vec!["critical: GPU 0 is 80 °C hot"]),
    ] {
        let machine = Machine::new().number_of(&gpu::TEMPERATURE, &["0"], celsius);
        assert_eq!(machine.findings(), findings, "{celsius}");
    }
}

#[test]
fn work_shows_in_its_panel_and_is_no_finding() {
    let memory = |used: f64| {
        let machine = Machine::new().number_of(&gpu::MEMORY_TOTAL, &["0"], 1000.0 * MIB);
        machine.number_of(&gpu::MEMORY_USED, &["0"], used * MIB)
    };
    let work = |percent| Machine::new().number_of(&gpu::USE, &["0"], percent);
    for (machine, status) in [
        (work(49.0), Status::Ok),
        (work(50.0), Status::Warning),
        (work(79.0), Status::Warning),
        (work(80.0), Status::Critical),
        (memory(499.0), Status::Ok),
        (memory(500.0), Status::Warning),
        (memory(799.0), Status::Warning),
        (memory(800.0), Status::Critical),
    ] {
        let assessment = machine.assess();
        assert_eq!(assessment.panel(Panel::Gpu), Some(status));
        assert_eq!((assessment.status, assessment.findings.len()), (Status::Ok, 0));
    }
}

#[test]
fn work_is_a_finding_where_the_operator_sets_bounds_for_it() {
    let thresholds = thresholds("gpu_use = { warning = 30 }\ngpu_memory = { critical = 90, alarm = false }");
    let machine = Machine::new()
        .number_of(&gpu::USE, &["0"], 99.0)
        .number_of(&gpu::MEMORY_TOTAL, &["0"], 1000.0 * MIB)
        .number_of(&gpu::MEMORY_USED, &["0"], 1000.0 * MIB);
    let assessment = machine.host().assess(&thresholds);
    assert_eq!(assessment.findings[0].to_string(), "GPU 0 is used 99 %");
    assert_eq!((assessment.findings.len(), assessment.status), (1, Status::Warning));
    assert_eq!(assessment.panel(Panel::Gpu), Some(Status::Critical));
}

fn thresholds(text: &str) -> Thresholds {
    toml::from_str(text).unwrap()
}

#[test]
fn a_lost_gpu_is_critical_beside_one_that_works() {
    let assessment = gpu(Machine::new(), "0")
        .text_of(&gpu::STATE, &["1"], "lost")
        .absent(&gpu::USE, &["1"], Absence::Failed)
        .assess();
    assert_eq!(assessment.panel(Panel::Gpu), Some(Status::Critical));
    assert_eq!(assessment.findings[0].to_string(), "GPU 1 is lost: it answers no more");
    assert_eq!(assessment.findings[0].subject, "1");
}

#[test]
fn a_gpu_that_sleeps_is_ok_and_one_that_nobody_can_read_unknown() {
    let of = |state, absence| {
        let machine = Machine::new().text_of(&gpu::STATE, &["0"], state);
        machine.absent(&gpu::USE, &["0"], absence).absent(&gpu::TEMPERATURE, &["0"], absence).assess()
    };
    assert_eq!(of("suspended", Absence::Sleeping).status, Status::Ok);
    assert_eq!(of("suspended", Absence::Sleeping).panel(Panel::Gpu), Some(Status::Ok));
    assert_eq!(of("unread", Absence::Failed).panel(Panel::Gpu), Some(Status::Unknown));
    assert_eq!(of("unread", Absence::Failed).status, Status::Unknown);
    assert_eq!(of("ok", Absence::Denied).panel(Panel::Gpu), Some(Status::Unknown));
}

#[test]
fn errors_are_found_by_their_gravity() {
    for (row, value, finding) in [
        (&gpu::XID, 79.0, "warning: the driver reported error (XID) 79 of GPU 0"),
        (&gpu::ECC_UNCORRECTED, 1.0, "critical: memory of GPU 0 has an uncorrected error"),
        (&gpu::ECC_UNCORRECTED, 3.0, "critical: memory of GPU 0 has 3 uncorrected errors"),
        (&gpu::ROWS_FAILED, 1.0, "critical: a row of the memory of GPU 0 could not be replaced"),
        (&gpu::ROWS_PENDING, 1.0, "warning: GPU 0 wants a restart to replace parts of its memory"),
        (&gpu::PAGES_PENDING, 1.0, "warning: GPU 0 wants a restart to replace parts of its memory"),
    ] {
        assert_eq!(gpu(Machine::new(), "0").number_of(row, &["0"], value).findings(), [finding]);
    }
    for row in [&gpu::ECC_CORRECTED, &gpu::ECC_UNCORRECTED_EVER, &gpu::ROWS_REMAPPED, &gpu::PAGES_RETIRED] {
        assert_eq!(gpu(Machine::new(), "0").number_of(row, &["0"], 9.0).findings(), Vec::<String>::new());
    }
}
