use super::*;

const SLOT: Slot = Slot(5);

fn at(sequence: u32) -> Position {
    Position { epoch: 1, sequence }
}

/// Whom it asks, and when, until it gives up.
fn asked(missing: &mut Missing) -> Vec<(u64, Option<LinkId>)> {
    let mut asked = Vec::new();
    while let Some(due) = missing.due() {
        while let Some(ask) = missing.ask(due) {
            asked.push((due.0, ask.ok().map(|ask| ask.link)));
        }
    }
    asked
}

#[test]
fn each_announcer_is_asked_once_and_in_order() {
    let mut missing = Missing::default();
    for (link, now) in [(3, 75), (1, 80), (3, 85), (2, 90), (4, 95)] {
        missing.announced(SLOT, at(9), LinkId(link), 25, Moment(now));
    }
    let [a, b, c] = [3, 1, 2].map(|link| Some(LinkId(link)));
    assert_eq!(asked(&mut missing), [(100, a), (125, b), (150, c), (175, None)]);
    assert_eq!(missing.due(), None);
}

#[test]
fn who_announces_while_others_are_asked_comes_last() {
    let mut missing = Missing::default();
    missing.announced(SLOT, at(9), LinkId(1), 25, Moment(0));
    missing.announced(SLOT, at(9), LinkId(2), 25, Moment(0));
    assert_eq!(missing.ask(Moment(25)), Some(Ok(Ask { slot: SLOT, link: LinkId(1) })));
    missing.announced(SLOT, at(10), LinkId(3), 5, Moment(30));
    assert_eq!(asked(&mut missing), [(50, Some(LinkId(2))), (75, Some(LinkId(3))), (100, None)]);
}

#[test]
fn only_the_newest_frame_that_was_announced_ends_it() {
    let mut missing = Missing::default();
    missing.announced(SLOT, at(9), LinkId(1), 25, Moment(100));
    missing.announced(SLOT, at(8), LinkId(2), 25, Moment(100));
    assert!(!missing.came(SLOT, at(8)));
    assert!(missing.came(SLOT, at(9)) && missing.came(Slot(6), at(1)));
    assert_eq!(missing.due(), None);
}

#[test]
fn nobody_is_asked_early_and_origins_in_the_order_of_their_turns() {
    let mut missing = Missing::default();
    missing.announced(Slot(1), at(1), LinkId(1), 50, Moment(0));
    missing.announced(Slot(2), at(1), LinkId(2), 40, Moment(0));
    assert_eq!(missing.ask(Moment(39)), None);
    assert_eq!(missing.ask(Moment(40)), Some(Ok(Ask { slot: Slot(2), link: LinkId(2) })));
    assert_eq!(missing.ask(Moment(40)), None);
    missing.forget(Slot(2));
    assert_eq!(missing.due(), Some(Moment(50)));
}
