//! `grapevine-agent run`: the daemon's life from start to stop.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use grapevine_collectors::Context;
use grapevine_proto::gossip::Engine;
use grapevine_proto::limits::INTERVAL_MS_MIN;
use grapevine_proto::{Composer, HostName, Identity, Moment};
use grapevine_zmtp::{Endpoint, Events, Net, NetConfig, Stamp};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at};

use crate::arguments::Run;
use crate::clock::Clock;
use crate::collecting::Collecting;
use crate::config::{self, Allowed, Config, MetricsAgent};
use crate::discovery::Discovery;
use crate::keys;
use crate::mesh::{self, Asked, Mesh};
use crate::pings;
use crate::state::{self, StateDir};
use crate::vitals::{Facts, Vitals};

/// Runs until a signal, or with `--attached` until standard input closes.
pub(crate) fn run(arguments: &Run) -> anyhow::Result<()> {
    crate::logs::start()?;
    let mut config = config::load(arguments.config.as_deref())?;
    config.metrics_agent.port = arguments.port.unwrap_or(config.metrics_agent.port);
    if !config.metrics_agent.enabled {
        tracing::info!("metrics_agent.enabled is false: nothing to do");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(live(&config, arguments.attached))
}

async fn live(config: &Config, attached: bool) -> anyhow::Result<()> {
    let settings = &config.metrics_agent;
    let (net, mut events) = Net::new(net_config(settings)?);
    let state = open_state(settings)?;
    let tap = settings.tap.clone().or_else(standard_tap).map(Endpoint::Unix);
    let tcp = Endpoint::Tcp { host: settings.bind.to_string(), port: settings.port };
    let bound = mesh::listen(&net, &tcp, tap.as_ref()).await?;
    let context = config.collectors.context(Some(state.folder()));
    if let Some(address) = config.collectors.ping_listen() {
        pings::start(address, &context.backup, state.folder()).await?;
    }
    let mut agent = Agent::start(config, context, &net, state, &bound)?;
    if settings.plaintext {
        tracing::warn!("plaintext = true: whoever reaches the network reads along and can join");
    } else if settings.keys().is_none() {
        tracing::info!("no key file: only this machine can reach the agent");
    }
    let Identity { host, .. } = agent.composer.identity();
    tracing::info!(%host, endpoint = %bound, epoch = agent.composer.position().epoch, "agent runs");
    if attached {
        writeln!(std::io::stdout(), "listening {bound}")?;
    }
    tell_ready(&agent.clock);
    let mut discovery = discovery(settings, &bound);
    agent.serve(&mut events, &mut discovery, stop(attached)?).await;
    notify(&[sd_notify::NotifyState::Stopping]);
    agent.leave();
    net.shutdown(LINGER).await;
    Ok(())
}

/// How the agent's links are secured.
pub(crate) fn net_config(settings: &MetricsAgent) -> anyhow::Result<NetConfig> {
    let stamp = Some(mesh::stamp as Stamp);
    Ok(match settings.keys() {
        Some(path) => {
            let keys = keys::read(&path)?;
            NetConfig { stamp, listen: keys.server(), dial: keys.client() }
        }
        None => NetConfig { stamp, ..NetConfig::default() },
    })
}

struct Agent {
    clock: Clock,
    state: StateDir,
    composer: Composer,
    mesh: Mesh,
    net: Net,
    collecting: Collecting,
    vitals: Vitals,
    /// Time between two frames.
    interval_ms: u64,
    /// When a frame is to go out between two intervals, and when the last one did.
    extra_at: Option<Moment>,
    extra_sent_at: Option<Moment>,
}

impl Agent {
    /// Joins the network; others reach the agent at `bound`.
    fn start(
        config: &Config,
        context: Context,
        net: &Net,
        state: StateDir,
        bound: &Endpoint,
    ) -> anyhow::Result<Self> {
        let clock = Clock::start();
        let settings = &config.metrics_agent;
        let host = host_name(settings)?;
        let (key, epoch) = (state.origin_key()?, state.begin_epoch()?);
        let now = clock.now();
        let mut engine = Engine::new(key.origin(), key.public().verifier()?, host.clone(), epoch, now)
            .linking(settings.links.into());
        if let Endpoint::Tcp { port, .. } = bound {
            engine = engine.listening(*port);
        }
        if !settings.allow_origins.is_empty() {
            engine = engine.allowing(settings.allow_origins.iter().map(|Allowed(origin)| *origin).collect());
        }
        let mesh = Mesh::new(engine, net.clone(), settings, now);
        let identity = Identity {
            public_key: key.public(),
            host,
            interval_ms: settings.interval_ms,
            role: settings.role.clone(),
            groups: settings.groups.clone(),
        };
        let mut run = [0; 2];
        getrandom::fill(&mut run).context("no random numbers from the system")?;
        let mut composer = Composer::new(key, identity, settings.hop_limit, epoch)
            .numbering_schemas_after(u16::from_le_bytes(run));
        if settings.critical {
            composer = composer.critical();
        }
        let collecting = Collecting::start(&config.collectors, context, clock);
        Ok(Self {
            clock,
            state,
            composer,
            mesh,
            net: net.clone(),
            collecting,
            vitals: Vitals::new(now),
            interval_ms: settings.interval_ms.into(),
            extra_at: None,
            extra_sent_at: None,
        })
    }

    /// The one place where the agent waits: for the network, the LAN, the next frame, the engine's deadline, or the end.
    async fn serve(
        &mut self,
        events: &mut Events,
        discovery: &mut Discovery,
        stop: oneshot::Receiver<&'static str>,
    ) {
        let first = self.beat_after(self.clock.now().max(Moment(RATES_MS)));
        let mut frames =
            interval_at(self.clock.instant(first).into(), Duration::from_millis(self.interval_ms));
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        tokio::pin!(stop);
        // What one pass can tell is told at once; rates take two.
        tokio::time::sleep_until(self.clock.instant(Moment(AFTER_PASSES_MS)).into()).await;
        let asked = self.publish();
        self.comply(asked);
        self.extra_at = Some(Moment(RATES_MS));
        loop {
            let deadline = self.mesh.deadline();
            let deadline =
                self.clock.instant(self.extra_at.map_or(deadline, |extra_at| deadline.min(extra_at)));
            let asked = tokio::select! {
                why = &mut stop => {
                    tracing::info!(why = why.unwrap_or("the signal handler is gone"), "agent stops");
                    return;
                }
                Some(event) = events.recv() => self.mesh.event(event, self.clock.now()),
                Some(address) = discovery.heard() => self.mesh.heard(address, self.clock.now()),
                _ = frames.tick() => {
                    self.collecting.restart_hung(self.clock.now());
                    notify(&[sd_notify::NotifyState::Watchdog]);
                    self.publish()
                }
                () = tokio::time::sleep_until(deadline.into()) => {
                    let now = self.clock.now();
                    if self.extra_at.is_some_and(|extra_at| now >= extra_at) {
                        self.extra_sent_at = Some(now);
                        self.publish()
                    } else {
                        self.mesh.timeout(now)
                    }
                }
            };
            self.comply(asked);
        }
    }

    /// Publishes what the collectors found last.
    fn publish(&mut self) -> Asked {
        let now = self.clock.now();
        self.extra_at = None;
        self.composer.set_links(self.mesh.links());
        let facts = Facts {
            neighbours: self.mesh.neighbour_count(),
            unreachable: self.mesh.unreachable_count(),
            hosts: self.mesh.host_count(),
            held_bytes: self.mesh.held_bytes(),
            recorded_bytes: self.mesh.recorded_bytes(),
            engine: self.mesh.counters(),
            sockets: self.net.counters(),
            reports: &mut self.collecting.reports(),
        };
        tell_traffic(&facts, now);
        let vitals = self.vitals.read(facts, now);
        let composer = &mut self.composer;
        match self.collecting.with_readings(vitals, |readings| composer.frame(readings, now)) {
            Ok(frame) => self.mesh.publish(frame, now),
            Err(error) => {
                tracing::error!("this host's readings cannot be sent: {:#}", anyhow::Error::from(error));
                Asked::default()
            }
        }
    }

    /// When the next frame goes out after `moment`. Collectors pass at multiples of their intervals; frames follow a
    /// moment later with what they found.
    fn beat_after(&self, moment: Moment) -> Moment {
        Moment(moment.0.saturating_sub(AFTER_PASSES_MS).next_multiple_of(self.interval_ms) + AFTER_PASSES_MS)
    }

    /// Does what the network asks for. News of links that broke wait for others that break at the same time, and for the
    /// next frame if that follows at once, which would take their place in the queues.
    fn comply(&mut self, Asked { jump_above, publishes }: Asked) {
        if let Some(held) = jump_above {
            self.jump(held);
        }
        if publishes {
            let soon = self.clock.now().after_ms(EXTRA_FRAME_MS);
            let spaced = self.extra_sent_at.map_or(soon, |sent_at| sent_at.after_ms(INTERVAL_MS_MIN.into()));
            let extra_at = soon.max(spaced);
            if extra_at.after_ms(EXTRA_FRAME_MS) < self.beat_after(extra_at) {
                self.extra_at.get_or_insert(extra_at);
            }
        }
    }

    /// Goes on above an epoch that the network remembers and this host does not.
    fn jump(&mut self, held: u32) {
        let epoch = self.composer.jump_above(held);
        tracing::info!(held, epoch, "the network remembers a later run of this host; going on above it");
        if let Err(error) = self.state.set_epoch(epoch) {
            tracing::error!("the epoch is not remembered: {:#}", anyhow::Error::from(error));
        }
    }

    fn leave(&mut self) {
        match self.composer.leave() {
            Ok(frame) => _ = self.mesh.publish(frame, self.clock.now()),
            Err(error) => tracing::error!("no leave taken: {:#}", anyhow::Error::from(error)),
        }
    }
}

fn discovery(settings: &MetricsAgent, bound: &Endpoint) -> Discovery {
    match bound {
        Endpoint::Tcp { port, .. } if settings.discovery => Discovery::start(settings.bind, *port),
        Endpoint::Tcp { .. } | Endpoint::Unix(_) => Discovery::off(),
    }
}

fn open_state(settings: &MetricsAgent) -> anyhow::Result<StateDir> {
    let folder = settings.state_dir.clone().or_else(state::standard_folder);
    let folder = folder.context("no place for the agent's state: set metrics_agent.state_dir, or HOME")?;
    Ok(StateDir::open(&folder)?)
}

fn host_name(settings: &MetricsAgent) -> anyhow::Result<HostName> {
    if let Some(name) = &settings.host_name {
        return Ok(name.clone());
    }
    let uname = rustix::system::uname();
    let name = uname.nodename().to_string_lossy();
    name.parse().context("this machine's name cannot be used: set metrics_agent.host_name")
}

/// Where systemd gives the unit a directory, dashboards on this host find the agent.
fn standard_tap() -> Option<std::path::PathBuf> {
    std::env::var_os("RUNTIME_DIRECTORY").map(|folder| Path::new(&folder).join("tap.sock"))
}

/// Says why to stop, once it is time.
fn stop(attached: bool) -> anyhow::Result<oneshot::Receiver<&'static str>> {
    let (say, hear) = oneshot::channel();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (closed, input_closed) = oneshot::channel::<()>();
    if attached {
        std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            let mut nothing = [0; 64];
            while std::io::stdin().lock().read(&mut nothing).is_ok_and(|bytes| bytes > 0) {}
            drop(closed);
        })?;
    }
    tokio::spawn(async move {
        let why = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            _ = input_closed, if attached => "standard input closed",
        };
        if say.send(why).is_err() {
            tracing::trace!("the agent stops already");
        }
    });
    Ok(hear)
}

/// Tells whoever reads the log with `RUST_LOG=debug` what the links carried since the start: exactly, and at no cost to
/// the network.
fn tell_traffic(facts: &Facts<'_>, now: Moment) {
    let Facts { neighbours, engine, sockets, .. } = facts;
    tracing::debug!(
        uptime_ms = now.0,
        neighbours,
        frames_received = engine.received,
        duplicates = engine.duplicates,
        frames_forwarded = engine.forwarded,
        messages_received = sockets.messages_in,
        bytes_received = sockets.bytes_in,
        messages_sent = sockets.messages_out,
        bytes_sent = sockets.bytes_out,
        writes = sockets.writes,
        queue_drops = sockets.queue_drops,
        "traffic"
    );
}

/// Tells systemd that the agent is ready, once it has told all that it can.
fn tell_ready(clock: &Clock) {
    let told_all = clock.instant(Moment(RATES_MS + AFTER_PASSES_MS));
    tokio::spawn(async move {
        tokio::time::sleep_until(told_all.into()).await;
        notify(&[sd_notify::NotifyState::Ready]);
    });
}

/// Tells systemd, where it asked to be told.
fn notify(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}

/// How long a stopping agent waits for its last frames to be written.
const LINGER: Duration = Duration::from_millis(500);

/// When the second frame goes out: after the second pass of the collectors.
const RATES_MS: u64 = 300;

/// How long a frame waits that goes out because a neighbour was lost, in milliseconds: a machine that dies breaks all
/// its links at once.
const EXTRA_FRAME_MS: u64 = 50;

/// Time from the collectors' passes to the frame that tells of them.
const AFTER_PASSES_MS: u64 = 20;
