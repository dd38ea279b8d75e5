use super::*;

fn entry(slot: u16, low: u8) -> Entry {
    Entry { slot: Slot(slot), low, cost: 0, ingress: Some(LinkId(u64::from(low))) }
}

#[test]
fn the_first_of_a_pair_speaks_at_the_next_flush_and_the_other_two_later() {
    let mut journal = Journal::default();
    assert_eq!(journal.flush_at(), None);
    journal.note(entry(3, 1), Moment(100));
    journal.note(entry(1, 7), Moment(105));
    let both = vec![entry(1, 7), entry(3, 1)];
    let mut spoken = Vec::new();
    while let Some(at) = journal.flush_at() {
        let Flush { first, second } = journal.flush(at);
        spoken.push((at.0 - 100, first, second));
    }
    let none = Vec::new;
    let expected = [
        (ANNOUNCE_MS, both.clone(), none()),
        (2 * ANNOUNCE_MS, none(), none()),
        (3 * ANNOUNCE_MS, none(), both),
    ];
    assert_eq!(spoken, expected);
}

#[test]
fn a_frame_in_a_hurry_does_not_wait_and_none_waits_longer_for_it() {
    let mut journal = Journal::default();
    journal.note(entry(1, 1), Moment(100));
    journal.hurry(Moment(104));
    assert_eq!(journal.flush_at(), Some(Moment(104 + CRITICAL_ANNOUNCE_MS)));
    journal.hurry(Moment(105));
    assert_eq!(journal.flush_at(), Some(Moment(104 + CRITICAL_ANNOUNCE_MS)));
}

#[test]
fn of_several_frames_of_one_origin_the_last_is_announced() {
    let mut journal = Journal::default();
    for low in [255, 0, 1] {
        journal.note(entry(4, low), Moment(0));
    }
    assert_eq!(journal.flush(Moment(10)).first, [entry(4, 1)]);
}

#[test]
fn who_is_forgotten_is_not_announced() {
    let mut journal = Journal::default();
    (0..4).for_each(|slot| journal.note(entry(slot, 1), Moment(0)));
    drop(journal.flush(Moment(10)));
    (0..4).for_each(|slot| journal.note(entry(slot, 2), Moment(10)));
    journal.vacate(&BTreeSet::from([Slot(1), Slot(3)]));
    assert_eq!(journal.flush(Moment(20)).first, [entry(0, 2), entry(2, 2)]);
    assert_eq!(journal.flush(Moment(30)).second, [entry(0, 1), entry(2, 1)]);
}

#[test]
fn it_holds_no_more_than_there_are_origins() {
    let mut journal = Journal::default();
    (0..2 * ORIGINS_MAX).for_each(|_| journal.note(entry(1, 1), Moment(0)));
    assert_eq!(journal.young.len(), ORIGINS_MAX);
}
