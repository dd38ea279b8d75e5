//! Thresholds as data: defaults, configuration, overrides for some hosts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod machine;

use std::path::Path;
use std::{env, fs};

use grapevine_proto::catalogue::{cpu, gpu, service};
use grapevine_sub::{Bounds, Levels, Severity, Status, Thresholds};
use machine::Machine;
use serde::Deserialize;

fn read(text: &str) -> Result<Thresholds, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Dashboard {
        #[serde(default)]
        thresholds: Thresholds,
    }
    toml::from_str::<Dashboard>(text).map(|dashboard| dashboard.thresholds).map_err(|error| error.to_string())
}

/// The rules of the example file, as the code has them.
fn table() -> String {
    let rows = Levels::default().rows();
    rows.iter().map(|row| format!("{}\n{} = {}\n", comment(row.help), row.key, row.setting)).collect()
}

/// `text` in lines of at most 118 characters.
fn comment(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.len() + 1 + word.len() > 118 {
            lines.push(format!("# {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// Rewritten by `GRAPEVINE_BLESS=1`.
#[test]
fn the_example_has_all_rules_with_their_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboard.example.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once("[thresholds]\n").unwrap();
    let tail = rest.split_once("\n# Other thresholds").map(|(_, tail)| format!("\n# Other thresholds{tail}"));
    let expected = format!("{head}[thresholds]\n{}{}", table(), tail.unwrap_or_default());
    if env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(text, expected, "run this test with GRAPEVINE_BLESS=1");
    }
    let (_, rules) = expected.split_once("[thresholds]\n").unwrap();
    assert_eq!(read(&format!("[thresholds]\n{rules}")).unwrap(), Thresholds::default());
}

#[test]
fn the_examples_of_overrides_can_be_read() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboard.example.toml")).unwrap();
    let (_, tail) = text.split_once("# Other thresholds").unwrap();
    let lines = tail.lines().filter_map(|line| line.strip_prefix("# "));
    let overrides: Vec<&str> = lines.skip_while(|line| !line.starts_with("[[")).collect();
    let thresholds = read(&overrides.join("\n")).unwrap();
    assert_ne!(thresholds, Thresholds::default());
}

#[test]
fn defaults_are_those_of_the_plan() {
    let levels = Levels::default();
    for (bounds, expected) in [
        (levels.gpu_use, "{ warning = 50, critical = 80, alarm = false }"),
        (levels.gpu_memory, "{ warning = 50, critical = 80, alarm = false }"),
        (levels.gpu_temperature, "{ warning = 60, critical = 80 }"),
        (levels.memory_used, "{ warning = 80, critical = 90 }"),
        (levels.drive_wear, "{ warning = 70, critical = 100 }"),
        (levels.drive_temperature, "{ warning = 70, critical = 80 }"),
        (levels.disk_space, "{ warning = 80, critical = 90 }"),
        (levels.cpu_use, "\"off\""),
    ] {
        assert_eq!(bounds.to_string(), expected);
    }
    assert_eq!((levels.service_failed, levels.backup_stale), (Severity::Critical, Severity::Critical));
}

#[test]
fn a_bound_is_passed_by_what_reaches_it() {
    let levels =
        read("[thresholds]\ncpu_use = { critical = 90 }\ngpu_use = { warning = 30 }").unwrap().levels;
    assert_eq!([89.9, 90.0].map(|value| levels.cpu_use.status_of(value)), [Status::Ok, Status::Critical]);
    assert_eq!(
        [29.9, 30.0, 100.0].map(|value| levels.gpu_use.status_of(value)),
        [Status::Ok, Status::Warning, Status::Warning]
    );
    assert_eq!(Bounds::OFF.status_of(f64::MAX), Status::Ok);
    assert_eq!((levels.gpu_use.warning(), levels.gpu_use.critical()), (Some(30.0), None));
}

#[test]
fn what_is_off_is_not_judged() {
    let machine = Machine::new().number_of(&gpu::TEMPERATURE, &["0"], 99.0).number(&service::FAILED, 1.0);
    assert_eq!(machine.findings().len(), 2);
    let off = read("[thresholds]\ngpu_temperature = \"off\"\nservice_failed = \"off\"").unwrap();
    let assessment = machine.host().assess(&off);
    assert_eq!((assessment.status, assessment.findings.len()), (Status::Ok, 0));
}

#[test]
fn overrides_count_for_hosts_of_a_name_or_a_group_and_later_ones_more() {
    let thresholds = read(
        "thresholds.cpu_use = { warning = 10 }\n\
         [[thresholds.overrides]]\nhosts = [\"gpu*\", \"SRV-0?\"]\ncpu_use = { warning = 20 }\ngpu_use = \"off\"\n\
         [[thresholds.overrides]]\ngroups = [\"l*\"]\ncpu_use = { critical = 30 }\n\
         [[thresholds.overrides]]\nhosts = [\"web*\"]\ngroups = [\"office\"]\ncpu_use = \"off\"\n",
    )
    .unwrap();
    let levels = |name| thresholds.levels_of(&Machine::new().named(name).host().host).into_owned();
    let srv = levels("srv-01");
    assert_eq!(srv.cpu_use.to_string(), "{ critical = 30 }", "an override replaces both bounds");
    assert_eq!(srv.gpu_use, Bounds::OFF);
    assert_eq!(srv.memory_used, Levels::default().memory_used);
    assert_eq!(levels("db").gpu_use, Levels::default().gpu_use);
    assert_eq!(levels("web-1").cpu_use, Bounds::OFF);

    let seen = Machine::new().number(&cpu::USE, 30.0).host();
    assert_eq!(seen.assess(&thresholds).findings[0].to_string(), "the processor is used 30 %");
}

#[test]
fn what_cannot_be_right_is_refused_with_its_line() {
    for (text, line, error) in [
        ("\nmemry_used = \"off\"", "line 3", "unknown field `memry_used`, expected one of"),
        ("gpu_use = { warning = 80, critical = 50 }", "line 2", "warning = 80 is above critical = 50"),
        ("gpu_use = { warning = 120 }", "line 2", "120 is no bound here: use 0 to 100 percent"),
        ("gpu_use = { warning = -1 }", "line 2", "-1 is no bound here: use 0 to 100 percent"),
        ("gpu_use = { critical = nan }", "line 2", "NaN is no bound here"),
        ("drive_wear = { critical = 256 }", "line 2", "256 is no bound here: use 0 to 255 percent"),
        ("gpu_temperature = { warning = 151 }", "line 2", "use 0 to 150 celsius"),
        ("gpu_use = {}", "line 2", "expected `warning`, `critical` or both"),
        (
            "gpu_use = { warn = 5 }",
            "line 2",
            "unknown field `warn`, expected one of `warning`, `critical`, `alarm`",
        ),
        ("gpu_use = 50", "line 2", "a table such as { warning = 50, critical = 80 }, or \"off\""),
        ("gpu_use = \"on\"", "line 2", "a table such as { warning = 50, critical = 80 }, or \"off\""),
        ("backup_stale = \"bad\"", "line 2", "unknown variant `bad`"),
        ("overrides = [{ gpu_use = \"off\" }]", "", "the 1. of the overrides is for nobody"),
        ("overrides = [{ hosts = [\"a\"], x = 1 }]", "line 2", "unknown field `x`"),
    ] {
        let refused = read(&format!("[thresholds]\n{text}")).unwrap_err();
        assert!(refused.contains(error) && refused.contains(line), "{text}: {refused}");
    }
}
