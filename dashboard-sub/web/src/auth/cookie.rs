//! The cookie that holds a session's id.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// Makes a browser send `id` along with requests from this origin's own pages, for `length`. No script can read it.
pub(super) fn set(id: &str, length: Duration, is_secure: bool) -> HeaderValue {
    cookie(id, length.as_secs(), is_secure)
}

/// Makes a browser forget it.
pub(super) fn clear(is_secure: bool) -> HeaderValue {
    cookie("", 0, is_secure)
}

/// The ids that came with a request: one, unless somebody else on this machine's other ports set one, too.
pub(super) fn ids(headers: &HeaderMap, is_secure: bool) -> impl Iterator<Item = &str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let ids = pairs.filter(move |(key, _)| *key == name(is_secure)).map(|(_, id)| id);
    ids.filter(|id| id.len() == ID_CHARS).take(IDS_MAX)
}

fn cookie(id: &str, seconds: u64, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let text =
        format!("{}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", name(is_secure));
    // All of it is ASCII, and none of it is foreign.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Under TLS a name that browsers take from this very origin alone (draft-ietf-httpbis-rfc6265bis, 4.1.3.2).
const fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-grapevine" } else { "grapevine" }
}

const ID_CHARS: usize = 64;
const IDS_MAX: usize = 4;
