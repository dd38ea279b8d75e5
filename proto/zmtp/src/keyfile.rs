//! Key files: what makes an agent one of a cluster, and what lets a dashboard read along.
//!
//! A cluster key is 32 random bytes. All CURVE keys of the cluster follow from it, each as the SHA-256 of a label and
//! the key: the one that every agent is known by, the one that agents dial with, and the one that viewers dial with.
//! A viewer's file holds the last of these and the public half of the first, from which no other can be computed.
//!
//! Files are lines of `name = value` with keys in Z85, and comments after `#`. A cluster file may hold several keys,
//! the newest first: an agent dials with the first and lets in the owners of the first two, so that keys are
//! exchanged without a gap: add the new one as the second line everywhere, then move it to the first, then remove
//! the old one.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::mechanism::curve::{ClientKeys, PublicKey, SecretKey, ServerKeys};
use crate::mechanism::{Role, Security};
use crate::z85;

/// The keys of an agent, newest first. Wiped from memory when dropped; never printed.
#[derive(Clone, Debug)]
pub struct ClusterKeys(Vec<SecretKey>);

impl ClusterKeys {
    /// One new key, from 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(vec![SecretKey::from_bytes(&Zeroizing::new(random))])
    }

    /// Reads a cluster file.
    ///
    /// # Errors
    /// A [`KeyFileError`] that names the line.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let keys: Vec<SecretKey> = lines(text)
            .map(|(line, name, value)| match name {
                CLUSTER_SECRET => secret(line, value),
                VIEWER_SECRET | SERVER_PUBLIC | VIEWER_PUBLIC => Err(KeyFileError::NotACluster),
                _ => Err(KeyFileError::Line { line, expected: CLUSTER_SECRET }),
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyFileError::Empty { expected: CLUSTER_SECRET }) } else { Ok(Self(keys)) }
    }

    /// The text of a cluster file.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = text_of(
            "# Grapevine cluster key: whoever has it can join as an agent. Keep it secret.\n\
             # Several lines are allowed, the newest first: agents dial with the first and accept the first two.\n",
            self.0.len(),
        );
        for key in &self.0 {
            line(&mut text, CLUSTER_SECRET, &key.to_bytes());
        }
        text
    }

    /// How an agent secures the links that others dial.
    pub fn server(&self) -> Security {
        let accepted = || self.0.iter().take(ACCEPTED_MAX);
        let admitted = accepted().flat_map(|key| {
            [(NEIGHBOUR_LABEL, Role::Neighbour), (VIEWER_LABEL, Role::Viewer)]
                .map(|(label, role)| (derived(label, key).public(), role))
        });
        let secrets = accepted().map(|key| derived(SERVER_LABEL, key)).collect();
        Security::Server(Arc::new(ServerKeys { secrets, admitted: admitted.collect() }))
    }

    /// How an agent secures the links that it dials.
    pub fn client(&self) -> Security {
        match self.0.first() {
            Some(newest) => Security::Client(Arc::new(ClientKeys {
                secret: derived(NEIGHBOUR_LABEL, newest),
                server: derived(SERVER_LABEL, newest).public(),
            })),
            None => Security::Null,
        }
    }

    /// The newest key's part for viewers.
    pub fn viewer(&self) -> Option<ViewerKey> {
        let newest = self.0.first()?;
        let server = derived(SERVER_LABEL, newest).public();
        Some(ViewerKey { secret: derived(VIEWER_LABEL, newest), server })
    }
}

/// The key of a dashboard: it reads, and can be no neighbour.
#[derive(Clone, Debug)]
pub struct ViewerKey {
    secret: SecretKey,
    server: PublicKey,
}

impl ViewerKey {
    /// Reads a viewer file. A cluster file serves too: who may be an agent may watch.
    ///
    /// # Errors
    /// A [`KeyFileError`] that names the line.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let (mut own, mut server) = (None, None);
        for (line, name, value) in lines(text) {
            match name {
                VIEWER_SECRET => own = Some(secret(line, value)?),
                SERVER_PUBLIC => server = Some(PublicKey(*key(line, SERVER_PUBLIC, value)?)),
                VIEWER_PUBLIC => drop(key(line, VIEWER_PUBLIC, value)?),
                CLUSTER_SECRET => {
                    let viewer = ClusterKeys::parse(text)?.viewer();
                    return viewer.ok_or(KeyFileError::Empty { expected: VIEWER_SECRET });
                }
                _ => return Err(KeyFileError::Line { line, expected: VIEWER_SECRET }),
            }
        }
        Ok(Self {
            secret: own.ok_or(KeyFileError::Empty { expected: VIEWER_SECRET })?,
            server: server.ok_or(KeyFileError::Empty { expected: SERVER_PUBLIC })?,
        })
    }

    /// The text of a viewer file. Its three keys are what any ZeroMQ client wants for CURVE.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = text_of(
            "# Grapevine viewer key: whoever has it can watch all hosts, and cannot join as an agent.\n\
             # Other ZeroMQ programs take these as curve_serverkey, curve_publickey and curve_secretkey.\n",
            3,
        );
        line(&mut text, SERVER_PUBLIC, &self.server.0);
        line(&mut text, VIEWER_PUBLIC, &self.secret.public().0);
        line(&mut text, VIEWER_SECRET, &self.secret.to_bytes());
        text
    }

    /// How a dashboard secures the links that it dials.
    pub fn client(&self) -> Security {
        Security::Client(Arc::new(ClientKeys { secret: self.secret.clone(), server: self.server }))
    }
}

/// A key file cannot be used; its owner must act.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// A line is not what it should be.
    #[error("line {line} is not `{expected} = ` and 40 characters of Z85")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// The name that was expected.
        expected: &'static str,
    },
    /// The key is not there.
    #[error("there is no line `{expected} = ...`: make keys with `grapevine-agent keygen`")]
    Empty {
        /// The name that was expected.
        expected: &'static str,
    },
    /// A viewer's key where an agent's is needed.
    #[error("this is a viewer's key; an agent needs the cluster key")]
    NotACluster,
}

/// The key that follows from a cluster key for this purpose.
fn derived(label: &str, cluster: &SecretKey) -> SecretKey {
    let mut hash = Zeroizing::new([0; 32]);
    let hasher = Sha256::new().chain_update(label).chain_update(*cluster.to_bytes());
    hasher.finalize_into((&mut *hash).into());
    SecretKey::from_bytes(&hash)
}

/// Number, name and value of each line that says something.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let line = line.split_once(" #").map_or(line, |(line, _comment)| line).trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        Some((number, name.trim(), value.trim()))
    })
}

fn secret(line: usize, value: &str) -> Result<SecretKey, KeyFileError> {
    key(line, CLUSTER_SECRET, value).map(|bytes| SecretKey::from_bytes(&bytes))
}

fn key(line: usize, expected: &'static str, value: &str) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    z85::decode(value).ok_or(KeyFileError::Line { line, expected })
}

/// A text that begins like this, with room for its lines: one that grows leaves pieces of secrets behind.
fn text_of(beginning: &str, lines: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(beginning.len() + lines * LINE_BYTES_MAX));
    text.push_str(beginning);
    text
}

fn line(text: &mut String, name: &str, key: &[u8; 32]) {
    [name, " = ", &z85::encode(key), "\n"].into_iter().for_each(|piece| text.push_str(piece));
}

const CLUSTER_SECRET: &str = "cluster-secret";
const SERVER_PUBLIC: &str = "server-public";
const VIEWER_PUBLIC: &str = "viewer-public";
const VIEWER_SECRET: &str = "viewer-secret";

const SERVER_LABEL: &str = "grapevine 1 server";
const NEIGHBOUR_LABEL: &str = "grapevine 1 neighbour";
const VIEWER_LABEL: &str = "grapevine 1 viewer";

/// Longest line: name, ` = `, 40 characters and the line's end.
const LINE_BYTES_MAX: usize = 64;

/// How many of a cluster's keys are accepted.
const ACCEPTED_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn client_keys(security: &Security) -> (PublicKey, PublicKey) {
        match security {
            Security::Client(keys) => (keys.secret.public(), keys.server),
            Security::Null | Security::Server(_) => panic!("no client"),
        }
    }

    fn server_keys(security: &Security) -> Arc<ServerKeys> {
        match security {
            Security::Server(keys) => Arc::clone(keys),
            Security::Null | Security::Client(_) => panic!("no server"),
        }
    }

    #[test]
    fn files_come_back_and_fit_each_other() {
        let cluster = ClusterKeys::new([5; 32]);
        let again = ClusterKeys::parse(&cluster.to_text()).unwrap();
        let server = server_keys(&again.server());
        let (neighbour, reached) = client_keys(&cluster.client());
        assert_eq!(reached, server.secrets[0].public());
        let viewer = ViewerKey::parse(&cluster.viewer().unwrap().to_text()).unwrap();
        let (viewer, seen) = client_keys(&viewer.client());
        assert_eq!(seen, reached);
        assert_eq!(server.admitted, [(neighbour, Role::Neighbour), (viewer, Role::Viewer)]);
        let from_cluster = ViewerKey::parse(&cluster.to_text()).unwrap();
        assert_eq!(client_keys(&from_cluster.client()), (viewer, seen));
    }

    #[test]
    fn the_newest_key_dials_and_the_newest_two_are_accepted() {
        let [newest, older, oldest] = [1, 2, 3].map(|seed| ClusterKeys::new([seed; 32]));
        let text: String = [&newest, &older, &oldest].map(|keys| keys.to_text().to_string()).concat();
        let keys = ClusterKeys::parse(&text).unwrap();
        assert_eq!(client_keys(&keys.client()), client_keys(&newest.client()));
        let admitted: Vec<PublicKey> =
            server_keys(&keys.server()).admitted.iter().map(|(key, _)| *key).collect();
        assert!(admitted.contains(&client_keys(&older.client()).0));
        assert!(!admitted.contains(&client_keys(&oldest.client()).0));
        assert_eq!(server_keys(&keys.server()).secrets.len(), 2);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let viewer = ClusterKeys::new([5; 32]).viewer().unwrap().to_text();
        for (text, expected) in [
            ("", "there is no line `cluster-secret"),
            ("\n# only this\n", "there is no line `cluster-secret"),
            ("cluster-secret = short\n", "line 1 is not `cluster-secret"),
            ("\n\nsecret = x\n", "line 3 is not `cluster-secret"),
            (viewer.as_str(), "this is a viewer's key"),
        ] {
            let error = ClusterKeys::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
        let half = viewer.lines().filter(|line| !line.starts_with("server")).collect::<Vec<_>>().join("\n");
        assert!(ViewerKey::parse(&half).unwrap_err().to_string().contains("server-public"));
    }

    #[test]
    fn a_texts_room_was_enough() {
        let cluster = ClusterKeys(vec![SecretKey::from_bytes(&[5; 32]); 7]);
        for text in [cluster.to_text(), cluster.viewer().unwrap().to_text()] {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            assert!(lines.clone().all(|line| line.len() < LINE_BYTES_MAX) && lines.count() > 2);
        }
    }
}
