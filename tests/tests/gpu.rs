//! An agent on a host with GPUs: what their driver does on bad days harms nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests may panic, and tell what they measure"
)]

use std::time::{Duration, Instant};

use grapevine_proto::Absence;
use grapevine_sub::{Host, HostReading};
use grapevine_tests::gpus::{FakeDriver, GpuHost};
use serde_json::json;

fn reading<'a>(host: &'a Host, metric: &str, gpu: &str) -> Option<HostReading<'a>> {
    host.readings_of(metric).find(|reading| reading.label("gpu") == Some(gpu))
}

fn number(host: &Host, metric: &str, gpu: &str) -> Option<f64> {
    let reading = reading(host, metric, gpu)?;
    if reading.state.absence().is_some() { None } else { reading.state.number() }
}

fn is_absent(host: &Host, metric: &str, gpu: &str, absence: Absence) -> bool {
    reading(host, metric, gpu).is_some_and(|reading| reading.state.absence() == Some(absence))
}

fn state_is(host: &Host, gpu: &str, state: &str) -> bool {
    reading(host, "gpu.state", gpu).is_some_and(|reading| reading.state.text() == Some(state))
}

/// Both cards are read, and the first draws what it should.
fn is_well(host: &Host) -> bool {
    number(host, "gpu.power", "0") == Some(341.3) && number(host, "gpu.power", "1") == Some(21.9)
}

/// Lets the driver do `deed` to whoever asks for power, until `is_noticed`; then it behaves again. The other readings
/// come on time, and the agent does not grow.
fn survive(deed: &str, log: &str, is_noticed: impl Fn(&Host) -> bool) {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), "", false) else { return };
    host.wait_for("readings", is_well);
    let before = GpuHost::own_bytes(host.agent_id()).unwrap();
    host.driver.change(|machine| machine["gpus"][0]["answers"]["nvmlDeviceGetPowerUsage"] = json!(deed));
    let mut oldest = host.wait_for("the failure", is_noticed);
    host.log.wait_for("warning", 20, |line| line.contains("collector fails") && line.contains(log));
    host.driver.change(|_| {});
    oldest = oldest.max(host.wait_for("readings again", is_well));
    let after = GpuHost::own_bytes(host.agent_id()).unwrap();
    println!(
        "{deed}: the newest frame was at most {oldest:?} old; the agent's heap and stacks take {before} bytes, then {after}"
    );
    // Two intervals, and a second of a machine that is busy with other tests.
    assert!(oldest <= Duration::from_secs(3), "the agent's newest frame was {oldest:?} old");
    assert!(after <= before + GROWTH_BYTES_MAX, "the agent grew from {before} to {after} bytes");
}

/// What the heap moves by itself: the agent keeps its frames of the last ten minutes.
const GROWTH_BYTES_MAX: u64 = 256 << 10;

#[test]
fn a_driver_that_hangs_costs_its_own_readings_only() {
    survive("HANG", "took longer", |host| {
        is_absent(host, "gpu.power", "0", Absence::Failed) && state_is(host, "0", "unread")
    });
}

#[test]
fn a_driver_that_crashes_costs_its_own_readings_only() {
    survive("CRASH", "ended with a signal", |host| is_absent(host, "gpu.power", "0", Absence::Failed));
}

#[test]
fn a_driver_that_leaks_is_ended() {
    survive("LEAK", "grew to", |host| is_absent(host, "gpu.use", "0", Absence::Failed));
}

#[test]
fn a_gpu_that_is_lost_leaves_the_other_alone() {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), "", false) else { return };
    host.wait_for("readings", is_well);
    let bus = host.driver.machine["gpus"][0]["bus"].clone();
    host.driver.change(|machine| {
        machine["gpus"][0]["lost"] = json!(true);
        machine["xids"] = json!([{"bus": bus, "xid": 79}]);
    });
    host.wait_for("the loss", |host| {
        state_is(host, "0", "lost")
            && is_absent(host, "gpu.power", "0", Absence::Failed)
            && number(host, "gpu.xid", "0") == Some(79.0)
            && state_is(host, "1", "ok")
            && number(host, "gpu.power", "1") == Some(21.9)
    });
    host.log.wait_for("event", 20, |line| line.contains("GPU does not answer") && line.contains("lost"));
}

#[test]
fn gpus_that_sleep_are_not_even_asked() {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), "", true) else { return };
    host.wait_for("sleep", |host| {
        state_is(host, "0", "suspended") && is_absent(host, "gpu.power", "1", Absence::Sleeping)
    });
    assert!(host.children().is_empty(), "the reader runs though all GPUs sleep");
    host.sleep(false);
    host.wait_for("readings", is_well);
    assert_eq!(host.children().len(), 1);
    host.sleep(true);
    host.wait_for("sleep again", |host| is_absent(host, "gpu.power", "0", Absence::Sleeping));
    let kept = host.host().unwrap();
    assert_eq!(reading(&kept, "gpu.power", "0").unwrap().state.number(), Some(341.3), "what it drew last");
    wait_until("the reader ends", || host.children().is_empty());
}

#[test]
fn gpus_that_sleep_are_read_where_the_operator_wants_that() {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), "wake_suspended = true", true) else {
        return;
    };
    host.wait_for("readings", is_well);
}

#[test]
fn the_reader_ends_with_the_agent() {
    let Some(mut host) = GpuHost::start(FakeDriver::new("gb10"), "", false) else { return };
    host.wait_for("readings", |host| {
        reading(host, "gpu.memory.kind", "0").is_some_and(|reading| reading.state.text() == Some("unified"))
    });
    let [reader] = host.children()[..] else { panic!("one reader") };
    host.kill_agent();
    wait_until("the reader ends", || GpuHost::own_bytes(reader).is_none());
}

#[test]
fn a_library_that_does_not_fit_the_driver_is_told_once() {
    let mut driver = FakeDriver::new("two-3090");
    driver.machine["init"] = json!("LIB_RM_VERSION_MISMATCH");
    driver.change(|_| {});
    let Some(host) = GpuHost::start(driver, "", false) else { return };
    host.wait_for("absence", |host| {
        state_is(host, "0", "unread") && is_absent(host, "gpu.power", "0", Absence::Failed)
    });
    host.log.wait_for("warning", 20, |line| {
        line.contains("collector fails") && line.contains("kernel module are of different versions")
    });
    host.log.stays_without("told again", Duration::from_secs(3), |line| line.contains("different versions"));
}

#[test]
fn a_reader_that_is_missing_is_told_once() {
    let Some(host) = GpuHost::start_with_reader(FakeDriver::new("two-3090"), "/nonexistent/grapevine-gpu")
    else {
        return;
    };
    host.wait_for("absence", |host| {
        state_is(host, "0", "unread") && is_absent(host, "gpu.power", "0", Absence::Failed)
    });
    host.log.wait_for("warning", 20, |line| {
        line.contains("collector fails") && line.contains("/nonexistent/grapevine-gpu is not installed")
    });
    host.log.stays_without("told again", Duration::from_secs(3), |line| line.contains("is not installed"));
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "not within 20 s: {what}");
        std::thread::yield_now();
    }
}
