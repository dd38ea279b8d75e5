//! What whoever starts a server can say.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use grapevine_sub::Thresholds;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Tokens;

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where to listen. Beyond loopback there must be a token.
    pub listen: SocketAddr,
    /// Whether connections are encrypted.
    pub tls: Tls,
    /// Who may see the network. Without any token, whoever reaches the server.
    pub tokens: Tokens,
    /// How many hours a session lasts.
    pub session_hours: u32,
    /// Reverse proxies: of requests from these addresses, `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub proxies: Vec<IpAddr>,
    /// How often a dashboard should look, in milliseconds.
    pub update_interval_ms: u32,
    /// The look to start with.
    pub theme: Theme,
    /// What hosts are judged by.
    pub thresholds: Thresholds,
}

impl Default for ServeOptions {
    /// On 127.0.0.1 at [`PORT`](ServeOptions::PORT), without TLS and tokens.
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Self::PORT),
            tls: Tls::Off,
            tokens: Tokens::default(),
            session_hours: 12,
            proxies: Vec::new(),
            update_interval_ms: 1000,
            theme: Theme::Dark,
            thresholds: Thresholds::default(),
        }
    }
}

impl ServeOptions {
    /// The port where nothing else is said.
    pub const PORT: u16 = 8130;
}

/// Whether connections are encrypted, and by which certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// They are not.
    #[default]
    Off,
    /// By a certificate chain and its key, in PEM.
    Files {
        /// The certificate, then those of its issuers.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// By a certificate that the server makes for itself, and keeps in this folder.
    SelfSigned {
        /// The folder, which is made if it is not there.
        folder: PathBuf,
    },
}

/// The look of the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// What the browser's user prefers.
    Auto,
}

impl std::str::FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "dark" => Ok(Self::Dark),
            "light" => Ok(Self::Light),
            "auto" => Ok(Self::Auto),
            _ => Err(format!("no theme {text:?}: use \"dark\", \"light\" or \"auto\"")),
        }
    }
}
