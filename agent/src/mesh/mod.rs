//! The agent's part in the network: the gossip engine, and the sockets that carry out what it says.

mod dashboards;
mod feeds;
mod history;
mod neighbours;
mod quota;
mod refusals;
mod seeds;
mod snapshot;

use std::net::SocketAddr;

use bytes::Bytes;
use grapevine_proto::gossip::{self, CloseReason, Counters, Engine, Input, Output, Target};
use grapevine_proto::{Frame, FrameKind, HostName, Links, Moment, OriginId};
use grapevine_zmtp::{Endpoint, Event, LinkId, Message, Net, Rank, SendError, Slot, SocketType};

use crate::config::{MetricsAgent, Neighbor};
use dashboards::Dashboards;
use feeds::Feeds;
use neighbours::Neighbours;
use quota::Quota;

/// The engine with its sockets.
pub(crate) struct Mesh {
    engine: Engine,
    net: Net,
    neighbours: Neighbours,
    dashboards: Dashboards,
    feeds: Feeds,
    quota: Quota,
}

/// What the network asks of whoever composes this host's frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub(crate) struct Asked {
    /// To go on above this epoch, which the network remembers.
    pub(crate) jump_above: Option<u32>,
    /// To send a frame soon.
    pub(crate) publishes: bool,
}

impl Mesh {
    /// Joins the network as `settings` say, dialling the neighbours that they name.
    pub(crate) fn new(engine: Engine, net: Net, settings: &MetricsAgent, now: Moment) -> Self {
        let seeds = settings.neighbors.iter().map(|Neighbor(endpoint)| endpoint.clone());
        let neighbours = Neighbours::new(&net, seeds, settings.stays_here(), now);
        let (dashboards, feeds, quota) = (Dashboards::default(), Feeds::default(), Quota::default());
        Self { engine, net, neighbours, dashboards, feeds, quota }
    }

    /// Sends this host's own frame into the network.
    pub(crate) fn publish(&mut self, frame: Frame, now: Moment) -> Asked {
        self.handle(Input::Publish { frame }, now)
    }

    /// Takes in what happened at the sockets.
    pub(crate) fn event(&mut self, event: Event, now: Moment) -> Asked {
        match event {
            Event::Up { link, peer } => {
                if peer.socket_type == SocketType::Sub {
                    self.dashboards.up(link, peer.address);
                    return Asked::default();
                }
                let dialled = self.neighbours.up(link, peer.dial, peer.address);
                self.handle(Input::LinkUp { link: engines(link), dialled, remote: peer.remote }, now)
            }
            Event::Message { link, message } => {
                let bytes = message.into_last().unwrap_or_default();
                self.handle(Input::Message { link: engines(link), bytes }, now)
            }
            Event::Subscribed { link, prefix } => {
                self.feeds.start(link, prefix);
                self.feed(link, now);
                Asked::default()
            }
            Event::Cancelled { link, prefix } => {
                self.feeds.cancel(link, &prefix);
                Asked::default()
            }
            Event::Room { link } => {
                self.feed(link, now);
                Asked::default()
            }
            Event::RoundTrip { link, rtt } => {
                let rtt_ms = u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX);
                self.handle(Input::RoundTrip { link: engines(link), rtt_ms }, now)
            }
            Event::Down { link, reason } => {
                self.feeds.stop(link);
                self.dashboards.down(link, &reason, &mut self.quota, now);
                if self.neighbours.has(link) && self.may_tell(link, now) {
                    tracing::info!(neighbour = self.neighbours.describe(link), %reason, "neighbour lost");
                }
                self.neighbours.down(&self.net, link, now);
                self.handle(Input::LinkDown { link: engines(link), by_peer: reason.is_by_peer() }, now)
            }
            Event::Rejected { address, reason } => {
                tracing::warn!(address, %reason, "connection rejected");
                Asked::default()
            }
            Event::DialFailed { dial, endpoint, reason } => {
                tracing::debug!(%endpoint, %reason, "dial failed");
                let target = self.neighbours.dial_failed(dial);
                target.map_or_else(Asked::default, |target| self.handle(Input::DialFailed { target }, now))
            }
            Event::Unreachable { dial, endpoint, reason } => {
                tracing::warn!(%endpoint, %reason, "neighbour cannot be reached; dialling on every 2 s");
                self.neighbours.unreachable(dial, reason);
                Asked::default()
            }
        }
    }

    /// Takes note that an agent listens at `address`, as it says on the LAN.
    pub(crate) fn heard(&mut self, address: SocketAddr, now: Moment) -> Asked {
        self.handle(Input::Heard { address }, now)
    }

    /// Comes back to the engine, whose deadline has passed.
    pub(crate) fn timeout(&mut self, now: Moment) -> Asked {
        self.neighbours.tell_unreachable(now);
        self.handle(Input::Timeout, now)
    }

    /// When [`Self::timeout`] is due.
    pub(crate) fn deadline(&self) -> Moment {
        self.engine.deadline()
    }

    /// How many neighbours have a link.
    pub(crate) fn neighbour_count(&self) -> usize {
        self.engine.neighbours().count()
    }

    /// How many configured neighbours are dialled and have no link.
    pub(crate) fn unreachable_count(&self) -> usize {
        self.neighbours.unreachable_count()
    }

    /// How many bytes of frames are held for those who join.
    pub(crate) fn held_bytes(&self) -> usize {
        self.engine.held_bytes()
    }

    /// How many bytes of frames are recorded.
    pub(crate) fn recorded_bytes(&self) -> usize {
        self.engine.recorded_bytes()
    }

    /// How many hosts are known.
    pub(crate) fn host_count(&self) -> usize {
        self.engine.origin_count()
    }

    /// The neighbours that this host has and has lost.
    pub(crate) fn links(&self) -> Links {
        self.engine.links()
    }

    /// What the engine has counted.
    pub(crate) fn counters(&self) -> Counters {
        self.engine.counters()
    }

    fn handle(&mut self, input: Input, now: Moment) -> Asked {
        self.engine.handle(input, now);
        let mut asked = Asked::default();
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::JumpAbove { epoch } => asked.jump_above = Some(epoch),
                Output::PublishSoon => asked.publishes = true,
                output => self.carry_out(output, now),
            }
        }
        asked
    }

    fn carry_out(&mut self, output: Output, now: Moment) {
        match output {
            Output::Send { link, frame } => {
                self.send(sockets(link), slot_of(&frame), Message::of([frame.bytes().clone()]));
            }
            Output::SendControl { link, bytes } => {
                self.send(sockets(link), Slot::Control, Message::of([bytes]));
            }
            Output::Feed { link } => self.feed(sockets(link), now),
            Output::Linked { link } => {
                if self.may_tell(sockets(link), now)
                    && let Some((_, neighbour)) = self.engine.neighbours().find(|(id, _)| *id == link)
                {
                    let (host, origin) = (&neighbour.host, neighbour.origin);
                    tracing::info!(%host, %origin, "neighbour linked");
                }
            }
            Output::Dial { address } => {
                if !self.neighbours.dial(&self.net, address) {
                    let target = Target::Address(address);
                    self.engine.handle(Input::DialFailed { target }, now);
                }
            }
            Output::DialSeed { seed } => self.neighbours.dial_seed(&self.net, seed, now),
            Output::Undial { address } => self.neighbours.undial(address),
            Output::Died { origin } => {
                let host = self.engine.host(origin).map_or("unknown", HostName::as_str);
                tracing::warn!(host, %origin, "host is dead: most of its neighbours lost it");
            }
            Output::Deliver { host, frame } => {
                self.net.publish(slot_of(&frame), &to_subscriber(&host, &frame));
            }
            Output::Close { link, reason } => self.close(sockets(link), reason, now),
            Output::Refused { link, reason } => {
                if self.quota.take(now) {
                    refusals::tell(&self.neighbours.describe(sockets(link)), &self.engine, reason);
                }
            }
            Output::KeyShared => {
                tracing::error!(
                    "another agent signs with this host's key, as on a cloned machine: remove origin.key from the state \
                     directory of one of them and restart its agent"
                );
            }
            // Told to the caller by `handle`.
            Output::JumpAbove { .. } | Output::PublishSoon => {}
        }
    }

    fn send(&self, link: LinkId, slot: Slot, message: Message) {
        match self.net.send(link, slot, message) {
            Ok(()) => {}
            Err(SendError::Gone) => tracing::trace!(%link, "link is gone; its end is under way"),
            Err(error) => tracing::warn!(%link, %error, "message not sent"),
        }
    }

    fn close(&mut self, link: LinkId, reason: CloseReason, now: Moment) {
        match reason {
            CloseReason::ToItself if !self.neighbours.is_seed(link) => {
                tracing::debug!(%link, "link closed: it leads back to this agent");
            }
            CloseReason::Duplicate { .. }
            | CloseReason::Replaced
            | CloseReason::Full
            | CloseReason::TurnedAway => tracing::debug!(%link, %reason, "link closed"),
            CloseReason::ToItself
            | CloseReason::NotAllowed
            | CloseReason::Malformed
            | CloseReason::Forgery
            | CloseReason::HelloTwice
            | CloseReason::NoHello
            | CloseReason::TooManyLinks => {
                if self.may_tell(link, now) {
                    tracing::warn!(neighbour = self.neighbours.describe(link), %reason, "link closed");
                }
            }
        }
        match reason {
            CloseReason::Duplicate { kept } => self.neighbours.suspend(link, Some(sockets(kept))),
            CloseReason::TurnedAway => self.neighbours.put_off(link),
            CloseReason::ToItself | CloseReason::NotAllowed => self.neighbours.suspend(link, None),
            _ => {}
        }
        self.net.close(link);
    }

    /// Whether the log may tell of a link. Those to configured neighbours come and go at this agent's pace.
    fn may_tell(&mut self, link: LinkId, now: Moment) -> bool {
        self.neighbours.is_seed(link) || self.quota.take(now)
    }

    /// Sends a reader the next of what is held, as far as its queue has room.
    fn feed(&mut self, link: LinkId, now: Moment) {
        let Self { engine, net, feeds, .. } = self;
        while net.has_room(link)
            && let Some(frame) = engine.take_owed(engines(link), now)
        {
            let message = Message::of([frame.bytes().clone()]);
            if net.send(link, slot_of(&frame), message).is_err() {
                break;
            }
        }
        feeds.advance(link, engine, now, |slot, message| {
            let room = net.has_room(link);
            room && net.send(link, slot, message).is_ok()
        });
    }
}

/// Queues keep one keyframe and one later frame of each origin.
fn slot_of(frame: &Frame) -> Slot {
    let OriginId(key) = frame.origin();
    let rank = if frame.kind() == FrameKind::Keyframe { Rank::Keyframe } else { Rank::Delta };
    Slot::Origin { key, rank }
}

fn to_subscriber(host: &HostName, frame: &Frame) -> Message {
    of_topic(host.as_str(), frame)
}

fn of_topic(topic: &str, frame: &Frame) -> Message {
    Message::of([Bytes::copy_from_slice(topic.as_bytes()), frame.bytes().clone()])
}

/// Links have the same numbers in the engine and at the sockets.
fn engines(link: LinkId) -> gossip::LinkId {
    gossip::LinkId(link.0)
}

fn sockets(link: gossip::LinkId) -> LinkId {
    LinkId(link.0)
}

/// Lets a queued frame grow older by the time that it waited.
pub(crate) fn stamp(frame: Bytes, residence: std::time::Duration) -> Bytes {
    let residence_ms = u64::try_from(residence.as_millis()).unwrap_or(u64::MAX);
    Frame::parse(frame.clone()).map_or(frame, |frame| frame.aged(residence_ms).bytes().clone())
}

/// Where an agent listens, as far as it does.
pub(crate) async fn listen(net: &Net, tcp: &Endpoint, tap: Option<&Endpoint>) -> anyhow::Result<Endpoint> {
    let bound = net.listen(tcp).await?;
    if let Some(tap) = tap {
        net.listen(tap).await?;
    }
    Ok(bound)
}
