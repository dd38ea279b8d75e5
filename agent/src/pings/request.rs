//! The few requests of HTTP/1.1 that are pings (RFC 9112), with healthchecks.io's paths.

use grapevine_collectors::backup::Ping;

/// A ping, as its head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The job's name or secret.
    pub(super) id: String,
    pub(super) ping: Ping,
    /// Whether the answer goes without its text.
    pub(super) is_head: bool,
    pub(super) body_bytes: usize,
    /// Whether the client waits for leave to send the body.
    pub(super) awaits_leave: bool,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer(pub(super) u16, pub(super) &'static str);

pub(super) const OK: Answer = Answer(200, "OK");
pub(super) const BAD_REQUEST: Answer = Answer(400, "Bad Request");
pub(super) const FORBIDDEN: Answer = Answer(403, "Forbidden");
pub(super) const NOT_FOUND: Answer = Answer(404, "Not Found");
pub(super) const BAD_METHOD: Answer = Answer(405, "Method Not Allowed");
pub(super) const TOO_SLOW: Answer = Answer(408, "Request Timeout");
pub(super) const NO_LENGTH: Answer = Answer(411, "Length Required");
pub(super) const LONG_BODY: Answer = Answer(413, "Content Too Large");
pub(super) const LONG_HEAD: Answer = Answer(431, "Request Header Fields Too Large");
pub(super) const NOT_KEPT: Answer = Answer(500, "Internal Server Error");
pub(super) const FULL: Answer = Answer(503, "Service Unavailable");

impl Answer {
    /// The bytes of the answer, after which the connection is closed.
    pub(super) fn bytes(self, is_head: bool) -> Vec<u8> {
        let Self(status, reason) = self;
        let text = if is_head { "" } else { reason };
        let length = reason.len();
        format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{text}"
        )
        .into_bytes()
    }
}

/// Reads a head up to its blank line.
pub(super) fn parse(head: &[u8]) -> Result<Request, Answer> {
    let head = str::from_utf8(head).map_err(|_| BAD_REQUEST)?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BAD_REQUEST);
    };
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") {
        return Err(BAD_REQUEST);
    }
    if !matches!(method, "GET" | "HEAD" | "POST") {
        return Err(BAD_METHOD);
    }
    let (id, ping) = address(target)?;
    let mut request = Request { id, ping, is_head: method == "HEAD", body_bytes: 0, awaits_leave: false };
    let mut has_length = false;
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(BAD_REQUEST)?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" if has_length => return Err(BAD_REQUEST),
            "content-length" => {
                has_length = true;
                request.body_bytes = length(value)?;
            }
            "transfer-encoding" => return Err(NO_LENGTH),
            "expect" => request.awaits_leave = value.eq_ignore_ascii_case("100-continue"),
            // A page in a browser on this host reaches loopback, too, and browsers say so.
            "origin" | "sec-fetch-site" | "sec-fetch-mode" => return Err(FORBIDDEN),
            _ => {}
        }
    }
    Ok(request)
}

/// `/ping/ID`, `/ping/ID/start` and so on, whatever query follows.
fn address(target: &str) -> Result<(String, Ping), Answer> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.strip_prefix("/ping/").ok_or(NOT_FOUND)?.split('/');
    let id = parts.next().unwrap_or_default().to_owned();
    let ping = match parts.next() {
        None => Ping::Success,
        Some("start") => Ping::Start,
        Some("fail") => Ping::Fail,
        Some("log") => Ping::Log,
        Some(code) if code.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ping::Exit(code.parse().map_err(|_| BAD_REQUEST)?)
        }
        Some(_) => return Err(NOT_FOUND),
    };
    match parts.next() {
        None => Ok((id, ping)),
        Some(_) => Err(NOT_FOUND),
    }
}

fn length(value: &str) -> Result<usize, Answer> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD_REQUEST);
    }
    // What is too long for a number is too long.
    value.parse().ok().filter(|bytes| *bytes <= BODY_BYTES_MAX).ok_or(LONG_BODY)
}

/// Longest body that is read: healthchecks.io takes 100 kB, and clients shorten theirs to that.
const BODY_BYTES_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<(String, Ping), Answer> {
        parse(head.as_bytes()).map(|request| (request.id, request.ping))
    }

    #[test]
    fn all_paths_are_known() {
        for (path, ping) in [
            ("home", Ping::Success),
            ("home/start", Ping::Start),
            ("home/fail", Ping::Fail),
            ("home/log?rid=1", Ping::Log),
            ("home/0", Ping::Exit(0)),
            ("home/255", Ping::Exit(255)),
        ] {
            let request = read(&format!("GET /ping/{path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            assert_eq!(request, Ok(("home".to_owned(), ping)), "{path}");
        }
        for (path, answer) in [
            ("/", NOT_FOUND),
            ("/ping/home/256", BAD_REQUEST),
            ("/ping/home/", BAD_REQUEST),
            ("/ping/home/begin", NOT_FOUND),
            ("/ping/home/1/2", NOT_FOUND),
            ("http://x/ping/home", NOT_FOUND),
        ] {
            assert_eq!(read(&format!("GET {path} HTTP/1.1\r\n\r\n")), Err(answer), "{path}");
        }
    }

    #[test]
    fn heads_that_are_none_are_refused() {
        for (head, answer) in [
            ("", BAD_REQUEST),
            ("GET /ping/a\r\n\r\n", BAD_REQUEST),
            ("GET /ping/a HTTP/2\r\n\r\n", BAD_REQUEST),
            ("PUT /ping/a HTTP/1.1\r\n\r\n", BAD_METHOD),
            ("GET /ping/a HTTP/1.1\r\nno colon\r\n\r\n", BAD_REQUEST),
            ("POST /ping/a HTTP/1.1\r\nContent-Length: -1\r\n\r\n", BAD_REQUEST),
            ("POST /ping/a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", BAD_REQUEST),
            ("POST /ping/a HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", LONG_BODY),
            ("POST /ping/a HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", LONG_BODY),
            ("POST /ping/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", NO_LENGTH),
            ("GET /ping/a HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n\r\n", FORBIDDEN),
        ] {
            assert_eq!(read(head), Err(answer), "{head:?}");
        }
    }
}
