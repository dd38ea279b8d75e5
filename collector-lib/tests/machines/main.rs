//! What the collectors tell of machines that are directories of files, in `fixtures/<machine>`.
//!
//! `proc`, `sys` and `etc` are as at the first pass; the files of `later` replace theirs before the second pass, ten
//! seconds later; `space.txt` stands in for statvfs(3). `expected.txt` is what the second pass tells.
//! `GRAPEVINE_BLESS=1` writes it anew; read the difference before it is committed.

#[cfg(test)]
mod budget;
#[cfg(test)]
mod machine;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use grapevine_collectors::REGISTRY;
    use grapevine_proto::{Labels, Reading, State, Value};

    use super::budget::{Day, bytes_per_second};
    use super::machine::Machine;

    fn check(name: &str) {
        check_told(name, Machine::tell);
    }

    /// Checks what the collector of GPUs tells of a machine of which there is nothing else.
    fn check_gpus(name: &str) {
        check_told(name, |machine| {
            let told = machine.tell();
            told.lines().filter(|line| line.starts_with("gpu.")).map(|line| format!("{line}\n")).collect()
        });
    }

    fn check_told(name: &str, tell: fn(&Machine) -> String) {
        let machine = Machine::new(name);
        let told = tell(&machine);
        let path = machine.fixture.join("expected.txt");
        if std::env::var_os("GRAPEVINE_BLESS").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap();
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
        let (told_lines, expected_lines) = (lines(&told), lines(&expected));
        let missing: Vec<_> = expected_lines.difference(&told_lines).collect();
        let surplus: Vec<_> = told_lines.difference(&expected_lines).collect();
        assert!(
            told == expected,
            "{name}\nexpected but not told: {missing:#?}\ntold but not expected: {surplus:#?}"
        );
    }

    #[test]
    fn server() {
        check("server");
    }

    #[test]
    fn laptop() {
        check("laptop");
    }

    #[test]
    fn spark() {
        check("spark");
    }

    #[test]
    fn container() {
        check("container");
    }

    #[test]
    fn a_radeon_beside_the_graphics_of_a_processor() {
        check_gpus("radeon");
    }

    #[test]
    fn intel_graphics_that_sleep_and_cards_by_either_driver() {
        check_gpus("arc");
    }

    #[test]
    fn a_machine_without_any_file_is_told_as_absent() {
        let machine = Machine::new("nothing");
        let told = machine.tell();
        let is_value = |line: &&str| !line.ends_with(" unsupported");
        let present: Vec<&str> = told.lines().filter(is_value).collect();
        assert_eq!(present, ["host.architecture \"x86_64\""], "the architecture is the program's own");
    }

    #[test]
    fn every_row_of_the_catalogue_is_told_by_some_machine() {
        let mut told = BTreeSet::new();
        for name in ["server", "laptop", "spark", "container"] {
            told.extend(Machine::new(name).metrics_with_values());
        }
        // What reads GPUs, drives and systemd has tests of its own: files do not carry most of these rows.
        let of_files = REGISTRY.iter().filter(|entry| !["gpu", "smart", "service"].contains(&entry.name));
        // Nor what only a container's runtime knows, or what is told of more than any of these machines has.
        let others = ["container.name", "containers.untold"];
        let rows = of_files.flat_map(|entry| entry.rows.iter()).filter(|row| !others.contains(&&*row.name));
        let dead: Vec<_> = rows.map(|row| row.name.as_ref()).filter(|name| !told.contains(*name)).collect();
        assert!(dead.is_empty(), "{dead:#?}");
    }

    #[test]
    fn a_drive_costs_little_on_the_wire() {
        let with = Machine::new("server").readings();
        let mut without = with.clone();
        without.retain(|reading| !reading.metric.name.starts_with("smart."));
        let drives = with.iter().filter(|reading| reading.metric.name == "smart.state").count();
        let bytes = bytes_per_second(&with, Day::Idle) - bytes_per_second(&without, Day::Idle);
        println!("{bytes} B/s for {drives} drives");
        assert!(bytes <= 6 * drives, "{bytes} B/s");
    }

    /// A server has some 40 services that run; what one of them tells, forty times.
    #[test]
    fn services_keep_to_their_budget_on_the_wire() {
        let server = Machine::new("server").readings();
        let service = Machine::new("laptop").readings().into_iter();
        let service: Vec<Reading> = service
            .filter(|reading| reading.labels.iter().next() == Some("NetworkManager.service"))
            .map(|reading| match &*reading.metric.name {
                "service.state" => Reading { state: State::Present(Value::Text("active".into())), ..reading },
                _ => reading,
            })
            .collect();
        let mut readings = server.clone();
        for number in 0..40 {
            let labels = Labels::new(&[format!("service-{number}.service")]);
            readings.extend(service.iter().map(|one| Reading { labels: labels.clone(), ..one.clone() }));
        }
        let bytes = bytes_per_second(&readings, Day::Idle) - bytes_per_second(&server, Day::Idle);
        println!("{bytes} B/s for {} readings of 40 services", readings.len() - server.len());
        assert!(bytes <= 80, "{bytes} B/s");
    }

    #[test]
    fn a_server_keeps_to_its_budget_on_the_wire() {
        let mut readings = Machine::new("server").readings();
        // What drives say of themselves is counted apart, as there are hosts with many.
        readings.retain(|reading| !reading.metric.name.starts_with("smart."));
        for (day, budget) in [(Day::Idle, 130), (Day::AtWork, 185), (Day::Wild, 240)] {
            let bytes = bytes_per_second(&readings, day);
            println!("{day:?}: {bytes} B/s for {} readings", readings.len());
            assert!(bytes <= budget, "{day:?}: {bytes} B/s are more than {budget}");
        }
    }
}
