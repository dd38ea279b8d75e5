//! Reads steps from an input.
//!
//! | Step, modulo 16 | Then | What happens |
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
//!
//! A link is one of the last eight that came up, whether it is up still or not: what a neighbour has sent arrives
//! after its link was closed, too.

use bytes::{BufMut, Bytes, BytesMut};
use grapevine_proto::gossip::{Control, Hello, Input, LinkId, Target};
use grapevine_proto::{FRAME_OVERHEAD_BYTES, Position};

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
        let input = match self.input.byte()? % 16 {
            dialled @ 0..=1 => {
                self.links += 1;
                let dialled = (dialled == 1).then_some(Target::Seed(0));
                Input::LinkUp { link: LinkId(self.links), dialled, remote: None }
            }
            2 => Input::LinkDown { link: self.link()? },
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
            _ => Input::Timeout,
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

    fn hello(&mut self) -> Option<Bytes> {
        let (host, epoch) = (self.host()?, self.epoch()?);
        Some(Control::Hello(Hello::new(host.origin, epoch, host.name.clone())).encode())
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

/// Hop count and age, which relays write.
const TAIL_BYTES: usize = 5;
