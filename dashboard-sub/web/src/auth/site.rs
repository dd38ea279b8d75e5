//! Where a request comes from: which client, and which web site.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::server::App;

/// Who sent a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// Where from.
    pub(crate) address: IpAddr,
    /// Whether it came over TLS, to this server or to its proxy.
    pub(crate) is_secure: bool,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) is_encrypted: bool,
}

impl Client {
    /// As [`check_site`] found it out. A request without it comes from nowhere.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        let nowhere = Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), is_secure: false };
        extensions.get().copied().unwrap_or(nowhere)
    }

    /// What the proxy at the other end says of whom it forwards, if it is one of `proxies`.
    pub(crate) fn behind(peer: Peer, headers: &HeaderMap, proxies: &[IpAddr]) -> Self {
        let own = Self { address: peer.address.ip().to_canonical(), is_secure: peer.is_encrypted };
        if !proxies.contains(&own.address) {
            return own;
        }
        let text = |name: &str| headers.get_all(name).iter().next_back()?.to_str().ok();
        // The proxy adds whom it hears to the end of what it was told.
        let address = text("x-forwarded-for").and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        let is_https = text("x-forwarded-proto").map(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
        Self { address: address.unwrap_or(own.address), is_secure: is_https.unwrap_or(own.is_secure) }
    }
}

/// Finds out who sends a request, and refuses those that a foreign page made a browser send.
pub(crate) async fn check_site(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let refused = if app.auth().is_open() && !is_local(host(headers, request.uri())) {
        // A foreign name may be made to point here (DNS rebinding), which only the name tells.
        let detail = "this server has no token, so that it answers to localhost, 127.0.0.1 and [::1] only";
        Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail))
    } else if is_delicate(&request) && !is_same_site(headers, request.uri()) {
        Some(Problem::new(StatusCode::FORBIDDEN, "pages of other sites may not ask for this"))
    } else {
        None
    };
    if let Some(problem) = refused {
        return problem.into_response();
    }
    if let Some(peer) = request.extensions().get::<Peer>().copied() {
        let client = Client::behind(peer, request.headers(), app.proxies());
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// Whether a request does something, or opens a stream that pages of all sites could read.
fn is_delicate(request: &Request) -> bool {
    !request.method().is_safe() || request.headers().contains_key(header::UPGRADE)
}

/// Whether a page of this origin made the request, or no page at all. Browsers say so by `Sec-Fetch-Site` (W3C, Fetch
/// Metadata), older ones by `Origin`.
fn is_same_site(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some_and(|authority| host(headers, uri) == Some(authority))
        }
        (None, None) => true,
    }
}

/// The name by which the client knows this server, with its port.
fn host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST).map(|value| value.to_str().unwrap_or("?")),
    }
}

/// Whether this name cannot mean another machine. Without any name no browser asks.
fn is_local(host: Option<&str>) -> bool {
    let Some(host) = host else { return true };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    match name.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn names_that_may_mean_another_machine_are_not_local() {
        for local in
            ["localhost", "LOCALHOST:8130", "a.localhost:1", "127.0.0.1:8130", "127.9.9.9", "[::1]:8130"]
        {
            assert!(is_local(Some(local)), "{local}");
        }
        for foreign in [
            "",
            "example.org",
            "localhost.example.org:8130",
            "192.0.2.1:8130",
            "[::2]:1",
            "[::1",
            "notlocalhost",
        ] {
            assert!(!is_local(Some(foreign)), "{foreign}");
        }
        assert!(is_local(None));
    }

    #[test]
    fn a_page_of_another_site_is_recognised() {
        let uri = Uri::from_static("/api/v1/auth/login");
        let is_same = |pairs: &[(&'static str, &str)]| {
            let host = [("host", "srv01:8130")];
            is_same_site(&headers(&[&host, pairs].concat()), &uri)
        };
        assert!(is_same(&[]));
        assert!(is_same(&[("sec-fetch-site", "same-origin")]));
        assert!(is_same(&[("sec-fetch-site", "none")]));
        assert!(is_same(&[("origin", "https://srv01:8130")]));
        assert!(!is_same(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_same(&[("sec-fetch-site", "same-site")]));
        assert!(!is_same(&[("sec-fetch-site", "cross-site"), ("origin", "https://srv01:8130")]));
        assert!(!is_same(&[("origin", "https://evil.example")]));
        assert!(!is_same(&[("origin", "https://srv01:8131")]));
        assert!(!is_same(&[("origin", "null")]));
    }

    #[test]
    fn only_proxies_that_are_known_are_believed() {
        let address = "127.0.0.1:1".parse().unwrap();
        let peer = Peer { address, is_encrypted: false };
        let told = headers(&[("x-forwarded-for", "192.0.2.9, 192.0.2.1"), ("x-forwarded-proto", "https")]);
        let stranger = Client::behind(peer, &told, &[]);
        assert_eq!((stranger.address, stranger.is_secure), (address.ip(), false));
        let proxied = Client::behind(peer, &told, &[address.ip()]);
        assert_eq!((proxied.address, proxied.is_secure), ("192.0.2.1".parse().unwrap(), true));
        let silent = Client::behind(peer, &HeaderMap::new(), &[address.ip()]);
        assert_eq!((silent.address, silent.is_secure), (address.ip(), false));
    }
}
