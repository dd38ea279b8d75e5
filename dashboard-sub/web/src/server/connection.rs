//! One connection: TLS, then requests one after the other.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::patience::Patient;
use super::places::Place;
use crate::auth::Peer;
use crate::limits::{HANDSHAKE_TIME_MAX, HEAD_BYTES_MAX, HEAD_TIME_MAX, HEADERS_MAX};

/// What serves connections, all alike.
#[derive(Clone)]
pub(super) struct Door {
    router: Router,
    tls: Option<TlsAcceptor>,
    http: Arc<http1::Builder>,
}

impl Door {
    pub(super) fn new(router: Router, tls: Option<TlsAcceptor>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .half_close(false);
        Self { router, tls, http: Arc::new(http) }
    }

    /// Serves a client until it goes away, or `stopped` tells to end.
    pub(super) async fn serve(
        self,
        stream: TcpStream,
        address: SocketAddr,
        place: Place,
        stopped: watch::Receiver<()>,
    ) {
        // Answers are written in one piece; what is left waits for no acknowledgement.
        drop(stream.set_nodelay(true));
        let peer = Peer { address, is_encrypted: self.tls.is_some() };
        let Some(tls) = self.tls.clone() else {
            return self.serve_http(stream, peer, place, stopped).await;
        };
        let handshake = async {
            if is_plain(&stream).await {
                refuse_plain(stream).await;
                return None;
            }
            tls.accept(stream).await.inspect_err(|error| tracing::debug!(%address, %error, "no TLS")).ok()
        };
        if let Ok(Some(stream)) = timeout(HANDSHAKE_TIME_MAX, handshake).await {
            self.serve_http(stream, peer, place, stopped).await;
        }
    }

    async fn serve_http<S>(self, stream: S, peer: Peer, place: Place, mut stopped: watch::Receiver<()>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { router, http, .. } = self;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            // Whoever takes over the connection takes the place with it.
            request.extensions_mut().insert(place.clone());
            request.extensions_mut().insert(peer);
            let router = router.clone();
            async move {
                let response: Result<_, Infallible> = router.oneshot(request).await;
                response
            }
        });
        let connection = http.serve_connection(TokioIo::new(Patient::new(stream)), service).with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(address = %peer.address, %error, "connection ended");
        }
    }
}

/// Whether the client speaks HTTP without TLS: a handshake begins with the byte 22 (RFC 8446, 5.1), a request with a
/// letter.
async fn is_plain(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first.first().is_some_and(u8::is_ascii_alphabetic)
}

async fn refuse_plain(mut stream: TcpStream) {
    let text = "this port speaks HTTPS: use https:// instead of http://\n";
    let head = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{text}", text.len());
    // A client that does not want to hear it is not told.
    if stream.write_all(answer.as_bytes()).await.is_ok() {
        drop(stream.shutdown().await);
    }
}
