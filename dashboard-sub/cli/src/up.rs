//! `grapevine up`: an agent and a view of the network with one command. The only file that starts processes.

use std::collections::VecDeque;
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use grapevine_sub::{Endpoint, Options, Subscription};
use grapevine_tui::Source;
use grapevine_tui::units::printable;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::args::{Attach, Up};
use crate::tail::{self, Printer};
use crate::{attach, config, serve, signal, top};

/// Shows the network through the agent that runs on this machine, or else through one that it starts.
pub(crate) async fn run(attach: &Attach, up: &Up) -> anyhow::Result<()> {
    let port = up.port.unwrap_or(attach::PORT);
    let endpoints = match up.port {
        Some(port) => vec![attach::local_agent(port)],
        None => attach.endpoints(),
    };
    let subscription =
        Subscription::attach(endpoints, with_past(attach.options()?)).context("cannot attach")?;
    if let Ok(endpoint) = timeout(PROBE_TIME, subscription.attached()).await {
        announce(&format!("an agent answers at {endpoint} already"))?;
        serve(&endpoint, attach.options()?, up).await?;
        return show(subscription, std::future::pending()).await;
    }
    drop(subscription);
    if !attach.endpoints.is_empty() {
        bail!("no agent answers at the endpoints of --attach: leave it out to start one on this machine");
    }
    let mut agent = Agent::start(up, port).await?;
    // Without a configuration the agent that was started has no keys.
    let options = || if up.config.is_some() { attach.options() } else { Ok(Options::default()) };
    let endpoint = agent.endpoint.clone();
    serve(&endpoint, options()?, up).await?;
    let shown = match Subscription::attach([endpoint], with_past(options()?)) {
        Ok(subscription) => show(subscription, agent.death()).await,
        Err(error) => Err(error.into()),
    };
    agent.stop().await?;
    shown
}

/// Shows the network to browsers on this machine, too.
async fn serve(endpoint: &Endpoint, options: Options, up: &Up) -> anyhow::Result<()> {
    let options = Options { history: true, ..options };
    let subscription = Subscription::attach([endpoint.clone()], options).context("cannot attach")?;
    Ok(announce(&serve::beside(subscription, up.web_port).await?)?)
}

/// Shows the network until the user stops it or the agent dies.
async fn show(subscription: Subscription, death: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let stop = async {
        tokio::select! {
            stopped = signal::stop() => Ok(stopped?),
            error = death => Err(error),
        }
    };
    if !top::is_terminal() {
        return tail::follow(&subscription, Printer::new(None, None, false, None), stop).await;
    }
    let config = config::load(None)?.into_top();
    let options = grapevine_tui::Options { config, host: None };
    grapevine_tui::run(Source::Live(subscription), options, stop).await?.unwrap_or(Ok(()))
}

/// A dashboard shows what was before, too; lines of text do not.
fn with_past(options: Options) -> Options {
    Options { history: top::is_terminal(), ..options }
}

/// An agent that lives no longer than this program: it stops when its standard input closes.
struct Agent {
    child: Child,
    /// Held apart from the child, which closes it when waited for.
    stdin: Option<ChildStdin>,
    endpoint: Endpoint,
    log: Arc<Mutex<VecDeque<String>>>,
    log_reader: JoinHandle<()>,
}

impl Agent {
    async fn start(up: &Up, port: u16) -> anyhow::Result<Self> {
        let program = agent_program();
        let mut command = agent_command(&program);
        command.args(["run", "--attached"]).kill_on_drop(true);
        if let Some(config) = &up.config {
            command.arg("--config").arg(config);
        }
        if up.port.is_some() {
            command.arg("--port").arg(port.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is for this program, which stops the agent in good order.
        command.process_group(0);
        let mut child = command.spawn().with_context(|| {
            format!("{} cannot be started: install it beside grapevine or on the PATH", program.display())
        })?;
        let log = Arc::default();
        let log_reader = tokio::spawn(keep_last_lines(child.stderr.take(), Arc::clone(&log)));
        let stdout = child.stdout.take().context("the agent has no standard output")?;
        let first_line = timeout(START_TIME_MAX, BufReader::new(stdout).lines().next_line()).await;
        let unset = Endpoint::Tcp { host: String::new(), port };
        let stdin = child.stdin.take();
        let mut agent = Self { child, stdin, endpoint: unset, log, log_reader };
        let line = match first_line {
            Ok(line) => line.context("the agent's output cannot be read")?,
            Err(_) => {
                bail!("the agent is not ready after {} s{}", START_TIME_MAX.as_secs(), agent.last_words())
            }
        };
        let Some(line) = line else { return Err(agent.death().await) };
        let endpoint = line.strip_prefix("listening ").map(str::parse);
        agent.endpoint = match endpoint {
            Some(Ok(endpoint)) => endpoint,
            _ => bail!("the agent said {line:?} instead of where it listens: it is of another version"),
        };
        Ok(agent)
    }

    /// Resolves when the agent has died, with its last words.
    async fn death(&mut self) -> anyhow::Error {
        let status = self.child.wait().await;
        // What the agent wrote before it died is still in the pipe.
        drop(timeout(LAST_WORDS_TIME, &mut self.log_reader).await);
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        anyhow!("the agent ended ({status}){}", self.last_words())
    }

    fn last_words(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = log.iter().map(String::as_str).collect();
        if lines.is_empty() { String::new() } else { format!("; its last words: {}", lines.join(" | ")) }
    }

    /// Lets the agent take leave of the network.
    async fn stop(mut self) -> io::Result<()> {
        drop(self.stdin.take());
        match timeout(LEAVE_TIME_MAX, self.child.wait()).await {
            Ok(status) => status.map(|_| ()),
            Err(_) => self.child.kill().await,
        }
    }
}

/// The agent's program beside this one, or the first on the PATH.
fn agent_program() -> PathBuf {
    let beside = env::current_exe().ok().map(|program| program.with_file_name(AGENT));
    beside.filter(|program| program.is_file()).unwrap_or_else(|| PathBuf::from(OsString::from(AGENT)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the dashboards that starts processes"
)]
fn agent_command(program: &Path) -> Command {
    Command::from(std::process::Command::new(program))
}

async fn keep_last_lines(stderr: Option<ChildStderr>, log: Arc<Mutex<VecDeque<String>>>) {
    let Some(stderr) = stderr else { return };
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOG_LINES_MAX {
            log.pop_front();
        }
        log.push_back(printable(&line).chars().take(LOG_CHARS_MAX).collect());
    }
}

fn announce(what: &str) -> io::Result<()> {
    writeln!(io::stderr(), "grapevine: {what}")
}

const AGENT: &str = "grapevine-agent";
/// An agent on this machine answers within milliseconds.
const PROBE_TIME: Duration = Duration::from_millis(700);
const START_TIME_MAX: Duration = Duration::from_secs(10);
const LEAVE_TIME_MAX: Duration = Duration::from_secs(3);
const LAST_WORDS_TIME: Duration = Duration::from_millis(500);
const LOG_LINES_MAX: usize = 20;
const LOG_CHARS_MAX: usize = 300;
