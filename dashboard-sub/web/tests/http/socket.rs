//! A client of a stream.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::client::PATIENCE;

pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    id: u64,
    /// Whether the server tells of the look with this number already.
    is_turned: bool,
    shown: Value,
    /// How often all of a look was told, and how often what changed.
    pub(crate) told: (usize, usize),
}

impl Socket {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::open_with(address, &[]).await.unwrap()
    }

    /// With further headers; the status of the answer if it is refused.
    pub(crate) async fn open_with(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let stream = connect(address, "/ws/fleet", headers).await?;
        Ok(Self { stream, id: 0, is_turned: false, shown: Value::Null, told: (0, 0) })
    }

    /// Looks at something else; what was told before is not waited for.
    pub(crate) async fn look(&mut self, mut look: Value) {
        self.id += 1;
        (self.is_turned, self.shown) = (false, Value::Null);
        look["id"] = json!(self.id);
        self.say(&look.to_string()).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// What is shown once it is as `is_expected` says.
    pub(crate) async fn until(&mut self, is_expected: impl Fn(&Value) -> bool) -> &Value {
        let waiting = async {
            while self.shown.is_null() || !is_expected(&self.shown) {
                assert!(self.hear().await, "the stream ended");
            }
        };
        timeout(PATIENCE, waiting).await.expect("never as expected");
        &self.shown
    }

    /// Waits until the server ends the stream.
    pub(crate) async fn end(&mut self) {
        timeout(PATIENCE, async { while self.hear().await {} }).await.expect("no end");
    }

    /// The next message; false at the end.
    async fn hear(&mut self) -> bool {
        let message = match self.stream.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str::<Value>(&text).unwrap(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return true,
            Some(Ok(Message::Close(_)) | Err(_)) | None => return false,
            Some(Ok(other)) => panic!("{other:?}"),
        };
        if let Some(id) = message["look"].as_u64() {
            self.is_turned = id == self.id;
        } else if !self.is_turned {
            // It was on its way.
        } else if !message["full"].is_null() {
            self.told.0 += 1;
            self.shown = message["full"].clone();
        } else if !message["patch"].is_null() {
            self.told.1 += 1;
            self.shown = patched(self.shown.take(), &message["patch"]);
        } else {
            panic!("{message}");
        }
        true
    }
}

/// Opens a WebSocket; the status of the answer if it is refused.
pub(crate) async fn connect(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, u16> {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Ok((stream, _)) => Ok(stream),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// As the page does it.
fn patched(value: Value, patch: &Value) -> Value {
    match (patch, value) {
        (Value::Array(new), _) => new[0].clone(),
        (Value::Object(parts), Value::Array(mut list)) => {
            for (place, part) in parts {
                let place: usize = place.parse().unwrap();
                list[place] = patched(list[place].take(), part);
            }
            Value::Array(list)
        }
        (Value::Object(parts), Value::Object(mut members)) => {
            for (key, part) in parts {
                match members.remove(key) {
                    _ if part == &json!([]) => None,
                    old => members.insert(key.clone(), patched(old.unwrap_or_default(), part)),
                };
            }
            Value::Object(members)
        }
        other => panic!("no patch: {other:?}"),
    }
}
