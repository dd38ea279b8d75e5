//! A short fuzzing run without a fuzzer: what is cheap to find is found by every run of the tests. With
//! `GRAPEVINE_FUZZ_EXECUTIONS` set to their number, longer ones are run, with other mutations than the usual ones.

use grapevine_fuzz::TARGETS;

use crate::{corpus, stand};

/// Mutated inputs for each target.
const EXECUTIONS: u64 = 20_000;

/// Mutations beyond this length are cut: long inputs are slow and say little more.
const INPUT_BYTES_MAX: usize = 4096;

/// Bytes at which readers change their minds: ends of ranges, the codec's marks, powers of two.
const BYTES: [u8; 16] = [0, 1, 2, 4, 16, 32, 63, 64, 127, 128, 250, 251, 252, 253, 254, 255];

#[test]
fn greetings_to_a_listener_stand_mutation() {
    mutate("greeting_listener");
}

#[test]
fn greetings_to_a_dialler_stand_mutation() {
    mutate("greeting_dialler");
}

#[test]
fn open_connections_stand_mutation() {
    mutate("zmtp_frames");
}

#[test]
fn sealed_talks_stand_mutation() {
    mutate("curve");
}

#[test]
fn frames_stand_mutation() {
    mutate("frame");
}

#[test]
fn bodies_stand_mutation() {
    mutate("body");
}

#[test]
fn deltas_stand_mutation() {
    mutate("delta");
}

#[test]
fn control_messages_stand_mutation() {
    mutate("control");
}

#[test]
fn beacons_stand_mutation() {
    mutate("beacon");
}

#[test]
fn the_engine_stands_mutation() {
    mutate("engine");
}

fn mutate(target: &str) {
    let (_, run) = TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let inputs: Vec<Vec<u8>> = corpus(target).into_iter().map(|(_, input)| input).collect();
    let asked = std::env::var("GRAPEVINE_FUZZ_EXECUTIONS").map(|number| number.parse::<u64>().unwrap());
    let executions = asked.unwrap_or(EXECUTIONS);
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (executions ^ EXECUTIONS));
    for execution in 0..executions {
        let mut input = inputs[random.below(inputs.len())].clone();
        for _ in 0..=random.below(4) {
            random.change(&mut input, &inputs);
        }
        input.truncate(INPUT_BYTES_MAX);
        stand(run, &input, || format!("mutation {execution} of {target}"));
    }
}

/// Marsaglia's xorshift, 64 bits ("Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        if self.next().is_multiple_of(2) {
            BYTES[self.below(BYTES.len())]
        } else {
            self.next().to_le_bytes()[5]
        }
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        from..(from + 1 + self.below(32)).min(length)
    }

    fn change(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let at = self.below(input.len());
        match self.below(7) {
            0 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            1 if !input.is_empty() => input[at] = self.byte(),
            2 if !input.is_empty() => input[at] = input[at].wrapping_add(self.byte()),
            3 => input.insert(at, self.byte()),
            4 => drop(input.drain(self.range(input.len()))),
            5 => {
                let again = input[self.range(input.len())].to_vec();
                input.splice(at..at, again);
            }
            _ => {
                let other = &inputs[self.below(inputs.len())];
                let piece = other[self.range(other.len())].to_vec();
                let end = (at + self.below(2) * piece.len()).min(input.len());
                input.splice(at..end, piece);
            }
        }
    }
}
