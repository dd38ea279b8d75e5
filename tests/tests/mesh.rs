//! The main job with real programs: readings of one host cross a mesh of three.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use grapevine_sub::{Record, Recording};
use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, command};
use serde_json::Value;

const CHAIN: [(&str, &str); 2] = [("a", "b"), ("b", "c")];
const TRIANGLE: [(&str, &str); 3] = [("a", "b"), ("b", "c"), ("a", "c")];

/// A chain of running agents.
fn chain() -> Option<(Lab, [Running; 3])> {
    let lab = Lab::new(&["a", "b", "c"], &CHAIN)?;
    let agents = [lab.agent("a", &["b"], ""), lab.agent("b", &["a", "c"], ""), lab.agent("c", &["b"], "")];
    Some((lab, agents))
}

fn position(row: &Value) -> (u64, u64) {
    (row["epoch"].as_u64().unwrap(), row["sequence"].as_u64().unwrap())
}

#[test]
fn a_filled_tmpfs_on_a_shows_at_c_two_hops_away() {
    let Some(lab) = Lab::new(&["a", "b", "c"], &CHAIN) else { return };
    let mount = lab.path("filling");
    std::fs::create_dir(&mount).unwrap();
    let config = lab.agent_config("a", &["b"], "");
    // A namespace's programs have mounts of their own: only this agent sees the tmpfs.
    let script = "mount -t tmpfs -o size=64m tmpfs \"$1\" && exec \"$2\" run --config \"$3\"";
    let agent = Running::start(lab.on("a").args(["sh", "-c", script, "sh"]).args([
        &mount,
        &grapevine_tests::programs::agent(),
        &config,
    ]));
    let _others = [lab.agent("b", &["a", "c"], ""), lab.agent("c", &["b"], "")];

    let (_tail, lines) = lab.tail("c", &["--host", "a", "--metric", "memory.tmpfs.used"]);
    let is_ours = |row: &Value| row["labels"]["mount"] == mount.to_str().unwrap();
    let before = lines.wait_for_json("empty tmpfs", 20, is_ours);
    assert_eq!((before["value"].as_f64(), before["hops"].as_u64()), (Some(0.0), Some(2)));

    let fill = format!("of={}", mount.join("fill").display());
    let filled = command("nsenter")
        .args([
            "--mount",
            "--target",
            &agent.id().to_string(),
            "dd",
            "if=/dev/zero",
            "bs=1M",
            "count=32",
            &fill,
        ])
        .output()
        .unwrap();
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let after =
        lines.wait_for_json("filled tmpfs", 10, |row| is_ours(row) && row["value"].as_f64() > Some(32e6));
    assert_eq!((after["hops"].as_u64(), after["unit"].as_str()), (Some(2), Some("bytes")));
    assert!(position(&after) > position(&before));
}

#[test]
fn a_busy_loop_on_a_shows_at_c_two_hops_away() {
    let Some((lab, _agents)) = chain() else { return };
    let (_tail, lines) = lab.tail("c", &["--host", "a", "--metric", "cpu.use"]);
    let first = lines.wait_for_json("cpu.use", 20, |row| row["value"].is_number());
    let cores = std::thread::available_parallelism().unwrap().get();
    let _busy: Vec<Running> =
        (0..cores).map(|_| Running::start(lab.on("a").args(["sh", "-c", "while :; do :; done"]))).collect();
    let busy = lines.wait_for_json("busy cores", 20, |row| row["value"].as_f64() >= Some(90.0));
    assert_eq!((first["hops"].as_u64(), busy["hops"].as_u64()), (Some(2), Some(2)));
    assert_eq!(busy["unit"], "percent");
}

#[test]
fn the_mesh_is_whole_again_3_s_after_its_middle_was_killed_and_restarted() {
    let Some((lab, [_a, b, _c])) = chain() else { return };
    let (_tail, lines) = lab.tail("c", &["--host", "a"]);
    let mut shown = Shown::default();
    lines.wait_for_json("a's readings", 20, |row| shown.take(row) && shown.sequences() >= 2);
    b.kill();
    let before = shown.newest;
    let _b = lab.agent("b", &["a", "c"], "");
    let restarted = Instant::now();
    lines.wait_for_json("a's readings through the new b", 20, |row| shown.take(row) && shown.newest > before);
    let healed = restarted.elapsed();
    assert!(healed < Duration::from_secs(3), "healed after {healed:?}");
    lines.wait_for_json("more of a", 20, |row| shown.take(row) && shown.sequences() >= 6);
    let hosts = lab.hosts_until("c", "three fresh hosts", 10, |hosts| {
        hosts.len() == 3 && hosts.values().all(|host| host["state"] == "fresh")
    });
    assert_eq!(hosts["a"]["hops"], 2);
    assert_eq!(hosts["b"]["epoch"], 2, "b's second run");
}

/// What a tail has shown of one host, checked line by line: no step back, no reading twice.
#[derive(Default)]
struct Shown {
    newest: (u64, u64),
    sequences: usize,
    readings: BTreeMap<String, (u64, u64)>,
}

impl Shown {
    fn take(&mut self, row: &Value) -> bool {
        let at = position(row);
        assert!(at >= self.newest, "sequence went back from {:?} to {at:?}", self.newest);
        self.sequences += usize::from(at > self.newest);
        self.newest = at;
        let reading = format!("{}{}", row["metric"], row["labels"]);
        let before = self.readings.insert(reading, at);
        assert!(before < Some(at), "shown twice at {at:?}: {row}");
        true
    }

    fn sequences(&self) -> usize {
        self.sequences
    }
}

#[test]
fn a_restart_of_a_shows_as_a_new_epoch_and_its_leave_before() {
    let Some((lab, [a, _b, _c])) = chain() else { return };
    let before = lab.hosts_until("c", "a", 20, |hosts| hosts.contains_key("a"));
    assert_eq!((&before["a"]["epoch"], &before["a"]["state"]), (&Value::from(1), &Value::from("fresh")));
    assert_eq!(a.terminate(), Some(0));
    lab.hosts_until("c", "leave of a", 10, |hosts| hosts["a"]["state"] == "left");
    let _a = lab.agent("a", &["b"], "");
    let after = lab.hosts_until("c", "a's new epoch", 20, |hosts| hosts["a"]["epoch"] == 2);
    assert_eq!(after["a"]["origin"], before["a"]["origin"], "the key stays");
    assert_eq!(after["a"]["state"], "fresh");
}

#[test]
fn an_agent_that_lost_its_epochs_goes_on_above_them() {
    let Some((lab, [a, _b, _c])) = chain() else { return };
    lab.hosts_until("c", "a", 20, |hosts| hosts.contains_key("a"));
    a.kill();
    std::fs::remove_file(lab.path("a").join("epoch")).unwrap();
    let a = lab.agent("a", &["b"], "");
    let is_later = |hosts: &BTreeMap<String, Value>| {
        hosts["a"]["epoch"].as_u64() > Some(1) && hosts["a"]["state"] == "fresh"
    };
    lab.hosts_until("c", "a's later epoch", 20, is_later);
    assert_eq!(a.terminate(), Some(0));
}

#[test]
fn an_agent_set_back_to_an_earlier_state_jumps_above_what_the_network_remembers() {
    let Some((lab, [a, _b, _c])) = chain() else { return };
    let (_tail, lines) = lab.tail("c", &["--host", "a"]);
    lines.wait_for_json("some frames of a", 20, |row| position(row).1 >= 4);
    a.kill();
    std::fs::write(lab.path("a").join("epoch"), "0\n").unwrap();
    let a = lab.agent("a", &["b"], "");
    lab.hosts_until("c", "a's jump", 20, |hosts| hosts["a"]["epoch"] == 2 && hosts["a"]["state"] == "fresh");
    assert_eq!(a.terminate(), Some(0));
    assert_eq!(std::fs::read_to_string(lab.path("a").join("epoch")).unwrap(), "2\n");
}

#[test]
fn a_redundant_link_loses_nothing_and_a_ring_does_not_loop() {
    let Some(lab) = Lab::new(&["a", "b", "c"], &TRIANGLE) else { return };
    let _a = lab.agent("a", &["b", "c"], "");
    let b = lab.agent("b", &["a", "c"], "");
    let _c = lab.agent("c", &["a", "b"], "");
    let file = lab.path("c.recording");
    lab.hosts_until("c", "three hosts", 20, |hosts| hosts.len() == 3);
    let (tail, lines) = lab.tail("c", &["--host", "a", "--record", file.to_str().unwrap()]);
    let first = lines.wait_for_json("a", 20, |_| true);
    lines.wait_for_json("a in the ring", 20, |row| position(row).1 >= position(&first).1 + 3);
    b.kill();
    lines.wait_for_json("a without b", 20, |row| position(row).1 >= position(&first).1 + 8);
    assert_eq!(tail.terminate(), Some(0));

    let records: Vec<Record> = Recording::open(&file).unwrap().map(Result::unwrap).collect();
    let frames: Vec<_> =
        records.iter().map(|record| grapevine_proto::Frame::parse(record.frame.clone()).unwrap()).collect();
    let mut of_hosts: BTreeMap<_, Vec<(u32, u8)>> = BTreeMap::new();
    for frame in &frames {
        of_hosts.entry(frame.origin()).or_default().push((frame.position().sequence, frame.hop_count()));
    }
    assert!(!of_hosts.is_empty());
    for (origin, frames) in &of_hosts {
        let sequences: Vec<u32> = frames.iter().map(|(sequence, _)| *sequence).collect();
        assert!(sequences.is_sorted_by(|a, b| a < b), "{origin}: each frame once, in order: {sequences:?}");
        // The first two are the snapshot: the keyframe and the newest delta.
        let live = &sequences[2.min(sequences.len())..];
        assert!(live.is_sorted_by(|a, b| a + 1 == *b), "{origin}: none is missing: {live:?}");
        assert!(frames.iter().all(|(_, hops)| *hops <= 2), "{origin}: {frames:?}");
    }
}

#[test]
fn a_hop_limit_of_one_stops_at_the_neighbour() {
    let Some(lab) = Lab::new(&["a", "b", "c"], &CHAIN) else { return };
    let _a = lab.agent("a", &["b"], "hop_limit = 1");
    let (mut b, _c) = (lab.agent("b", &["a", "c"], ""), lab.agent("c", &["b"], ""));
    let (_tail, lines) = lab.tail("c", &["--host", "b", "--metric", "agent.hop_limit_drops"]);
    // Says how many frames stopped at b: that they got so far, and no further.
    lines.wait_for_json("frames that stop at b", 20, |row| row["value"].as_f64() >= Some(3.0));
    let warned = Lines::of(b.stderr()).wait_for("warning", 10, |line| line.contains("frames end here"));
    assert!(warned.contains("host=\"a\"") && warned.contains("hop_limit=1"), "{warned}");
    let at_b = lab.hosts_until("b", "a", 10, |hosts| hosts.contains_key("a"));
    assert_eq!(at_b["a"]["hops"], 1);
    let at_c = lab.hosts_until("c", "b", 10, |hosts| hosts.contains_key("b"));
    assert!(!at_c.contains_key("a"), "{at_c:?}");
}

#[test]
fn a_dashboard_gets_the_last_minutes_of_a_host_that_was_killed_before_it_came() {
    let Some(lab) = Lab::new(&["a", "b"], &CHAIN[..1]) else { return };
    let (_a, b) = (lab.agent("a", &["b"], ""), lab.agent("b", &["a"], ""));
    let (live, lines) = lab.tail("a", &["--host", "b", "--metric", "agent.version"]);
    let first = lines.wait_for_json("b", 20, |_| true);
    drop(live);
    let (_live, lines) = lab.tail("a", &["--host", "b"]);
    let last = lines.wait_for_json("more of b", 20, |row| position(row).1 >= position(&first).1 + 5);
    b.kill();
    lab.hosts_until("a", "b's death", 20, |hosts| hosts["b"]["state"] == "dead");

    let began = Instant::now();
    let (_tail, lines) = lab.tail("a", &["--past", "--host", "b"]);
    let mut told = BTreeMap::new();
    lines.wait_for_json("b's past", 20, |row| {
        told.insert(position(row), row["age_ms"].as_u64().unwrap());
        told.contains_key(&position(&last)) && told.len() >= 5
    });
    eprintln!(
        "{} frames of b's past, {:?} after a dashboard was started: {told:?}",
        told.len(),
        began.elapsed()
    );
    let ages: Vec<u64> = told.into_values().collect();
    assert!(ages.iter().is_sorted_by(|a, b| a >= b) && ages[0] >= 3000, "{ages:?}");
}

#[test]
fn a_list_of_origins_keeps_others_out_and_two_hosts_of_one_name_are_a_conflict() {
    let Some(lab) = Lab::new(&["a", "b", "c"], &CHAIN) else { return };
    let (a, b) = (lab.agent("a", &["b"], ""), lab.agent("b", &["a"], ""));
    let _c = lab.agent("c", &["b"], "");
    let hosts = lab.hosts_until("c", "three hosts", 20, |hosts| hosts.len() == 3);
    let origin_of_c = hosts["c"]["origin"].as_str().unwrap();
    a.kill();
    assert_eq!(b.terminate(), Some(0));
    // Somebody else with a's name, and b lets only c in.
    std::fs::remove_dir_all(lab.path("a")).unwrap();
    let _a = lab.agent("a", &["b"], "");
    let mut b = lab.agent("b", &["a"], &format!("allow_origins = [{origin_of_c:?}]"));
    // c may tell b of the former a before.
    let is_refusal =
        |line: &str| line.contains("WARN") && line.contains("allow") && line.contains("10.61.0.");
    Lines::of(b.stderr()).wait_for("refusal that names the address of a", 20, is_refusal);
    drop(b);
    let _b = lab.agent("b", &["a"], "");
    let output = || lab.grapevine("c", &["hosts", "--json"]).output().unwrap().stdout;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let rows: Vec<Value> = serde_json::from_slice(&output()).unwrap_or_default();
        let named: Vec<&Value> = rows.iter().filter(|row| row["host"] == "a").collect();
        if named.len() == 2 && named.iter().all(|row| row["conflict"] == true) {
            return;
        }
        assert!(Instant::now() < deadline, "{rows:?}");
    }
}
