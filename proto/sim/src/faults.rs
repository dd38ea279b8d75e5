//! What goes wrong, and what else a scenario has happen.

use std::collections::BTreeSet;

use crate::calendar::Event;
use crate::clock::{Micros, S};
use crate::simulation::{Simulation, number};

/// Something that happens to hosts or to what lies between them.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Hosts start for the first time, or again, in the epoch after their last one; nobody measures how long they take.
    Start(Vec<usize>),
    /// The same in an epoch that they had before, as after their state was lost.
    StartForgetful(Vec<usize>),
    /// Processes are killed: their kernels reset all connections.
    Kill(Vec<usize>),
    /// Machines lose their power: whatever is sent to them vanishes.
    Blackhole(Vec<usize>),
    /// An agent stops in good order.
    Leave(usize),
    /// The network falls into parts; each host's number says into which.
    Split(Vec<u8>),
    /// Packets vanish from the first of each pair to the second.
    Block(BTreeSet<(usize, usize)>),
    /// All paths carry again.
    Heal,
    /// Processors stand still for some time.
    Stall(Vec<usize>, Micros),
    /// Each message costs a host this much time.
    Slow(usize, Micros),
    /// A host publishes in other intervals.
    Interval(usize, Micros),
    /// Hosts are of a later version from their next start on.
    LaterVersion(Vec<usize>),
    /// A host's clock runs at another rate, in microseconds a second.
    ClockRate(usize, u64),
    /// A host's clock jumps by some milliseconds.
    ClockJump(usize, i64),
    /// Counting begins anew: what was before was only preparation.
    Count,
    /// What all waited for begins: times are counted from here.
    Mark,
}

impl Simulation {
    pub(crate) fn fault(&mut self, place: usize) {
        let (_, fault) = self.plan[place].clone();
        match fault {
            Fault::Start(hosts) => hosts.iter().for_each(|host| self.start(*host, 1)),
            Fault::StartForgetful(hosts) => hosts.iter().for_each(|host| self.start(*host, 0)),
            Fault::Kill(hosts) => self.kill(&hosts, false),
            Fault::Blackhole(hosts) => self.kill(&hosts, true),
            Fault::Leave(host) => {
                self.take_leave(host);
                for end in self.hosts[host].ends.clone() {
                    self.close(end);
                }
                self.stop(host);
            }
            Fault::Split(sides) => self.paths.split(Some(sides), self.now),
            Fault::Block(pairs) => self.paths.block(pairs),
            Fault::Heal => {
                self.paths.split(None, self.now);
                self.paths.block(BTreeSet::new());
            }
            Fault::Stall(hosts, length) => hosts.iter().for_each(|host| self.stall(*host, length)),
            Fault::Slow(host, message_us) => {
                self.ledger.excuse(host, &self.paths, self.now);
                self.ledger.disregard(host);
                self.hosts[host].message_us = message_us;
            }
            Fault::Interval(host, interval) => {
                self.ledger.disregard(host);
                self.hosts[host].interval = interval;
                self.publish_at(host, self.now);
            }
            Fault::LaterVersion(hosts) => {
                hosts.iter().for_each(|host| self.hosts[*host].is_later_version = true);
            }
            Fault::ClockRate(host, rate) => {
                self.hosts[host].clock.run_at(rate, self.now);
                self.look_at_clock(host);
            }
            Fault::ClockJump(host, milliseconds) => {
                self.hosts[host].clock.jump(milliseconds, self.now);
                self.look_at_clock(host);
            }
            Fault::Count => self.count_anew(),
            Fault::Mark => {
                self.marked_at = Some(self.now);
                self.joins.clear();
            }
        }
    }

    fn start(&mut self, host: usize, further_epochs: u32) {
        if self.hosts[host].is_running {
            return;
        }
        self.paths.darken(host, false);
        self.died_at[host] = None;
        self.ledger.forget(host);
        self.inspector.forget(host);
        self.ledger.expect_at(host, self.now + SETTLES_WITHIN);
        let epoch = (self.hosts[host].epoch() + further_epochs).max(1);
        self.speakers_running += usize::from(host < self.speakers);
        self.start_agent(host, epoch);
        self.dial_seeds(host);
    }

    fn kill(&mut self, hosts: &[usize], is_dark: bool) {
        let running: Vec<usize> = hosts.iter().copied().filter(|host| self.hosts[*host].is_running).collect();
        for host in &running {
            if is_dark {
                self.paths.darken(*host, true);
            }
            for end in self.hosts[*host].ends.clone() {
                self.shut(end);
            }
            self.stop(*host);
            self.died_at[*host] = Some(self.now);
        }
    }

    fn stop(&mut self, host: usize) {
        self.end_agent(host);
        self.ledger.excuse(host, &self.paths, self.now);
        self.ledger.discount_last(host, self.now);
        self.speakers_running -= usize::from(host < self.speakers);
    }

    fn stall(&mut self, host: usize, length: Micros) {
        let end = self.now + length;
        self.ledger.excuse(host, &self.paths, self.now);
        self.ledger.expect_at(host, end + SETTLES_WITHIN);
        self.hosts[host].stall_until(end);
    }

    /// The time of a host's next deadline has moved.
    fn look_at_clock(&mut self, host: usize) {
        if self.hosts[host].is_running {
            self.hosts[host].timer_at = self.now;
            self.calendar.add(self.now, Event::Timer(number(host)));
        }
    }
}

/// A host that starts, or that stood still, need not have frames that were published before this time is over.
const SETTLES_WITHIN: Micros = S;
