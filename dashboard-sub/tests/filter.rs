//! Filters: what they mean, what they refuse, and that they are written as they are read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod machine;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::{backup, cpu, gpu, memory, service, smart};
use grapevine_sub::{Filter, Thresholds};
use machine::{Machine, Seen};
use proptest::prelude::*;

/// `srv-01` with the role `agent` in the group `lab`: a hot GPU, two drives, a failed service, no swap.
fn seen() -> Seen {
    Machine::new()
        .number(&cpu::USE, 35.0)
        .number(&memory::TOTAL, f64::from(1 << 30))
        .number(&memory::USED, f64::from(1 << 29))
        .text_of(&gpu::STATE, &["0"], "ok")
        .number_of(&gpu::TEMPERATURE, &["0"], 75.0)
        .text_of(&smart::STATE, &["sda"], "ok")
        .number_of(&smart::WEAR, &["sda"], 10.0)
        .number_of(&smart::WEAR, &["sdb"], 81.0)
        .absent(&smart::TEMPERATURE, &["sda"], Absence::Denied)
        .number_of(&smart::WRITTEN, &["sda"], 20.0 * f64::from(1 << 30))
        .text_of(&service::STATE, &["web.service"], "failed")
        .text_of(&service::STATE, &["ssh.service"], "active")
        .number(&service::FAILED, 1.0)
        .text_of(&backup::STATE, &["home"], "warn")
        .number_of(&backup::LAST_SUCCESS, &["home"], machine::WALL_S - 86_400.0)
        .host()
}

fn matches(filter: &str) -> bool {
    let (seen, filter) = (seen(), Filter::parse(filter).unwrap());
    filter.matches(&seen.host, &seen.summary(), &seen.assess(&Thresholds::default()))
}

#[test]
fn terms_hold_for_what_the_host_says() {
    for (filter, holds) in [
        ("", true),
        ("srv", true),
        ("SRV", true),
        ("web", false),
        ("srv*", true),
        ("srv", true),
        ("?rv-01", true),
        ("host=srv-01", true),
        ("host=srv", false),
        ("host=srv*|web*", true),
        ("host~v-0", true),
        ("host!=srv*", false),
        ("group=lab", true),
        ("group!=lab", false),
        ("group!=office", true),
        ("group=office|lab", true),
        ("role=agent", true),
        ("freshness=fresh", true),
        ("status=critical", true),
        ("status!=ok", true),
        ("status>=warning", true),
        ("status<warning", false),
        ("status=crit*", true),
        ("service.status=critical", true),
        ("drive.status=warning", true),
        ("network.status=ok", false),
        ("network.status!=ok", false),
        ("finding=service_*", true),
        ("finding=gpu_lost|name_conflict", false),
        ("backup=warn", true),
        ("backup=stale|fail", false),
        ("backup.age>=1d", true),
        ("backup.age>25h", false),
        ("gpu.temp>70", true),
        ("gpu.temp>=75C", true),
        ("gpu.temp<=75", true),
        ("gpu.temp>75", false),
        ("gpu.temp = 75", true),
        ("cpu<50% mem>=50% services.failed=1", true),
        ("cpu<50% gpu.temp<50", false),
        ("mem.total=1G", true),
        ("smart.wear>80", true),
        ("smart.wear<20", true),
        ("smart.wear=10|11", true),
        ("smart.wear!=10|81", false),
        ("smart.written>19G", true),
        ("service.state=failed", true),
        ("service.state!=active", true),
        ("service.state~fail", true),
    ] {
        assert_eq!(matches(filter), holds, "{filter}");
    }
}

#[test]
fn absent_holds_nothing_and_not_turns_a_term_around() {
    for (filter, holds) in [
        ("swap>0", false),
        ("swap<=0", false),
        ("swap!=0", false),
        ("!swap>0", true),
        ("not swap>0", true),
        ("! swap>0", true),
        ("not not srv", true),
        ("!web not office", true),
        ("!srv", false),
        ("not", false),
        ("\"not\"", false),
        ("smart.temperature>0", false),
    ] {
        assert_eq!(matches(filter), holds, "{filter}");
    }
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    for (filter, error) in [
        ("gpu.temp>hot", "at 10: expected a number such as 70 or 70C, not `hot`"),
        ("gpu.temp>", "at 10: expected a number such as 70 or 70C after gpu.temp>"),
        ("gpu.temp>70K", "at 10: expected a number such as 70 or 70C, not `70K`"),
        ("srv gpu.temp~7", "at 13: expected =, !=, >, >=, < or <= after gpu.temp, not ~"),
        ("host>a", "at 5: expected =, != or ~ after host, not >"),
        ("status=fine", "at 8: expected ok, unknown, warning, stale or critical, not `fine`"),
        ("cpu>50|80", "at 7: expected one value after cpu>: only = and != take several"),
        ("host=\"a b", "at 6: expected another \" that ends this text"),
        ("=5", "at 1: expected a key such as gpu.temp, or a part of a host's name"),
        ("srv !", "at 6: expected a key such as gpu.temp, or a part of a host's name"),
        (
            "gpu.tmp>70",
            "at 1: expected host, group, role, status, a figure such as gpu.temp or disk, or a metric's name; nobody \
             knows `gpu.tmp`",
        ),
    ] {
        assert_eq!(Filter::parse(filter).unwrap_err().to_string(), error, "{filter}");
    }
    let long = Filter::parse(&"a".repeat(1025)).unwrap_err();
    assert_eq!(long.to_string(), "at 1: expected at most 1024 bytes, not 1025");
    assert!(Filter::parse(&"a".repeat(1024)).is_ok());
}

#[test]
fn filters_are_written_in_one_way() {
    for (filter, written) in [
        ("srv", "host~srv"),
        ("  srv*   not web ", "host=srv* !host~web"),
        ("gpu.temp >= 70C", "gpu.temp>=70"),
        ("backup.age>2d", "backup.age>172800"),
        ("host=\"a b\"|c", "host=\"a b\"|c"),
        ("role=\"\\\"\\\\\"", "role=\"\\\"\\\\\""),
        ("role=\"\"", "role=\"\""),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().to_string(), written, "{filter}");
    }
}

#[test]
fn every_key_that_is_told_of_can_be_used() {
    for key in Filter::keys() {
        assert!(
            Filter::parse(&format!("{key}=0|1")).is_ok() || Filter::parse(&format!("{key}=ok")).is_ok(),
            "{key}"
        );
    }
}

fn parts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("host".to_owned()),
        Just("gpu.temp".to_owned()),
        Just("smart.wear".to_owned()),
        Just("drive.status".to_owned()),
        Just("ok".to_owned()),
        Just("not".to_owned()),
        Just(" ".to_owned()),
        Just("!".to_owned()),
        Just("|".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        "[=<>~!]{1,2}",
        "[0-9.e-]{1,6}[%CGmdh]?",
        "[a-z*?é ]{1,5}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text: String) {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.position));
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same(parts in prop::collection::vec(parts(), 0..12)) {
        let text = parts.concat();
        if let Ok(filter) = Filter::parse(&text) {
            let written = filter.to_string();
            prop_assert_eq!(Filter::parse(&written), Ok(filter), "{} as {}", text, written);
        }
    }

    #[test]
    fn a_figure_is_compared_as_its_number(number in -1e18..1e18_f64) {
        let filter = Filter::parse(&format!("cpu={number}")).unwrap();
        prop_assert_eq!(filter.to_string(), format!("cpu={number}"));
    }
}
