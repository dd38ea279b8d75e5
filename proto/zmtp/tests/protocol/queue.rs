//! The queue, against a simple model.

use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::limits::{QUEUE_BYTES_MAX, QUEUE_ENTRY_BYTES, QUEUE_LOW_BYTES, QUEUE_ROOM_BYTES};
use grapevine_zmtp::{Message, Overrun, Queue, Rank, Slot};
use proptest::prelude::*;

const NOW: Duration = Duration::ZERO;

fn keyframe(key: u64) -> Slot {
    Slot::Origin { key, rank: Rank::Keyframe }
}

fn delta(key: u64) -> Slot {
    Slot::Origin { key, rank: Rank::Delta }
}

/// A message of so many bytes, the first of which tell it from others.
fn labelled(label: u32, length: usize) -> Message {
    let mut bytes = label.to_be_bytes().to_vec();
    bytes.resize(length.max(4), 0);
    Message::of([bytes.into()])
}

fn label_of(message: &Message) -> u32 {
    u32::from_be_bytes(message.parts()[0][..4].try_into().unwrap())
}

/// The labels of all that waits.
fn drain(queue: &mut Queue) -> Vec<u32> {
    std::iter::from_fn(|| queue.pop(NOW)).map(|(message, _)| label_of(&message)).collect()
}

fn filled(pushes: &[(Slot, u32, usize)]) -> Queue {
    let mut queue = Queue::default();
    for &(slot, label, length) in pushes {
        queue.push(slot, labelled(label, length), NOW).unwrap();
    }
    queue
}

#[test]
fn control_goes_first() {
    let mut queue =
        filled(&[(keyframe(1), 1, 9), (Slot::Control, 2, 9), (delta(1), 3, 9), (Slot::Control, 4, 9)]);
    assert_eq!(drain(&mut queue), [2, 4, 1, 3]);
}

#[test]
fn newer_news_replaces_older() {
    let mut queue = filled(&[(keyframe(1), 1, 9), (delta(1), 2, 9), (delta(2), 3, 9), (delta(1), 4, 9)]);
    assert_eq!(drain(&mut queue), [1, 3, 4], "a delta replaces a delta and keeps the keyframe");
    let mut queue = filled(&[(keyframe(1), 1, 9), (delta(1), 2, 9), (delta(2), 3, 9), (keyframe(1), 4, 9)]);
    assert_eq!(drain(&mut queue), [3, 4], "a keyframe replaces both");
    assert_eq!((queue.bytes(), queue.take_dropped()), (0, 0), "what is replaced is not lost");
}

#[test]
fn what_stands_alone_waits_in_line_and_is_not_replaced() {
    let mut queue =
        filled(&[(Slot::Single, 1, 9), (delta(1), 2, 9), (Slot::Single, 3, 9), (keyframe(1), 4, 9)]);
    assert_eq!(drain(&mut queue), [1, 3, 4]);
}

#[test]
fn the_oldest_news_is_dropped_and_counted() {
    let third = QUEUE_BYTES_MAX / 3 - QUEUE_ENTRY_BYTES;
    let mut queue = filled(&[(delta(1), 1, third), (Slot::Control, 2, third), (delta(3), 3, third)]);
    queue.push(delta(4), labelled(4, third), NOW).unwrap();
    assert_eq!(queue.take_dropped(), 1);
    assert_eq!(queue.take_dropped(), 0, "asked before");
    assert_eq!(drain(&mut queue), [2, 3, 4]);
}

#[test]
fn news_longer_than_the_queue_displaces_nothing() {
    let mut queue = filled(&[(delta(1), 1, 9), (delta(2), 2, QUEUE_BYTES_MAX + 1)]);
    assert_eq!(queue.take_dropped(), 1);
    assert_eq!(drain(&mut queue), [1]);
}

#[test]
fn too_much_control_is_an_overrun_and_not_kept() {
    let half = QUEUE_BYTES_MAX / 2 - QUEUE_ENTRY_BYTES;
    let mut queue = filled(&[(delta(1), 1, half), (Slot::Control, 2, half), (Slot::Control, 3, half)]);
    assert_eq!(queue.take_dropped(), 1, "news makes room for control");
    assert_eq!(queue.push(Slot::Control, labelled(4, 4), NOW), Err(Overrun));
    assert_eq!(queue.bytes(), QUEUE_BYTES_MAX);
}

#[test]
fn messages_without_bytes_fill_the_queue_too() {
    let push = |queue: &mut Queue, slot| queue.push(slot, Message::of([Bytes::new()]), NOW);
    let mut queue = Queue::default();
    let taken = (0..10_000).take_while(|_| push(&mut queue, Slot::Control).is_ok()).count();
    assert_eq!((taken, queue.len()), (1024, 1024));
    let mut queue = Queue::default();
    (0..10_000).for_each(|key| push(&mut queue, delta(key)).unwrap());
    assert_eq!((queue.len(), queue.take_dropped()), (1024, 10_000 - 1024));
}

#[test]
fn the_time_in_the_queue_is_told_of_news() {
    let mut queue = filled(&[(delta(1), 1, 9), (Slot::Control, 2, 9)]);
    let later = Duration::from_millis(30);
    assert_eq!(queue.pop(later).unwrap().1, None);
    assert_eq!(queue.pop(later).unwrap().1, Some(later));
    assert!(queue.pop(later).is_none());
}

#[test]
fn a_snapshot_is_asked_for_more_once_when_there_is_room() {
    let mut queue = Queue::default();
    let mut label = 0;
    while queue.has_room() {
        label += 1;
        queue.push(keyframe(label.into()), labelled(label, 1000), NOW).unwrap();
    }
    assert!((QUEUE_ROOM_BYTES..QUEUE_ROOM_BYTES + 1000 + QUEUE_ENTRY_BYTES).contains(&queue.bytes()));
    assert!(!queue.takes_more_again());
    while queue.bytes() >= QUEUE_LOW_BYTES {
        assert!(!queue.takes_more_again(), "{} bytes left", queue.bytes());
        queue.pop(NOW);
    }
    assert!(queue.takes_more_again());
    assert!(!queue.takes_more_again(), "said before");
    assert!(queue.has_room());
    assert!(!queue.takes_more_again(), "nobody was refused");
}

/// What the queue is meant to do, in as few words as possible.
#[derive(Default)]
struct Model {
    control: Vec<(u32, usize)>,
    news: Vec<(u64, Rank, u32, usize)>,
    dropped: u64,
}

impl Model {
    fn bytes(&self) -> usize {
        let control = self.control.iter().map(|(_, length)| QUEUE_ENTRY_BYTES + length);
        control.chain(self.news.iter().map(|(_, _, _, length)| QUEUE_ENTRY_BYTES + length)).sum()
    }

    fn push(&mut self, slot: Slot, label: u32, length: usize) {
        match slot {
            Slot::Control => self.control.push((label, length)),
            Slot::Origin { key, rank } => {
                self.news.retain(|old| old.0 != key || (rank == Rank::Delta && old.1 == Rank::Keyframe));
                self.news.push((key, rank, label, length));
            }
            Slot::Single => self.news.push((1000 + u64::from(label), Rank::Delta, label, length)),
        }
        while self.bytes() > QUEUE_BYTES_MAX && !self.news.is_empty() {
            self.news.remove(0);
            self.dropped += 1;
        }
        if self.bytes() > QUEUE_BYTES_MAX {
            self.control.pop();
        }
    }

    fn pop(&mut self) -> Option<u32> {
        if !self.control.is_empty() {
            return Some(self.control.remove(0).0);
        }
        (!self.news.is_empty()).then(|| self.news.remove(0).2)
    }
}

fn any_slot() -> impl Strategy<Value = Slot> {
    prop_oneof![
        1 => Just(Slot::Control),
        3 => (0..6_u64).prop_map(keyframe),
        6 => (0..6_u64).prop_map(delta),
        2 => Just(Slot::Single),
    ]
}

proptest! {
    #[test]
    fn the_queue_does_what_its_model_does(
        steps in prop::collection::vec(prop::option::weighted(0.7, (any_slot(), 4..20_000_usize)), 1..80)
    ) {
        let (mut queue, mut model) = (Queue::default(), Model::default());
        for (label, step) in (0..).zip(steps) {
            match step {
                Some((slot, length)) => {
                    let before = model.control.len();
                    model.push(slot, label, length);
                    let is_refused = slot == Slot::Control && model.control.len() == before;
                    let pushed = queue.push(slot, labelled(label, length), NOW);
                    prop_assert_eq!(pushed.is_err(), is_refused);
                    if is_refused {
                        // The link is closed then; the news that the model gave up for it was lost anyway.
                        return Ok(());
                    }
                }
                None => prop_assert_eq!(queue.pop(NOW).map(|(message, _)| label_of(&message)), model.pop()),
            }
            prop_assert_eq!(queue.bytes(), model.bytes());
            prop_assert!(queue.bytes() <= QUEUE_BYTES_MAX);
            prop_assert_eq!(queue.is_empty(), model.bytes() == 0);
            prop_assert_eq!(queue.take_dropped(), std::mem::take(&mut model.dropped));
        }
        while let Some(label) = model.pop() {
            prop_assert_eq!(queue.pop(NOW).map(|(message, _)| label_of(&message)), Some(label));
        }
        prop_assert!(queue.is_empty());
    }

    #[test]
    fn a_queue_shares_the_bytes_it_holds(length in 1..2000_usize) {
        let bytes = Bytes::from(vec![1; length]);
        let mut queue = Queue::default();
        queue.push(delta(1), Message::of([bytes.clone()]), NOW).unwrap();
        let (message, _) = queue.pop(NOW).unwrap();
        prop_assert_eq!(message.parts()[0].as_ptr(), bytes.as_ptr());
    }
}
