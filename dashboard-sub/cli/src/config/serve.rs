//! Table `serve`: the dashboard for browsers, scripts and Prometheus.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use grapevine_config::{ConfigError, list};
use grapevine_sub::Thresholds;
use grapevine_tui::Agent;
use grapevine_web::{ServeOptions, Theme, Tls, Token, Tokens};
use serde::Deserialize;

/// Where it listens, who gets in, and how it looks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Serve {
    /// Where to listen.
    pub(crate) listen: Listen,
    /// Agents to attach to, in order of preference.
    #[serde(deserialize_with = "list")]
    pub(crate) attach: Vec<Agent>,
    /// Key file for agents that have keys.
    pub(crate) key: Option<PathBuf>,
    /// A file with the token of those who may look.
    pub(crate) token_file: Option<PathBuf>,
    /// A file with the token of those who may do everything.
    pub(crate) admin_token_file: Option<PathBuf>,
    /// How many hours a session lasts.
    pub(crate) session_hours: u32,
    /// A certificate chain in PEM, for TLS.
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Its private key.
    pub(crate) tls_key: Option<PathBuf>,
    /// Whether to speak TLS with a certificate that is made here.
    pub(crate) tls_self_signed: bool,
    /// Where that certificate is kept.
    pub(crate) state_directory: Option<PathBuf>,
    /// Reverse proxies, whose word counts for where requests come from.
    #[serde(deserialize_with = "list")]
    pub(crate) proxies: Vec<Proxy>,
    /// How often browsers should look, in milliseconds.
    pub(crate) update_interval_ms: u32,
    /// The look to start with.
    pub(crate) theme: Look,
}

impl Default for Serve {
    fn default() -> Self {
        let options = ServeOptions::default();
        Self {
            listen: Listen(options.listen),
            attach: Vec::new(),
            key: None,
            token_file: None,
            admin_token_file: None,
            session_hours: options.session_hours,
            tls_certificate: None,
            tls_key: None,
            tls_self_signed: false,
            state_directory: None,
            proxies: Vec::new(),
            update_interval_ms: options.update_interval_ms,
            theme: Look(options.theme),
        }
    }
}

/// Declares a value of the configuration that is written as text.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub(crate) struct $name(pub(crate) $inner);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    };
}

text! {
    /// An address to listen at, with or without a port.
    Listen(SocketAddr)
}

text! {
    /// The address of a proxy.
    Proxy(IpAddr)
}

text! {
    /// A theme.
    Look(Theme)
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let with_port =
            || bare.parse().ok().map(|address: IpAddr| SocketAddr::new(address, ServeOptions::PORT));
        let local = || {
            let port = text.strip_prefix("localhost")?;
            let port =
                if port.is_empty() { Some(ServeOptions::PORT) } else { port.strip_prefix(':')?.parse().ok() };
            Some(SocketAddr::from(([127, 0, 0, 1], port?)))
        };
        let address = text.parse().ok().or_else(with_port).or_else(local);
        address.map(Self).ok_or_else(|| {
            format!("no address {text:?}: use an address such as 127.0.0.1, 0.0.0.0:8130 or [::]:8130")
        })
    }
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("no address {text:?}: use one such as 127.0.0.1"))
    }
}

impl FromStr for Look {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl Serve {
    /// What the types cannot say.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { session_hours, update_interval_ms, tls_certificate, tls_key, tls_self_signed, .. } = self;
        if !(1..=SESSION_HOURS_MAX).contains(session_hours) {
            return Err(format!("serve.session_hours = {session_hours}: use 1 to {SESSION_HOURS_MAX}"));
        }
        if !(INTERVAL_MS_MIN..=INTERVAL_MS_MAX).contains(update_interval_ms) {
            let range = format!("{INTERVAL_MS_MIN} to {INTERVAL_MS_MAX}");
            return Err(format!("serve.update_interval_ms = {update_interval_ms}: use {range}"));
        }
        if tls_certificate.is_some() != tls_key.is_some() {
            return Err("serve: tls_certificate and tls_key go together".to_owned());
        }
        if *tls_self_signed && tls_certificate.is_some() {
            return Err("serve: tls_self_signed is instead of tls_certificate and tls_key".to_owned());
        }
        Ok(())
    }

    /// How to serve, with the tokens of files and environment.
    pub(crate) fn options(&self, thresholds: Thresholds) -> Result<ServeOptions, ConfigError> {
        let reader = token(TOKEN_VARIABLE, self.token_file.as_deref())?;
        let admin = token(ADMIN_TOKEN_VARIABLE, self.admin_token_file.as_deref())?;
        Ok(ServeOptions {
            listen: self.listen.0,
            tls: self.tls(),
            tokens: Tokens { reader, admin },
            session_hours: self.session_hours,
            proxies: self.proxies.iter().map(|proxy| proxy.0).collect(),
            update_interval_ms: self.update_interval_ms,
            theme: self.theme.0,
            thresholds,
        })
    }

    fn tls(&self) -> Tls {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Tls::Files { certificate: certificate.clone(), key: key.clone() }
            }
            _ if self.tls_self_signed => Tls::SelfSigned { folder: self.state_folder() },
            _ => Tls::Off,
        }
    }

    fn state_folder(&self) -> PathBuf {
        let folder = |variable: &str| env::var_os(variable).map(PathBuf::from);
        let of_service = || folder("STATE_DIRECTORY");
        let of_user = || folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
        let usual = || of_service().or_else(|| Some(of_user()?.join("grapevine-serve")));
        self.state_directory
            .clone()
            .or_else(usual)
            .unwrap_or_else(|| PathBuf::from("/var/lib/grapevine-serve"))
    }
}

/// The token of this variable, or else of this file.
fn token(variable: &str, file: Option<&Path>) -> Result<Option<Token>, ConfigError> {
    let wrong = |source_of: String| move |reason: String| ConfigError::Secret { source_of, reason };
    if let Some(text) = env::var_os(variable) {
        let wrong = wrong(format!("environment variable {variable}"));
        let token = text.into_string().map_err(|_| "is not UTF-8".to_owned());
        let token = token.and_then(|text| Token::new(text).map_err(|error| error.to_string()));
        return token.map(Some).map_err(wrong);
    }
    let Some(file) = file else { return Ok(None) };
    let wrong = wrong(format!("token file {}", file.display()));
    let token = read(file).and_then(|text| Token::new(text).map_err(|error| error.to_string()));
    token.map(Some).map_err(wrong)
}

/// Reads a file that nobody else may read.
fn read(path: &Path) -> Result<String, String> {
    let text = |error: io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(text)?;
    if file.metadata().map_err(text)?.mode() & OTHERS != 0 {
        return Err("can be read by others: chmod 600 it".to_owned());
    }
    let mut content = String::new();
    file.take(TOKEN_FILE_BYTES_MAX).read_to_string(&mut content).map_err(text)?;
    Ok(content)
}

/// The variable with the token of those who may look.
pub(crate) const TOKEN_VARIABLE: &str = "GRAPEVINE_SERVE_TOKEN";

/// The variable with the token of those who may do everything.
pub(crate) const ADMIN_TOKEN_VARIABLE: &str = "GRAPEVINE_SERVE_ADMIN_TOKEN";

/// A month.
const SESSION_HOURS_MAX: u32 = 31 * 24;

/// As often as `/ws/gpu` tells at the most, and as seldom as a picture is of the present.
const INTERVAL_MS_MIN: u32 = 200;
const INTERVAL_MS_MAX: u32 = 60_000;

/// Permissions of group and others.
const OTHERS: u32 = 0o077;

const TOKEN_FILE_BYTES_MAX: u64 = 4096;
