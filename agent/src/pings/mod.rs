//! Hears the pings of backup jobs: a small HTTP/1.1 listener with the paths of healthchecks.io.
//!
//! A ping is answered once it is on disk. Everything is bounded: connections, time, heads, bodies and what is kept of them.

mod request;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use grapevine_collectors::backup::{Job, Pings, Settings, Source};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::state::atomic;
use request::{Answer, FULL, LONG_HEAD, NOT_FOUND, NOT_KEPT, OK, Request, TOO_SLOW, parse};

/// Listens on `address` for the pings of the jobs of `settings`, which are remembered in the agent's `state` folder.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) async fn start(address: SocketAddr, settings: &Settings, state: &Path) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot hear pings on {address}: set another collectors.backup_metrics.ping_listen")
    })?;
    let bound = listener.local_addr()?;
    let desk = Desk::new(settings, state.join("pings.json"));
    tracing::info!(pings = %bound, jobs = desk.jobs.len(), "pings of backup jobs are heard");
    tokio::spawn(serve(listener, Arc::new(desk)));
    Ok(())
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: they come back when links close.
                tracing::debug!(%error, "a ping could not be heard");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            // Into the empty buffer of a new socket, without waiting.
            drop(stream.try_write(&FULL.bytes(false)));
            continue;
        };
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let mut stream = stream;
            let (answer, is_head) = match tokio::time::timeout(PATIENCE, desk.hear(&mut stream)).await {
                Ok(Ok(heard)) => heard,
                Ok(Err(_gone)) => return,
                Err(_late) => (TOO_SLOW, false),
            };
            let sent = tokio::time::timeout(PATIENCE, close(stream, &answer.bytes(is_head))).await;
            tracing::trace!(answer = answer.0, sent = matches!(sent, Ok(Ok(()))), "ping");
            drop(place);
        });
    }
}

/// Sends the answer, and takes in what is on its way for a moment: a reset would overtake the answer.
async fn close(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    let mut rest = [0; 512];
    let mut left = BODY_DRAINED_BYTES;
    while left > 0 {
        match stream.read(&mut rest).await? {
            0 => break,
            bytes => left = left.saturating_sub(bytes),
        }
    }
    Ok(())
}

/// Where pings are taken in.
struct Desk {
    jobs: Vec<Job>,
    pings: Arc<Pings>,
    memory: PathBuf,
    /// Held while the file is written, so that no older state replaces a newer one.
    writing: Mutex<()>,
}

impl Desk {
    fn new(settings: &Settings, memory: PathBuf) -> Self {
        let jobs: Vec<Job> =
            settings.jobs.iter().filter(|job| matches!(job.source, Source::Ping(_))).cloned().collect();
        let pings = Arc::clone(&settings.pings);
        let restored = match std::fs::read_to_string(&memory) {
            Ok(json) => pings.restore(&json, |name| jobs.iter().any(|job| job.name == name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = restored {
            tracing::warn!(file = %memory.display(), error, "earlier pings are forgotten");
        }
        Self { jobs, pings, memory, writing: Mutex::default() }
    }

    /// Reads a request and takes its ping in; what to answer, and whether without a text.
    async fn hear(self: &Arc<Self>, stream: &mut TcpStream) -> io::Result<(Answer, bool)> {
        let mut bytes = Vec::new();
        let Some(head_bytes) = read_head(stream, &mut bytes).await? else { return Ok((LONG_HEAD, false)) };
        let body = bytes.split_off(head_bytes);
        let request = match parse(&bytes) {
            Ok(request) => request,
            Err(answer) => return Ok((answer, bytes.starts_with(b"HEAD "))),
        };
        let Some(job) = self.find(&request.id) else { return Ok((NOT_FOUND, request.is_head)) };
        if request.awaits_leave && body.len() < request.body_bytes {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let text = read_body(stream, body, request.body_bytes).await?;
        let Request { ping, is_head, .. } = request;
        self.pings.take(&job.name, job.tool.as_deref(), ping, seconds_since_1970(), &text);
        let desk = Arc::clone(self);
        let kept = tokio::task::spawn_blocking(move || desk.remember()).await;
        Ok((if matches!(kept, Ok(Ok(()))) { OK } else { NOT_KEPT }, is_head))
    }

    /// The job whose pings go by `id`. All are compared to their end, so that time tells nothing of a secret but its length.
    fn find(&self, id: &str) -> Option<&Job> {
        let mut found = None;
        for job in &self.jobs {
            let Source::Ping(own) = &job.source else { continue };
            let differs = own.bytes().zip(id.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
            if std::hint::black_box(differs) == 0 && own.len() == id.len() {
                found = Some(job);
            }
        }
        found
    }

    fn remember(&self) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let written = atomic::write(&self.memory, self.pings.to_json().as_bytes());
        if let Err(error) = &written {
            tracing::error!(file = %self.memory.display(), %error, "a ping is not remembered");
        }
        written
    }
}

/// Reads until a head is whole; its length, or none if it is too long. What follows it may be there already.
async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            return Ok(Some(at + 4));
        }
        if bytes.len() >= HEAD_BYTES_MAX {
            return Ok(None);
        }
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(part.get(..read).unwrap_or_default());
    }
}

/// Reads a body of `length` bytes, of which some are there, and returns its end as a text.
async fn read_body(stream: &mut TcpStream, mut kept: Vec<u8>, length: usize) -> io::Result<String> {
    kept.truncate(length);
    let mut left = length - kept.len();
    while left > 0 {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let part = part.get(..read.min(left)).unwrap_or_default();
        left -= part.len();
        kept.extend_from_slice(part);
        let surplus = kept.len().saturating_sub(BODY_BYTES_KEPT);
        kept.drain(..surplus);
    }
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Connections at a time; 16 times some 12 KiB are 192 KiB. Others are told to come again.
const CONNECTIONS_MAX: usize = 16;

/// Longest head, with the address and all fields; curl sends 100 bytes.
const HEAD_BYTES_MAX: usize = 8 << 10;

/// What is kept of the end of a body, for its last line.
const BODY_BYTES_KEPT: usize = 4 << 10;

/// What is taken in of a body that was refused, before the connection is closed.
const BODY_DRAINED_BYTES: usize = 64 << 10;

/// The longest that a request may take, and then its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nobody is heard after the system gave no connection.
const REST: Duration = Duration::from_secs(1);
