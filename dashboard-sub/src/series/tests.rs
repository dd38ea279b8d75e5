//! Tapes against a plain list of every second.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::coarse::{BUCKET_S, Bucket, Coarse};
use super::pool::Pool;
use super::run::{Run, Runs};
use super::tape::{Place, Tape};
use super::token::{ABSENT, Point};

/// Waits and values, of which some follow only after up to `wait_max` seconds.
fn points(wait_max: u32) -> impl Strategy<Value = Vec<(u32, i64)>> {
    let value = prop_oneof![4 => 0_i64..100, 1 => -(1_i64 << 53)..=1 << 53, 1 => Just(ABSENT)];
    prop::collection::vec((prop_oneof![60 => 0_u32..3, 1 => 3..wait_max], value), 0..150)
}

fn placed(start: u32, points: &[(u32, i64)]) -> Vec<Point> {
    let at = points.iter().scan(start, |at, (wait, _)| {
        *at += wait;
        Some(*at)
    });
    at.zip(points).map(|(at, (_, value))| Point { at, value: *value }).collect()
}

/// The value of every second, as a list of all that was said tells it.
fn model(said: &[Point], end: u32) -> BTreeMap<u32, i64> {
    let mut seconds = BTreeMap::new();
    for (index, point) in said.iter().enumerate() {
        let until = said.get(index + 1).map_or(end, |next| next.at);
        seconds.extend((point.at..until).map(|second| (second, point.value)));
    }
    seconds.retain(|_, value| *value != ABSENT);
    seconds
}

fn shown(tape: &Tape, pool: &Pool, from: u32, end: u32) -> BTreeMap<u32, i64> {
    let always = std::slice::from_ref(&(0..u32::MAX));
    let runs = Runs::new(tape.points(from, pool), always, from..end);
    runs.flat_map(|Run { seconds, value }| seconds.map(move |second| (second, value))).collect()
}

fn write(tape: &mut Tape, place: Place, said: &[Point], pool: &mut Pool) {
    for point in said {
        tape.set(place, *point, pool);
    }
}

#[test]
fn a_gap_at_the_end_holds_though_the_past_comes_later() {
    let (mut tape, mut pool) = (Tape::new(), Pool::new(8));
    tape.split(&mut pool);
    for (at, value) in [(41, ABSENT), (44, 0)] {
        tape.set(Place::End, Point { at, value }, &mut pool);
    }
    tape.set(Place::Split, Point { at: 39, value: 7 }, &mut pool);
    assert_eq!(shown(&tape, &pool, 1, 46), BTreeMap::from([(39, 7), (40, 7), (44, 0), (45, 0)]));
}

proptest! {
    #[test]
    fn a_tape_shows_what_was_said(said in points(9000), from in 1_u32..500) {
        let (mut tape, mut pool) = (Tape::new(), Pool::new(1024));
        let said = placed(1, &said);
        write(&mut tape, Place::End, &said, &mut pool);
        let end = said.last().map_or(1, |point| point.at) + 10;
        let mut expected = model(&said, end);
        prop_assert_eq!(&shown(&tape, &pool, 1, end), &expected);
        expected.retain(|second, _| *second >= from);
        prop_assert_eq!(&shown(&tape, &pool, from, end), &expected);
        tape.clear(&mut pool);
        prop_assert_eq!(pool.available(), 1024);
    }

    #[test]
    fn the_past_goes_between_what_came_live(
        first in points(100),
        past in points(100),
        second in points(100),
        turns in prop::collection::vec(any::<bool>(), 0..300),
        again in points(100),
        closes: bool,
    ) {
        let (mut tape, mut pool) = (Tape::new(), Pool::new(1024));
        let mut start = 1;
        let [first, past, second, again] = [first, past, second, again].map(|part| {
            let part = placed(start + 20, &part);
            start = part.last().map_or(start, |last| last.at);
            part
        });
        write(&mut tape, Place::End, &first, &mut pool);
        tape.split(&mut pool);
        let (mut live, mut replay) = (second.iter(), past.iter());
        for turn in turns {
            let (place, next) = if turn { (Place::End, live.next()) } else { (Place::Split, replay.next()) };
            write(&mut tape, place, next.map_or(&[], std::slice::from_ref), &mut pool);
        }
        write(&mut tape, Place::Split, replay.as_slice(), &mut pool);
        write(&mut tape, Place::End, live.as_slice(), &mut pool);
        if closes {
            tape.close_split(&mut pool);
        }
        write(&mut tape, Place::End, &again, &mut pool);

        let said = [first, past, second, again].concat();
        prop_assert_eq!(shown(&tape, &pool, 1, start + 9), model(&said, start + 9));
    }

    #[test]
    fn what_is_dropped_is_the_oldest_and_told(said in points(100), drops in 0_usize..9) {
        let (mut tape, mut pool) = (Tape::new(), Pool::new(1024));
        let said = placed(1, &said);
        write(&mut tape, Place::End, &said, &mut pool);
        let end = said.last().map_or(1, |point| point.at) + 10;
        let (mut dropped, mut start) = (BTreeMap::new(), 1);
        for _ in 0..drops {
            let Some((points, next)) = tape.drop_oldest(&mut pool) else { break };
            dropped.extend(model(&points, next));
            start = next;
        }
        let expected = model(&said, end);
        let (old, new) = expected.into_iter().partition(|(second, _)| *second < start);
        prop_assert_eq!(dropped, old);
        prop_assert_eq!(shown(&tape, &pool, 1, end), new);
    }

    #[test]
    fn a_bucket_is_what_its_seconds_were(said in points(400)) {
        let (mut coarse, mut pool) = (Coarse::new(), Pool::new(1024));
        let said = placed(BUCKET_S, &said);
        let end = said.last().map_or(BUCKET_S, |point| point.at) + 10;
        let seconds = model(&said, end);
        let span = std::slice::from_ref(&(0..u32::MAX));
        for run in Runs::new(said.into_iter(), span, 0..end) {
            coarse.add(&run, &mut pool);
        }
        let buckets: Vec<Bucket> = coarse.buckets(&pool).collect();
        prop_assert!(buckets.is_sorted_by(|a, b| a.seconds.end <= b.seconds.start));
        let mut told = 0;
        for Bucket { seconds: range, min, mean, max } in buckets {
            let values: Vec<i64> = seconds.range(range).map(|(_, value)| *value).collect();
            let sum: i128 = values.iter().copied().map(i128::from).sum();
            let count = i128::try_from(values.len()).unwrap();
            prop_assert_eq!(values.iter().min(), Some(&min));
            prop_assert_eq!(values.iter().max(), Some(&max));
            prop_assert!((2 * (i128::from(mean) * count - sum)).abs() <= count, "{} of {:?}", mean, values);
            told += values.len();
        }
        prop_assert_eq!(told, seconds.len());
    }
}

#[test]
fn a_full_pool_starts_a_series_anew_rather_than_tell_what_was_not() {
    let (mut tape, mut pool) = (Tape::new(), Pool::new(1024));
    let mut others = Vec::new();
    while pool.available() > 1 {
        let mut other = Tape::new();
        write(&mut other, Place::End, &placed(1, &[(0, 1), (1, 2)]), &mut pool);
        others.push(other);
    }
    let changing: Vec<Point> = (1..200).map(|at| Point { at, value: i64::from(at) }).collect();
    write(&mut tape, Place::End, &changing, &mut pool);
    let shown = shown(&tape, &pool, 1, 200);
    assert!(shown.iter().all(|(second, value)| i64::from(*second) == *value), "{shown:?}");
    assert!(shown.len() > 20 && shown.len() < 199, "{}", shown.len());
}

#[test]
fn an_hour_without_change_costs_a_chunk_and_one_of_changes_a_byte_each() {
    let chunks = |values: &dyn Fn(u32) -> i64| {
        let (mut tape, mut pool) = (Tape::new(), Pool::new(1024));
        let said: Vec<Point> = (1..=3600).map(|at| Point { at, value: values(at) }).collect();
        write(&mut tape, Place::End, &said, &mut pool);
        1024 - pool.available()
    };
    assert_eq!(chunks(&|_| 42), 0, "it has not even been written yet");
    assert_eq!(chunks(&|at| if at == 7 { 41 } else { 42 }), 1);
    assert_eq!(chunks(&|at| i64::from(at * 7 % 50)), 66, "3,600 bytes, 55 in each");
}
