//! Follows an agent with the stock `zeromq` crate alone: no library of ours is needed.
//!
//! `cargo run --example stock_subscriber -- tcp://srv01:6130 srv` prints the host name and the length of each frame of
//! the hosts whose names begin with `srv`. The frames themselves are described in PROTOCOL.md.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use zeromq::{Socket, SocketRecv, SubSocket, ZmqError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), ZmqError> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().unwrap_or_else(|| "tcp://127.0.0.1:6130".to_owned());
    let prefix = arguments.next().unwrap_or_default();

    let mut socket = SubSocket::new();
    socket.connect(&endpoint).await?;
    socket.subscribe(&prefix).await?;
    loop {
        match socket.recv().await.map(|message| message.into_vec()).as_deref() {
            Ok([host, frame]) => println!("{} {} bytes", String::from_utf8_lossy(host), frame.len()),
            Ok(_other) => {}
            // The socket dials again by itself.
            Err(error) => println!("{error}"),
        }
    }
}
