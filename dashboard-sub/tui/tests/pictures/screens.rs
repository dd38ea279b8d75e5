//! The fleet, the details of a thing, charts and the mesh.

use grapevine_demo::{DIES_AFTER_S, Scenario};

use crate::story::{SMALL, Story, WIDE};

#[test]
fn the_fleet() {
    let mut story = Story::of(Scenario::Degraded, 8, 45);
    story.expect_all("fleet-degraded", WIDE);
    story.expect_all("fleet-degraded", SMALL);
    let mut story = Story::of(Scenario::Dead, 8, DIES_AFTER_S + 15);
    story.expect_all("fleet-dead", WIDE);
    let mut story = Story::of(Scenario::Conflict, 8, 45);
    story.expect_all("fleet-conflict", WIDE);
}

#[test]
fn a_thousand_hosts() {
    let mut story = Story::without_past(Scenario::Mixed, 1000, 2);
    story.expect_all("fleet-thousand", WIDE);
    story.expect_all("fleet-thousand", SMALL);
    story.still.press("m");
    story.expect("mesh-thousand", WIDE);
}

#[test]
fn the_details_of_a_drive() {
    let mut story = Story::of(Scenario::Degraded, 8, 45);
    story.open("ws-01");
    story.panel("drives");
    story.still.press("\n");
    story.expect("details-drive", WIDE);
    story.expect("details-drive", SMALL);
}

#[test]
fn charts_of_a_reading() {
    let mut story = Story::of(Scenario::Healthy, 2, 45);
    story.open("ws-01");
    story.panel("gpu");
    story.still.press("jc");
    story.expect("chart-gpu", WIDE);
    story.expect("chart-gpu", SMALL);
    story.still.press("\u{1b}");
    story.panel("memory");
    story.still.press("c");
    story.expect("chart-memory", WIDE);
}

#[test]
fn a_chart_of_a_host_that_died_has_a_gap() {
    let mut story = Story::of(Scenario::Dead, 8, DIES_AFTER_S + 40);
    story.open("ws-01");
    story.panel("cpu");
    story.still.press("c");
    story.expect("chart-dead", WIDE);
}

#[test]
fn the_mesh() {
    let mut story = Story::of(Scenario::Dead, 8, DIES_AFTER_S + 15);
    story.still.press("mjj");
    story.expect("mesh-dead", WIDE);
    story.expect("mesh-dead", SMALL);
}

#[test]
fn ascii_and_no_colours() {
    let mut story = Story::of(Scenario::Degraded, 8, 45);
    story.open("ws-01");
    story.plain();
    story.expect("ascii-host", WIDE);
    story.panel("cpu");
    story.still.press("c");
    story.expect("ascii-chart", SMALL);
    story.still.press("m");
    story.expect("ascii-mesh", WIDE);
}

#[test]
fn a_terminal_of_ascii_gets_nothing_else() {
    let mut story = Story::of(Scenario::Mixed, 40, 45);
    story.plain();
    story.still.resize(WIDE);
    // Hosts, what is wrong, what happened, the mesh, the keys, and a host.
    for keys in ["", "a", "e", "m", "?", "\u{1b}h\n"] {
        story.still.press(keys);
        let picture = story.still.picture();
        let other: Vec<&str> =
            picture.content.iter().map(|cell| cell.symbol()).filter(|cell| !cell.is_ascii()).collect();
        assert!(other.is_empty(), "after {keys:?}: {other:?}");
    }
}

#[test]
fn the_pictures_of_the_readme_are_current() {
    for (path, svg) in crate::screenshots::screenshots() {
        if std::env::var_os("GRAPEVINE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &svg).unwrap();
        }
        let is_current = std::fs::read_to_string(&path).is_ok_and(|drawn| drawn == svg);
        assert!(is_current, "{}: cargo run -p grapevine-tui --example screenshots", path.display());
    }
}

#[test]
fn ascii_is_all_there_is_in_ascii() {
    let mut story = Story::without_past(Scenario::Degraded, 8, 3);
    story.plain();
    for name in ["ws-01", "h200-01", "nas-01", "t4-01"] {
        story.open(name);
        let picture = story.body(WIDE);
        assert!(picture.is_ascii(), "{picture}");
    }
}
