//! Certificates: the operator's, or one that the server makes for itself.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::ServeError;

/// By the certificate chain and the key in these files, in PEM.
pub(super) fn of_files(certificate: &Path, key: &Path) -> Result<TlsAcceptor, ServeError> {
    let invalid = |path: &Path| {
        let path = path.to_owned();
        move |reason: String| ServeError::Certificate { path, reason }
    };
    let read = |path: &Path| fs::read(path).map(Zeroizing::new).map_err(file("read", path));
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| invalid(certificate)(error.to_string()))?;
    let key_der =
        PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| invalid(key)(error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key_der));
    let mut config = config.map_err(|error| invalid(certificate)(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// By a certificate for this machine that is made at the first start, and kept in `folder`.
pub(super) fn self_signed(folder: &Path, listen: SocketAddr) -> Result<TlsAcceptor, ServeError> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !(certificate.exists() && key.exists()) {
        make(folder, &certificate, &key, listen)?;
    }
    of_files(&certificate, &key)
}

fn make(folder: &Path, certificate: &Path, key: &Path, listen: SocketAddr) -> Result<(), ServeError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file("make", folder))?;
    let failed = |error: rcgen::Error| ServeError::Certificate {
        path: certificate.to_owned(),
        reason: format!("cannot be made: {error}"),
    };
    let pair = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(names(listen)).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, "Grapevine, signed by itself");
    let signed = params.self_signed(&pair).map_err(failed)?;
    write(key, Zeroizing::new(pair.serialize_pem()).as_bytes())?;
    write(certificate, signed.pem().as_bytes())
}

/// The names by which browsers may ask for this machine.
fn names(listen: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !listen.ip().is_unspecified() && !listen.ip().is_loopback() {
        names.push(listen.ip().to_string());
    }
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    if !host.is_empty() && host.bytes().all(is_name) {
        names.push(host.to_owned());
    }
    names
}

/// Writes a file that nobody else can read, whole or not at all.
fn write(path: &Path, content: &[u8]) -> Result<(), ServeError> {
    let draft = path.with_extension("new");
    let write = || {
        drop(fs::remove_file(&draft));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(file("write", path))
}

fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ServeError {
    let path = path.to_owned();
    move |source| ServeError::File { what, path, source }
}
