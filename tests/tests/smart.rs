//! The health of drives, from a stand-in for smartctl to a subscriber, by both ways.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_proto::Absence;
use grapevine_sub::{Host, Options, Subscription};
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command, repository};
use tokio::runtime::Runtime;

/// A folder with a stand-in for smartctl, which answers as the fixtures that it is told.
struct Drives(tempfile::TempDir);

impl Drives {
    /// Drives, each with the fixture that it answers as.
    fn new(drives: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().display();
        let script = format!(
            "#!/bin/sh\nfor last; do :; done\ncase $1 in --scan-open) last=scan ;; esac\n\
             answer={root}/$(basename \"$last\")\n[ -e \"$answer.hangs\" ] && exec sleep 600\ncat \"$answer.json\"\n"
        );
        fs::write(folder.path().join("script"), script).unwrap();
        // `install` writes it in a process of its own: what a child of another test holds open cannot be run.
        let (from, to) = (folder.path().join("script"), folder.path().join("smartctl"));
        assert!(command("install").args(["-m", "755"]).arg(from).arg(to).status().unwrap().success());
        let drives_of = Self(folder);
        let devices: Vec<String> = drives
            .iter()
            .map(|(drive, fixture)| {
                drives_of.answer_as(drive, fixture);
                format!("{{\"name\":\"/dev/{drive}\",\"type\":\"auto\"}}")
            })
            .collect();
        let scan = format!("{{\"smartctl\":{{\"exit_status\":0}},\"devices\":[{}]}}", devices.join(","));
        fs::write(drives_of.path("scan.json"), scan).unwrap();
        drives_of
    }

    fn answer_as(&self, drive: &str, fixture: &str) {
        let fixtures = repository().join("collector-lib/fixtures/drives");
        let new = self.path("new");
        fs::copy(fixtures.join(format!("{fixture}.json")), &new).unwrap();
        fs::rename(new, self.path(&format!("{drive}.json"))).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `grapevine-agent smart` with the stand-in, started by `through`.
    fn spool(&self, through: &[&str], out: &Path) -> Output {
        let agent = programs::agent().display().to_string();
        let smartctl = self.path("smartctl").display().to_string();
        let out = out.display().to_string();
        let mut words = through.to_vec();
        words.extend([&agent, "smart", "--smartctl", &smartctl, "--out", &out]);
        command(words[0]).args(&words[1..]).output().unwrap()
    }

    /// An agent whose collector of drives has this in its table.
    fn agent(&self, table: &str) -> Watched {
        let config = self.path("agent.toml");
        let text = format!(
            "[metrics_agent]\nport = 0\nhost_name = \"{HOST}\"\nstate_dir = {:?}\n\
             [collectors.smart_metrics]\ninterval_ms = 5000\n{table}\n",
            self.path("state")
        );
        fs::write(&config, text).unwrap();
        let mut agent = Running::start(command(programs::agent()).args(["run", "--config"]).arg(config));
        let log = Lines::of(agent.stderr());
        let line = log.wait_for("endpoint", 20, |line| line.contains("endpoint="));
        let endpoint = line.split("endpoint=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        let endpoints = [endpoint.parse().unwrap()];
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let subscription =
            runtime.block_on(async { Subscription::attach(endpoints, Options::default()) }).unwrap();
        Watched { log, agent, runtime, subscription }
    }
}

/// An agent, and what a subscriber sees of it.
struct Watched {
    log: Lines,
    agent: Running,
    runtime: Runtime,
    subscription: Subscription,
}

impl Watched {
    /// Waits until `is_so` holds for the host; the greatest age of its newest frame in the meantime.
    fn wait_for(&self, what: &str, is_so: impl Fn(&Host) -> bool) -> Duration {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut oldest_ms = 0;
        loop {
            if let Some(host) = self.host() {
                oldest_ms = oldest_ms.max(host.age_ms(Instant::now()));
                if is_so(&host) {
                    return Duration::from_millis(oldest_ms);
                }
            }
            assert!(Instant::now() < deadline, "not within a minute: {what}\n{}", self.readings());
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
        }
    }

    fn host(&self) -> Option<Arc<Host>> {
        self.subscription.view().host(HOST).cloned()
    }

    fn readings(&self) -> String {
        let host = self.host();
        let readings = host.iter().flat_map(|host| host.readings());
        let of_drives = readings.filter(|reading| reading.metric.name.starts_with("smart."));
        of_drives
            .map(|reading| format!("{} {:?} {:?}\n", reading.metric.name, reading.labels, reading.state))
            .collect()
    }
}

fn number(host: &Host, metric: &str, disk: &str) -> Option<f64> {
    let reading = host.readings_of(metric).find(|reading| reading.label("disk") == Some(disk))?;
    if reading.state.absence().is_some() { None } else { reading.state.number() }
}

fn absence(host: &Host, metric: &str, disk: &str) -> Option<Absence> {
    host.readings_of(metric).find(|reading| reading.label("disk") == Some(disk))?.state.absence()
}

fn state_is(host: &Host, disk: &str, state: &str) -> bool {
    let mut states = host.readings_of("smart.state");
    states.any(|reading| reading.label("disk") == Some(disk) && reading.state.text() == Some(state))
}

const HOST: &str = "drive-host";

#[test]
fn an_agent_with_the_privilege_asks_and_a_drive_that_hangs_is_nobody_elses_trouble() {
    let drives = Drives::new(&[("nvme0", "nvme-worn"), ("sda", "sata-hdd-bad"), ("sdb", "virtual-disk")]);
    let smartctl = format!("source = \"smartctl\"\nsmartctl = {:?}", drives.path("smartctl"));
    let agent = drives.agent(&smartctl);
    agent.wait_for("readings", |host| {
        number(host, "smart.wear", "nvme0") == Some(130.0)
            && number(host, "smart.sectors.pending", "sda") == Some(168.0)
            && state_is(host, "sdb", "unsupported")
    });
    fs::write(drives.path("sda.hangs"), "").unwrap();
    let oldest = agent.wait_for("the failure", |host| {
        state_is(host, "sda", "failed")
            && absence(host, "smart.sectors.pending", "sda") == Some(Absence::Failed)
    });
    agent.log.wait_for("warning", 20, |line| line.contains("collector fails") && line.contains("sda: "));
    assert_eq!(number(&agent.host().unwrap(), "smart.wear", "nvme0"), Some(130.0));
    println!("while smartctl hung the newest frame was at most {oldest:?} old");
    assert!(oldest <= Duration::from_secs(3), "{oldest:?}");
    drives.answer_as("nvme0", "nvme-failing");
    agent.wait_for("other news", |host| number(host, "smart.passed", "nvme0") == Some(0.0));
    assert_eq!(agent.agent.terminate(), Some(0));
}

#[test]
fn an_agent_without_the_privilege_reads_what_root_left() {
    let drives = Drives::new(&[("nvme0", "nvme-healthy"), ("sda", "sata-hdd-bad")]);
    let out = drives.path("spool");
    let agent = drives.agent(&format!("source = \"files\"\ndirectory = {out:?}\nmax_age_ms = 3600000"));
    let spooled = drives.spool(&[], &out);
    assert!(spooled.status.success(), "{spooled:?}");
    assert_eq!(String::from_utf8_lossy(&spooled.stdout), "2 drives read, 0 not\n");
    agent.wait_for("readings", |host| number(host, "smart.wear", "nvme0") == Some(3.0));
    drives.answer_as("sda", "sata-hdd-standby");
    assert!(drives.spool(&[], &out).status.success());
    agent.wait_for("a disk that sleeps", |host| {
        let kept = host.readings_of("smart.sectors.reallocated").next();
        state_is(host, "sda", "asleep")
            && kept.is_some_and(|kept| {
                kept.state.absence() == Some(Absence::Sleeping) && kept.state.number() == Some(1784.0)
            })
    });
    fs::write(out.join("sda.json"), "{\"json_format_version\":[1,0],\"smartctl\":").unwrap();
    agent.wait_for("half a file", |host| state_is(host, "sda", "failed"));
    agent.log.wait_for("warning", 20, |line| line.contains("sda.json: smartctl gave no JSON, or half of it"));
}

#[test]
fn a_full_disk_leaves_the_old_files_whole() {
    let drives = Drives::new(&[("sda", "nvme-healthy"), ("sdb", "sata-ssd")]);
    let out = drives.path("spool");
    fs::create_dir(&out).unwrap();
    // Room for the small answer, and not for both; the folder is shown once more as its mount is of that program alone.
    let script = "mount -t tmpfs -o size=8k,mode=755 none \"$0\" && { \"$@\"; echo \"status $?\"; ls -A \"$0\"; \
                  cmp \"$0/sda.json\" \"$0/../sda.json\" && echo whole; }";
    let out_name = out.display().to_string();
    if !command("unshare").args(["--mount", "true"]).status().is_ok_and(|status| status.success()) {
        println!("skipped: nothing can be mounted here");
        return;
    }
    let spooled = drives.spool(&["unshare", "--mount", "sh", "-c", script, &out_name], &out);
    let said = String::from_utf8_lossy(&spooled.stdout);
    assert_eq!(said, "status 1\nsda.json\nwhole\n", "{spooled:?}");
    let complaint = String::from_utf8_lossy(&spooled.stderr);
    assert!(complaint.contains("cannot write to") && complaint.contains("No space left"), "{complaint}");
}

#[test]
fn what_reads_drives_for_the_agent_says_what_is_missing() {
    let drives = Drives::new(&[]);
    let out = drives.path("spool");
    fs::remove_file(drives.path("smartctl")).unwrap();
    let spooled = drives.spool(&[], &out);
    assert_eq!(spooled.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&spooled.stderr);
    assert!(complaint.trim_end().ends_with("smartctl is not installed"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn the_shipped_units_read_drives_from_within_their_walls() {
    let drives = Drives::new(&[("nvme0", "nvme-healthy"), ("sda", "sata-hdd-bad")]);
    let agent = programs::agent();
    let (folder, built) = (drives.0.path().display(), agent.parent().unwrap().display());
    let units = repository().join("agent/units");
    let script = format!(
        "set -e\ncp {}/grapevine-smart.* /run/systemd/system/\nmkdir -p $OVER\n\
         printf '[Unit]\\nDefaultDependencies=no\\nConditionVirtualization=\\n[Service]\\n\
         BindReadOnlyPaths={folder} {built}\\nExecStart=\\n\
         ExecStart={} smart --out /run/grapevine-smart --smartctl {folder}/smartctl\\n' > $OVER/over.conf\n\
         systemctl daemon-reload\nsystemctl start grapevine-smart.service\n\
         stat --format '%n %a %u' /run/grapevine-smart /run/grapevine-smart/*\n\
         systemctl start grapevine-smart.timer\nsystemctl is-active grapevine-smart.timer\n",
        units.display(),
        agent.display(),
    )
    .replace("$OVER", "/run/systemd/system/grapevine-smart.service.d");
    let booted = command(repository().join("tests/boot-systemd.sh")).args(["bash", "-c", &script]).output();
    let booted = booted.unwrap();
    if booted.status.code() == Some(77) {
        println!("skipped: {}", String::from_utf8_lossy(&booted.stderr));
        return;
    }
    let expected = "/run/grapevine-smart 755 0\n/run/grapevine-smart/nvme0.json 644 0\n\
                    /run/grapevine-smart/sda.json 644 0\nactive\n";
    assert_eq!(String::from_utf8_lossy(&booted.stdout), expected, "{booted:?}");
}
