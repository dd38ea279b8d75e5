//! An engine whose neighbours do all at once that costs memory: it stays within the sum that `limits` states, and the
//! hosts that were there before do not notice.
//!
//! This is one test in a binary of its own, because the allocator counts for the whole process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use bytes::Bytes;
use grapevine_proto::gossip::{
    Alias, Announcement, CloseReason, Control, Digest, Engine, Graft, Have, Hello, Input, LinkId, Name,
    Output, Target, Trees,
};
use grapevine_proto::limits::{
    ALIASES_MAX, BODY_BYTES_MAX, DIGEST_BUCKETS, ENGINE_BYTES_MAX, FRAME_BYTES_MAX, HELD_BYTES_MAX,
    HELD_SHARE_BYTES, LINKS_MAX, ORIGIN_SILENT_MS, ORIGINS_MAX, OUTPUTS_WAITING_MAX, RECORD_BYTES_MAX,
    RECORDED_MAX, TREES_MAX,
};
use grapevine_proto::{
    Composer, Envelope, FRAME_OVERHEAD_BYTES, Frame, FrameKind, Identity, Moment, OriginId, OriginKey,
    Position, PublicKey,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HONEST: LinkId = LinkId(0);
const HOSTILE: [LinkId; 3] = [LinkId(1), LinkId(2), LinkId(3)];
const HONEST_HOSTS: u32 = 40;

/// Hosts that do not exist have numbers from here on.
const INVENTED: u32 = 1000;

/// So many of them send the largest frames there are.
const LARGE_HOSTS: u32 = 300;

/// From here on they are neighbours.
const NEIGHBOURS: u32 = 2 * LARGE_HOSTS;

#[test]
fn all_at_once_takes_bounded_memory_and_leaves_the_living_alone() {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut attack = Attack::new();
    attack.invent_hosts();
    attack.let_honest_hosts_speak(2);
    attack.send_large_frames();
    attack.let_honest_hosts_speak(3);
    attack.crowd();
    attack.fill_the_recorder();
    attack.let_all_speak_at_once();
    attack.let_honest_hosts_speak(4);
    attack.take_no_outputs();
    attack.open_links_and_send_rubbish();
    attack.let_honest_hosts_speak(5);
    let peak = ALLOCATOR.peak_usage() - before;
    println!("{peak} bytes of at most {ENGINE_BYTES_MAX}, {:?}", attack.engine.counters());
    assert!(peak <= ENGINE_BYTES_MAX, "{peak} bytes");
    assert!(peak > ENGINE_BYTES_MAX * 3 / 4, "{peak} bytes: the limit says more than it must");
    attack.fall_silent();
}

struct Attack {
    engine: Engine,
    now: Moment,
    outputs: Vec<Output>,
}

impl Attack {
    /// An engine that knows some hosts.
    fn new() -> Self {
        let key = key(0);
        let verifier = key.public().verifier().unwrap();
        let engine = Engine::new(key.origin(), verifier, "own".parse().unwrap(), 1, Moment(0));
        let mut attack = Self { engine, now: Moment(0), outputs: Vec::new() };
        attack.link(HONEST);
        for link in HOSTILE {
            attack.link(link);
        }
        attack.tell(Input::Publish { frame: frame(0, FrameKind::Keyframe, 1, 500) });
        for host in 1..=HONEST_HOSTS {
            attack.send(HONEST, &frame(host, FrameKind::Keyframe, 1, 800));
        }
        assert_eq!(attack.engine.origin_count(), 41);
        attack
    }

    /// Two neighbours bring more hosts than there is room for, each as large as its share.
    fn invent_hosts(&mut self) {
        for (link, hosts) in [(HOSTILE[0], 0..12_000), (HOSTILE[1], 12_000..23_000)] {
            for host in hosts {
                self.send(link, &frame(INVENTED + host, FrameKind::Keyframe, 1, HELD_SHARE_BYTES));
            }
        }
        assert_eq!(self.engine.origin_count(), ORIGINS_MAX);
        assert!(self.engine.counters().overload > 0, "and more than there is time to check");
        assert!(self.engine.counters().refused > 0);
        let told = self.outputs.iter().filter(|output| matches!(output, Output::Refused { .. })).count();
        assert!(told <= 4, "{told} messages: once for each link and reason");
    }

    /// Invented hosts grow to the greatest size there is.
    fn send_large_frames(&mut self) {
        for host in 0..LARGE_HOSTS {
            self.send(HOSTILE[2], &frame(INVENTED + host, FrameKind::Keyframe, 2, FRAME_BYTES_MAX));
            self.send(HOSTILE[2], &frame(INVENTED + host, FrameKind::Delta, 3, FRAME_BYTES_MAX));
        }
        let counters = self.engine.counters();
        assert!((1..2 * u64::from(LARGE_HOSTS)).contains(&counters.unheld), "{} not held", counters.unheld);
        let held = self.engine.held_bytes();
        assert!((HELD_BYTES_MAX - 2 * FRAME_BYTES_MAX..=HELD_BYTES_MAX).contains(&held), "{held} bytes held");
    }

    /// The honest hosts' frames are delivered and held for those who join later, whatever is going on.
    fn let_honest_hosts_speak(&mut self, sequence: u32) {
        self.now = self.now.after_ms(2000);
        self.outputs.clear();
        for host in 1..=HONEST_HOSTS {
            self.send(HONEST, &frame(host, FrameKind::Delta, sequence, 200));
        }
        let delivered: BTreeSet<OriginId> = self.outputs.iter().filter_map(delivered).collect();
        assert_eq!(delivered, (1..=HONEST_HOSTS).map(origin).collect());
        for host in 1..=HONEST_HOSTS {
            let before = OriginId(origin(host).0 - 1);
            let held = self.engine.held_after(Some(before)).unwrap();
            let newest = held.frames(self.now).last().unwrap().position();
            assert_eq!((held.origin, newest.sequence), (origin(host), sequence));
        }
    }

    /// As many neighbours as there may be name all aliases that they may, half of them those of hosts that nobody knows,
    /// announce frames of them that nobody has, want all that is held, and prune and graft all of it.
    fn crowd(&mut self) {
        let aliases = || 0..Alias::try_from(ALIASES_MAX).unwrap();
        let known: Vec<OriginId> = aliases().map(|alias| origin(INVENTED + u32::from(alias))).collect();
        for (number, link) in crowd().enumerate() {
            self.link_of(link, known[usize::try_from(NEIGHBOURS).unwrap() + number]);
            let origins: Vec<OriginId> = match number % 2 {
                0 => known.clone(),
                _ => aliases().map(|alias| OriginId(alias.into())).collect(),
            };
            self.lay_trees(link, &origins, true);
            let have = Have(aliases().map(|alias| Announcement { alias, low: 1, cost: None }).collect());
            self.tell(Input::Message { link, bytes: have.encode() });
            self.say(link, &Control::Digest(Digest { hashes: vec![0; DIGEST_BUCKETS], peers: Vec::new() }));
            self.lay_trees(link, &known, false);
        }
        assert_eq!(self.engine.neighbours().count(), LINKS_MAX);
        self.pass_ms(200);
        assert!(self.engine.counters().grafts > u64::try_from(3 * ORIGINS_MAX / 2).unwrap());
    }

    /// The neighbour on `link` names all origins, and grafts or prunes them.
    fn lay_trees(&mut self, link: LinkId, origins: &[OriginId], grafts: bool) {
        let named: Vec<(Alias, OriginId)> = (0..).zip(origins.iter().copied()).collect();
        for part in named.chunks(TREES_MAX) {
            let (graft, prune) = part.split_at(if grafts { part.len() } else { 0 });
            self.say(
                link,
                &Control::Trees(Trees {
                    names: part
                        .iter()
                        .map(|(alias, origin)| Name { alias: *alias, origin: *origin, epoch: 2 })
                        .collect(),
                    prune: prune.iter().map(|(alias, _)| *alias).collect(),
                    graft: graft.iter().map(|(alias, _)| Graft { alias: *alias, held: 0 }).collect(),
                    unknown: Vec::new(),
                }),
            );
        }
    }

    /// Neighbours send as many bytes as are recorded of each.
    fn fill_the_recorder(&mut self) {
        for sequence in 2..=3 {
            self.now = self.now.after_ms(2000);
            for (host, link) in (0..).zip(crowd()).take(RECORDED_MAX) {
                let begins =
                    frame(INVENTED + NEIGHBOURS + host, FrameKind::Keyframe, 2 * sequence, FRAME_BYTES_MAX);
                self.send(link, &begins);
            }
        }
        let recorded = self.engine.recorded_bytes();
        assert!(recorded > RECORDED_MAX * RECORD_BYTES_MAX * 3 / 4, "{recorded} bytes recorded");
    }

    /// All hosts but the large ones speak within one flush.
    fn let_all_speak_at_once(&mut self) {
        self.now = self.now.after_ms(5000);
        for (host, link) in (LARGE_HOSTS..u32::try_from(ORIGINS_MAX).unwrap()).zip(crowd().cycle()) {
            self.send(link, &frame(INVENTED + host, FrameKind::Delta, 9, FRAME_OVERHEAD_BYTES + 3));
        }
        self.pass_ms(40);
    }

    /// Large frames keep coming while nobody takes the outputs.
    fn take_no_outputs(&mut self) {
        self.now = self.now.after_ms(1000);
        let overload = self.engine.counters().overload;
        for host in 0..200 {
            let frame = frame(INVENTED + LARGE_HOSTS + host, FrameKind::Delta, 10, FRAME_BYTES_MAX);
            self.engine.handle(Input::Message { link: HOSTILE[0], bytes: frame.bytes().clone() }, self.now);
        }
        assert!(self.engine.counters().overload > overload);
        self.outputs.clear();
        self.drain();
        let waited = self.outputs.len();
        assert!(waited <= OUTPUTS_WAITING_MAX + LINKS_MAX, "{waited} outputs");
    }

    fn open_links_and_send_rubbish(&mut self) {
        self.outputs.clear();
        for link in 100..1000 {
            self.tell(Input::LinkUp { link: LinkId(link), dialled: None, remote: None });
        }
        assert_eq!(self.closed(CloseReason::TooManyLinks), 900);
        for _ in 0..100 {
            self.tell(Input::Message { link: HOSTILE[0], bytes: vec![1; 64 * 1024].into() });
            self.tell(Input::Message { link: HOSTILE[1], bytes: hello(OriginId(1)) });
        }
        assert_eq!((self.closed(CloseReason::Forgery), self.closed(CloseReason::HelloTwice)), (1, 1));
    }

    /// Once the invented hosts are silent, they make room for those that are not.
    fn fall_silent(&mut self) {
        self.now = self.now.after_ms(ORIGIN_SILENT_MS / 2);
        self.let_honest_hosts_speak(6);
        self.now = self.now.after_ms(ORIGIN_SILENT_MS / 2);
        let newcomer = HONEST_HOSTS + 1;
        self.send(HONEST, &frame(newcomer, FrameKind::Keyframe, 1, FRAME_BYTES_MAX));
        assert!(self.outputs.iter().filter_map(delivered).any(|delivered| delivered == origin(newcomer)));
        assert!(self.engine.held_bytes() < HELD_BYTES_MAX);
        self.let_honest_hosts_speak(7);
    }

    fn closed(&self, reason: CloseReason) -> usize {
        let closed = |output: &&Output| matches!(output, Output::Close { reason: why, .. } if *why == reason);
        self.outputs.iter().filter(closed).count()
    }

    fn link(&mut self, link: LinkId) {
        self.link_of(link, OriginId(link.0));
    }

    fn link_of(&mut self, link: LinkId, origin: OriginId) {
        self.tell(Input::LinkUp { link, dialled: Some(Target::Seed(0)), remote: None });
        self.tell(Input::RoundTrip { link, rtt_ms: 2 });
        self.tell(Input::Message { link, bytes: hello(origin) });
    }

    fn say(&mut self, link: LinkId, control: &Control) {
        self.tell(Input::Message { link, bytes: control.encode() });
    }

    /// Time passes, and all deadlines in it are kept. Whatever one of them brings waits at once.
    fn pass_ms(&mut self, milliseconds: u64) {
        let end = self.now.after_ms(milliseconds);
        while self.engine.deadline() <= end {
            self.now = self.now.max(self.engine.deadline());
            self.tell(Input::Timeout);
        }
        self.now = end;
    }

    fn send(&mut self, link: LinkId, frame: &Frame) {
        self.tell(Input::Message { link, bytes: frame.bytes().clone() });
    }

    fn tell(&mut self, input: Input) {
        self.engine.handle(input, self.now);
        self.drain();
    }

    /// Takes all outputs; keeps them, but none of a frame of an invented host.
    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            let keeps = match &output {
                Output::Send { .. } | Output::SendControl { .. } | Output::Feed { .. } => false,
                Output::Deliver { host, .. } => host.as_str() == HOST,
                _ => true,
            };
            if keeps {
                self.outputs.push(output);
            }
        }
    }
}

/// The links of all neighbours there may be besides the others.
fn crowd() -> impl Iterator<Item = LinkId> + Clone {
    (0..LINKS_MAX - 4).map(|number| LinkId(10 + u64::try_from(number).unwrap()))
}

fn hello(origin: OriginId) -> Bytes {
    Control::Hello(Hello::new(origin, 1, HOST.parse().unwrap())).encode()
}

fn delivered(output: &Output) -> Option<OriginId> {
    match output {
        Output::Deliver { frame, .. } => Some(frame.origin()),
        _ => None,
    }
}

fn key(host: u32) -> OriginKey {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&host.to_le_bytes());
    OriginKey::from_seed(&seed)
}

fn origin(host: u32) -> OriginId {
    key(host).origin()
}

/// A genuine frame of so many bytes.
fn frame(host: u32, kind: FrameKind, sequence: u32, bytes: usize) -> Frame {
    let key = key(host);
    let name = if host < INVENTED { HOST } else { "a-host-that-was-invented" };
    let mut body = Vec::new();
    if kind == FrameKind::Keyframe {
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: name.parse().unwrap(),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        let keyframe = Composer::new(OriginKey::from_seed(&[1; 32]), identity, 32, 1)
            .frame(std::iter::empty(), Moment(0))
            .unwrap();
        body.extend(keyframe.body());
        body.splice(3..35, key.public().0);
    }
    let padding = bytes - FRAME_OVERHEAD_BYTES - body.len() - 3;
    body.push(200);
    body.extend(u16::try_from(padding).unwrap().to_le_bytes());
    body.resize(body.len() + padding, 0);
    assert!(body.len() <= BODY_BYTES_MAX);
    let position = Position { epoch: 1, sequence };
    Envelope { kind, hop_limit: 32, position, schema: 1, is_critical: false }.seal(&key, &body).unwrap()
}

const HOST: &str = "a-host";
