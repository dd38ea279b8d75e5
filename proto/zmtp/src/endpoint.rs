//! Addresses of agents.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// The port of every agent.
pub const DEFAULT_PORT: u16 = 6130;

/// Where an agent listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// A host name or address, and a port.
    Tcp {
        /// Name or address; an IPv6 address without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// `host`, `host:port`, `[address]:port`, each also after `tcp://`; `unix:/path`, `unix:///path`, `ipc:///path`.
impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = || EndpointError(text.escape_debug().take(100).collect());
        let unix = ["unix://", "ipc://", "unix:"].iter().find_map(|scheme| text.strip_prefix(scheme));
        if let Some(path) = unix {
            return if path.starts_with('/') { Ok(Self::Unix(path.into())) } else { Err(error()) };
        }
        let address = text.strip_prefix("tcp://").unwrap_or(text);
        let (host, port) = split(address).ok_or_else(error)?;
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(error)?,
            None => DEFAULT_PORT,
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_:%".contains(c);
        if host.is_empty() || host.len() > HOST_BYTES_MAX || !host.chars().all(is_name) {
            return Err(error());
        }
        Ok(Self::Tcp { host: host.to_owned(), port })
    }
}

/// Host and port of `host`, `host:port`, `[address]`, `[address]:port` or a bare IPv6 address.
fn split(address: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return match rest {
            "" => Some((host, None)),
            rest => Some((host, Some(rest.strip_prefix(':')?))),
        };
    }
    match address.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Some((address, None)),
        Some((host, port)) => Some((host, Some(port))),
        None => Some((address, None)),
    }
}

/// The text names no endpoint.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no endpoint: use host:port, [address]:port or unix:/path")]
pub struct EndpointError(String);

/// Longest name of a host (RFC 1035, section 2.3.4).
const HOST_BYTES_MAX: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_and_written() {
        for (text, shown) in [
            ("srv01:6131", "srv01:6131"),
            ("srv01", "srv01:6130"),
            ("tcp://10.0.0.1:7", "10.0.0.1:7"),
            ("[::1]:6130", "[::1]:6130"),
            ("fe80::1%eth0", "[fe80::1%eth0]:6130"),
            ("unix:/run/tap.sock", "unix:/run/tap.sock"),
            ("unix:///run/tap.sock", "unix:/run/tap.sock"),
            ("ipc:///run/tap.sock", "unix:/run/tap.sock"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(shown.parse::<Endpoint>().unwrap(), endpoint);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in
            ["", ":1", "a:", "a:0", "a:99999", "a:x", "[::1", "[::1]x", "unix:relative", "a b", "http://a"]
        {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(error.contains("use host:port"), "{text}: {error}");
        }
    }
}
