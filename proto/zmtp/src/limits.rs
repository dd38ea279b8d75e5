//! Every bound of the transport, with its arithmetic.

use std::time::Duration;

/// Longest message in bytes, over all its parts.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// Most parts of a message: [host name, frame] needs two, an envelope of a foreign ROUTER two more.
pub const PARTS_MAX: usize = 4;

/// Longest command in bytes. A READY with every property that libzmq sends has about 100.
pub const COMMAND_BYTES_MAX: usize = 1024;

/// Longest identity in bytes (RFC 37, "Metadata").
pub const IDENTITY_BYTES_MAX: usize = 255;

/// Most subscriptions of one link.
pub const PREFIXES_MAX: usize = 16;

/// Longest subscription in bytes: as long as the longest host name and a separator.
pub const PREFIX_BYTES_MAX: usize = 64;

/// Time for a whole handshake. Two round trips to the other side of the world take 0.6 s.
pub const HANDSHAKE: Duration = Duration::from_secs(3);

/// Time between PINGs.
pub const PING_INTERVAL: Duration = Duration::from_secs(5);

/// A link on which nothing has come for so long is dead: the PINGs of 5 s and 10 s before have no answer.
pub const IDLE: Duration = Duration::from_secs(15);

/// A peer whose PINGs promise shorter silences is believed, but is never given up before this.
pub const IDLE_MIN: Duration = PING_INTERVAL;

/// A peer that takes no byte for so long is not reading. One whose process stands still for 10 s, as under a debugger or
/// while its disk does not answer, is still a peer.
pub const STALL: Duration = Duration::from_secs(12);

/// How long a neighbour's host may leave unacknowledged what was sent to it, until the path to it counts as dead
/// (`TCP_USER_TIMEOUT`: tcp(7), RFC 5482). On a short path Linux sends again 0.2, 0.6 and 1.4 s after the first time, on
/// one of 0.3 s to the other side of the world after some 0.5 s: one lost packet never ends a link. The kernel
/// acknowledges for a process that stands still.
pub const DEAD_PATH: Duration = Duration::from_millis(1500);

/// Most that a neighbour's process may have left unread before it gets no more, each write's overhead included. The rest
/// waits in the link's queue, where newer news replaces older. To Linux a window that stays closed is a dead path too
/// (tcp(7), `TCP_USER_TIMEOUT`), and it opens 64 KiB of window to who does not read: half of 128 KiB (tcp(7),
/// `tcp_rmem`). It takes 64 KiB for each time there and back, four times what 1,000 hosts send in 0.1 s.
pub const UNREAD_BYTES_MAX: usize = 64 * 1024;

/// What a write counts besides its bytes: a packet's buffer in the peer's kernel, of which 128 KiB hold as many as
/// [`UNREAD_BYTES_MAX`] allows twice.
pub const WRITE_OVERHEAD_BYTES: usize = 2 * 1024;

/// Time for which a closing link may still write what is queued.
pub const CLOSE_LINGER: Duration = Duration::from_millis(500);

/// Most bytes that a closing link reads and forgets so that the peer can read its last words. Twice
/// [`UNREAD_BYTES_MAX`], which a neighbour may have under way; whoever goes on sending is cut off.
pub const PARTING_BYTES_MAX: u64 = 128 * 1024;

/// Most bytes that wait for one link: a quarter of a second of 1,000 hosts' frames at 180 B each.
pub const QUEUE_BYTES_MAX: usize = 64 * 1024;

/// What each message in a queue counts besides its bytes, so that no more than 1,024 wait, however short they are: its
/// place, and its list of two parts at 32 B each.
pub const QUEUE_ENTRY_BYTES: usize = 64;

/// A snapshot may add to a queue that holds less than this, so that it never displaces what is live.
pub const QUEUE_ROOM_BYTES: usize = QUEUE_BYTES_MAX / 2;

/// A queue that a snapshot found full asks for more of it once it holds less than this.
pub const QUEUE_LOW_BYTES: usize = QUEUE_BYTES_MAX / 8;

/// Most bytes that are turned into one write.
pub const WRITE_BYTES_MAX: usize = 16 * 1024;

/// A link writes no more while the system has as many bytes left that it could not send yet (`TCP_NOTSENT_LOWAT`:
/// tcp(7)): one write under way while the next one comes. What the peer does not take waits in the link's queue, where
/// newer news replaces older. Else Linux keeps up to 4 MiB for each peer that does not read (tcp(7), `tcp_wmem`), 1 GiB
/// for all, and answers 100,000 PINGs of each before it notices.
pub const NOT_SENT_BYTES: u32 = 16 * 1024;

/// A peer that has not taken as much is not read from, so that the answers to its PINGs are bounded. A write and a
/// message that just did not fit into it are less, so that two ends that send much never wait for each other.
pub const UNSENT_BYTES_MAX: usize = 2 * WRITE_BYTES_MAX + MESSAGE_BYTES_MAX;

/// Most bytes that a connection is given at once: 256 messages of two bytes, which become 64 KiB of events.
pub const RECEIVE_BYTES_MAX: usize = 512;

/// Shortest time between two batches of a link: an unbatched message costs a system call and a packet. A link that wrote
/// nothing for so long writes at once, so that a lone message waits for nobody; a busy one makes 500 writes a second, and
/// a message waits half of it on average at each hop, 6 ms over six.
pub const BATCH: Duration = Duration::from_millis(2);

/// Most connections that others make over TCP, handshakes included; those that the node dials are its owner's to
/// bound. A peer that means no good makes us hold 64 KiB queued, a message half received in a buffer that doubles
/// (128 KiB), 96 KiB unsent in another (128 KiB) and 64 KiB of events, and all of them together 256 * 384 KiB = 96 MiB.
/// One that means well costs a read buffer of 4 KiB.
pub const CONNECTIONS_MAX: usize = 256;

/// Connections over Unix sockets, which no stranger can take: 32 * 384 KiB = 12 MiB.
pub const UNIX_CONNECTIONS_MAX: usize = 32;

/// Most connections from one address: its agent's link, a second while one replaces the other, and a dozen dashboards.
/// It takes 16 addresses to lock everybody else out.
pub const ADDRESS_CONNECTIONS_MAX: usize = 16;

/// Most connections from one IPv6 network (a /64), whose owner has as many addresses as they like: half of all. The
/// hosts of a whole network may be neighbours of one agent, so that it is not less.
pub const NETWORK_CONNECTIONS_MAX: usize = CONNECTIONS_MAX / 2;

/// Most connections over TCP whose handshake is not done; one more displaces the oldest. A CURVE handshake costs 0.2 ms
/// of computing, so that all of them together are 13 ms away from done. At 200 newcomers a second each has 0.3 s, within
/// which a peer in the same country is done.
pub const HANDSHAKES_MAX: usize = 64;

/// Connections that one network may open at once before its rate counts.
pub const ACCEPT_BURST: u32 = 32;

/// Connections that one network may open in a second in the long run.
pub const ACCEPTS_PER_SECOND: u32 = 8;

/// Most networks whose rates are remembered. The one that could open most connections is forgotten first.
pub const ACCEPT_NETWORKS_MAX: usize = 256;

/// Failed handshakes, and likewise connections turned away, that are told at once before their rate counts.
pub const REJECTED_BURST: u32 = 8;

/// Failed handshakes, and likewise connections turned away, that are told in a second in the long run.
pub const REJECTED_PER_SECOND: u32 = 1;

/// How long a dial that is made only once waits for a connection: as long as a first packet that got lost takes (RFC
/// 6298, section 2.1) there are others to dial.
pub const DIAL_ONCE: Duration = Duration::from_secs(1);

/// Most addresses of a name that one dial tries.
pub const ADDRESSES_MAX: usize = 8;

/// How long an address is tried alone (RFC 8305, section 8): the last of eight still has 1.2 s of the 3 s of a dial.
pub const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Time before the first redial; doubles with every failure.
pub const REDIAL_MIN: Duration = Duration::from_millis(100);

/// Longest time between dials.
pub const REDIAL_MAX: Duration = Duration::from_secs(2);

/// Events that wait for the owner of a node. A link that finds no room stops reading until there is.
pub const EVENTS_MAX: usize = 256;
