//! What happens when: events in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::Micros;

/// Something that happens at a host, on a path, or to the network. Numbers are places in the simulation's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The next step of the scenario's plan.
    Fault(u32),
    /// A host's interval is over.
    Publish(u32),
    /// A host's engine wanted to be asked.
    Timer(u32),
    /// A host can go on with what it left lying.
    Wake(u32),
    /// A host dials its seed again.
    Redial(u32),
    /// A dial reaches whom it was meant for.
    Accept(u32),
    /// A dial is refused.
    Refuse(u32),
    /// A dial takes too long.
    GiveUp(u32),
    /// A segment arrives at an end of a link.
    Arrive(u32),
    /// An end of a link has rested and may write.
    Write(u32),
    /// The kernel sends again what was not acknowledged.
    Resend(u32),
    /// The kernel gives up a path.
    DeadPath(u32),
    /// An end of a link hears that it is closed.
    Down(u32),
    /// An end of a link is to send a PING.
    Ping(u32),
    /// The answer to a PING.
    Pong(u32),
}

/// An event and its time; of those at the same time the one first thought of comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Micros,
    order: u64,
    event: Event,
}

const _: () = assert!(size_of::<Entry>() == 24);

/// Events to come. Those of the next 33 ms lie in slots of 16 us each, unsorted until their slot is
/// next; the others in a heap. So an event costs the same however many there are.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// The events of the current slot and of those before it.
    current: BinaryHeap<Reverse<Entry>>,
    slots: Vec<Vec<Entry>>,
    far: BinaryHeap<Reverse<Entry>>,
    /// Number of the current slot since the start.
    turn: u64,
    /// How many events lie in slots.
    near: usize,
    order: u64,
}

impl Calendar {
    pub(crate) fn new() -> Self {
        Self {
            current: BinaryHeap::new(),
            slots: vec![Vec::new(); SLOTS],
            far: BinaryHeap::new(),
            turn: 0,
            near: 0,
            order: 0,
        }
    }

    /// Notes an event.
    pub(crate) fn add(&mut self, at: Micros, event: Event) {
        self.order += 1;
        let entry = Entry { at, order: self.order, event };
        let turn = at / SLOT_US;
        if turn <= self.turn {
            self.current.push(Reverse(entry));
        } else if turn - self.turn < SLOTS as u64 {
            self.put(entry);
        } else {
            self.far.push(Reverse(entry));
        }
    }

    /// The next event, if it is not later than `end`.
    pub(crate) fn next(&mut self, end: Micros) -> Option<(Micros, Event)> {
        loop {
            if let Some(Reverse(Entry { at, .. })) = self.current.peek() {
                return if *at <= end {
                    self.current.pop().map(|Reverse(entry)| (entry.at, entry.event))
                } else {
                    None
                };
            }
            if self.near == 0 {
                let Reverse(Entry { at, .. }) = self.far.peek()?;
                if *at > end {
                    return None;
                }
                self.turn = at / SLOT_US;
            } else {
                self.turn += 1;
            }
            self.turn_page();
        }
    }

    fn put(&mut self, entry: Entry) {
        self.near += 1;
        self.slots[slot_of(entry.at / SLOT_US)].push(entry);
    }

    /// Takes up the events of the current slot, and those from afar that are near now.
    fn turn_page(&mut self) {
        let slot = &mut self.slots[slot_of(self.turn)];
        self.near -= slot.len();
        self.current.extend(slot.drain(..).map(Reverse));
        while let Some(Reverse(Entry { at, .. })) = self.far.peek()
            && at / SLOT_US < self.turn + SLOTS as u64
            && let Some(Reverse(entry)) = self.far.pop()
        {
            if entry.at / SLOT_US <= self.turn {
                self.current.push(Reverse(entry));
            } else {
                self.put(entry);
            }
        }
    }
}

fn slot_of(turn: u64) -> usize {
    usize::try_from(turn % SLOTS as u64).unwrap_or(0)
}

const SLOTS: usize = 2048;
const SLOT_US: Micros = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};

    #[test]
    fn events_come_in_the_order_of_time_and_then_of_their_making() {
        let mut random = Random::of(1, Purpose::Jitter);
        let mut calendar = Calendar::new();
        let mut expected = Vec::new();
        let (mut now, mut made) = (0, 0_u32);
        let mut happened = Vec::new();
        for _ in 0..20_000 {
            for _ in 0..random.below(3) {
                let delay = [1, 20, 5_000, 400_000, 9_000_000][random.place(5)];
                let at = now + random.below(delay);
                calendar.add(at, Event::Timer(made));
                expected.push((at, made));
                made += 1;
            }
            if let Some((at, Event::Timer(number))) = calendar.next(now + random.below(3000)) {
                assert!(at >= now);
                now = at;
                happened.push((at, number));
            }
        }
        while let Some((at, Event::Timer(number))) = calendar.next(u64::MAX) {
            happened.push((at, number));
        }
        expected.sort_unstable();
        assert_eq!(happened, expected);
    }
}
