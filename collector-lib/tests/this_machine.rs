//! All collectors on the machine that runs the tests, whatever it is.

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use grapevine_collectors::{Collector, Context, Entry, REGISTRY, Sample};
    use grapevine_proto::{Kind, Reading, State, Value, catalogue};

    /// Passes of one collector until time enough has passed for a rate that the kernel's clock of 10 ms can show.
    fn two_passes(entry: &Entry) -> Sample {
        let mut collector = (entry.build)(&Context::of_this_machine());
        let mut sample = Sample::default();
        let start = Instant::now();
        pass(entry, &mut *collector, &mut sample, 0);
        while start.elapsed() < Duration::from_millis(60) {
            std::thread::yield_now();
        }
        let now_ms = u64::try_from(start.elapsed().as_millis()).unwrap();
        pass(entry, &mut *collector, &mut sample, now_ms);
        sample
    }

    fn pass(entry: &Entry, collector: &mut dyn Collector, sample: &mut Sample, now_ms: u64) {
        if let Err(error) = sample.pass(now_ms, collector) {
            if entry.name == "gpu" {
                println!("the program that reads GPUs is not at hand: {error}");
                return;
            }
            if entry.name == "smart" {
                println!("not all drives can be read: {error}");
                return;
            }
            panic!("{}: {error}: {:?}", entry.name, std::error::Error::source(&error));
        }
    }

    fn check(name: &str) {
        let entry = REGISTRY.iter().find(|entry| entry.name == name).unwrap();
        let sample = two_passes(entry);
        for reading in sample.readings() {
            assert!(entry.rows.iter().any(|row| *row == &*reading.metric), "{name}: {reading:?}");
            assert_eq!(reading.labels.iter().count(), reading.metric.labels.len(), "{reading:?}");
            check_value(reading);
        }
        let present = sample.readings().filter(|reading| matches!(reading.state, State::Present(_))).count();
        if let Some(reason) = nothing_to_read(name) {
            println!("no values of {name} asked for: {reason}");
            return;
        }
        assert!(present > 0, "{name} has no value here: {sample:#?}");
    }

    /// Why a collector may have no value here.
    fn nothing_to_read(name: &str) -> Option<&'static str> {
        let interfaces = std::fs::read_to_string("/proc/net/dev").unwrap_or_default();
        match name {
            "pressure" if std::fs::read("/proc/pressure/cpu").is_err() => Some("this kernel has no PSI"),
            "network" if interfaces.lines().skip(2).all(|line| line.trim().starts_with("lo:")) => {
                Some("there is no interface but the loopback")
            }
            "gpu" => Some("there may be no GPU"),
            "smart" => Some("there may be no drive, or no privilege to ask it"),
            "backup" => Some("there may be no backups"),
            "service" => Some("there may be no systemd"),
            _ => None,
        }
    }

    fn check_value(reading: &Reading) {
        let Some(value) = reading.state.value() else { return };
        match value {
            Value::Text(text) => {
                assert_eq!(reading.metric.kind, Kind::Text, "{reading:?}");
                assert!(!text.is_empty() && text.trim() == text, "{reading:?}");
            }
            Value::Number(number) => {
                let plausible = match reading.metric.unit.as_str() {
                    // A drive that has outlived its promise says so up to here.
                    "percent" if reading.metric.name == "smart.wear" => 0.0..=255.0,
                    // Of one core.
                    "percent" if reading.metric.name == "process.cpu" => 0.0..=1e6,
                    "percent" => 0.0..=100.0,
                    "boolean" => 0.0..=1.0,
                    "celsius" => -40.0..=150.0,
                    "hertz" => 1e6..=1e11,
                    _ => 0.0..=1e18,
                };
                assert!(plausible.contains(number), "{reading:?}");
            }
        }
    }

    #[test]
    fn host() {
        check("host");
    }

    #[test]
    fn cpu() {
        check("cpu");
    }

    #[test]
    fn memory() {
        check("memory");
    }

    #[test]
    fn pressure() {
        check("pressure");
    }

    #[test]
    fn load() {
        check("load");
    }

    #[test]
    fn disk() {
        check("disk");
    }

    #[test]
    fn network() {
        check("network");
    }

    #[test]
    fn gpu() {
        check("gpu");
    }

    #[test]
    fn smart() {
        check("smart");
    }

    #[test]
    fn backup() {
        check("backup");
    }

    #[test]
    fn container() {
        check("container");
    }

    #[test]
    fn service() {
        check("service");
    }

    #[test]
    fn process() {
        check("process");
    }

    #[test]
    fn every_collector_is_tested_here_and_owns_a_file_of_the_catalogue() {
        let names: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
        assert_eq!(
            names,
            [
                "host",
                "cpu",
                "memory",
                "pressure",
                "load",
                "disk",
                "network",
                "gpu",
                "smart",
                "backup",
                "process",
                "service",
                "container"
            ]
        );
        for entry in REGISTRY {
            assert_eq!(entry.table, format!("{}_metrics", entry.name));
            assert!(catalogue::FILES.contains(&entry.rows), "{}", entry.name);
            for row in entry.rows {
                assert!(row.max_age_ms >= 5 * entry.interval_ms, "{} may age for five intervals", row.name);
            }
        }
    }
}
