//! The real programs, built from this tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};

/// A command. The only place here that starts processes.
#[expect(clippy::disallowed_methods, reason = "tests run the real programs")]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

/// The agent's program.
pub fn agent() -> PathBuf {
    built().join("grapevine-agent")
}

/// The dashboards' program.
pub fn grapevine() -> PathBuf {
    built().join("grapevine")
}

/// The program that reads GPUs for the agent.
pub fn gpu_reader() -> PathBuf {
    built().join("grapevine-gpu")
}

/// NVIDIA's management library without a GPU.
pub fn fake_nvml() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let path =
        BUILT.get_or_init(|| build(&["--package", "grapevine-fake-nvml"]).join("libgrapevine_fake_nvml.so"));
    path.clone()
}

/// The root of this repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Where the programs are, after they were brought up to date: cargo builds those of other packages only when asked.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let packages = [
        "--package",
        "grapevine-agent",
        "--package",
        "grapevine-cli",
        "--package",
        "grapevine-gpu",
        "--bins",
    ];
    BUILT.get_or_init(|| build(&packages))
}

/// Builds as this test was built, and says where.
fn build(what: &[&str]) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/this-test
    let folder = test.ancestors().nth(2).unwrap().to_owned();
    let mut build = command(env!("CARGO"));
    build.current_dir(repository()).args(["build", "--quiet"]).args(what);
    build.arg("--target-dir").arg(folder.parent().unwrap());
    if let Some(profile) = folder.file_name().filter(|profile| *profile != "debug") {
        build.arg("--profile").arg(profile);
    }
    assert!(build.status().unwrap().success(), "the programs do not build");
    folder
}

/// A process that ends with the test.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts a command with its standard output piped and its standard input closed.
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// What it writes, to be taken once.
    pub fn stdout(&mut self) -> impl std::io::Read + Send + use<> {
        self.0.stdout.take().unwrap()
    }

    /// What it complains of, to be taken once.
    pub fn stderr(&mut self) -> impl std::io::Read + Send + use<> {
        self.0.stderr.take().unwrap()
    }

    /// Asks it to end (SIGTERM) and waits until it has; its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.0.wait().unwrap().code()
    }

    /// Ends it without asking (SIGKILL).
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Lets it stand still (SIGSTOP) until [`resume`](Self::resume).
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Waits until it ends by itself; its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
