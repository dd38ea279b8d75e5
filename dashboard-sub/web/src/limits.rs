//! Every bound on what a client can take, with its arithmetic.

use std::time::Duration;

/// Most connections at a time. One holds a head ([`HEAD_BYTES_MAX`]), as much to write, and 40 KiB under TLS: 80 KiB each
/// at the most, 80 MiB together. Others wait in the kernel's queue and then find the server full.
pub const CONNECTIONS_MAX: usize = 1024;

/// Most connections of one address at a time, so that no client alone can take all. A proxy's address has no such bound.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 768;

/// Most bytes of a request's line and headers. Browsers send 1 to 2 KiB.
pub const HEAD_BYTES_MAX: usize = 16 << 10;

/// Most headers of a request. Browsers send 20.
pub const HEADERS_MAX: usize = 64;

/// Most bytes of a request's path and query.
pub const URI_BYTES_MAX: usize = 4 << 10;

/// Most bytes of a request's body. A login is less than 1 KiB.
pub const BODY_BYTES_MAX: usize = 4 << 10;

/// How long a client may take for its TLS handshake.
pub const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);

/// How long a client may take to send the head of a request, and how long a connection may be without one.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(30);

/// How long an answer may take until its body begins, the request's body included.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);

/// How long a client may read nothing of what is written to it.
pub const WRITE_STALL_MAX: Duration = Duration::from_secs(20);

/// How long connections may finish what they do when the server ends.
pub const GRACE_TIME: Duration = Duration::from_secs(3);

/// Most sessions at a time; of 100 bytes each. Beyond, the one that would expire first ends.
pub const SESSIONS_MAX: usize = 1024;

/// How many wrong tokens in a row an address may send.
pub const WRONG_TOKENS_BURST: u32 = 10;

/// After how long an address that was wrong too often may be wrong once more: 600 guesses an hour, which of 22 random
/// characters find one in 10^30 years.
pub const WRONG_TOKEN_PAUSE: Duration = Duration::from_secs(6);

/// How many wrong logins in a row all addresses together may send.
pub const WRONG_LOGINS_BURST: u32 = 200;

/// After how long all of them may send one more.
pub const WRONG_LOGIN_PAUSE: Duration = Duration::from_millis(250);

/// Most addresses of which it is known that they were wrong; of 60 bytes each. Beyond, half of them are forgotten,
/// those that were wrong the least.
pub const WRONG_ADDRESSES_MAX: usize = 4096;

/// Fewest bytes of a token: `openssl rand -hex 16` gives 32.
pub const TOKEN_BYTES_MIN: usize = 16;

/// Most bytes of a token.
pub const TOKEN_BYTES_MAX: usize = 512;

/// Most items of a page.
pub const PAGE_MAX: usize = 1000;

/// Most items before a page: there are never as many of anything.
pub const OFFSET_MAX: usize = 1_000_000_000;

/// Items of a page where nothing is said.
pub const PAGE_DEFAULT: usize = 100;

/// Most series of one answer.
pub const SERIES_MAX: usize = 64;

/// Most columns of each series: two for each dot of a wide screen's chart.
pub const COLUMNS_MAX: usize = 1000;

/// Most bytes of a text that a stream is asked for.
pub const TEXT_BYTES_MAX: usize = 1024;

/// Most characters of a text of a query.
pub const TEXT_CHARS_MAX: usize = 1024;

/// How many questions may wait for the model. One takes less than a millisecond.
pub const QUESTIONS_MAX: usize = 64;

/// How often snapshots are published while somebody looks at them: one of 1,000 hosts takes some 50 µs.
pub const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(20);

/// How often what is looked at is drawn up anew at the most. With [`SNAPSHOT_INTERVAL`] and what a host's frame waits for
/// others to be checked with, whoever looks is told of a change within 250 ms.
pub const BEAT_INTERVAL: Duration = Duration::from_millis(160);

/// How often the GPUs of a host are told of at the most: 5 times a second.
pub const GPU_INTERVAL: Duration = Duration::from_millis(200);

/// How long a stream may be silent before it says that it is there. Proxies end connections that say nothing for a
/// minute.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// Most bytes of what a client of a stream says: a filter of [`TEXT_BYTES_MAX`], escaped.
pub const LOOK_BYTES_MAX: usize = 8 << 10;

/// Most rows of a table that are looked at: three screens of 60.
pub const ROWS_MAX: usize = 200;

/// Most findings of the overview.
pub const FINDINGS_SHOWN_MAX: usize = 40;

/// Most hosts at work of the overview.
pub const BUSIEST_SHOWN_MAX: usize = 8;

/// Most events that are looked at.
pub const EVENTS_SHOWN_MAX: usize = 100;
