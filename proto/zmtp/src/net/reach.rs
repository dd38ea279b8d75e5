//! Reaching a host by any of its addresses.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::limits::{ADDRESSES_MAX, ATTEMPT_DELAY};

/// The first connection to any of the addresses, which are tried in order: the next one when one fails, or has not
/// answered for [`ATTEMPT_DELAY`] and goes on beside it, so that a dead address costs no more than that (RFC 8305,
/// section 5).
pub(super) async fn any(addresses: impl IntoIterator<Item = SocketAddr>) -> io::Result<TcpStream> {
    let mut addresses = addresses.into_iter().take(ADDRESSES_MAX).peekable();
    let mut attempts = JoinSet::new();
    let mut error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        match addresses.next() {
            Some(address) => drop(attempts.spawn(TcpStream::connect(address))),
            None if attempts.is_empty() => return Err(error),
            None => {}
        }
        let next_at = Instant::now() + ATTEMPT_DELAY;
        tokio::select! {
            Some(attempt) = attempts.join_next() => match attempt.map_err(io::Error::from).flatten() {
                Ok(stream) => return Ok(stream),
                Err(failed) => error = failed,
            },
            () = sleep_until(next_at), if addresses.peek().is_some() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;
    use tokio::net::{TcpListener, TcpSocket};

    /// An address at which nothing answers: its queue is full, so that the system drops what comes. It is full for as
    /// long as the sockets live.
    async fn black_hole() -> (SocketAddr, Vec<TcpStream>, TcpListener) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        let is_full = Duration::from_millis(200);
        while let Ok(stream) = tokio::time::timeout(is_full, TcpStream::connect(address)).await {
            queued.push(stream.unwrap());
        }
        (address, queued, listener)
    }

    async fn listener() -> (SocketAddr, TcpListener) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        (listener.local_addr().unwrap(), listener)
    }

    #[tokio::test]
    async fn an_address_that_does_not_answer_costs_a_quarter_of_a_second() {
        let (dead, _queued, _full) = black_hole().await;
        let (alive, _listener) = listener().await;
        let began = Instant::now();
        let stream = any([dead, dead, alive]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), alive);
        let took = began.elapsed();
        assert!(took >= 2 * ATTEMPT_DELAY && took < Duration::from_secs(2), "{took:?}");
    }

    #[tokio::test]
    async fn an_address_that_refuses_costs_nothing() {
        let (refusing, closed) = listener().await;
        drop(closed);
        let (alive, _listener) = listener().await;
        let began = Instant::now();
        let stream = any([refusing, alive]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), alive);
        assert!(began.elapsed() < ATTEMPT_DELAY);
        assert_eq!(any([refusing]).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(any([]).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
