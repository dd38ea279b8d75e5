//! A server, and what it shows: the fleet of a demonstration, or hosts of the test's own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use grapevine_demo::{Demo, DemoOptions, Scenario};
use grapevine_sub::{Options, Subscription};
use grapevine_web::{ServeOptions, Server, Token, Tokens};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::agent::Agent;
use crate::client::{Answer, Ask, PATIENCE, get};

pub(crate) const READER: &str = "reader-5f2b9c1d7e8a4036";
pub(crate) const ADMIN: &str = "admin-0c4d6b8a2e1f5973";

pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) agent: Agent,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Site {
    /// An open server that shows a demonstration of so many hosts.
    pub(crate) async fn open(hosts: usize) -> Self {
        Self::of(hosts, options()).await
    }

    /// The same with both tokens.
    pub(crate) async fn closed(hosts: usize) -> Self {
        Self::of(hosts, ServeOptions { tokens: tokens(), ..options() }).await
    }

    /// One that shows so many hosts, when it is ready.
    pub(crate) async fn of(hosts: usize, options: ServeOptions) -> Self {
        Self::playing(hosts, Scenario::Mixed, options).await
    }

    /// One whose hosts are befallen by this.
    pub(crate) async fn playing(hosts: usize, scenario: Scenario, options: ServeOptions) -> Self {
        let site = Self::empty(options).await;
        let mut demo = Demo::new(&DemoOptions { hosts, scenario, ..DemoOptions::default() });
        for message in demo.advance(Duration::from_secs(2)) {
            site.agent.say(&message.name, message.frame);
        }
        site.ready().await;
        site
    }

    /// One that shows nothing yet.
    pub(crate) async fn empty(options: ServeOptions) -> Self {
        let agent = Agent::start().await;
        let server = Server::bind(options).await.unwrap();
        let address = server.address();
        let attach = Options { history: true, ..Options::default() };
        let subscription = Subscription::attach([agent.endpoint.clone()], attach).unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            server.run(subscription, async { drop(stopped.await) }).await;
        });
        Self { address, agent, stop, running }
    }

    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        ask.send(self.address).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(get(path)).await
    }

    /// Waits until an agent has told of all hosts.
    pub(crate) async fn ready(&self) {
        let ready = async {
            while self.get("/-/ready").await.status != 200 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, ready).await.expect("never ready");
    }

    /// Lets the agent die.
    pub(crate) async fn kill_agent(self) -> Self {
        self.agent.die().await;
        Self { agent: Agent::start().await, ..self }
    }

    /// A connection with TLS, to a server of this certificate.
    pub(crate) async fn encrypted(&self, certificate: &Path) -> TlsStream<TcpStream> {
        encrypted(self.address, certificate).await
    }

    /// Ends the server in good order.
    pub(crate) async fn stop(self) -> Agent {
        drop(self.stop);
        timeout(PATIENCE, self.running).await.unwrap().unwrap();
        self.agent
    }
}

/// A connection with TLS, to whoever has this certificate.
pub(crate) async fn encrypted(address: SocketAddr, certificate: &Path) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// At any port of loopback.
pub(crate) fn options() -> ServeOptions {
    ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), ..ServeOptions::default() }
}

pub(crate) fn tokens() -> Tokens {
    let token = |text: &str| Some(Token::new(text.to_owned()).unwrap());
    Tokens { reader: token(READER), admin: token(ADMIN) }
}
