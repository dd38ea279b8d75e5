//! What a thousand hosts cost the dashboard.

use std::time::{Duration, Instant};

use grapevine_zmtp::Endpoint;

use super::crowd::{self, Crowd, HOSTS, cpu_ms, memory_kib};
use super::pty::Pty;

const SIZE: (u16, u16) = (200, 50);
const PAST: Duration = Duration::from_secs(600);
/// Until the past is told and the rest is steady.
const WARM_UP: Duration = Duration::from_secs(30);
const TIME: Duration = Duration::from_secs(60);

pub(super) async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::Unix(folder.path().join("tap.sock"));
    println!("{HOSTS} hosts at 1 Hz, {} s of the past, {} x {}:", PAST.as_secs(), SIZE.0, SIZE.1);
    let (_crowd, playing) = Crowd::play(&endpoint, crowd::demo(PAST)).await;
    let log = folder.path().join("log");
    let mut pty = Pty::start(&super::top(&endpoint.to_string(), &log), SIZE);
    let began = Instant::now();
    pty.shows(&format!(" {HOSTS} hosts")).await;
    println!("  all hosts known after {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    tokio::time::sleep(WARM_UP).await;
    println!("  the past told takes {} ms of processor time", cpu_ms(pty.id()));
    load(&pty, "live").await;
    pty.press("f");
    load(&pty, "frozen").await;
    pty.press("f?");
    load(&pty, "behind the help").await;
    pty.press("ff?");
    playing.abort();
    pty.shows("silent").await;
    tokio::time::sleep(WARM_UP).await;
    load(&pty, "all silent").await;
    pty.press("qq");
    pty.ended().await;
    let log = std::fs::read_to_string(log).unwrap();
    println!("  {}", log.lines().last().unwrap_or_default());
}

async fn load(pty: &Pty, what: &str) {
    let (before, written, began) = (cpu_ms(pty.id()), pty.written(), Instant::now());
    tokio::time::sleep(TIME).await;
    let percent = |ms: u64| f64::from(u32::try_from(ms).unwrap()) / 10.0 / began.elapsed().as_secs_f64();
    let cpu = percent(cpu_ms(pty.id()) - before);
    let kib = (pty.written() - written) / 1024;
    let [rss, peak] = ["VmRSS", "VmHWM"].map(|line| memory_kib(pty.id(), line));
    println!(
        "  {what}: {cpu:.2} % of a core, RSS {rss} KiB (peak {peak}), {kib} KiB written in {} s",
        TIME.as_secs()
    );
}
