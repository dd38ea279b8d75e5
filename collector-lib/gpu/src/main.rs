//! `grapevine-gpu`: reads NVIDIA GPUs for the agent, which starts it and asks over a pipe.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use grapevine_collectors::gpu::Source as Origin;
use grapevine_collectors::process::Runner;
use grapevine_gpu::chain::Chain;
use grapevine_gpu::processes::Processes;
use grapevine_gpu::serve::Server;
use grapevine_gpu::sources::nvidia_smi::NvidiaSmiSource;
use grapevine_gpu::sources::nvml::NvmlSource;
use grapevine_gpu::sources::nvtop::NvtopSource;
use rustix::process::{Signal, set_parent_process_death_signal};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Reads NVIDIA GPUs for grapevine-agent, which starts it where there are any. Not to be run by hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to read from, in this order: nvml, nvidia-smi, nvtop.
    #[arg(long, value_delimiter = ',', default_value = "nvml,nvidia-smi,nvtop")]
    sources: Vec<String>,
    /// The driver's library, if not where it usually is.
    #[arg(long)]
    nvml_library: Option<OsString>,
    /// Where the programs nvidia-smi and nvtop are, in the form of PATH, if not where the system's usually are.
    #[arg(long)]
    search_path: Option<OsString>,
    /// Where processes and memory are told of.
    #[arg(long, default_value = "/proc")]
    proc: PathBuf,
    /// Where users are told of.
    #[arg(long, default_value = "/etc")]
    etc: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logs();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // The end of standard input is seen only between two passes, and a driver may keep one from ending.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let sources: Vec<_> =
        arguments.sources.iter().map(|name| source(name, arguments)).collect::<anyhow::Result<_>>()?;
    let processes = Processes::new(&arguments.proc, &arguments.etc);
    Server::new(Chain::new(sources), processes).serve(io::stdin().lock(), io::stdout().lock())?;
    Ok(())
}

fn source(
    name: &str,
    arguments: &Arguments,
) -> anyhow::Result<(Origin, Box<dyn grapevine_gpu::source::Source>)> {
    let runner = || Arc::new(arguments.search_path.clone().map_or_else(Runner::default, Runner::new));
    let origin = Origin::ALL.into_iter().find(|origin| origin.as_str() == name);
    match origin {
        Some(Origin::Nvml) => {
            let library = arguments.nvml_library.clone();
            let source = NvmlSource::new(library, &arguments.proc).with_programs_of(runner());
            Ok((Origin::Nvml, Box::new(source)))
        }
        Some(Origin::NvidiaSmi) => {
            Ok((Origin::NvidiaSmi, Box::new(NvidiaSmiSource::new(runner(), &arguments.proc))))
        }
        Some(Origin::Nvtop) => Ok((Origin::Nvtop, Box::new(NvtopSource::new(runner(), &arguments.proc)))),
        Some(Origin::Sysfs) | None => anyhow::bail!("unknown source {name}: use nvml, nvidia-smi or nvtop"),
    }
}

/// Logs go to standard error, which is the agent's.
fn start_logs() {
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    let logs = tracing_subscriber::registry().with(LevelFilter::INFO);
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        // The journal has its own times.
        logs.with(layer.without_time()).init();
    } else {
        logs.with(layer).init();
    }
}
