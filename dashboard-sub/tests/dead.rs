//! A host is dead when most of its neighbours lost it, and alive again with its next frame.

#![expect(clippy::indexing_slicing, reason = "a test may panic")]

mod origin;
mod story;

use grapevine_proto::{Lost, OriginId, Position};
use grapevine_sub::{Freshness, HostChange};
use origin::Origin;
use proptest::prelude::*;
use story::Story;

/// A host with three neighbours, all heard of.
struct Mesh {
    story: Story,
    srv: Origin,
    neighbours: [Origin; 3],
}

fn near(key: u8) -> Origin {
    Origin::new(&format!("near-{key}"), key)
}

impl Mesh {
    fn new() -> Self {
        let mut srv = Origin::new("srv", 1);
        let mut neighbours = [2, 3, 4].map(near);
        srv.link(&neighbours.each_ref().map(Origin::id), &[]);
        let mut story = Story::new();
        story.frame(&mut srv, 10.0);
        for neighbour in &mut neighbours {
            neighbour.link(&[srv.id()], &[]);
            story.frame(neighbour, 10.0);
        }
        Self { story, srv, neighbours }
    }

    /// What it changes that a neighbour says that it lost these.
    fn accuse(&mut self, neighbour: usize, lost: &[(OriginId, Position)]) -> Vec<HostChange> {
        let neighbour = &mut self.neighbours[neighbour];
        let lost: Vec<Lost> = lost.iter().map(|&(origin, position)| Lost { origin, position }).collect();
        neighbour.link(&[], &lost);
        self.story.frame(neighbour, 10.0)
    }

    /// The same of the host, at its newest position.
    fn lose(&mut self, neighbour: usize) -> Vec<HostChange> {
        let (origin, position) = (self.srv.id(), self.srv.position());
        self.accuse(neighbour, &[(origin, position)])
    }

    fn freshness(&self) -> Freshness {
        self.story.host("srv").freshness(self.story.now)
    }
}

#[test]
fn a_host_is_dead_once_most_of_its_neighbours_lost_it() {
    let mut mesh = Mesh::new();
    assert_eq!(mesh.lose(0), []);
    assert_eq!(mesh.freshness(), Freshness::Fresh, "one of three may be wrong");
    assert_eq!(mesh.lose(1), [HostChange::Freshness(Freshness::Dead)]);
    assert_eq!(mesh.lose(2), [], "it is told once");
    let host = mesh.story.host("srv");
    assert_eq!(host.freshness(mesh.story.now), Freshness::Dead);
    assert_eq!(host.number("cpu.use"), Some(10.0), "its last state stays readable");
    assert_eq!(host.links().up.len(), 3);
    assert_eq!(mesh.story.host("near-2").links().lost_at(mesh.srv.id()), Some(mesh.srv.position()));
    assert_eq!(mesh.story.later(60_000).tick().len(), 3, "the neighbours fall silent, the dead stays dead");
    assert_eq!(mesh.freshness(), Freshness::Dead);
}

#[test]
fn its_next_frame_refutes_it_and_so_does_a_restart() {
    let mut mesh = Mesh::new();
    (0..3).for_each(|neighbour| drop(mesh.lose(neighbour)));
    let changes = mesh.story.frame(&mut mesh.srv, 10.0);
    assert_eq!(changes, [HostChange::Freshness(Freshness::Fresh)]);

    (0..3).for_each(|neighbour| drop(mesh.lose(neighbour)));
    assert_eq!(mesh.freshness(), Freshness::Dead);
    let mut again = mesh.srv.restarted();
    let changes = mesh.story.frame(&mut again, 10.0);
    assert_eq!(changes, [HostChange::Restarted, HostChange::Freshness(Freshness::Fresh)]);
}

#[test]
fn neighbours_that_take_their_word_back_leave_it_silent() {
    let mut mesh = Mesh::new();
    mesh.lose(0);
    mesh.lose(1);
    mesh.story.later(20_000).tick();
    assert_eq!(mesh.freshness(), Freshness::Dead);
    let changes = mesh.accuse(0, &[]);
    assert!(changes.contains(&HostChange::Freshness(Freshness::Silent)), "{changes:?}");
}

#[test]
fn a_host_loses_its_place_only_to_those_it_names() {
    let mut mesh = Mesh::new();
    let (origin, position) = (mesh.srv.id(), mesh.srv.position());
    for key in 10..20 {
        let mut stranger = Origin::new(&format!("far-{key}"), key);
        stranger.link(&[origin], &[Lost { origin, position }]);
        assert_eq!(mesh.story.frame(&mut stranger, 10.0), [HostChange::Joined]);
    }
    assert_eq!(mesh.freshness(), Freshness::Fresh);
}

#[test]
fn what_was_lost_before_the_newest_frame_does_not_count() {
    let mut mesh = Mesh::new();
    let (origin, before) = (mesh.srv.id(), mesh.srv.position());
    mesh.story.frame(&mut mesh.srv, 20.0);
    (0..3).for_each(|neighbour| assert_eq!(mesh.accuse(neighbour, &[(origin, before)]), []));
    assert_eq!(mesh.freshness(), Freshness::Fresh);
}

#[test]
fn what_the_neighbours_heard_last_may_come_after_their_word() {
    let mut mesh = Mesh::new();
    let missing = mesh.srv.frame(20.0);
    (0..3).for_each(|neighbour| drop(mesh.lose(neighbour)));
    assert_eq!(mesh.freshness(), Freshness::Dead);
    assert!(matches!(mesh.story.hear(&mesh.srv, missing)[..], [HostChange::Readings(_)]));
    assert_eq!(mesh.freshness(), Freshness::Dead);
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(order in Just([0, 1, 2, 3, 4]).prop_shuffle()) {
        let (mut srv, neighbours) = (Origin::new("srv", 1), [2, 3, 4].map(near));
        srv.link(&neighbours.each_ref().map(Origin::id), &[]);
        let mut frames = vec![("srv".to_owned(), srv.frame(10.0)), ("srv".to_owned(), srv.frame(20.0))];
        for mut neighbour in neighbours {
            neighbour.link(&[], &[Lost { origin: srv.id(), position: srv.position() }]);
            frames.push((neighbour.name.clone(), neighbour.frame(10.0)));
        }
        let mut story = Story::new();
        for at in order {
            let (name, frame) = &frames[at];
            story.hear_as(name, frame.clone());
        }
        prop_assert_eq!(story.host("srv").freshness(story.now), Freshness::Dead);
    }
}

#[test]
fn taking_leave_goes_before_all_and_without_neighbours_nobody_dies() {
    let mut mesh = Mesh::new();
    let leave = mesh.srv.leave();
    mesh.story.hear(&mesh.srv, leave);
    (0..3).for_each(|neighbour| assert_eq!(mesh.lose(neighbour), []));
    assert_eq!(mesh.freshness(), Freshness::Left);

    let mut story = Story::new();
    let mut alone = Origin::new("alone", 9);
    story.frame(&mut alone, 10.0);
    assert_eq!(story.later(20_000).tick(), [HostChange::Freshness(Freshness::Silent)]);
}

#[test]
fn who_is_forgotten_has_no_vote() {
    let mut mesh = Mesh::new();
    let late = mesh.srv.frame(10.0);
    (0..3).for_each(|neighbour| drop(mesh.lose(neighbour)));
    mesh.story.later(23 * HOUR_MS).hear(&mesh.srv, late);
    assert_eq!(mesh.freshness(), Freshness::Dead);
    mesh.story.tick();
    let told = mesh.story.later(2 * HOUR_MS).tick();
    assert_eq!(told.iter().filter(|what| **what == HostChange::Forgotten).count(), 3);
    assert!(told.contains(&HostChange::Freshness(Freshness::Silent)), "{told:?}");
}

const HOUR_MS: u64 = 3_600_000;
