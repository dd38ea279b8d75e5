//! One host, in panels.

use grapevine_demo::{DIES_AFTER_S, Scenario};

use crate::story::{SMALL, Story, WIDE};

#[test]
fn healthy_hosts_of_every_kind() {
    let mut story = Story::of(Scenario::Healthy, 8, 45);
    for name in ["spark-01", "ws-01", "h200-01", "nas-01", "backup-01", "t4-01", "vm-01", "laptop-01"] {
        story.open(name);
        story.expect(&format!("host-healthy-{name}"), WIDE);
        story.expect(&format!("host-healthy-{name}"), SMALL);
    }
}

#[test]
fn hosts_with_all_faults() {
    let mut story = Story::of(Scenario::Degraded, 8, 45);
    for name in ["ws-01", "h200-01", "nas-01", "backup-01", "t4-01", "vm-01"] {
        story.open(name);
        story.expect(&format!("host-degraded-{name}"), WIDE);
    }
}

#[test]
fn every_panel_of_a_degraded_host_on_a_small_terminal() {
    let mut story = Story::of(Scenario::Degraded, 8, 45);
    story.open("ws-01");
    for page in 1..=14 {
        story.expect(&format!("panel-degraded-{page:02}"), SMALL);
        story.still.press("\t");
    }
}

#[test]
fn a_host_that_died_stays_readable() {
    let mut story = Story::of(Scenario::Dead, 8, DIES_AFTER_S + 15);
    story.open("ws-01");
    story.expect("host-dead", WIDE);
    story.expect("host-dead", SMALL);
    // A neighbour tells whom it lost.
    story.open("spark-01");
    story.expect("host-beside-dead", WIDE);
}

#[test]
fn a_spark_shares_its_memory_and_a_host_without_gpus_has_no_such_panel() {
    let mut story = Story::of(Scenario::Gb10, 4, 45);
    story.open("spark-02");
    story.expect("host-gb10", WIDE);
    story.expect("host-gb10", SMALL);
    let mut story = Story::of(Scenario::NoGpu, 4, 45);
    story.open("nas-01");
    story.expect("host-no-gpu", WIDE);
}

#[test]
fn a_name_that_two_hosts_claim() {
    let mut story = Story::of(Scenario::Conflict, 8, 45);
    story.open("spark-01");
    story.expect("host-conflict", WIDE);
    story.expect("host-conflict", SMALL);
}

#[test]
fn panels_take_the_room_that_there_is() {
    let mut story = Story::of(Scenario::Healthy, 8, 45);
    story.open("ws-01");
    for size in [(120, 40), (140, 45), (300, 100)] {
        story.expect("host-sizes", size);
    }
}
