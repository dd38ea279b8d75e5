//! Every bound of the protocol, with its arithmetic.

use crate::frame::FRAME_OVERHEAD_BYTES;
use crate::origin::HISTORY_PREFIX;

/// Longest host name in bytes: the longest label of a domain name is 63 (RFC 1035, section 2.3.4).
pub const HOST_NAME_BYTES_MAX: usize = 63;

/// Longest message on a link in bytes, over all its parts.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// Longest first part of a message to a subscriber in bytes: a host name, with [`HISTORY_PREFIX`] where the frame is one
/// that was kept.
pub const TOPIC_BYTES_MAX: usize = HISTORY_PREFIX.len() + HOST_NAME_BYTES_MAX;

/// Longest frame in bytes: a message less what goes before the frame to a subscriber.
pub const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX - TOPIC_BYTES_MAX;

/// Longest body of a frame in bytes.
pub const BODY_BYTES_MAX: usize = FRAME_BYTES_MAX - FRAME_OVERHEAD_BYTES;

/// Most readings of one host. A state of as many cells is at most 4096 * 40 B = 160 KiB in memory, texts aside.
pub const READINGS_MAX: usize = 4096;

/// Longest text value in bytes; a longer one is cut at a character.
pub const TEXT_BYTES_MAX: usize = 256;

/// Longest label value in bytes; a longer one is cut at a character.
pub const LABEL_BYTES_MAX: usize = 128;

/// Most labels of one metric.
pub const LABELS_MAX: usize = 4;

/// Most distinct lists of metrics that a subscriber shares between hosts. A list of 200 metrics is 200 * 16 B, those that
/// this program does not know aside; hosts beyond the bound have their own.
pub const METRIC_LISTS_MAX: usize = 256;

/// Most label values of one host's readings.
pub const LABEL_VALUES_MAX: usize = READINGS_MAX * LABELS_MAX;

/// Most groups that a host belongs to.
pub const GROUPS_MAX: usize = 16;

/// Most neighbours in each list of a links section, a quarter of [`LINKS_MAX`]: a handful of links holds a network
/// together. Six of them take 59 B in a keyframe, which is 2 B/s; full lists take 5 + 64 * 9 + 64 * 19 B = 1.8 KB.
pub const LINKED_MAX: usize = 64;

/// Hop limit of a frame whose configuration sets none.
pub const HOP_LIMIT: u8 = 32;

/// Time between an origin's keyframes in milliseconds: at some 800 B they cost 27 B/s.
pub const KEYFRAME_INTERVAL_MS: u64 = 30_000;

/// A delta longer than this share of its keyframe is replaced by a keyframe, in percent.
pub const DELTA_PERCENT_MAX: usize = 60;

/// Most origins that an agent or a subscriber remembers.
pub const ORIGINS_MAX: usize = 16_384;

/// Most aliases of one agent, which are the places of its table of origins: two more than it remembers, one for itself
/// and one for an origin whose place was given away and is not yet free. An alias is less than this.
pub const ALIASES_MAX: usize = ORIGINS_MAX + 2;

/// An origin that was silent for so long is forgotten, in milliseconds: 24 hours.
pub const ORIGIN_FORGET_MS: u64 = 24 * 60 * 60 * 1000;

/// Most links of one engine.
pub const LINKS_MAX: usize = 64;

/// Neighbours that an agent finds for itself: with six of them a network of 1,000 hosts hangs together when half of
/// them die at once. Two more above 1,000 hosts, and fewer below 16.
pub const DEGREE: usize = 6;

/// Most neighbours for each of [`DEGREE`]; beyond, others than those of the configuration are turned away.
pub const NEIGHBOURS_PER_DEGREE: usize = 2;

/// Most agents that are remembered as possible neighbours, and as many that were lost. When nine of ten hosts die at
/// once, 0.9^64 = 0.1 % of the others know no survivor.
pub const PASSIVE_MAX: usize = 64;

/// Most agents that a message tells of.
pub const PEERS_MAX: usize = 16;

/// Most addresses that an agent remembers as its own: whoever claims to be this agent adds one.
pub const OWN_ADDRESSES_MAX: usize = 16;

/// Time between two questions for addresses of an agent that lacks neighbours and knows none to dial, in milliseconds.
pub const ASK_PEERS_MS: u64 = 1000;

/// Longest such time: it doubles with each question.
pub const ASK_PEERS_MS_MAX: u64 = 64_000;

/// Questions for addresses that a neighbour may put.
pub const QUESTION_RATE: Rate = Rate::once_in_ms(ASK_PEERS_MS / 2, 4);

/// Time until an agent that starts sends its first invitation, in milliseconds: by then it knows whom there is.
pub const INVITE_MS: u64 = 2000;

/// Longest time between two invitations, in milliseconds: it doubles with each. One of 40 B over 8 links is 5 B/s, and
/// within an hour the passive view is another one.
pub const INVITE_MS_MAX: u64 = 64_000;

/// Time between two invitations as long as there are agents too far away, in milliseconds: the trees need a few seconds
/// to move to a new link.
pub const INVITE_FAR_MS: u64 = 5000;

/// Invitations that a neighbour may bring. Each costs a dial at most, of an agent that has not dialled for
/// [`INVITE_FAR_MS`]. When a ring of 100 hosts starts, a link carries some ten at once.
pub const INVITE_RATE: Rate = Rate::once_in_ms(1000, 32);

/// Dials of agents because they are far away.
pub const FAR_LINK_RATE: Rate = Rate::once_in_ms(INVITE_FAR_MS, 1);

/// So few neighbours that the next ones are dialled at once. From there on an agent takes its time, as others look for
/// neighbours too when it does, at the start or after many died: if all dialled as many as they lack, they would end
/// with ten instead of six.
pub const NEIGHBOURS_FEW: usize = 3;

/// Mean time between two dials for further neighbours, in milliseconds.
pub const FILL_MS: u64 = 1000;

/// Most dials at once.
pub const DIALS_MAX: usize = 16;

/// Time after which a dial is given up, in milliseconds: a SYN is sent again after 1 s (RFC 6298, section 2), so one
/// that was lost gets its second chance when the address is dialled again.
pub const DIAL_WAIT_MS: u64 = 1000;

/// Time until an agent is dialled again that had no place, in milliseconds.
pub const REDIAL_MS: u64 = 30_000;

/// Longest time until a neighbour of the configuration is dialled again that had no place, in milliseconds: it doubles from
/// [`DIAL_WAIT_MS`] on.
pub const SEED_WAIT_MS_MAX: u64 = 64_000;

/// Time between two dials of agents that were lost, in milliseconds; of an agent without any neighbour
/// [`DIAL_WAIT_MS`].
pub const LOST_REDIAL_MS: u64 = 30_000;

/// Time between two rounds of upkeep, in milliseconds.
pub const UPKEEP_MS: u64 = 250;

/// Time after which something is said on a link where nothing was, in milliseconds. With the second and a half for
/// which TCP waits for an acknowledgement, and the time between two rounds of upkeep, a path that swallows everything
/// shows within 2.25 s.
pub const KEEPALIVE_MS: u64 = 500;

/// A neighbour that says nothing for so many milliseconds is held up: it reads no announcements, which would fill its
/// queue. Three of [`KEEPALIVE_MS`].
pub const SILENT_LINK_MS: u64 = 3 * KEEPALIVE_MS;

/// An agent that wakes so many milliseconds late was held up, and does not trust what it sees of others for twice that
/// time, at most [`UNWELL_MAX_MS`].
pub const STALL_MS: u64 = 500;

/// See [`STALL_MS`].
pub const UNWELL_MAX_MS: u64 = 30_000;

/// Longest time from the loss of a link that fell silent until others are told, in milliseconds. Both ends lose it within
/// [`KEEPALIVE_MS`] and [`UPKEEP_MS`] of each other, and a host that lives tells so [`INTERVAL_MS_MIN`] later at most.
pub const ACCUSE_WAIT_MS: u64 = 1500;

/// Hosts whose links are read because of one frame that accuses others, before the next host is looked at: 12 that have 12
/// neighbours each. At 0.6 us each that takes 0.1 ms, some three checks of a signature; without a bound it would be
/// 64 times 65 at least.
pub const VERDICT_LOOKS_MAX: usize = 12 * 13;

/// Time between a frame's arrival and its announcement to those who get it elsewhere, in milliseconds. Longer than most
/// frames take to get everywhere, so that few announcements are of news.
pub const ANNOUNCE_MS: u64 = 10;

/// The same for a frame of a critical origin, which comes by two paths.
pub const CRITICAL_ANNOUNCE_MS: u64 = 2;

/// Time that an announced frame of a critical origin may take, in milliseconds: both of its paths are late then.
pub const CRITICAL_GRAFT_MS: u64 = 5;

/// Time that an announced frame may take to come by its tree before it is asked for, in milliseconds; on slow links
/// [`GRAFT_ROUND_TRIPS`] of theirs.
pub const GRAFT_MS: u64 = 25;

/// See [`GRAFT_MS`].
pub const GRAFT_ROUND_TRIPS: u64 = 3;

/// Most items of each list of a message about trees: 1,024 * (17 + 3 + 8 + 3) B are 31 KiB. An agent says as much in
/// [`ANNOUNCE_MS`], which is 3 MB/s on a link: half of a queue, so that the loss of a link by which thousands of origins
/// came does not end the others.
pub const TREES_MAX: usize = 1024;

/// Most announcements in a message: 4 B each.
pub const HAVE_MAX: usize = 8192;

/// Buckets in which what is held is hashed.
pub const DIGEST_BUCKETS: usize = 64;

/// Most origins in a summary of what is held: 24 B each.
pub const SUMMARY_MAX: usize = 1500;

/// An origin that was silent for so long is kept but no longer compared, in milliseconds: 15 minutes. Who joins later
/// does not hear of it.
pub const DIGEST_SILENT_MS: u64 = 15 * 60_000;

/// Of an origin that was heard within so many milliseconds only the keyframe is compared, because its deltas are on
/// their way.
pub const DIGEST_SPEAKS_MS: u64 = 2_000;

/// Time between two comparisons with any neighbour, in milliseconds.
pub const SYNC_INTERVAL_MS: u64 = 30_000;

/// Shortest time between two comparisons, in milliseconds: after the first with one neighbour a joiner has nearly all
/// that the others could send it.
pub const SYNC_PACE_MS: u64 = 200;

/// Time in which a comparison is to be over, in milliseconds.
pub const SYNC_WAIT_MS: u64 = 10_000;

/// Comparisons that a neighbour may ask for.
pub const SYNC_RATE: Rate = Rate::once_in_ms(5_000, 4);

/// Time for which frames of this host and its neighbours are recorded, in milliseconds: 10 minutes.
pub const RECORD_MS: u64 = 10 * 60_000;

/// Most bytes of frames recorded of one host: 10 minutes at the 200 B/s of an ordinary one.
pub const RECORD_BYTES_MAX: usize = 128 * 1024;

/// Most hosts recorded. When there are more, the one that was silent longest gives way.
pub const RECORDED_MAX: usize = 24;

/// How often something may happen, and how much of it at once: a token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Time in which a token comes back, in microseconds.
    pub interval_us: u64,
    /// Most tokens that the bucket holds.
    pub burst: u64,
}

impl Rate {
    const fn once_in_ms(interval_ms: u64, burst: u64) -> Self {
        Self { interval_us: interval_ms * 1000, burst }
    }
}

/// Frames of one origin that an agent takes: two a second, five at once, and a tenth more a second for clocks that
/// run fast. So an origin may send every [`INTERVAL_MS_MIN`]; a joiner takes its keyframe and delta at once, and what
/// a second link or a wait of 1.3 s brings.
pub const FRAME_RATE: Rate = Rate::once_in_ms(450, 5);

/// Shortest time between an origin's frames in milliseconds: see [`FRAME_RATE`].
pub const INTERVAL_MS_MIN: u32 = 500;

/// New epochs of one origin that an agent takes. An agent that is started over and over waits 300 ms with its first
/// frame, and systemd gives up after five starts in 10 s (systemd.unit(5), `DefaultStartLimitBurst`). With
/// [`FRAME_RATE`] an origin makes at most 3.3 frames a second, whatever it does.
pub const EPOCH_RATE: Rate = Rate::once_in_ms(1000, 5);

/// Frames beyond [`FRAME_RATE`] that are dropped without a word. A link that stalls breaks after 15 s, and what it
/// held back, 30 frames of an origin at most, comes at once; two such in a row are forgiven.
pub const EXCESS_RATE: Rate = Rate::once_in_ms(10_000, 64);

/// Time between two messages to the operator of the same kind about the same origin or link, in milliseconds.
pub const TOLD_INTERVAL_MS: u64 = 60_000;

/// Most origins or links of whom the operator is told in [`TOLD_INTERVAL_MS`], for each kind of message.
pub const TOLD_MAX: usize = 64;

/// Messages of one neighbour that are no frames, or frames that their origin did not seal. Agents check what they
/// pass on, so an honest neighbour sends none, but for bits that flip between checks: TCP misses one damaged segment
/// in 65,536 (RFC 9293, section 3.1, a checksum of 16 bits). The eighth closes the link.
pub const FORGERY_RATE: Rate = Rate::once_in_ms(10_000, 8);

/// Frames of one link that came before, of which nobody is told: four each of 10,000 hosts at once, which come until
/// the neighbour has heard that it need not send them, 4 s later at most, and 1,000 a second in the long run.
pub const REPEAT_RATE: Rate = Rate::once_in_ms(1, 40_000);

/// Signatures that an agent checks: 12,000 a second, which is 10,000 hosts at 1 Hz and a fifth more. At 35 us each that
/// is 42 % of a core. At once it checks 20,000, which a snapshot of 10,000 hosts is, keyframes and deltas, and takes
/// 0.7 s, and the same again that is kept for links within their share.
pub const SIGNATURE_RATE: Rate = Rate { interval_us: 1_000_000 / 12_000, burst: 2 * SIGNATURE_BURST };

/// Half of the burst of [`SIGNATURE_RATE`]: as long as more than this is left, any link may use it.
pub const SIGNATURE_BURST: u64 = 20_000;

/// Latest epoch and last sequence that an agent takes. The 65,536 numbers above are kept free, so that whatever is
/// added to those of a frame (the next run, the next frame, the window of sequences) stays a number. At 2 Hz an epoch
/// lasts 68 years; an epoch that began as seconds since 1970 gets there in 2106.
pub const POSITION_MAX: u32 = u32::MAX - 0x1_0000;

/// Epochs above which an agent jumps because frames of its own key show that it must: one a minute, four at once, for
/// as many parts of a network that remember runs which the host forgot. Another agent with the same key jumps above
/// this one in turn; so both together use up 2 * 60 * 24 * 365 epochs a year, and 4,000 years' worth are there.
pub const JUMP_RATE: Rate = Rate::once_in_ms(60_000, 4);

/// Such epochs that the host's own past explains. More of them mean that another agent signs with the same key.
pub const FORGOTTEN_RUN_RATE: Rate = Rate::once_in_ms(600_000, 3);

/// Jumps because of a neighbour's word alone, which is in WELCOME and not signed: two, and one more every hour, each
/// over at most [`CLAIMED_EPOCHS_MAX`].
pub const CLAIM_RATE: Rate = Rate::once_in_ms(3_600_000, 2);

/// Most epochs that an agent skips on a neighbour's word alone: runs that a machine set back to an earlier state may
/// have forgotten. A neighbour that lies takes 478 years to use up half of all epochs.
pub const CLAIMED_EPOCHS_MAX: u32 = 512;

/// How often the operator is told that another agent signs with the host's key.
pub const KEY_WARNING_RATE: Rate = Rate::once_in_ms(TOLD_INTERVAL_MS, 1);

/// New origins that an agent takes from one link: 10,000 at once, which a joiner of a network of that size meets, and
/// ten more a second. A neighbour that invents hosts gets no further in than that.
pub const INTRODUCTION_RATE: Rate = Rate::once_in_ms(100, 10_000);

/// An origin that was silent for so long gives its place or its bytes to others once they run out, in milliseconds:
/// three of the longest intervals between frames that an agent can be given.
pub const ORIGIN_SILENT_MS: u64 = 3 * 60_000;

/// Bytes of frames that an agent holds of any origin, however many the others need. A host with 8 cores, two disks and
/// two interfaces has a keyframe of 800 B and a delta of 150 B.
pub const HELD_SHARE_BYTES: usize = 2048;

/// Bytes of frames that an agent holds beyond the shares, of all origins together: 500 hosts of the greatest size
/// there is, or all 16,384 at twice their share.
pub const HELD_POOL_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of frames that an agent holds of other hosts: 64 MiB. 10,000 ordinary ones need 10 MiB.
pub const HELD_BYTES_MAX: usize = ORIGINS_MAX * HELD_SHARE_BYTES + HELD_POOL_BYTES;

/// Outputs of the engine that may wait when a message arrives; else it is dropped.
/// Whoever takes all outputs after each input leaves none.
pub const OUTPUTS_WAITING_MAX: usize = 64;

/// Bytes that the engine keeps of each origin besides its frames: name, window and buckets, in a list that doubles, and
/// where to find it, in a tree that may be half empty.
pub(crate) const ORIGIN_BYTES: usize = 640;

/// Bytes that the engine keeps of each origin on each link: two for how its frames go, eight for the neighbour's alias.
pub(crate) const TIE_BYTES: usize = 10;

/// Bytes that the engine keeps of each link: its neighbour and buckets.
pub(crate) const LINK_BYTES: usize = 400;

/// Bytes of an output of the engine besides its frame.
pub(crate) const OUTPUT_BYTES: usize = 128;

/// Bytes of a frame that came a moment ago, until it is announced.
pub(crate) const JOURNAL_ENTRY_BYTES: usize = 24;

/// Bytes of an origin of which a frame was announced that has not come: who announced it, and when to ask.
pub(crate) const ABSENT_BYTES: usize = 96;

/// Bytes that the recorder keeps of a frame besides the frame: its place, with what a list that doubles leaves free.
pub(crate) const RECORD_ENTRY_BYTES: usize = 100;

/// Most memory of an engine in bytes, whatever its neighbours do: 108 MiB. It is the sum of
///
/// - the frames held, and two of this host's own;
/// - all origins, those of which a frame is missing in trees that may be half empty;
/// - all links, in a tree likewise;
/// - how each origin's frames go over each link, in lists that grow to their bound and no further, one of them in two
///   copies while it grows;
/// - the frames of the last three flushes, those of one in two copies, and half as many while they are sorted;
/// - the frames recorded, none shorter than an empty one;
/// - the outputs that may wait, and those of one further frame or of all links that come up; each has at most one copy
///   of a frame, and one frame is looked at;
/// - the outputs of one flush: for each link what there is to say of trees, 31 B for each item, and the announcements of
///   all origins, 4 B each;
/// - a summary of all origins as it is made and as it is sent;
/// - an identity that claims to be longer than its frame, while it is read: 8 times the longest body.
pub const ENGINE_BYTES_MAX: usize = HELD_BYTES_MAX
    + 2 * FRAME_BYTES_MAX
    + ALIASES_MAX * (ORIGIN_BYTES + 2 * ABSENT_BYTES)
    + 2 * LINKS_MAX * LINK_BYTES
    + (LINKS_MAX + 1) * ALIASES_MAX * TIE_BYTES
    + 5 * ORIGINS_MAX * JOURNAL_ENTRY_BYTES
    + RECORDED_MAX * (RECORD_BYTES_MAX + RECORD_BYTES_MAX / FRAME_OVERHEAD_BYTES * RECORD_ENTRY_BYTES)
    + (OUTPUTS_WAITING_MAX + 8 * LINKS_MAX) * OUTPUT_BYTES
    + (OUTPUTS_WAITING_MAX + 2) * FRAME_BYTES_MAX
    + LINKS_MAX * (TREES_MAX * 31 + ALIASES_MAX * 4)
    + ALIASES_MAX * 3 * 24
    + 8 * BODY_BYTES_MAX;
