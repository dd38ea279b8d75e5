//! Reads steps from an input.
//!
//! | Step, modulo 24 | Then | What happens |
//! |---|---|---|
//! | 0 | | a link comes up that a neighbour dialled |
//! | 1 | | a link comes up that we dialled |
//! | 2 | link | a link goes down |
//! | 3, 4 | link, host, epoch | a neighbour says HELLO |
//! | 5 | link, epoch, sequence | a neighbour says WELCOME |
//! | 6, 7, 8 | link, host, epoch, sequence, hop count | a neighbour sends a genuine frame |
//! | 9 | the same, then number, byte | one with a byte changed at that place |
//! | 10 | link, length, bytes | a neighbour sends anything |
//! | 11 | | we publish a frame |
//! | 12 | byte | as many seconds pass |
//! | 13 | byte | as many half hours pass |
//! | 14 | link, byte | a round trip of as many milliseconds was measured |
//! | 15 | | the engine's deadline passes, or what it takes for it |
//! | 16 | link, alias, host, epoch | a neighbour names an origin |
//! | 17 | link, alias | a neighbour prunes |
//! | 18 | link, alias, sequence | a neighbour grafts |
//! | 19 | link, alias | a neighbour does not know an alias of ours |
//! | 20 | link, count, as many times alias and byte | a neighbour announces frames |
//! | 21 | link, byte | a neighbour compares: its hashes are all that byte |
//! | 22 | link, host, epoch, sequence | a neighbour says what it holds of one origin, and wants another |
//! | 23 | byte, byte | modulo 5: as many times 5 ms pass; an agent is heard of; a dial fails or succeeds; a neighbour has enough, or from 128 on passes on an invitation |
//!
//! An alias is a byte modulo 8, of which the last is 60,000. A link is one of the last eight that came up, whether it is up still or not: what a neighbour has sent arrives
//! after its link was closed, too.

use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use grapevine_proto::gossip::{
    Alias, Announcement, COST_EVERY, Control, Digest, Graft, Have, Hello, Holding, Input, Invite, LinkId,
    Name, Summary, Target, Trees,
};
use grapevine_proto::limits::DIGEST_BUCKETS;
use grapevine_proto::{FRAME_OVERHEAD_BYTES, OriginId, Position};

use super::network::{HOSTS, Host, own};
use crate::input;

/// What happens next.
pub(super) struct Step {
    /// After so many milliseconds.
    pub(super) pause_ms: u64,
    /// What the engine is told.
    pub(super) input: Input,
}

/// The steps of an input.
pub(super) struct Script<'a> {
    input: input::Input<'a>,
    links: u64,
    /// The epoch in which this host publishes.
    pub(super) own_epoch: u32,
    own_sequence: u32,
}

impl<'a> Script<'a> {
    pub(super) fn new(input: input::Input<'a>) -> Self {
        Self { input, links: 0, own_epoch: 1, own_sequence: 0 }
    }

    /// The next step, unless the input ends.
    pub(super) fn next(&mut self) -> Option<Step> {
        let mut pause_ms = 0;
        let step = self.input.byte()? % 24;
        let input = match step {
            dialled @ 0..=1 => {
                self.links += 1;
                let dialled = (dialled == 1).then_some(Target::Seed(0));
                let remote = Some(address(self.links.to_le_bytes()[0]));
                Input::LinkUp { link: LinkId(self.links), dialled, remote }
            }
            2 => Input::LinkDown { link: self.link()?, by_peer: true },
            3..=4 => Input::Message { link: self.link()?, bytes: self.hello()? },
            5 => Input::Message { link: self.link()?, bytes: self.welcome()? },
            6..=8 => Input::Message { link: self.link()?, bytes: self.frame()?.freeze() },
            9 => Input::Message { link: self.link()?, bytes: self.damaged()? },
            10 => {
                let (link, length) = (self.link()?, self.input.byte()?);
                Input::Message { link, bytes: Bytes::copy_from_slice(self.input.bytes(length.into())) }
            }
            11 => self.publish(),
            12 => {
                pause_ms = 1000 * u64::from(self.input.byte()?);
                Input::Timeout
            }
            13 => {
                pause_ms = 30 * 60 * 1000 * u64::from(self.input.byte()?);
                Input::Timeout
            }
            14 => Input::RoundTrip { link: self.link()?, rtt_ms: self.input.byte()?.into() },
            15 => Input::Timeout,
            16..=19 => Input::Message { link: self.link()?, bytes: self.trees(step)? },
            20 => Input::Message { link: self.link()?, bytes: self.have()? },
            21 => {
                let (link, hash) = (self.link()?, self.input.byte()?);
                let hashes = vec![hash.into(); DIGEST_BUCKETS];
                let digest = Digest { hashes, peers: vec![address(hash)] };
                Input::Message { link, bytes: Control::Digest(digest).encode() }
            }
            22 => Input::Message { link: self.link()?, bytes: self.summary()? },
            _ => {
                let (choice, value) = (self.input.byte()?, self.input.byte()?);
                pause_ms = if choice % 5 == 0 { 5 * u64::from(value) } else { 0 };
                self.rarely(choice % 5, value)
            }
        };
        Some(Step { pause_ms, input })
    }

    fn link(&mut self) -> Option<LinkId> {
        let back = u64::from(self.input.byte()? % 8);
        Some(LinkId(self.links.saturating_sub(back)))
    }

    fn host(&mut self) -> Option<&'static Host> {
        HOSTS.get(usize::from(self.input.byte()? % 4))
    }

    /// One of four, the last one as late as can be.
    fn epoch(&mut self) -> Option<u32> {
        let epoch = self.input.byte()? % 4;
        Some(if epoch == 3 { u32::MAX } else { 1 + u32::from(epoch) })
    }

    /// From 1 up to 250, then the last ones that there are.
    fn sequence(&mut self) -> Option<u32> {
        let sequence = self.input.byte()?;
        Some(if sequence >= 250 { u32::MAX - u32::from(u8::MAX - sequence) } else { 1 + u32::from(sequence) })
    }

    /// The byte that says which host also says whether it is fed, whether it listens, and how many neighbours it has.
    fn hello(&mut self) -> Option<Bytes> {
        let choice = self.input.byte()?;
        let (host, epoch) = (HOSTS.get(usize::from(choice % 4))?, self.epoch()?);
        let hello = Hello {
            is_fed: choice & 4 != 0,
            port: if choice & 8 == 0 { 0 } else { PORT },
            links: u16::from(choice >> 4),
            ..Hello::new(host.origin, epoch, host.name.clone())
        };
        Some(Control::Hello(hello).encode())
    }

    fn alias(&mut self) -> Option<Alias> {
        let alias = self.input.byte()? % 8;
        Some(if alias == 7 { 60_000 } else { alias.into() })
    }

    fn trees(&mut self, step: u8) -> Option<Bytes> {
        let alias = self.alias()?;
        let mut trees = Trees::default();
        match step {
            16 => trees.names.push(Name { alias, origin: self.host()?.origin, epoch: self.epoch()? }),
            17 => trees.prune.push(alias),
            18 => trees.graft.push(Graft { alias, held: self.sequence()? }),
            _ => trees.unknown.push(alias),
        }
        Some(Control::Trees(trees).encode())
    }

    fn have(&mut self) -> Option<Bytes> {
        let count = self.input.byte()? % 4;
        let announcement = |input: &mut Self| {
            let (alias, low) = (input.alias()?, input.input.byte()?);
            let cost = if low.is_multiple_of(COST_EVERY) { Some(input.input.byte()?) } else { None };
            Some(Announcement { alias, low, cost })
        };
        let mut have: Vec<Announcement> = (0..count).map_while(|_| announcement(self)).collect();
        have.sort_unstable();
        Some(Have(have).encode())
    }

    fn summary(&mut self) -> Option<Bytes> {
        let (Host { origin, .. }, epoch, newest) = (self.host()?, self.epoch()?, self.sequence()?);
        if newest % 2 == 0 {
            return Some(Control::Want { origins: vec![*origin] }.encode());
        }
        let holdings = vec![Holding { origin: *origin, epoch, keyframe: 1, newest }];
        Some(Control::Summary(Summary { from: OriginId(0), to: OriginId(u64::MAX), holdings }).encode())
    }

    fn rarely(&mut self, choice: u8, value: u8) -> Input {
        let target = Target::Address(address(value));
        match choice {
            0 => Input::Timeout,
            1 => Input::Heard { address: address(value) },
            2 => Input::DialFailed { target },
            3 => {
                self.links += 1;
                let remote = Some(address(value));
                Input::LinkUp { link: LinkId(self.links), dialled: Some(target), remote }
            }
            _ => {
                let link = LinkId(self.links.saturating_sub(u64::from(value % 8)));
                let control = if value < 128 { Control::Full } else { invite(value) };
                Input::Message { link, bytes: control.encode() }
            }
        }
    }

    fn welcome(&mut self) -> Option<Bytes> {
        Some(Control::Welcome { held_epoch: self.epoch()?, held_sequence: self.sequence()? }.encode())
    }

    fn frame(&mut self) -> Option<BytesMut> {
        let host = self.host()?;
        let frame = host.sealed(Position { epoch: self.epoch()?, sequence: self.sequence()? });
        let signed_bytes = frame.bytes().len() - TAIL_BYTES;
        let hop_count = self.input.byte()?;
        let mut bytes = BytesMut::from(frame.bytes().get(..signed_bytes)?);
        bytes.put_u8(hop_count);
        bytes.put_u32_le(u32::from(hop_count) * 10);
        Some(bytes)
    }

    fn damaged(&mut self) -> Option<Bytes> {
        let mut bytes = self.frame()?;
        let at = usize::from(self.input.number()?) % bytes.len().max(FRAME_OVERHEAD_BYTES);
        let change = self.input.byte()?;
        *bytes.get_mut(at)? ^= change;
        Some(bytes.freeze())
    }

    fn publish(&mut self) -> Input {
        self.own_sequence += 1;
        let position = Position { epoch: self.own_epoch, sequence: self.own_sequence };
        Input::Publish { frame: own().sealed(position) }
    }
}

/// The neighbour passes on an invitation of a host that it knows, to another one or to this.
fn invite(value: u8) -> Control {
    let host =
        |number: u8| HOSTS.get(usize::from(number % 4)).map_or_else(|| own().origin, |host| host.origin);
    let to = if value & 16 == 0 { own().origin } else { host(value >> 2) };
    let address = (value & 32 == 0).then(|| address(value));
    Control::Invite(Invite { to, from: host(value), address, distance: value, hops_left: value & 3 })
}

/// Where one of 32 agents listens.
fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, number % 32], PORT))
}

const PORT: u16 = 6130;

/// Hop count and age, which relays write.
const TAIL_BYTES: usize = 5;
