//! A real Prometheus, configured as in the example, scrapes a fleet; what it answers is what hosts said.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod fleet;
mod program;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fleet::origin::Origin;
use fleet::{Fleet, number, text};
use grapevine_proto::Reading;
use grapevine_proto::catalogue::{cpu, disk, gpu, host, load, memory, network, pressure};
use grapevine_web::metrics::{Format, Naming};
use serde_json::Value;

#[test]
fn prometheus_scrapes_a_fleet_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let exporter = Exporter::start();
    let Some((_running, prometheus)) = start_prometheus(folder.path(), &exporter.address) else { return };
    let is = |value: f64| move |answer: f64| (answer - value).abs() < 1e-9;
    wait(&prometheus, "sum(up)", is(3.0));
    wait(&prometheus, "grapevine_up{host=\"srv\"}", is(1.0));
    wait(&prometheus, "grapevine_cpu_use_ratio{host=\"srv\",job=\"grapevine\"}", is(0.25));
    wait(&prometheus, "DCGM_FI_DEV_GPU_UTIL{instance=\"srv\",gpu=\"0\",Hostname=\"srv\"}", is(97.0));
    let near = |value: f64| move |answer: f64| (answer / value - 1.0).abs() < 0.2;
    for (query, expected) in PANELS {
        wait(&prometheus, &query.replace('$', "instance=\"srv\",job=\"grapevine-node\""), near(expected));
    }
    // A GPU is lost, and the alert says so.
    wait(
        &prometheus,
        "count(ALERTS{alertname=\"GpuLost\",host=\"srv\",gpu=\"1\",alertstate=\"firing\"})",
        is(1.0),
    );
    wait(&prometheus, "count({__name__=~\".+\",exported_instance!=\"\"}) or vector(0)", is(0.0));
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(!log.contains("level=warn"), "{log}");
    assert!(exporter.was_asked_for_open_metrics.load(Ordering::Relaxed), "Prometheus likes that better");
}

/// What the panels on top of dashboards for node_exporter ask for. A rate of a sum is the rate that the host told.
const PANELS: [(&str, f64); 13] = [
    ("count(node_uname_info{$,nodename=\"srv\"})", 1.0),
    ("100 * (1 - avg(rate(node_cpu_seconds_total{mode=\"idle\",$}[5s])))", 25.0),
    ("sum by (instance) (rate(node_cpu_seconds_total{mode=\"user\",$}[5s]))", 0.4),
    ("sum by (instance) (irate(node_cpu_seconds_total{mode=\"system\",$}[5s]))", 0.1),
    ("scalar(node_load1{$}) * 100 / count(count(node_cpu_seconds_total{$}) by (cpu))", 75.0),
    ("(1 - node_memory_MemAvailable_bytes{$} / node_memory_MemTotal_bytes{$}) * 100", 25.0),
    (
        "(node_memory_SwapTotal_bytes{$} - node_memory_SwapFree_bytes{$}) / node_memory_SwapTotal_bytes{$} * 100",
        50.0,
    ),
    (
        "100 - node_filesystem_avail_bytes{$,mountpoint=\"/\",fstype!=\"rootfs\"} * 100 \
         / node_filesystem_size_bytes{$,mountpoint=\"/\",fstype!=\"rootfs\"}",
        75.0,
    ),
    ("node_time_seconds{$} - node_boot_time_seconds{$}", 500_000.0),
    ("rate(node_network_receive_bytes_total{$}[5s]) * 8", 524_288.0),
    ("irate(node_disk_written_bytes_total{$,device=~\"[a-z]+\"}[5s])", 4096.0),
    ("irate(node_pressure_io_waiting_seconds_total{$}[5s])", 0.5),
    ("irate(node_disk_io_time_seconds_total{$}[5s])", 0.5),
];

fn readings() -> Vec<Reading> {
    vec![
        text(&host::KERNEL, &[], "6.12.0"),
        number(&host::BOOT_TIME, &[], fleet::WALL_S - 500_000.0),
        number(&load::AVG1, &[], 1.5),
        number(&memory::TOTAL, &[], f64::from(1 << 30)),
        number(&memory::AVAILABLE, &[], f64::from(3 << 28)),
        number(&memory::SWAP_TOTAL, &[], f64::from(1 << 30)),
        number(&memory::SWAP_USED, &[], f64::from(1 << 29)),
        number(&disk::SPACE_SIZE, &["/"], f64::from(1 << 30)),
        number(&disk::SPACE_AVAILABLE, &["/"], f64::from(1 << 28)),
        number(&disk::WRITE, &["sda"], 4096.0),
        number(&disk::BUSY, &["sda"], 50.0),
        number(&pressure::IO_SOME_AVG10, &[], 50.0),
        number(&cpu::USE, &[], 25.0),
        number(&cpu::CORE_USE, &["0"], 40.0),
        number(&cpu::CORE_USE, &["1"], 10.0),
        number(&cpu::USER, &[], 20.0),
        number(&cpu::SYSTEM, &[], 5.0),
        number(&network::RECEIVE, &["eth0"], 65536.0),
        text(&gpu::STATE, &["0"], "ok"),
        text(&gpu::STATE, &["1"], "lost"),
        number(&gpu::USE, &["0"], 97.0),
    ]
}

/// Answers every request with a fleet as it is then.
struct Exporter {
    address: String,
    was_asked_for_open_metrics: Arc<AtomicBool>,
}

impl Exporter {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let was_asked_for_open_metrics = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&was_asked_for_open_metrics);
        // Ends with the test's process.
        std::thread::spawn(move || {
            let hosts = Mutex::new((Fleet::new(), Origin::new("srv", 1)));
            for stream in listener.incoming() {
                let (names, format) = answer(stream.unwrap(), &hosts);
                asked.fetch_or(names == Naming::Own && format == Format::OpenMetrics, Ordering::Relaxed);
            }
        });
        Self { address, was_asked_for_open_metrics }
    }
}

fn answer(mut stream: TcpStream, hosts: &Mutex<(Fleet, Origin)>) -> (Naming, Format) {
    let head: Vec<String> =
        BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
    let path = head[0].split(' ').nth(1).unwrap();
    let naming = path.split_once("names=").map_or(Naming::Own, |(_, naming)| naming.parse().unwrap());
    let accept = head.iter().find_map(|line| line.strip_prefix("Accept: ")).unwrap_or_default();
    let format = Format::accepted(accept);
    let mut hosts = hosts.lock().unwrap();
    let (fleet, srv) = &mut *hosts;
    fleet.now = Instant::now();
    fleet.hear(srv, &readings()).advance_meters();
    let body = fleet.text(naming, format);
    let kind = format.content_type();
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(reply.as_bytes()).unwrap();
    (naming, format)
}

/// A Prometheus as in the example, but faster, and its address.
fn start_prometheus(folder: &Path, exporter: &str) -> Option<(program::Running, String)> {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let configuration = fs::read_to_string(format!("{examples}/prometheus.yml")).unwrap();
    let configuration = configuration
        .replace("127.0.0.1:8130", exporter)
        .replace("- alerts.yml", &format!("- {examples}/alerts.yml"))
        .replace("_interval: 15s", "_interval: 250ms");
    let [file, data, log] = ["prometheus.yml", "data", "log"].map(|name| folder.join(name));
    fs::write(&file, configuration).unwrap();
    let arguments = [
        format!("--config.file={}", file.display()),
        format!("--storage.tsdb.path={}", data.display()),
        "--web.listen-address=127.0.0.1:0".to_owned(),
    ];
    let arguments = arguments.each_ref().map(String::as_str);
    let running =
        program::start("GRAPEVINE_PROMETHEUS", "prometheus", &arguments, File::create(&log).unwrap())?;
    Some((running, program::address(&log)))
}

/// Waits until Prometheus answers the query with one number that `is_so`.
fn wait(prometheus: &str, query: &str, is_so: impl Fn(f64) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut answer = Value::Null;
    while Instant::now() < deadline {
        answer = ask(prometheus, query);
        if let Some([sample]) = answer["data"]["result"].as_array().map(Vec::as_slice)
            && is_so(sample["value"][1].as_str().unwrap().parse().unwrap())
        {
            return;
        }
        // Asked without a pause, Prometheus would do nothing else.
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{query}: {answer}");
}

fn ask(prometheus: &str, query: &str) -> Value {
    let query: String = query.bytes().map(|b| format!("%{b:02x}")).collect();
    let mut stream = TcpStream::connect(prometheus).unwrap();
    write!(stream, "GET /api/v1/query?query={query} HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or(Value::Null)
}
