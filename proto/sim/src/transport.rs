//! What the agents' transport and the kernels below it do with bytes: batches, TCP's patience, and the ends of links.

use bytes::Bytes;

use crate::calendar::Event;
use crate::clock::{MS, Micros, S};
use crate::ends::{End, Segment, other};
use crate::measures::PACKET_OVERHEAD_BYTES;
use crate::simulation::{Simulation, number};

impl Simulation {
    /// A link comes up between the host that dialled and the one that was dialled. Returns the end of the first.
    pub(crate) fn open_link(&mut self, from: usize, to: usize, seed: Option<usize>) -> usize {
        let delay = self.paths.delay(from, to);
        let end = self.ends.len();
        for (at, host, seed) in [(end, from, seed), (end + 1, to, None)] {
            self.ends.push(End::new(host, seed, delay, self.now));
            self.hosts[host].ends.push(at);
            self.calendar.add(self.now + PING_INTERVAL, Event::Ping(number(at)));
        }
        end
    }

    /// Something was queued at `end`: it is written at once, or after the rest since the last write.
    pub(crate) fn queued(&mut self, end: usize) {
        let up = &mut self.ends[end];
        if up.is_open && !up.is_write_due && !up.waits_for_reader && !up.queue.is_empty() {
            up.is_write_due = true;
            if up.rests_until <= self.now {
                self.writes.push(end);
            } else {
                self.calendar.add(up.rests_until, Event::Write(number(end)));
            }
        }
    }

    /// Writes what is queued, in pieces of [`WRITE_BYTES_MAX`].
    pub(crate) fn write(&mut self, end: usize) {
        self.ends[end].is_write_due = false;
        while self.ends[end].is_open && !self.ends[end].queue.is_empty() {
            if self.ends[end].unread >= UNREAD_BYTES_MAX {
                self.ends[end].waits_for_reader = true;
                return;
            }
            self.write_piece(end);
            if self.ends[end].queue.takes_more_again() {
                let was_emptied = self.ends[end].queue.is_empty();
                self.feed(end);
                if was_emptied {
                    break;
                }
            }
        }
        self.queued(end);
    }

    fn write_piece(&mut self, end: usize) {
        let mut segment = Segment::default();
        let now = self.now;
        while segment.bytes < WRITE_BYTES_MAX
            && let Some(message) = self.ends[end].queue.pop(now)
        {
            self.count_sent(end, &message);
            segment.messages += 1;
            segment.bytes += number(message.len()) + overhead_of(&message);
            self.ends[other(end)].messages.push_back(message);
        }
        self.ends[end].rests_until = now + BATCH;
        self.ends[end].unread += segment.bytes + WRITE_OVERHEAD_BYTES;
        self.send_segment(end, segment);
        self.ask_how_far(end, segment.bytes + WRITE_OVERHEAD_BYTES);
    }

    /// After much was written the other process is asked how far it has read. The answer says how long the round trip
    /// takes, which is news only if processes have to be woken; how far the other is is known here anyway.
    fn ask_how_far(&mut self, end: usize, written_bytes: u32) {
        let waits = self.wait_for_reader() + self.wait_for_reader();
        let up = &mut self.ends[end];
        up.since_ping += written_bytes;
        if up.since_ping < UNREAD_BYTES_MAX / 4 || self.now < up.answered_at {
            return;
        }
        up.since_ping = 0;
        up.round_trip = 2 * up.delay + waits;
        up.answered_at = self.now + up.round_trip;
        if self.wake_us > 0 {
            self.calendar.add(up.answered_at, Event::Pong(number(end)));
        }
        let (host, peer) = (up.host, self.ends[other(end)].host);
        self.measures.packets(host, 0, PING_BYTES);
        self.measures.packets(peer, 1, PONG_BYTES);
        self.acknowledge_by_sending(other(end));
        self.acknowledge(end);
    }

    /// Something came: a kernel acknowledges every second packet at once, and a lone one after a while.
    fn acknowledge(&mut self, end: usize) {
        let Some(since) = self.ends[end].owes_ack.replace(self.now) else { return };
        self.measures.packets(self.ends[end].host, 1, 0);
        if self.now - since < DELAYED_ACK {
            self.ends[end].owes_ack = None;
        }
    }

    /// What is sent acknowledges what came, unless the kernel has done that already.
    fn acknowledge_by_sending(&mut self, end: usize) {
        if self.ends[end].owes_ack.take().is_some_and(|since| self.now - since >= DELAYED_ACK) {
            self.measures.packets(self.ends[end].host, 1, 0);
        }
    }

    fn count_sent(&mut self, end: usize, message: &Bytes) {
        let host = self.ends[end].host;
        self.measures.sent(host, message, overhead_of(message));
    }

    /// Puts a segment on the path; what the path swallows is kept for another try.
    fn send_segment(&mut self, end: usize, segment: Segment) {
        let (host, peer) = (self.ends[end].host, self.ends[other(end)].host);
        self.measures.packets(host, u64::from(segment.bytes.div_ceil(PACKET_BYTES).max(1)), 0);
        self.acknowledge_by_sending(end);
        if !self.ends[other(end)].is_open && self.paths.pass_both_ways(host, peer) {
            // The other kernel knows nothing of such a connection any more, and says so.
            let at = self.now + 2 * self.ends[end].delay;
            return self.calendar.add(at, Event::Down(number(end)));
        }
        if !self.paths.pass_both_ways(host, peer) {
            self.miss_answer(end);
        }
        if self.paths.pass(host, peer) && self.ends[end].swallowed.is_empty() {
            self.carry(end, segment);
        } else {
            self.ends[end].swallowed.push_back(segment);
        }
    }

    fn carry(&mut self, end: usize, segment: Segment) {
        let wake = self.wait_for_reader();
        let up = &mut self.ends[end];
        let wire_bytes = Micros::from(segment.bytes) + PACKET_OVERHEAD_BYTES;
        up.path_free_at = up.path_free_at.max(self.now) + (wire_bytes * 8).div_ceil(BITS_PER_US);
        let jitter = self.jitter.below(up.delay / JITTER_PART + 1);
        let arrival = up.last_arrival.max(up.path_free_at + up.delay + jitter + wake);
        up.last_arrival = arrival;
        self.ends[other(end)].segments.push_back(segment);
        self.calendar.add(arrival, Event::Arrive(number(other(end))));
    }

    /// A segment arrives: the host reads all of it.
    pub(crate) fn arrive(&mut self, end: usize) {
        let Some(segment) = self.ends[end].segments.pop_front() else { return };
        let host = self.ends[end].host;
        self.ends[end].heard_at = self.now;
        self.acknowledge(end);
        self.hosts[host].work(u64::from(segment.messages), self.now);
        for _ in 0..segment.messages {
            let Some(message) = self.ends[end].messages.pop_front() else { break };
            if self.ends[end].is_open && self.hosts[host].is_running {
                self.hear(end, message);
            }
        }
        let sender = &mut self.ends[other(end)];
        sender.unread = sender.unread.saturating_sub(segment.bytes + WRITE_OVERHEAD_BYTES);
        if sender.waits_for_reader && sender.is_open && sender.unread < UNREAD_BYTES_MAX {
            sender.waits_for_reader = false;
            sender.is_write_due = true;
            self.calendar.add(self.now + sender.delay, Event::Write(number(other(end))));
        }
    }

    /// How long the next to read has to wait until its process runs.
    fn wait_for_reader(&mut self) -> Micros {
        if self.wake_us == 0 {
            return 0;
        }
        let most = self.jitter.below(self.wake_us + 1);
        self.jitter.below(most + 1)
    }

    /// What was written gets no answer for now.
    fn miss_answer(&mut self, end: usize) {
        if self.ends[end].unanswered.is_none() {
            self.ends[end].unanswered = Some((self.now, 0));
            self.calendar.add(self.now + RESEND_AFTER, Event::Resend(number(end)));
            self.calendar.add(self.now + DEAD_PATH, Event::DeadPath(number(end)));
        }
    }

    /// The kernel sends again what got no answer: 0.2, 0.6 and 1.4 s after the first time.
    pub(crate) fn resend(&mut self, end: usize) {
        let Some((since, tries)) = self.ends[end].unanswered else { return };
        if !self.ends[end].is_open {
            return;
        }
        let (host, peer) = (self.ends[end].host, self.ends[other(end)].host);
        if self.paths.pass(host, peer) {
            while let Some(segment) = self.ends[end].swallowed.pop_front() {
                if self.ends[other(end)].is_open {
                    self.carry(end, segment);
                }
            }
        }
        if self.paths.pass_both_ways(host, peer) {
            self.ends[end].unanswered = None;
            if !self.ends[other(end)].is_open {
                self.calendar.add(self.now + 2 * self.ends[end].delay, Event::Down(number(end)));
            }
        } else {
            self.ends[end].unanswered = Some((since, tries + 1));
            self.calendar.add(self.now + (RESEND_AFTER << (tries + 1)), Event::Resend(number(end)));
        }
    }

    /// The kernel gives up a path on which nothing was acknowledged for too long.
    pub(crate) fn give_up_path(&mut self, end: usize) {
        let is_over = self.ends[end].unanswered.is_some_and(|(since, _)| self.now - since >= DEAD_PATH);
        if is_over {
            self.fall_silent(end);
        }
    }

    /// Says PING, and looks whether the other end is still heard.
    pub(crate) fn ping(&mut self, end: usize) {
        if !self.ends[end].is_open {
            return;
        }
        if self.now.saturating_sub(self.ends[end].heard_at) >= IDLE {
            return self.fall_silent(end);
        }
        let (host, peer) = (self.ends[end].host, self.ends[other(end)].host);
        self.send_ping(end, host, peer);
        self.calendar.add(self.now + PING_INTERVAL, Event::Ping(number(end)));
    }

    fn send_ping(&mut self, end: usize, host: usize, peer: usize) {
        self.measures.packets(host, 1, PING_BYTES);
        self.measures.packets(peer, 1, PONG_BYTES);
        if !self.paths.pass_both_ways(host, peer) {
            self.miss_answer(end);
        } else if !self.ends[other(end)].is_open {
            self.calendar.add(self.now + 2 * self.ends[end].delay, Event::Down(number(end)));
        } else {
            let answered = self.now + 2 * self.ends[end].delay;
            self.ends[other(end)].heard_at = self.now + self.ends[end].delay;
            if !self.hosts[peer].is_busy(self.now) {
                self.calendar.add(answered, Event::Pong(number(end)));
            }
        }
    }

    /// The answer to a PING came.
    pub(crate) fn pong(&mut self, end: usize) {
        if self.ends[end].is_open {
            self.ends[end].heard_at = self.now;
            let rtt_ms = number(usize::try_from(self.ends[end].round_trip / MS).unwrap_or(0));
            self.learn_round_trip(end, rtt_ms);
        }
    }

    /// A link ends for the host at `end`, because the other end closed it.
    pub(crate) fn down(&mut self, end: usize) {
        if self.ends[end].is_open {
            self.shut(end);
            self.tell_link_down(end, true);
            self.dial_again_after(end);
        }
    }

    /// A link ends for the host at `end`, because nothing comes by it. Its kernel says nothing to the other.
    fn fall_silent(&mut self, end: usize) {
        if self.ends[end].is_open {
            self.abandon(end);
            self.tell_link_down(end, false);
            self.dial_again_after(end);
        }
    }

    /// The engine closes a link: what is queued still goes out.
    pub(crate) fn close(&mut self, end: usize) {
        if self.ends[end].is_open {
            while !self.ends[end].queue.is_empty() && self.ends[end].unread < UNREAD_BYTES_MAX {
                self.write_piece(end);
            }
            self.shut(end);
            self.dial_again_after(end);
        }
    }

    fn abandon(&mut self, end: usize) {
        self.ends[end].shut();
        let host = self.ends[end].host;
        self.hosts[host].ends.retain(|other| *other != end);
    }

    /// Shuts one end; the other hears of it, if the path lets it.
    pub(crate) fn shut(&mut self, end: usize) {
        self.abandon(end);
        let host = self.ends[end].host;
        let (peer, far) = (self.ends[other(end)].host, &self.ends[end]);
        if self.ends[other(end)].is_open && self.paths.pass(host, peer) {
            let at = far.last_arrival.max(self.now + far.delay);
            self.calendar.add(at, Event::Down(number(other(end))));
        }
    }
}

/// What a message costs on the wire besides its bytes: a ZMTP frame header (RFC 37) and CURVE's box, 16 B of tag, 8 B
/// of nonce, 8 B of command name and 1 B of flags (RFC 26).
fn overhead_of(message: &Bytes) -> u32 {
    CURVE_BYTES + if message.len() + 33 > 255 { 9 } else { 2 }
}

const CURVE_BYTES: u32 = 33;

/// A PING (a name of 4 B and its length, 2 B of time, 4 B of context) and its answer in CURVE boxes.
const PING_BYTES: u64 = 11 + CURVE_BYTES as u64 + 2;
const PONG_BYTES: u64 = 9 + CURVE_BYTES as u64 + 2;

/// Payload of a packet on Ethernet.
const PACKET_BYTES: u32 = 1448;

/// Most that one write takes, and what a kernel counts for it; from `proto/zmtp/src/limits.rs`, as all of these.
const WRITE_BYTES_MAX: u32 = 16 * 1024;
const WRITE_OVERHEAD_BYTES: u32 = 2 * 1024;
const UNREAD_BYTES_MAX: u32 = 64 * 1024;
const BATCH: Micros = 2 * MS;
const PING_INTERVAL: Micros = 5 * S;
const IDLE: Micros = 15 * S;
const DEAD_PATH: Micros = 1500 * MS;

/// How long Linux leaves what came unacknowledged, hoping for something to send (`TCP_DELACK_MIN`). Two packets it
/// acknowledges once they are read (RFC 5681, section 4.2).
const DELAYED_ACK: Micros = 40 * MS;

/// Linux' first wait for an acknowledgement, where the round trip is short.
const RESEND_AFTER: Micros = 200 * MS;

/// 1 Gbit/s.
const BITS_PER_US: u64 = 1000;

/// Jitter is up to a tenth of the path's delay.
const JITTER_PART: Micros = 10;
