//! What the programs tell, and what they do on bad days.

use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{Roster, Standing};
use grapevine_collectors::process::RunError;
use grapevine_gpu::source::{Source, SourceError};
use grapevine_gpu::sources::nvidia_smi::NvidiaSmiSource;
use grapevine_gpu::sources::nvtop::NvtopSource;
use grapevine_proto::Absence;

use crate::machine::{self, Machine, fixture, state};
use crate::stand_in::Programs;

/// Both programs, and the sources that run them.
struct Sources {
    programs: Programs,
    nvidia_smi: NvidiaSmiSource,
    nvtop: NvtopSource,
}

impl Sources {
    fn of(machine: &Machine) -> Self {
        let programs = Programs::new();
        let nvidia_smi = NvidiaSmiSource::new(programs.runner(), machine.proc());
        let nvtop = NvtopSource::new(programs.runner(), machine.proc());
        Self { programs, nvidia_smi, nvtop }
    }

    fn fails(&mut self, script: &str) -> [SourceError; 2] {
        self.programs.put("nvidia-smi", script);
        self.programs.put("nvtop", script);
        let roster = one();
        [self.nvidia_smi.read(&roster).unwrap_err(), self.nvtop.read(&roster).unwrap_err()]
    }
}

fn one() -> Roster {
    "0 0000:01:00.0 awake\n".parse().unwrap()
}

fn check(name: &str) {
    let mut machine = Machine::new(name);
    let mut sources = Sources::of(&machine);
    let folder = fixture(name);
    sources.programs.print("nvidia-smi", &folder.join("nvidia-smi.xml"));
    machine::check(&machine.pass_by(&mut sources.nvidia_smi), &folder.join("nvidia-smi.txt"));
    sources.programs.print("nvtop", &folder.join("nvtop.json"));
    machine::check(&machine.pass_by(&mut sources.nvtop), &folder.join("nvtop.txt"));
}

#[test]
fn two_graphics_cards() {
    check("two-3090");
}

#[test]
fn a_gpu_that_shares_the_machines_memory() {
    check("gb10");
}

#[test]
fn a_gpu_that_is_split_up() {
    check("h200-mig");
}

#[test]
fn a_gpu_that_is_worn_and_hot() {
    check("t4");
}

#[test]
fn a_gpu_that_falls_off_the_bus_leaves_the_others_alone() {
    let mut machine = Machine::new("two-3090");
    let mut sources = Sources::of(&machine);
    let log = fixture("two-3090").join("nvidia-smi.xml");
    sources.programs.print("nvidia-smi", &log);
    machine.pass_by(&mut sources.nvidia_smi);
    let log = log.display();
    sources.programs.put(
        "nvidia-smi",
        &format!(
            "case \"$*\" in '-q -x -i 00000000:41:00.0') sed 's/0000:01:00.0/0000:99:00.0/' '{log}';;\n\
             *) echo 'Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.'; exit 15;; esac"
        ),
    );
    let readings = machine.pass_by(&mut sources.nvidia_smi);
    assert_eq!(state(&readings, "gpu.state", &["0"]).text(), Some("lost"));
    assert_eq!(state(&readings, "gpu.name", &["0"]).text(), Some("NVIDIA GeForce RTX 3090"));
    assert_eq!(state(&readings, "gpu.power", &["0"]).absence(), Some(Absence::Failed));
    assert_eq!(state(&readings, "gpu.state", &["1"]).text(), Some("ok"));
    assert_eq!(state(&readings, "gpu.power", &["1"]).number(), Some(21.87));
    // Another version goes on without a word of it.
    sources.programs.put("nvidia-smi", &format!("sed 's/0000:01:00.0/0000:99:00.0/' '{log}'"));
    let readings = machine.pass_by(&mut sources.nvidia_smi);
    assert_eq!(state(&readings, "gpu.state", &["0"]).text(), Some("lost"));
    assert_eq!(state(&readings, "gpu.power", &["1"]).number(), Some(21.87));
    // A third writes that in place of every figure.
    sources.programs.put("nvidia-smi", &format!("sed '0,/97 %/s/97 %/[GPU is lost]/' '{log}'"));
    let readings = machine.pass_by(&mut sources.nvidia_smi);
    assert_eq!(state(&readings, "gpu.state", &["0"]).text(), Some("lost"));
    assert_eq!(state(&readings, "gpu.state", &["1"]).text(), Some("ok"));
}

#[test]
fn a_gpu_that_is_lost_from_the_start_is_told_so() {
    let machine = Machine::new("two-3090");
    let mut sources = Sources::of(&machine);
    sources.programs.put(
        "nvidia-smi",
        "echo 'Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error'; exit 255",
    );
    let gpus = sources.nvidia_smi.read(&one()).unwrap();
    assert_eq!(gpus.len(), 1);
    assert_eq!((gpus[0].label.as_str(), gpus[0].standing), ("0", Standing::Lost));
}

#[test]
fn nobody_is_run_while_a_gpu_sleeps() {
    let machine = Machine::new("two-3090");
    let mut sources = Sources::of(&machine);
    let roster: Roster = "0 0000:01:00.0 awake\n1 0000:41:00.0 suspended\n".parse().unwrap();
    for program in ["nvidia-smi", "nvtop"] {
        sources.programs.put(program, &format!("touch '{}'", machine.proc().join("was-run").display()));
    }
    for error in [sources.nvidia_smi.read(&roster).unwrap_err(), sources.nvtop.read(&roster).unwrap_err()] {
        assert!(error.to_string().contains("would wake GPU 1"), "{error}");
    }
    assert!(!machine.proc().join("was-run").exists());
}

#[test]
fn programs_that_are_missing_say_so() {
    let machine = Machine::new("gb10");
    let runner = || std::sync::Arc::new(grapevine_collectors::process::Runner::new("/nonexistent"));
    let errors = [
        NvidiaSmiSource::new(runner(), machine.proc()).read(&one()).unwrap_err(),
        NvtopSource::new(runner(), machine.proc()).read(&one()).unwrap_err(),
    ];
    assert!(
        errors.iter().all(|error| matches!(error, SourceError::Program(RunError::NotFound { .. }))),
        "{errors:?}"
    );
}

#[test]
fn programs_that_hang_are_ended() {
    let machine = Machine::new("gb10");
    let mut sources = Sources::of(&machine);
    let started = Instant::now();
    let errors = sources.fails("sleep 600");
    assert!(
        errors.iter().all(|error| matches!(error, SourceError::Program(RunError::TimedOut { .. }))),
        "{errors:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn programs_that_print_for_ever_are_ended() {
    let machine = Machine::new("gb10");
    let mut sources = Sources::of(&machine);
    let errors = sources.fails("exec cat /dev/zero");
    assert!(
        errors.iter().all(|error| matches!(error, SourceError::Program(RunError::OutputTooLong { .. }))),
        "{errors:?}"
    );
}

#[test]
fn programs_that_print_nonsense_are_not_believed() {
    let machine = Machine::new("gb10");
    let mut sources = Sources::of(&machine);
    for script in [
        "",
        "echo '<nvidia_smi_log>[<</nvidia_smi_log>'",
        "printf '\\377\\376['",
        "echo 'No GPU to monitor.'",
    ] {
        let errors = sources.fails(script);
        assert!(
            errors.iter().all(|error| matches!(error, SourceError::Output { .. })),
            "{script}: {errors:?}"
        );
    }
}

#[test]
fn programs_that_fail_say_why() {
    let machine = Machine::new("gb10");
    let mut sources = Sources::of(&machine);
    let [nvidia_smi, _] =
        sources.fails("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    assert!(matches!(nvidia_smi, SourceError::VersionMismatch), "{nvidia_smi}");
    let [nvidia_smi, _] = sources.fails(
        "echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\"; exit 9",
    );
    assert!(matches!(nvidia_smi, SourceError::DriverNotLoaded), "{nvidia_smi}");
    let [_, nvtop] = sources.fails("echo 'Unhandled error in getopt missing argument' >&2; exit 1");
    assert!(nvtop.to_string().contains("missing argument"), "{nvtop}");
}
