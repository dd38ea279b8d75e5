//! The agent's part in the network: the gossip engine, and the sockets that carry out what it says.

mod feeds;
mod neighbours;
mod refusals;

use bytes::Bytes;
use grapevine_proto::gossip::{self, CloseReason, Counters, Engine, Input, Output};
use grapevine_proto::{Frame, FrameKind, HostName, Moment, OriginId};
use grapevine_zmtp::{Endpoint, Event, LinkId, Message, Net, Rank, SendError, Slot, SocketType};

use crate::config::Neighbor;
use feeds::{Feeds, Reader};
use neighbours::Neighbours;

/// The engine with its sockets.
pub(crate) struct Mesh {
    engine: Engine,
    net: Net,
    neighbours: Neighbours,
    feeds: Feeds,
}

/// What the owner of this host's epoch must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JumpAbove(pub(crate) u32);

impl Mesh {
    /// Joins the network, dialling `seeds`.
    pub(crate) fn new(engine: Engine, net: Net, seeds: &[Neighbor]) -> Self {
        let endpoints = seeds.iter().map(|Neighbor(endpoint)| endpoint.clone());
        let neighbours = Neighbours::dial(&net, endpoints);
        Self { engine, net, neighbours, feeds: Feeds::default() }
    }

    /// Sends this host's own frame into the network.
    #[must_use]
    pub(crate) fn publish(&mut self, frame: Frame, now: Moment) -> Option<JumpAbove> {
        self.handle(Input::Publish { frame }, now)
    }

    /// Takes in what happened at the sockets.
    #[must_use]
    pub(crate) fn event(&mut self, event: Event, now: Moment) -> Option<JumpAbove> {
        match event {
            Event::Up { link, peer } => {
                if peer.socket_type == SocketType::Sub {
                    tracing::debug!(%link, address = %peer.address, "dashboard attached");
                    return None;
                }
                self.neighbours.up(link, peer.dial, peer.address.to_string());
                self.handle(Input::LinkUp { link: engines(link), dialled: peer.dial.is_some() }, now)
            }
            Event::Message { link, message } => {
                let bytes = message.into_last().unwrap_or_default();
                self.handle(Input::Message { link: engines(link), bytes }, now)
            }
            Event::Subscribed { link, prefix } => {
                self.feeds.start(link, Reader::Subscriber { prefix });
                self.feed(link, now);
                None
            }
            Event::Cancelled { .. } => None,
            Event::Room { link } => {
                self.feed(link, now);
                None
            }
            Event::RoundTrip { link, rtt } => {
                let rtt_ms = u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX);
                self.handle(Input::RoundTrip { link: engines(link), rtt_ms }, now)
            }
            Event::Down { link, reason } => {
                self.feeds.stop(link);
                self.neighbours.down(&self.net, link, &reason.to_string());
                self.handle(Input::LinkDown { link: engines(link) }, now)
            }
            Event::Rejected { address, reason } => {
                tracing::warn!(address, %reason, "connection rejected");
                None
            }
            Event::DialFailed { endpoint, reason, .. } => {
                tracing::debug!(%endpoint, %reason, "dial failed");
                None
            }
            Event::Unreachable { endpoint, reason, .. } => {
                tracing::warn!(%endpoint, %reason, "neighbour cannot be reached; dialling on every 2 s");
                None
            }
        }
    }

    /// Comes back to the engine, whose deadline has passed.
    #[must_use]
    pub(crate) fn timeout(&mut self, now: Moment) -> Option<JumpAbove> {
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

    /// How many hosts are known.
    pub(crate) fn host_count(&self) -> usize {
        self.engine.origin_count()
    }

    /// What the engine has counted.
    pub(crate) fn counters(&self) -> Counters {
        self.engine.counters()
    }

    fn handle(&mut self, input: Input, now: Moment) -> Option<JumpAbove> {
        self.engine.handle(input, now);
        let mut jump = None;
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::JumpAbove { epoch } => jump = Some(JumpAbove(epoch)),
                output => self.carry_out(output, now),
            }
        }
        jump
    }

    fn carry_out(&mut self, output: Output, now: Moment) {
        match output {
            Output::Send { link, frame } => {
                self.send(sockets(link), slot_of(&frame), Message::of([frame.bytes().clone()]));
            }
            Output::SendControl { link, bytes } => {
                self.send(sockets(link), Slot::Control, Message::of([bytes]));
            }
            Output::Snapshot { link } => {
                if let Some((_, neighbour)) = self.engine.neighbours().find(|(id, _)| *id == link) {
                    let (host, origin) = (&neighbour.host, neighbour.origin);
                    tracing::info!(%host, %origin, "neighbour linked");
                }
                self.feeds.start(sockets(link), Reader::Neighbour);
                self.feed(sockets(link), now);
            }
            Output::Deliver { host, frame } => {
                self.net.publish(slot_of(&frame), &to_subscriber(&host, &frame));
            }
            Output::Close { link, reason } => self.close(sockets(link), reason),
            Output::Refused { link, reason } => {
                refusals::tell(&self.neighbours.describe(sockets(link)), &self.engine, reason);
            }
            Output::KeyShared => {
                tracing::error!(
                    "another agent signs with this host's key, as on a cloned machine: remove origin.key from the state \
                     directory of one of them and restart its agent"
                );
            }
            // Told to the caller by `handle`.
            Output::JumpAbove { .. } => {}
        }
    }

    fn send(&self, link: LinkId, slot: Slot, message: Message) {
        match self.net.send(link, slot, message) {
            Ok(()) => {}
            Err(SendError::Gone) => tracing::trace!(%link, "link is gone; its end is under way"),
            Err(error) => tracing::warn!(%link, %error, "message not sent"),
        }
    }

    fn close(&mut self, link: LinkId, reason: CloseReason) {
        match reason {
            CloseReason::Duplicate { kept } => {
                tracing::debug!(%link, %reason, "link closed");
                self.neighbours.suspend(link, Some(sockets(kept)));
            }
            CloseReason::ToItself | CloseReason::NotAllowed => {
                tracing::warn!(neighbour = self.neighbours.describe(link), "{reason}");
                self.neighbours.suspend(link, None);
            }
            CloseReason::Replaced => tracing::debug!(%link, %reason, "link closed"),
            CloseReason::Malformed
            | CloseReason::Forgery
            | CloseReason::HelloTwice
            | CloseReason::NoHello
            | CloseReason::TooManyLinks => {
                tracing::warn!(neighbour = self.neighbours.describe(link), %reason, "link closed");
            }
        }
        self.net.close(link);
    }

    /// Sends a reader the next of what is held, as far as its queue has room.
    fn feed(&mut self, link: LinkId, now: Moment) {
        let Self { engine, net, feeds, .. } = self;
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
    Message::of([Bytes::copy_from_slice(host.as_str().as_bytes()), frame.bytes().clone()])
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
