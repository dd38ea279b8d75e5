//! The view shows what the origins said, and nothing that they did not say.

mod origin;
mod story;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use grapevine_proto::catalogue::cpu;
use grapevine_proto::{Absence, Position, State, StateRef, Value};
use grapevine_sub::{Change, Fault, Freshness, HostChange};
use origin::{Origin, aged, reading, readings};
use story::Story;

#[test]
fn a_host_joins_with_a_keyframe_and_follows_its_deltas() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    assert_eq!(story.frame(&mut srv, 10.0), [HostChange::Joined]);
    let before = story.follower.view();

    let changes = story.frame(&mut srv, 20.0);

    let [HostChange::Readings(places)] = &changes[..] else { panic!("{changes:?}") };
    let host = story.host("srv-01");
    assert_eq!(places.len(), 1);
    assert_eq!(host.reading(places[0]).unwrap().metric.name, "cpu.use");
    assert_eq!(host.number("cpu.use"), Some(20.0));
    assert_eq!(host.text("host.kernel"), Some("6.12.0"));
    assert_eq!(host.position(), Position { epoch: 1, sequence: 2 });
    assert_eq!(before.host("srv-01").unwrap().number("cpu.use"), Some(10.0), "a view never changes");
}

#[test]
fn labels_tell_readings_apart_and_an_absence_is_no_number() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    let host = story.host("srv-01");
    let of = |mount| {
        let mut readings = host.readings_of("disk.space.used");
        readings.find(|reading| reading.label("mount") == Some(mount)).unwrap()
    };
    assert_eq!(of("/").state.number(), Some(f64::from(1 << 30)));
    assert_eq!(of("/home").state, StateRef::Absent(Absence::Denied));
    assert_eq!(host.readings().len(), readings(0.0).len());
}

#[test]
fn a_frame_that_comes_twice_counts_once() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let (first, second) = (srv.frame(10.0), srv.frame(20.0));
    story.hear(&srv, first.clone());
    story.hear(&srv, second.clone());
    assert_eq!(story.hear(&srv, second), []);
    assert_eq!(story.hear(&srv, first), []);
    assert_eq!(story.host("srv-01").number("cpu.use"), Some(20.0));
    assert_eq!(story.follower.view().counters().duplicates, 2);
}

#[test]
fn an_overtaken_frame_does_not_turn_back_the_sequence() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let frames = [srv.frame(10.0), srv.frame(20.0), srv.frame(30.0)];
    for frame in [&frames[0], &frames[2], &frames[1]] {
        story.hear(&srv, frame.clone());
    }
    let host = story.host("srv-01");
    assert_eq!((host.number("cpu.use"), host.position().sequence), (Some(30.0), 3));
}

#[test]
fn a_delta_of_an_unknown_host_waits_for_a_keyframe() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let (keyframe, delta) = (srv.frame(10.0), srv.frame(20.0));
    assert_eq!(story.hear(&srv, delta), []);
    assert!(story.follower.view().hosts().is_empty());
    assert_eq!(story.follower.view().counters().early, 1);
    assert_eq!(story.hear(&srv, keyframe), [HostChange::Joined]);
}

#[test]
fn a_restart_is_told_and_the_earlier_run_cannot_come_back() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    let late = srv.frame(20.0);
    let mut again = srv.restarted();
    assert_eq!(story.frame(&mut again, 5.0), [HostChange::Restarted]);
    assert_eq!(story.hear(&srv, late), []);
    let host = story.host("srv-01");
    assert_eq!((host.number("cpu.use"), host.position()), (Some(5.0), Position { epoch: 2, sequence: 1 }));
}

#[test]
fn another_set_of_readings_replaces_the_first() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    let fewer = [reading(&cpu::USE, &[], State::Present(Value::Number(7.0)))];
    assert_eq!(story.frame_of(&mut srv, &fewer), [HostChange::Replaced]);
    assert_eq!(story.host("srv-01").readings().len(), 1);
}

#[test]
fn a_keyframe_that_repeats_the_readings_tells_only_what_changed() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let mut told = Vec::new();
    for second in 0..40 {
        let cpu_use = if second == 39 { 80.0 } else { 10.0 };
        let frame = srv.frame(cpu_use);
        told.extend(story.later(1000).hear(&srv, frame));
    }
    assert!(matches!(&told[..], [HostChange::Joined, HostChange::Readings(_)]), "{told:?}");
}

#[test]
fn a_kept_value_grows_older_without_being_a_change() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let kept = |age_ms| {
        let mut readings = readings(10.0);
        let cpu_use = readings.iter_mut().find(|reading| reading.metric.name == "cpu.use").unwrap();
        cpu_use.state = State::Kept { value: Value::Number(10.0), absence: Absence::Failed, age_ms };
        readings
    };
    story.frame_of(&mut srv, &kept(1000));
    for second in 2..=15 {
        assert_eq!(story.later(1000).frame_of(&mut srv, &kept(second * 1000)), []);
    }
    let age = |story: &Story| {
        let host = story.host("srv-01");
        let reading = host.readings_of("cpu.use").next().unwrap();
        (reading.age_ms(story.now), reading.is_stale(story.now))
    };
    assert_eq!(age(&story), (15_000, false));
    story.later(1000).frame_of(&mut srv, &kept(16_000));
    assert_eq!(age(&story), (16_000, true), "15 s are current");
}

#[test]
fn a_quiet_host_becomes_late_then_silent_and_comes_back() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    assert_eq!(story.later(3000).tick(), []);
    assert_eq!(story.later(1).tick(), [HostChange::Freshness(Freshness::Late)]);
    assert_eq!(story.later(7000).tick(), [HostChange::Freshness(Freshness::Silent)]);
    let host = story.later(5000).host("srv-01");
    assert!(host.readings_of("cpu.use").all(|reading| reading.is_stale(story.now)));
    assert_eq!(story.frame(&mut srv, 10.0), [HostChange::Freshness(Freshness::Fresh)]);
}

#[test]
fn the_age_of_a_frame_counts_its_time_on_the_way() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let frame = aged(&srv.frame(10.0), Duration::from_secs(4));
    story.hear(&srv, frame);
    let host = story.host("srv-01");
    assert_eq!(host.age_ms(story.now), 4000);
    assert_eq!(host.freshness(story.now), Freshness::Late);
    assert_eq!(host.age_ms(story.now + Duration::from_secs(1)), 5000);
}

#[test]
fn leave_is_told_once_and_outlasts_silence() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    let leave = srv.leave();
    assert_eq!(story.hear(&srv, leave.clone()), [HostChange::Freshness(Freshness::Left)]);
    assert_eq!(story.hear(&srv, leave), []);
    assert_eq!(story.later(60_000).tick(), []);
    assert_eq!(story.host("srv-01").number("cpu.use"), Some(10.0), "its last state stays readable");
    let mut again = srv.restarted();
    let back = story.frame(&mut again, 5.0);
    assert_eq!(back, [HostChange::Restarted, HostChange::Freshness(Freshness::Fresh)]);
}

#[test]
fn a_host_silent_for_a_day_is_forgotten() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut srv, 10.0);
    assert_eq!(story.later(86_400_000).tick(), [HostChange::Freshness(Freshness::Silent)]);
    assert_eq!(story.later(1).tick(), [HostChange::Forgotten]);
    assert!(story.follower.view().hosts().is_empty());
}

#[test]
fn two_origins_of_one_name_are_both_shown_as_a_conflict_until_one_leaves() {
    let mut story = Story::new();
    let (mut one, mut two) = (Origin::new("srv-01", 1), Origin::new("srv-01", 2));
    story.frame(&mut one, 10.0);
    let changes = story.frame(&mut two, 20.0);
    assert_eq!(changes, [HostChange::Joined, HostChange::Conflict, HostChange::Conflict]);
    let view = story.follower.view();
    let mut uses: Vec<_> = view.named("srv-01").iter().map(|host| host.number("cpu.use").unwrap()).collect();
    uses.sort_by(f64::total_cmp);
    assert_eq!(uses, [10.0, 20.0]);
    assert!(view.hosts().iter().all(|host| host.in_conflict()));

    let leave = one.leave();
    story.hear(&one, leave);
    assert!(story.follower.view().hosts().iter().all(|host| !host.in_conflict()));
}

#[test]
fn a_renamed_host_moves_to_its_new_name() {
    let (mut story, mut old) = (Story::new(), Origin::new("srv-01", 1));
    story.frame(&mut old, 10.0);
    let mut new = old.renamed("db-01");
    let changes = story.frame(&mut new, 10.0);
    assert_eq!(changes, [HostChange::Forgotten, HostChange::Joined]);
    let names: Vec<_> = story.follower.view().hosts().iter().map(|host| host.name().to_string()).collect();
    assert_eq!(names, ["db-01"]);
}

#[test]
fn a_forged_frame_is_counted_and_not_shown() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let forge = |frame: Bytes| {
        let mut bytes = BytesMut::from(&*frame);
        // A byte of the signature: 5 bytes of tail stand behind it.
        let at = bytes.len() - 6;
        bytes[at] ^= 1;
        bytes.freeze()
    };
    let keyframe = srv.frame(10.0);
    assert_eq!(story.hear(&srv, forge(keyframe.clone())), []);
    assert!(story.follower.view().hosts().is_empty());
    story.hear(&srv, keyframe);
    assert_eq!(story.hear_as("srv-01", forge(srv.frame(99.0))), []);
    assert_eq!(story.host("srv-01").number("cpu.use"), Some(10.0));
    assert_eq!(story.faults(Fault::Signature), 2);
}

#[test]
fn a_frame_under_another_name_is_refused() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let keyframe = srv.frame(10.0);
    assert_eq!(story.hear_as("db-01", keyframe.clone()), []);
    story.hear(&srv, keyframe);
    assert_eq!(story.hear_as("db-01", srv.frame(20.0)), []);
    assert_eq!(story.faults(Fault::Name), 2);
    assert_eq!(story.host("srv-01").number("cpu.use"), Some(10.0));
}

#[test]
fn junk_is_counted_by_kind_and_told_at_powers_of_two() {
    let mut story = Story::new();
    for _ in 0..5 {
        story.follower.handle_message(b"srv-01", Bytes::from_static(b"junk"), story.now);
    }
    let told: Vec<u64> = std::iter::from_fn(|| story.follower.poll_change())
        .map(|change| match change {
            Change::Bad { fault: Fault::Layout, count, .. } => count,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [1, 2, 4]);
    assert_eq!(story.faults(Fault::Layout), 5);
}
