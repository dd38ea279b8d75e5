//! One connection's task: reads and writes its socket, and serves nobody else.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use super::counters::add;
use super::event::{DialId, DownReason, Event, LinkId, Peer};
use super::outlet::Outlet;
use super::seats::Seat;
use super::socket::Wire;
use super::stop::{Open, Stop};
use super::{Net, lock};
use crate::connection::{Connection, ConnectionEvent, Side, SocketType};
use crate::error::ProtocolError;
use crate::limits::{
    BATCH, CLOSE_LINGER, PARTING_BYTES_MAX, RECEIVE_BYTES_MAX, STALL, UNSENT_BYTES_MAX, WRITE_BYTES_MAX,
};
use crate::mechanism::Security;
use crate::mechanism::curve::Randomness;
use crate::message::Message;

/// Where a connection comes from.
pub(super) struct Origin {
    pub(super) side: Side,
    pub(super) security: Security,
    pub(super) address: String,
    pub(super) remote: Option<SocketAddr>,
    pub(super) dial: Option<DialId>,
    /// That of a peer that dialled.
    pub(super) seat: Option<Seat>,
    pub(super) stop: Stop,
}

/// What ended.
pub(super) enum End {
    /// A link, which was announced and whose end was announced too.
    Link,
    /// A handshake, of which nobody heard.
    Handshake(DownReason),
}

/// A connection and its state. Counts as a connection of its node for as long as it lives.
pub(super) struct Link {
    net: Net,
    id: LinkId,
    origin: Origin,
    prefixes: Vec<Bytes>,
    connection: Connection,
    outlet: Arc<Outlet>,
    is_up: bool,
    /// Whether the peer has just turned out to be a neighbour.
    is_new_neighbour: bool,
    /// When what is queued is to be written.
    batch_at: Option<Instant>,
    /// Until when what is queued waits for company, as something was just written.
    rests_until: Option<Instant>,
    /// Whether the last batch was more than one write takes, and goes on with the next.
    is_batch_cut: bool,
    /// When the peer has taken too long to take what is being written; none while nothing is.
    stalls: Option<Instant>,
    /// When a closing link closes, whatever is left.
    lingers: Option<Instant>,
    /// How long the task has waited for the owner of the node. The peer is not to blame for it, so that all its
    /// deadlines move by as much.
    waited: Duration,
    _open: Open,
}

impl Link {
    /// A link that is not up yet.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub(super) fn new(net: Net, origin: Origin, prefixes: &[Bytes]) -> io::Result<Self> {
        let connection = Connection::secured(origin.side, &origin.security, randomness()?, net.now());
        net.0.counting.connections.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            id: LinkId(net.new_id()),
            connection,
            origin,
            prefixes: prefixes.to_vec(),
            outlet: Arc::default(),
            is_up: false,
            is_new_neighbour: false,
            batch_at: None,
            rests_until: None,
            is_batch_cut: false,
            stalls: None,
            lingers: None,
            waited: Duration::ZERO,
            _open: Open::new(&net),
            net,
        })
    }

    /// Serves the connection until it ends.
    pub(super) async fn serve<R, W>(mut self, mut reader: R, mut writer: W) -> End
    where
        R: AsyncRead + Unpin,
        W: Wire,
    {
        let reason = match self.talk(&mut reader, &mut writer).await {
            DownReason::ClosedByPeer | DownReason::Io(_) if self.is_hung_up() => {
                DownReason::Protocol(ProtocolError::HungUp)
            }
            reason => reason,
        };
        self.leave(&reason);
        self.part(&reason, reader, writer).await;
        if !self.is_up {
            if self.origin.side == Side::Listener && reason != DownReason::ClosedByPeer {
                self.net.reject(std::mem::take(&mut self.origin.address), reason.clone());
            }
            return End::Handshake(reason);
        }
        // If nobody listens the node is gone.
        drop(self.tell(Event::Down { link: self.id, reason }).await);
        End::Link
    }

    /// Carries messages both ways. Returns why it ended.
    async fn talk<R, W>(&mut self, reader: &mut R, writer: &mut W) -> DownReason
    where
        R: AsyncRead + Unpin,
        W: Wire,
    {
        let mut inbox = BytesMut::with_capacity(READ_BYTES);
        let outlet = Arc::clone(&self.outlet);
        let stop = self.origin.stop.clone();
        let mut stopped = std::pin::pin!(stop.wait());
        loop {
            if self.is_done() {
                return DownReason::ClosedHere;
            }
            if std::mem::take(&mut self.is_new_neighbour) {
                writer.tune_for_neighbour();
            }
            let unsent = self.connection.output().len();
            if unsent > 0 {
                self.stalls.get_or_insert_with(|| Instant::now() + STALL);
            }
            let wakes = self.wakes_at();
            // All branches can be dropped without loss: what was read or written is told by the same poll, and a
            // notification that nobody took stays.
            let result = tokio::select! {
                read = reader.read_buf(&mut inbox), if unsent < UNSENT_BYTES_MAX => match read {
                    Ok(0) => Err(DownReason::ClosedByPeer),
                    Ok(_) => self.received(&mut inbox).await,
                    Err(error) => Err(DownReason::of(&error)),
                },
                written = writer.write(self.connection.output()), if unsent > 0 => match written {
                    Ok(bytes) => self.wrote(bytes).await,
                    Err(error) => Err(DownReason::of(&error)),
                },
                () = outlet.changed.notified() => self.queued().await,
                () = &mut stopped, if !outlet.is_closing() => {
                    outlet.close();
                    Ok(())
                }
                () = tokio::time::sleep_until(wakes) => self.woke().await,
            };
            if let Err(reason) = result {
                return reason;
            }
        }
    }

    /// Takes the link out of the node, so that nobody queues for it any more, and counts how it ended.
    fn leave(&self, reason: &DownReason) {
        lock(&self.net.0.links).remove(&self.id);
        let counting = &self.net.0.counting;
        let dropped = {
            let mut queue = lock(&self.outlet.queue);
            queue.clear();
            queue.take_dropped()
        };
        add(&counting.queue_drops, dropped);
        match reason {
            DownReason::Protocol(ProtocolError::HandshakeTimeout | ProtocolError::Idle) => {
                add(&counting.timeouts, 1);
            }
            DownReason::DeadPath => add(&counting.timeouts, 1),
            DownReason::Protocol(_) => add(&counting.protocol_errors, 1),
            DownReason::Stalled | DownReason::Overrun => add(&counting.stalls, 1),
            DownReason::ClosedByPeer
            | DownReason::ClosedHere
            | DownReason::TurnedAway
            | DownReason::Io(_) => {}
        }
    }

    /// Says the last words and waits until the peer closes too: a socket that is closed with bytes unread takes back
    /// what the peer has not read yet (RFC 1122, section 4.2.2.13).
    async fn part<R, W>(&mut self, reason: &DownReason, reader: R, mut writer: W)
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let has_lingered = self.lingers.is_some_and(|ends| Instant::now() >= ends);
        if has_lingered || !matches!(reason, DownReason::ClosedHere | DownReason::Protocol(_)) {
            return;
        }
        let parting = async {
            writer.write_all(self.connection.output()).await?;
            writer.shutdown().await?;
            let (mut rest, mut ignored) =
                (reader.take(PARTING_BYTES_MAX), BytesMut::with_capacity(READ_BYTES));
            while rest.read_buf(&mut ignored).await? > 0 {
                ignored.clear();
            }
            std::io::Result::Ok(())
        };
        let ends = self.lingers.unwrap_or_else(|| Instant::now() + CLOSE_LINGER);
        // A peer that does not part in time misses the last words.
        drop(tokio::time::timeout_at(ends, parting).await);
    }

    /// Whether a peer that closes now does so in the middle of the handshake. One that dialled us and said nothing only
    /// looked whether somebody listens.
    fn is_hung_up(&self) -> bool {
        !self.is_up && (self.origin.dial.is_some() || self.connection.is_handshaking())
    }

    /// Whether the link is to close and has nothing more to say.
    fn is_done(&mut self) -> bool {
        if !self.outlet.is_closing() {
            return false;
        }
        let ends = *self.lingers.get_or_insert_with(|| self.net.lingers_until());
        let has_said_all = lock(&self.outlet.queue).is_empty() && self.connection.output().is_empty();
        !self.is_up || has_said_all || Instant::now() >= ends
    }

    fn wakes_at(&self) -> Instant {
        let protocol = self.connection.deadline().saturating_sub(self.now()).min(FAR);
        let times = [Some(Instant::now() + protocol), self.batch_at, self.stalls, self.lingers];
        times.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + FAR)
    }

    async fn received(&mut self, inbox: &mut BytesMut) -> Result<(), DownReason> {
        add(&self.net.0.counting.bytes_in, inbox.len());
        if inbox.len() >= READ_BYTES {
            // A peer that sends without pause is heard in turn with all others.
            tokio::task::yield_now().await;
        }
        let took_no_more = !self.connection.takes_more();
        for piece in inbox.chunks(RECEIVE_BYTES_MAX) {
            let result = self.connection.receive(piece, self.now());
            while let Some(event) = self.connection.poll_event() {
                let event = self.translate(event);
                self.tell(event).await?;
            }
            result.map_err(DownReason::Protocol)?;
        }
        inbox.clear();
        if took_no_more && self.connection.takes_more() { self.queued().await } else { Ok(()) }
    }

    /// Turns an event of the connection into one of the node, and keeps what the node needs for its part.
    fn translate(&mut self, event: ConnectionEvent) -> Event {
        let link = self.id;
        match event {
            ConnectionEvent::Open { peer, identity } => {
                self.is_up = true;
                self.is_new_neighbour = matches!(peer, SocketType::Dealer | SocketType::Router);
                self.origin.seat.iter().for_each(Seat::keep);
                lock(&self.net.0.links).insert(link, Arc::clone(&self.outlet));
                for prefix in std::mem::take(&mut self.prefixes) {
                    self.connection.subscribe(&prefix);
                }
                let Origin { address, remote, dial, .. } = &self.origin;
                let peer = Peer {
                    socket_type: peer,
                    address: address.clone(),
                    remote: *remote,
                    identity,
                    dial: *dial,
                };
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
        add(&self.net.0.counting.writes, 1);
        self.stalls = None;
        let output = self.connection.output();
        output.advance(bytes);
        if output.is_empty() {
            // Gives a large buffer back.
            *output = BytesMut::new();
            self.rests_until = Some(Instant::now() + BATCH);
            if self.is_batch_cut {
                return self.fill().await;
            }
            self.batch_at = self.rests_until.filter(|_| !lock(&self.outlet.queue).is_empty());
        }
        Ok(())
    }

    /// Something was queued: it is written at once, with what else was queued in the same turn, unless the link wrote a
    /// moment ago or still does.
    async fn queued(&mut self) -> Result<(), DownReason> {
        if self.outlet.is_overrun() {
            return Err(DownReason::Overrun);
        }
        if !self.connection.output().is_empty() {
            return Ok(());
        }
        self.batch_at = self.rests_until.filter(|rests| *rests > Instant::now());
        if self.batch_at.is_none() { self.fill().await } else { Ok(()) }
    }

    async fn woke(&mut self) -> Result<(), DownReason> {
        let now = Instant::now();
        if self.stalls.is_some_and(|stalls| now >= stalls) {
            return Err(DownReason::Stalled);
        }
        let time = self.now();
        self.connection.handle_timeout(time).map_err(DownReason::Protocol)?;
        if self.batch_at.is_some_and(|at| now >= at) {
            self.fill().await?;
        }
        Ok(())
    }

    /// Moves what is queued to the connection's output, as much as one write takes.
    async fn fill(&mut self) -> Result<(), DownReason> {
        self.batch_at = None;
        if !self.is_up {
            return Ok(());
        }
        let now = self.net.now();
        let (taken, has_room_again) = {
            let mut queue = lock(&self.outlet.queue);
            let queued = queue.len();
            while self.connection.output().len() < WRITE_BYTES_MAX
                && self.connection.takes_more()
                && let Some((mut message, waited)) = queue.pop(now)
            {
                stamp(self.net.0.config.stamp, &mut message, waited);
                self.connection.send(&message);
            }
            let taken = queued - queue.len();
            add(&self.net.0.counting.messages_out, taken);
            self.is_batch_cut = taken > 0 && !queue.is_empty();
            add(&self.net.0.counting.queue_drops, queue.take_dropped());
            (taken, queue.takes_more_again())
        };
        if taken > 0 {
            let time = self.now();
            self.connection.end_batch(time);
        }
        if has_room_again {
            self.tell(Event::Room { link: self.id }).await?;
        }
        Ok(())
    }

    /// Tells the owner of the node, and waits until there is room for it; once the node ends, the owner need not
    /// listen any more.
    async fn tell(&mut self, event: Event) -> Result<(), DownReason> {
        let began = Instant::now();
        let told = tokio::select! {
            biased;
            sent = self.net.0.events.send(event) => sent.map_err(|_| DownReason::ClosedHere),
            () = self.net.ends() => Ok(()),
        };
        let waited = began.elapsed();
        self.waited += waited;
        self.stalls = self.stalls.map(|stalls| stalls + waited);
        told
    }

    /// Time on the connection's clock.
    fn now(&self) -> Duration {
        self.net.now().saturating_sub(self.waited)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        lock(&self.net.0.links).remove(&self.id);
        self.net.0.counting.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Random bytes for one connection.
fn randomness() -> io::Result<Randomness> {
    let mut randomness = Randomness::NONE;
    for bytes in [&mut randomness.short_term[..], &mut randomness.cookie, &mut randomness.nonce] {
        getrandom::fill(bytes)?;
    }
    Ok(randomness)
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

#[cfg(test)]
mod tests;
