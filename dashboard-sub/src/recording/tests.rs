//! Whatever happens to a recording's bytes, all before the damage comes back and nothing wrong does.

use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::limits::{FRAME_BYTES_MAX, TOPIC_BYTES_MAX};
use proptest::prelude::*;

use super::*;

const BEGAN_MS: u64 = 1_772_461_200_123;
const HEAD_BYTES: usize = MAGIC.len() + BEGAN_BYTES + CHECKSUM_BYTES;

fn messages() -> impl Strategy<Value = Vec<(u16, String, Vec<u8>)>> {
    let message = (any::<u16>(), "[a-z]{0,63}", prop::collection::vec(any::<u8>(), 0..300));
    prop::collection::vec(message, 0..8)
}

/// The bytes of a recording of `messages`, what is to come back, and where each record ends.
fn record(messages: &[(u16, String, Vec<u8>)]) -> (Vec<u8>, Vec<Record>, Vec<usize>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("it");
    let start = Instant::now();
    let mut recorder = Recorder::create(&path, start, BEGAN_MS).unwrap();
    let (mut elapsed, mut records, mut ends) = (Duration::ZERO, Vec::new(), Vec::new());
    for (later_ms, name, frame) in messages {
        elapsed += Duration::from_millis(u64::from(*later_ms));
        recorder.record(name.as_bytes(), frame, start + elapsed).unwrap();
        recorder.flush().unwrap();
        ends.push(usize::try_from(fs::metadata(&path).unwrap().len()).unwrap());
        let (name, frame) = (Bytes::from(name.clone()), Bytes::from(frame.clone()));
        records.push(Record { elapsed, name, frame });
    }
    (fs::read(&path).unwrap(), records, ends)
}

fn replay(bytes: &[u8]) -> (Vec<Record>, Option<RecordingError>) {
    let mut recording = match Recording::new(bytes) {
        Ok(recording) => recording,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut records = Vec::new();
    for record in &mut recording {
        match record {
            Ok(record) => records.push(record),
            Err(error) => {
                assert!(recording.next().is_none(), "nothing follows an error");
                return (records, Some(error));
            }
        }
    }
    (records, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_recorded_comes_back(messages in messages()) {
        let (bytes, records, _) = record(&messages);
        let (replayed, error) = replay(&bytes);
        prop_assert!(error.is_none());
        prop_assert_eq!(replayed, records);
    }

    #[test]
    fn a_cut_recording_gives_all_whole_records(messages in messages(), at in any::<prop::sample::Index>()) {
        let (bytes, records, ends) = record(&messages);
        let cut = at.index(bytes.len());
        let (replayed, error) = replay(&bytes[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        prop_assert_eq!(&replayed[..], &records[..whole]);
        let head = if cut < HEAD_BYTES { MAGIC.len() } else { HEAD_BYTES };
        let offset = ends[..whole].last().copied().unwrap_or(head);
        match error {
            None => prop_assert_eq!(cut, offset.max(HEAD_BYTES)),
            Some(RecordingError::NotARecording) => prop_assert!(cut < MAGIC.len()),
            Some(RecordingError::Truncated { offset: told }) => prop_assert_eq!(told, offset as u64),
            Some(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn a_flipped_bit_is_found(messages in messages(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (mut bytes, records, ends) = record(&messages);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let (replayed, error) = replay(&bytes);
        let whole = ends.iter().filter(|end| **end <= at).count();
        prop_assert_eq!(&replayed[..], &records[..whole]);
        prop_assert!(error.is_some());
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(tail in prop::collection::vec(any::<u8>(), 0..2000)) {
        let bytes = [record(&[]).0, tail.clone()].concat();
        let (_, error) = replay(&bytes);
        prop_assert!(error.is_some() || tail.is_empty());
    }
}

#[test]
fn it_knows_when_it_began() {
    let (bytes, _, _) = record(&[]);
    assert_eq!(bytes.len(), HEAD_BYTES);
    assert_eq!(Recording::new(bytes.as_slice()).unwrap().began_ms(), BEGAN_MS);
}

#[test]
fn a_file_that_exists_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("it");
    fs::write(&path, "precious").unwrap();
    let error = Recorder::create(&path, Instant::now(), BEGAN_MS).unwrap_err();
    assert!(matches!(error, RecordError::Exists { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn another_file_is_no_recording() {
    let error = Recording::new(b"#!/bin/sh\necho hello, world".as_slice()).unwrap_err();
    assert!(matches!(error, RecordingError::NotARecording), "{error}");
}

#[test]
fn a_message_that_no_agent_sends_does_not_spoil_the_recording() {
    let long = [("a".repeat(TOPIC_BYTES_MAX + 1), vec![1]), ("b".to_owned(), vec![2; FRAME_BYTES_MAX + 1])];
    let longest = [("c".repeat(TOPIC_BYTES_MAX), vec![3]), ("d".to_owned(), vec![4; FRAME_BYTES_MAX])];
    let all = long.iter().chain(&longest).map(|(name, frame)| (0, name.clone(), frame.clone()));
    let (bytes, records, _) = record(&all.collect::<Vec<_>>());
    let (replayed, error) = replay(&bytes);
    assert!(error.is_none());
    assert_eq!(replayed, records[long.len()..]);
}
