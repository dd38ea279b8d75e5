//! What drives say of themselves, by smartctl: `fixtures/drives`.
//!
//! Each file has the shape of what a version of smartctl writes for a kind of drive; the drives are made up.
//! `expected.txt` is what is understood of them. `GRAPEVINE_BLESS=1` writes it anew; read the difference before it is
//! committed.

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::PathBuf;

    use grapevine_collectors::smart::{BadReport, Drive, REPORT_BYTES_MAX, Report, Standing, parse_scan};
    use grapevine_proto::Value;
    use grapevine_proto::catalogue::smart as rows;
    use proptest::prelude::*;
    use serde_json::json;

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/drives")
    }

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(folder().join(format!("{name}.json"))).unwrap()
    }

    fn report(name: &str) -> Report {
        Report::parse(&fixture(name)).unwrap()
    }

    /// The names of all drives, in order.
    fn drives() -> Vec<String> {
        let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names
            .filter_map(|name| name.to_str().unwrap().strip_suffix(".json").map(str::to_owned))
            .filter(|name| name != "scan" && name != "truncated")
            .collect();
        names.sort_unstable();
        names
    }

    fn told(report: &Report) -> String {
        let mut text = report.standing.as_str().to_owned();
        if !report.reason.is_empty() {
            write!(text, " ({})", report.reason).unwrap();
        }
        text.push('\n');
        for row in rows::ROWS {
            match report.figure(row) {
                Some(Value::Number(number)) => writeln!(text, "    {} {number} {}", row.name, row.unit),
                Some(Value::Text(value)) => writeln!(text, "    {} {value:?}", row.name),
                None => Ok(()),
            }
            .unwrap();
        }
        text
    }

    #[test]
    fn drives_of_all_kinds_are_understood() {
        let mut all = String::new();
        for name in drives() {
            write!(all, "{name} {}", told(&report(&name))).unwrap();
        }
        let path = folder().join("expected.txt");
        if std::env::var_os("GRAPEVINE_BLESS").is_some() {
            std::fs::write(&path, &all).unwrap();
        }
        let expected = std::fs::read_to_string(path).unwrap();
        assert!(all == expected, "told:\n{all}\nexpected:\n{expected}");
    }

    #[test]
    fn every_row_is_told_by_some_drive() {
        let reports: Vec<Report> = drives().iter().map(|name| report(name)).collect();
        // Those two say how it was read.
        let others = rows::ROWS.iter().filter(|row| {
            ![&rows::DRIVES, &rows::STATE, &rows::SOURCE].iter().any(|other| other.id == row.id)
        });
        let dead: Vec<_> = others
            .filter(|row| reports.iter().all(|report| report.figure(row).is_none()))
            .map(|row| row.name.as_ref())
            .collect();
        assert!(dead.is_empty(), "{dead:?}");
    }

    #[test]
    fn only_the_bits_of_usage_and_opening_leave_nothing_to_read() {
        let healthy: serde_json::Value = serde_json::from_slice(&fixture("nvme-healthy")).unwrap();
        for status in 0..=u8::MAX {
            let mut json = healthy.clone();
            json["smartctl"]["exit_status"] = status.into();
            let report = Report::parse(json.to_string().as_bytes()).unwrap();
            let is_read = status & 0b11 == 0;
            assert_eq!(report.standing == Standing::Ok, is_read, "{status:#010b}");
            assert_eq!(report.number(&rows::WEAR).is_some(), is_read, "{status:#010b}");
            let warnings = report.text(&rows::WARNINGS).unwrap_or_default();
            for (bit, name) in [(8, "failing"), (64, "errors_logged"), (128, "self_test_failed")] {
                assert_eq!(warnings.contains(name), is_read && status & bit != 0, "{status:#010b}");
            }
        }
    }

    #[test]
    fn a_status_of_three_is_standby_only_if_smartctl_says_so() {
        let mut json: serde_json::Value = serde_json::from_slice(&fixture("open-failed")).unwrap();
        json["smartctl"]["exit_status"] = 3.into();
        assert_eq!(Report::parse(json.to_string().as_bytes()).unwrap().standing, Standing::Failed);
        for mode in ["STANDBY", "STANDBY_Y", "SLEEP", "STANDBY (OS)"] {
            let message = format!("Device is in {mode} mode, exit(3)");
            json["smartctl"]["messages"] = json!([{ "string": message, "severity": "information" }]);
            assert_eq!(Report::parse(json.to_string().as_bytes()).unwrap().standing, Standing::Asleep);
        }
    }

    #[test]
    fn half_an_answer_is_none() {
        for name in drives().iter().chain([&"scan".to_owned()]) {
            let json = fixture(name);
            let whole = json.trim_ascii_end().len();
            for end in (0..whole).step_by(1 + whole / 400) {
                assert!(
                    matches!(Report::parse(&json[..end]), Err(BadReport::Syntax(_))),
                    "{name} up to {end}"
                );
                assert!(matches!(parse_scan(&json[..end]), Err(BadReport::Syntax(_))), "{name} up to {end}");
            }
        }
        assert!(matches!(Report::parse(&fixture("truncated")), Err(BadReport::Syntax(_))));
    }

    #[test]
    fn what_is_not_smartctls_is_refused() {
        for foreign in ["{}", "[]", "{\"smartctl\":3}", "{\"devices\":[]}"] {
            let result = Report::parse(foreign.as_bytes());
            assert!(
                matches!(result, Err(BadReport::Foreign | BadReport::Syntax(_))),
                "{foreign}: {result:?}"
            );
        }
        let long = vec![b' '; REPORT_BYTES_MAX + 1];
        assert!(matches!(Report::parse(&long), Err(BadReport::TooLong)));
        let deep = format!("{{\"smartctl\":{}", "[".repeat(REPORT_BYTES_MAX - 16));
        assert!(matches!(Report::parse(deep.as_bytes()), Err(BadReport::Syntax(_))));
    }

    #[test]
    fn a_scan_names_each_drive_once() {
        let drives = parse_scan(&fixture("scan")).unwrap();
        let labels: Vec<&str> = drives.iter().map(|drive| drive.label.as_str()).collect();
        assert_eq!(labels, ["bus_0_megaraid,8", "bus_0_sat+megaraid,9", "nvme0", "sda", "sdb", "sdf"]);
        assert!(drives.iter().all(|drive| drive.open_error.is_empty() == (drive.label != "sdf")));
    }

    #[test]
    fn a_drive_with_an_odd_name_is_no_argument_of_smartctls() {
        for (name, kind) in [
            ("/dev/../etc/passwd", "sat"),
            ("/etc/passwd", "sat"),
            ("/dev/", "sat"),
            ("--help", "sat"),
            ("/dev/sda", "--set=off"),
            ("/dev/sda\n", "sat"),
            ("/dev/sd a", "sat"),
        ] {
            let scan = json!({"smartctl": {"exit_status": 0}, "devices": [{"name": name, "type": kind}]});
            assert_eq!(
                parse_scan(scan.to_string().as_bytes()).unwrap(),
                Vec::<Drive>::new(),
                "{name} {kind}"
            );
        }
        let many: Vec<_> =
            (0..200).map(|n| json!({"name": format!("/dev/sd{n:03}"), "type": "sat"})).collect();
        let scan = json!({"smartctl": {"exit_status": 0}, "devices": many});
        assert_eq!(parse_scan(scan.to_string().as_bytes()).unwrap().len(), 200);
    }

    /// All places in a value, as paths for `Value::pointer_mut`.
    fn places(value: &serde_json::Value, at: &str, places: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                    places.push(at.clone());
                    self::places(value, &at, places);
                }
            }
            serde_json::Value::Array(items) => {
                for (n, value) in items.iter().enumerate() {
                    let at = format!("{at}/{n}");
                    places.push(at.clone());
                    self::places(value, &at, places);
                }
            }
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_report_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(Report::parse(&bytes));
            drop(parse_scan(&bytes));
        }

        #[test]
        fn a_report_with_damage_is_a_report_or_none(
            drive in 0_usize..19,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut json = fixture(&drives()[drive]);
            for (place, byte) in damage {
                let at = place.index(json.len());
                json[at] = byte;
            }
            if let Ok(report) = Report::parse(&json) {
                for row in rows::ROWS {
                    prop_assert!(report.number(row).is_none_or(f64::is_finite));
                    prop_assert!(report.text(row).is_none_or(|text| text.len() <= 256));
                }
            }
        }

        #[test]
        fn a_field_of_another_type_costs_no_other(
            drive in 0_usize..19,
            place in any::<prop::sample::Index>(),
            other in prop_oneof![
                Just(json!(null)), Just(json!(true)), Just(json!(-3)), Just(json!(1e300)), Just(json!("7 of 9")),
                Just(json!([1, {"name": 2}])), Just(json!({"name": {"name": 3}, "current": "hot"})),
            ],
        ) {
            let mut json: serde_json::Value = serde_json::from_slice(&fixture(&drives()[drive])).unwrap();
            let mut all = Vec::new();
            places(&json, "", &mut all);
            let place = &all[place.index(all.len())];
            *json.pointer_mut(place).unwrap() = other;
            let report = Report::parse(json.to_string().as_bytes());
            prop_assert!(report.is_ok() || place == "/smartctl", "{place}: {report:?}");
        }
    }
}
