//! What happens, in words.

use bytes::Bytes;
use grapevine_proto::gossip::{Control, Have};
use grapevine_proto::{Frame, FrameKind, Position};

use crate::calendar::Event;
use crate::clock::{Micros, S};
use crate::ends::other;
use crate::simulation::{Simulation, place};

impl Simulation {
    /// An event in words.
    pub(crate) fn in_words(&self, at: Micros, event: Event) -> String {
        let words = match event {
            Event::Fault(step) => format!("{:?}", self.plan[place(step)].1),
            Event::Publish(host) => format!("host {host} is to publish"),
            Event::Timer(host) => format!("the engine of host {host} is due"),
            Event::Wake(host) => format!("host {host} goes on"),
            Event::Redial(seed) => {
                let seed = &self.seeds[place(seed)];
                format!("host {} dials its seed {} again", seed.host, seed.to)
            }
            Event::Accept(dial) => self.of_dial(dial, "arrives"),
            Event::Refuse(dial) => self.of_dial(dial, "is refused"),
            Event::GiveUp(dial) => self.of_dial(dial, "has taken long enough"),
            Event::Arrive(end) => self.of_end(end, "something arrives"),
            Event::Write(end) => self.of_end(end, "it is time to write"),
            Event::Resend(end) => self.of_end(end, "the kernel sends again"),
            Event::DeadPath(end) => self.of_end(end, "the kernel's patience may be over"),
            Event::Down(end) => self.of_end(end, "the link ends"),
            Event::Ping(end) => self.of_end(end, "PING is due"),
            Event::Pong(end) => self.of_end(end, "PONG comes"),
        };
        format!("{}.{:06} s: {words}", at / S, at % S)
    }

    fn of_end(&self, end: u32, what: &str) -> String {
        let end = place(end);
        let (host, peer) = (self.ends[end].host, self.ends[other(end)].host);
        let is_closed = if self.ends[end].is_open { "" } else { ", closed" };
        format!("{what} at host {host} on its link with host {peer} (end {end}{is_closed})")
    }

    fn of_dial(&self, dial: u32, what: &str) -> String {
        let dial = place(dial);
        format!("the dial of host {} to host {} {what}", self.dialler(dial), self.dialled(dial))
    }
}

/// A message that arrives at an end, in words.
pub(crate) fn of_message(end: usize, bytes: &Bytes) -> String {
    let words = match Frame::parse(bytes.clone()) {
        Ok(frame) => of_frame(&frame),
        Err(_) => {
            Control::decode(bytes).map_or_else(|| of_announcement(bytes), |control| format!("{control:?}"))
        }
    };
    format!("  end {end} gets {words}")
}

/// A frame in words.
pub(crate) fn of_frame(frame: &Frame) -> String {
    let kind = match frame.kind() {
        FrameKind::Keyframe => "keyframe",
        FrameKind::Delta => "delta",
        FrameKind::Leave => "leave",
        FrameKind::Unknown(_) => "unknown frame",
    };
    let Position { epoch, sequence } = frame.position();
    let (origin, hops, age_ms) = (frame.origin(), frame.hop_count(), frame.age_ms());
    format!("{kind} {epoch}.{sequence} of {origin}, {hops} hops, {age_ms} ms old")
}

fn of_announcement(bytes: &Bytes) -> String {
    match Have::decode(bytes) {
        Some(have) => format!("{} announcements", have.count()),
        None => format!("{} bytes of something else", bytes.len()),
    }
}
