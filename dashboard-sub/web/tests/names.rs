//! `METRICS.md` lists all names, and these are names that Prometheus takes.
//! `GRAPEVINE_BLESS=1 cargo test -p grapevine-web --test names` writes the tables anew.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use grapevine_proto::catalogue;
use grapevine_web::metrics::{Family, FamilyKind, Naming};

#[test]
fn the_paper_has_all_names() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("METRICS.md");
    let paper = fs::read_to_string(&path).unwrap();
    let mut written = paper.clone();
    for naming in Naming::ALL {
        let (begin, end) = (format!("<!-- {naming} -->\n"), format!("<!-- end of {naming} -->"));
        let (head, rest) = written.split_once(&begin).unwrap_or_else(|| panic!("METRICS.md lacks {begin}"));
        let (_, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("METRICS.md lacks {end}"));
        written = format!("{head}{begin}{}{end}{tail}", table(naming));
    }
    if env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, written).unwrap();
    } else {
        assert!(
            written == paper,
            "METRICS.md is behind the code: run GRAPEVINE_BLESS=1 cargo test -p grapevine-web --test names"
        );
    }
}

fn table(naming: Naming) -> String {
    let mut table = "\n| name | type | labels | of | what it is |\n|---|---|---|---|---|\n".to_owned();
    for Family { name, kind, labels, help, origin, .. } in naming.families() {
        let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        let help = help.replace('|', "\\|");
        let of =
            if origin.is_empty() { String::new() } else { format!("`{}`", origin.replace(", ", "`, `")) };
        writeln!(table, "| `{name}` | {} | {labels} | {of} | {help} |", kind.as_str()).unwrap();
    }
    table + "\n"
}

#[test]
fn every_row_of_the_catalogue_is_told() {
    let told: BTreeSet<String> =
        Naming::Own.families().into_iter().map(|family| family.origin.into()).collect();
    for metric in catalogue::rows() {
        assert!(told.contains(&*metric.name), "{}", metric.name);
    }
}

#[test]
fn no_two_families_have_one_name() {
    for naming in Naming::ALL {
        let mut names = BTreeMap::new();
        for family in naming.families() {
            // OpenMetrics' name of a family, and those of its samples, may be no other family's.
            let suffix = match family.kind {
                FamilyKind::Gauge => "",
                FamilyKind::Counter => "_total",
                FamilyKind::Info => "_info",
            };
            let stem = family.name.strip_suffix(suffix).unwrap_or(&family.name).to_owned();
            for name in BTreeSet::from([family.name.to_string(), stem]) {
                if let Some(other) = names.insert(name, family.name.clone()) {
                    panic!("{} and {other}", family.name);
                }
            }
        }
    }
}

#[test]
fn our_own_names_end_with_base_units_and_kinds() {
    for Family { name, kind, unit, labels, help, .. } in Naming::Own.families() {
        let rest = name.strip_prefix("grapevine_").unwrap_or_else(|| panic!("{name}"));
        assert!(rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{name}");
        assert!(!rest.contains("__") && !rest.contains("percent"), "{name}");
        assert_eq!(name.ends_with("_total"), kind == FamilyKind::Counter, "{name}");
        assert_eq!(name.ends_with("_info"), kind == FamilyKind::Info, "{name}");
        let stem = name.strip_suffix("_total").unwrap_or(&name);
        assert!(stem.ends_with(&*unit), "{name} ends with {unit}");
        let distinct: BTreeSet<&str> = labels.iter().map(|label| &**label).collect();
        assert_eq!(distinct.len(), labels.len(), "{name}: {labels:?}");
        for label in distinct {
            // Prometheus sets the last two itself.
            assert!(!["host", "origin", "job", "instance"].contains(&label), "{name}: {label}");
        }
        assert!(help.ends_with(['.', '%']), "{name}: help is a sentence: {help}");
    }
}
