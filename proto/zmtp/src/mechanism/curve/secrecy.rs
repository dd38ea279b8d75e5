//! No secret is shown, in whatever state it is and however it is written.

use std::fmt::{Debug, Write};
use std::sync::Arc;
use std::time::Duration;

use super::{COOKIE_BYTES, Randomness, SecretKey};
use crate::connection::{Connection, Side};
use crate::keyfile::ClusterKeys;
use crate::mechanism::Security;
use crate::net::{Net, NetConfig};
use crate::z85;

/// All that is secret between the two ends. The cookie is not: it travels in the clear.
fn secrets(cluster: &ClusterKeys) -> Vec<[u8; 32]> {
    let (Security::Server(server), Security::Client(client)) = (cluster.server(), cluster.client()) else {
        panic!("a cluster's ends have keys")
    };
    let viewer = match cluster.viewer().unwrap().client() {
        Security::Client(viewer) => viewer.secret.clone(),
        other => panic!("{other:?}"),
    };
    let long_term = [&server.secrets[0], &client.secret, &viewer].map(|secret| *secret.to_bytes());
    [vec![CLUSTER, SHORT_TERM], long_term.to_vec()].concat()
}

/// Each connection at each step of a handshake, and everything that holds a key.
fn shown(cluster: &ClusterKeys) -> String {
    let mut shown = String::new();
    let mut show = |what: &dyn Debug| write!(shown, "{what:?} {what:#?}").unwrap();
    let (server, client) = (cluster.server(), cluster.client());
    let config = NetConfig { listen: server.clone(), dial: client.clone(), stamp: None };
    let (net, _events) = Net::new(config.clone());
    let [mut listener, mut dialler] = [(Side::Listener, &server), (Side::Dealer, &client)]
        .map(|(side, security)| Connection::secured(side, security, randomness(), Duration::ZERO));
    while !(listener.is_open() && dialler.is_open()) {
        show(&listener);
        show(&dialler);
        let (to_listener, to_dialler) = (dialler.output().split(), listener.output().split());
        listener.receive(&to_listener, Duration::ZERO).unwrap();
        dialler.receive(&to_dialler, Duration::ZERO).unwrap();
    }
    show(&listener);
    show(&dialler);
    show(cluster);
    show(&cluster.viewer());
    show(&config);
    show(&net);
    show(&SecretKey::from_bytes(&SHORT_TERM));
    show(&Arc::new(server));
    shown
}

fn randomness() -> Randomness {
    Randomness { short_term: SHORT_TERM, cookie: [0xc3; COOKIE_BYTES], nonce: [0; 16] }
}

#[test]
fn no_secret_is_shown() {
    let cluster = ClusterKeys::new(CLUSTER);
    let shown = shown(&cluster);
    let spaceless: String = shown.split_whitespace().collect();
    assert!(shown.contains("SecretKey(of "), "what is shown tells keys by their public halves");
    for secret in secrets(&cluster) {
        // Eight bytes of it in any form are too many.
        let part = &secret[..8];
        let list = part.iter().map(|byte| format!("{byte},")).collect::<String>();
        let hex = part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let text = z85::encode(&secret);
        let escaped = format!("{:?}", bytes::Bytes::copy_from_slice(part));
        let escaped = escaped.trim_start_matches("b\"").trim_end_matches('"');
        for form in [&list, &hex, &text[..10], escaped] {
            assert!(!spaceless.to_lowercase().contains(&form.to_lowercase()), "{form} is shown");
        }
    }
}

const CLUSTER: [u8; 32] = [0xa1; 32];
const SHORT_TERM: [u8; 32] = [0xb2; 32];
