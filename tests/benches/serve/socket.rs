//! One client of `/ws/fleet`.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Server;

pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Begins to look at something.
    pub(crate) async fn look(server: &Server, mut look: Value) -> Self {
        let stream = TcpStream::connect(&server.address).await.unwrap();
        let (mut stream, _) =
            client_async(format!("ws://{}/ws/fleet", server.address), stream).await.unwrap();
        look["id"] = json!(1);
        stream.send(Message::text(look.to_string())).await.unwrap();
        Self(stream)
    }

    /// The next text.
    pub(crate) async fn hear(&mut self) -> Utf8Bytes {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return text,
                Message::Ping(_) | Message::Pong(_) => {}
                other => unreachable!("{other:?}"),
            }
        }
    }
}
