//! The example for nginx, as a real nginx takes it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use grapevine_web::ServeOptions;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::client::{Answer, Ask, PATIENCE, get, post, read};
use crate::site::{READER, Site, encrypted, options, tokens};

/// A proxy before a server.
struct Nginx {
    plain: SocketAddr,
    encrypted: SocketAddr,
    certificate: PathBuf,
    _folder: tempfile::TempDir,
    _running: Child,
}

impl Nginx {
    /// With the example's configuration. None, with a word why, where there is no nginx.
    async fn before(site: &Site) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let signed = rcgen::generate_simple_self_signed([NAME.to_owned(), "localhost".to_owned()]).unwrap();
        fs::write(&certificate, signed.cert.pem()).unwrap();
        fs::write(&key, signed.signing_key.serialize_pem()).unwrap();
        let (plain, encrypted) = (free_port().await, free_port().await);
        let example =
            fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nginx.conf")).unwrap();
        let mut config = example;
        for (there, here) in [
            ("127.0.0.1:8130;", format!("{};", site.address)),
            ("listen 80;", format!("listen {plain};")),
            ("listen 443 ssl;", format!("listen {encrypted} ssl;")),
            ("listen [::]:80;", String::new()),
            ("listen [::]:443 ssl;", String::new()),
            ("/etc/ssl/certs/grapevine.pem", certificate.display().to_string()),
            ("/etc/ssl/private/grapevine.key", key.display().to_string()),
        ] {
            assert!(config.contains(there), "the example has no {there}");
            config = config.replace(there, &here);
        }
        let path = folder.path().join("nginx.conf");
        fs::write(&path, around(&config, folder.path())).unwrap();
        let running = start(&path, folder.path())?;
        let up = async {
            while TcpStream::connect(encrypted).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, up).await.expect("nginx does not listen");
        Some(Self { plain, encrypted, certificate, _folder: folder, _running: running })
    }

    /// Asks as a browser does that knows the proxy by its name.
    async fn send(&self, ask: Ask) -> Answer {
        let mut stream = encrypted(self.encrypted, &self.certificate).await;
        stream.write_all(&ask.header("host", NAME).bytes(self.encrypted)).await.unwrap();
        read(&mut stream).await
    }
}

/// What the configuration of a system has around it, without what only root may.
fn around(config: &str, folder: &Path) -> String {
    let folder = folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|what| format!("{what}_temp_path {folder}/{what};\n"))
        .collect();
    format!(
        "user root;\ndaemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\n\
         http {{\naccess_log off;\n{paths}{config}}}\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "the test of a proxy's configuration runs the proxy")]
fn start(config: &Path, folder: &Path) -> Option<Child> {
    let program = std::env::var_os("GRAPEVINE_NGINX").unwrap_or_else(|| "nginx".into());
    let mut command = Command::from(std::process::Command::new(program));
    command.arg("-e").arg("stderr").arg("-p").arg(folder).arg("-c").arg(config);
    let child = command.stdin(Stdio::null()).kill_on_drop(true).spawn();
    if child.is_err() {
        println!("skipped: no nginx on the PATH, and GRAPEVINE_NGINX names none");
    }
    child.ok()
}

/// One that nobody listens at for the moment.
async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn behind_nginx_all_is_encrypted_and_streams_go_through() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let site = Site::of(2, ServeOptions { tokens: tokens(), proxies, ..options() }).await;
    let Some(nginx) = Nginx::before(&site).await else { return };
    let plain = get("/api/health?x=1").header("host", NAME).send(nginx.plain).await;
    assert_eq!(
        (plain.status, plain.header("location")),
        (308, Some(&*format!("https://{NAME}/api/health?x=1")))
    );
    let health = nginx.send(get("/api/health")).await;
    assert_eq!(health.status, 200);
    assert_eq!(health.header("strict-transport-security"), Some("max-age=31536000"));
    nginx.send(get("/api/v1/hosts")).await.problem(401);
    let own = format!("https://{NAME}");
    let login = post("/api/v1/auth/login", &json!({"token": READER}).to_string());
    nginx.send(login.clone().header("origin", "https://evil.example")).await.problem(403);
    let begun = nginx.send(login.header("origin", &own)).await;
    let set = begun.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-grapevine=") && set.ends_with("; Secure"), "{set}");
    let cookie = set.split(';').next().unwrap().to_owned();
    let hosts = nginx.send(get("/api/v1/hosts").header("cookie", &cookie)).await;
    assert_eq!(hosts.json()["total"], 2);
    let mut upgrade = format!("wss://{NAME}/ws/gpu").into_client_request().unwrap();
    upgrade.headers_mut().insert("cookie", cookie.parse().unwrap());
    upgrade.headers_mut().insert("origin", own.parse().unwrap());
    let stream = encrypted(nginx.encrypted, &nginx.certificate).await;
    let (mut stream, _) = client_async(upgrade, stream).await.unwrap();
    let told = timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
    let told: Value = serde_json::from_str(told.to_text().unwrap()).unwrap();
    assert_eq!(told["type"], "gpus");
    // Who is wrong too often is the client that nginx tells of, and not nginx.
    for _ in 0..20 {
        nginx.send(get("/api/v1/hosts").bearer("wrong-0123456789abcdef")).await;
    }
    nginx.send(get("/api/v1/hosts").bearer(READER)).await.problem(429);
    let elsewhere = get("/api/v1/hosts").bearer(READER).header("x-forwarded-for", "192.0.2.7");
    assert_eq!(site.send(elsewhere).await.status, 200);
}

const NAME: &str = "grapevine.example.org";
