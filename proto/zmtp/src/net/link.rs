//! One connection's task: reads and writes its socket, and serves nobody else.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::counters::add;
use super::event::{DialId, DownReason, Event, LinkId, Peer};
use super::{Net, lock};
use crate::connection::{Connection, ConnectionEvent, Side};
use crate::limits::{BATCH, CLOSE_LINGER, STALL, WRITE_BYTES_MAX};
use crate::message::Message;
use crate::queue::{Queue, Slot};
use crate::subscriptions::Subscriptions;

/// The side of a link that the rest of the program sees: its queue and what it is subscribed to.
#[derive(Debug, Default)]
pub(super) struct Outlet {
    queue: Mutex<Queue>,
    subscriptions: Mutex<Subscriptions>,
    /// Something is queued, or the link is to close.
    changed: Notify,
    is_closing: AtomicBool,
    is_overrun: AtomicBool,
}

impl Outlet {
    pub(super) fn push(&self, slot: Slot, message: Message, now: Duration) {
        if lock(&self.queue).push(slot, message, now).is_err() {
            self.is_overrun.store(true, Ordering::Relaxed);
        }
        self.changed.notify_one();
    }

    pub(super) fn has_room(&self) -> bool {
        lock(&self.queue).has_room()
    }

    pub(super) fn wants(&self, topic: &[u8]) -> bool {
        lock(&self.subscriptions).match_topic(topic)
    }

    pub(super) fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }
}

/// Where a connection comes from.
pub(super) struct Origin {
    pub(super) side: Side,
    pub(super) address: String,
    pub(super) dial: Option<DialId>,
    /// Ends the link when it becomes true or its sender is dropped.
    pub(super) stop: watch::Receiver<bool>,
}

/// What ended.
pub(super) enum End {
    /// A link, which was announced and whose end was announced too.
    Link,
    /// A handshake, of which nobody heard.
    Handshake(DownReason),
}

/// Serves a connection that a peer made.
pub(super) async fn accepted<R, W>(net: Net, reader: R, writer: W, origin: Origin)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    // A handshake that failed was counted.
    drop(serve(&net, reader, writer, origin, &[]).await);
}

/// Serves a connection until it ends.
pub(super) async fn serve<R, W>(net: &Net, reader: R, writer: W, origin: Origin, prefixes: &[Bytes]) -> End
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut link = Link::new(net.clone(), origin, prefixes);
    let reason = link.run(reader, writer).await;
    if matches!(reason, DownReason::Protocol(_)) {
        add(&net.0.counting.protocol_errors, 1);
    }
    if !link.is_up {
        return End::Handshake(reason);
    }
    // If nobody listens the node is gone.
    drop(net.0.events.send(Event::Down { link: link.id, reason }).await);
    End::Link
}

struct Link {
    net: Net,
    id: LinkId,
    origin: Origin,
    prefixes: Vec<Bytes>,
    connection: Connection,
    outlet: Arc<Outlet>,
    is_up: bool,
    /// When what is queued is to be written.
    batch_ends: Option<Instant>,
    /// When the peer has taken too long to take what is being written.
    stalls: Instant,
    /// When a closing link closes, whatever is left.
    lingers: Option<Instant>,
}

impl Link {
    fn new(net: Net, origin: Origin, prefixes: &[Bytes]) -> Self {
        net.0.counting.connections.fetch_add(1, Ordering::Relaxed);
        let connection = Connection::new(origin.side, net.now());
        Self {
            id: LinkId(net.new_id()),
            origin,
            prefixes: prefixes.to_vec(),
            connection,
            outlet: Arc::default(),
            is_up: false,
            batch_ends: None,
            stalls: Instant::now() + STALL,
            lingers: None,
            net,
        }
    }

    async fn run<R, W>(&mut self, mut reader: R, mut writer: W) -> DownReason
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut inbox = BytesMut::with_capacity(READ_BYTES);
        let outlet = Arc::clone(&self.outlet);
        loop {
            if self.is_done() {
                return DownReason::ClosedHere;
            }
            let may_read = self.connection.output().len() < WRITE_BYTES_MAX;
            let has_output = !self.connection.output().is_empty();
            if !has_output {
                self.stalls = Instant::now() + STALL;
            }
            let wakes = self.wakes_at();
            let result = tokio::select! {
                read = reader.read_buf(&mut inbox), if may_read => match read {
                    Ok(0) => Err(DownReason::ClosedByPeer),
                    Ok(_) => self.received(&mut inbox).await,
                    Err(error) => Err(DownReason::Io(error.kind())),
                },
                written = writer.write(self.connection.output()), if has_output => match written {
                    Ok(bytes) => self.wrote(bytes).await,
                    Err(error) => Err(DownReason::Io(error.kind())),
                },
                () = outlet.changed.notified() => self.queued(),
                () = turns_true(&mut self.origin.stop), if self.lingers.is_none() => {
                    outlet.close();
                    Ok(())
                }
                () = tokio::time::sleep_until(wakes) => self.woke().await,
            };
            if let Err(reason) = result {
                // Tells the peer why, if it takes a last word.
                drop(tokio::time::timeout(CLOSE_LINGER, writer.write_all(self.connection.output())).await);
                return reason;
            }
        }
    }

    /// Whether the link is to close and has nothing more to say.
    fn is_done(&mut self) -> bool {
        if !self.outlet.is_closing.load(Ordering::Relaxed) {
            return false;
        }
        let ends = *self.lingers.get_or_insert_with(|| Instant::now() + CLOSE_LINGER);
        let has_said_all = lock(&self.outlet.queue).is_empty() && self.connection.output().is_empty();
        !self.is_up || has_said_all || Instant::now() >= ends
    }

    fn wakes_at(&mut self) -> Instant {
        let protocol = self.connection.deadline().saturating_sub(self.net.now()).min(FAR);
        let stalls = (!self.connection.output().is_empty()).then_some(self.stalls);
        let times = [Some(Instant::now() + protocol), self.batch_ends, stalls, self.lingers];
        times.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + FAR)
    }

    async fn received(&mut self, inbox: &mut BytesMut) -> Result<(), DownReason> {
        add(&self.net.0.counting.bytes_in, inbox.len());
        let result = self.connection.receive(inbox, self.net.now());
        inbox.clear();
        while let Some(event) = self.connection.poll_event() {
            let event = self.translate(event);
            self.tell(event).await?;
        }
        result.map_err(DownReason::Protocol)
    }

    /// Turns an event of the connection into one of the node, and keeps what the node needs for its part.
    fn translate(&mut self, event: ConnectionEvent) -> Event {
        let link = self.id;
        match event {
            ConnectionEvent::Open { peer, identity } => {
                self.is_up = true;
                lock(&self.net.0.links).insert(link, Arc::clone(&self.outlet));
                for prefix in std::mem::take(&mut self.prefixes) {
                    self.connection.subscribe(&prefix);
                }
                let Origin { address, dial, .. } = &self.origin;
                let peer = Peer { socket_type: peer, address: address.clone(), identity, dial: *dial };
                Event::Up { link, peer }
            }
            ConnectionEvent::Message(message) => {
                add(&self.net.0.counting.messages_in, 1);
                Event::Message { link, message }
            }
            ConnectionEvent::Subscribed(prefix) => {
                // The connection has checked the bounds.
                drop(lock(&self.outlet.subscriptions).add(&prefix));
                Event::Subscribed { link, prefix }
            }
            ConnectionEvent::Cancelled(prefix) => {
                lock(&self.outlet.subscriptions).remove(&prefix);
                Event::Cancelled { link, prefix }
            }
            ConnectionEvent::RoundTrip(rtt) => Event::RoundTrip { link, rtt },
        }
    }

    async fn wrote(&mut self, bytes: usize) -> Result<(), DownReason> {
        add(&self.net.0.counting.bytes_out, bytes);
        self.stalls = Instant::now() + STALL;
        let output = self.connection.output();
        output.advance(bytes);
        if output.is_empty() {
            // Gives a large buffer back.
            *output = BytesMut::new();
            self.fill().await?;
        }
        Ok(())
    }

    /// Something was queued: it waits a moment for company, unless a batch is under way.
    fn queued(&mut self) -> Result<(), DownReason> {
        if self.outlet.is_overrun.load(Ordering::Relaxed) {
            return Err(DownReason::Stalled);
        }
        if self.batch_ends.is_none() && self.connection.output().is_empty() {
            self.batch_ends = Some(Instant::now() + BATCH);
        }
        Ok(())
    }

    async fn woke(&mut self) -> Result<(), DownReason> {
        let now = Instant::now();
        if !self.connection.output().is_empty() && now >= self.stalls {
            return Err(DownReason::Stalled);
        }
        self.connection.handle_timeout(self.net.now()).map_err(DownReason::Protocol)?;
        if self.batch_ends.is_some_and(|ends| now >= ends) {
            self.fill().await?;
        }
        Ok(())
    }

    /// Moves what is queued to the connection's output, as much as one write takes.
    async fn fill(&mut self) -> Result<(), DownReason> {
        self.batch_ends = None;
        if !self.is_up {
            return Ok(());
        }
        let now = self.net.now();
        let takes_more = {
            let mut queue = lock(&self.outlet.queue);
            while self.connection.output().len() < WRITE_BYTES_MAX
                && let Some((mut message, waited)) = queue.pop(now)
            {
                stamp(self.net.0.config.stamp, &mut message, waited);
                self.connection.send(&message);
                add(&self.net.0.counting.messages_out, 1);
            }
            self.net.0.counting.queue_drops.fetch_add(queue.take_dropped(), Ordering::Relaxed);
            queue.takes_more_again()
        };
        if takes_more {
            self.tell(Event::Room { link: self.id }).await?;
        }
        Ok(())
    }

    async fn tell(&self, event: Event) -> Result<(), DownReason> {
        self.net.0.events.send(event).await.map_err(|_| DownReason::ClosedHere)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.net.0.counting.connections.fetch_sub(1, Ordering::Relaxed);
        lock(&self.net.0.links).remove(&self.id);
        // Wakes a shutdown that waits for the last link.
        self.net.0.ending.send_modify(|_| {});
    }
}

/// Ends when the watched value is true or its sender is gone.
pub(super) async fn turns_true(watched: &mut watch::Receiver<bool>) {
    // Either way it is time.
    drop(watched.wait_for(|value| *value).await);
}

fn stamp(stamp: Option<super::Stamp>, message: &mut Message, waited: Option<Duration>) {
    if let (Some(stamp), Some(waited)) = (stamp, waited)
        && let Some(last) = message.last_mut()
    {
        *last = stamp(std::mem::take(last), waited);
    }
}

/// Room for what one read brings.
const READ_BYTES: usize = 4 * 1024;

/// A time by which a link looks at its clocks though nothing is due.
const FAR: Duration = Duration::from_secs(3600);
