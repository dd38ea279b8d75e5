//! Keys for both sides of a test.

use grapevine_zmtp::{ClientKeys, ClusterKeys, NetConfig, PublicKey, Security, ServerKeys};

/// How the two sides of a test are secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Not at all.
    None,
    /// By CURVE, with the keys of the cluster of this number.
    Of(u8),
}

impl Keys {
    /// How our node is secured.
    pub(crate) fn config(self) -> NetConfig {
        match self {
            Self::None => NetConfig::default(),
            Self::Of(_) => {
                NetConfig { listen: self.cluster().server(), dial: self.cluster().client(), stamp: None }
            }
        }
    }

    /// What a foreign neighbour that dials is given.
    pub(crate) fn for_neighbour(self) -> Vec<(&'static str, String)> {
        match self {
            Self::None => Vec::new(),
            Self::Of(_) => {
                let ClientKeys { secret, server } = client(&self.cluster().client());
                let public = secret.public().to_string();
                for_client(server.to_string(), public, z85(*secret.to_bytes()))
            }
        }
    }

    /// What a foreign dashboard is given: the lines of a viewer's key file.
    pub(crate) fn for_viewer(self) -> Vec<(&'static str, String)> {
        match self {
            Self::None => Vec::new(),
            Self::Of(_) => {
                let file = self.cluster().viewer().unwrap().to_text();
                let value = |name: &str| {
                    let line = file.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap().trim_start_matches(" = ").to_owned()
                };
                for_client(value("server-public"), value("viewer-public"), value("viewer-secret"))
            }
        }
    }

    /// What a foreign listener is given.
    pub(crate) fn for_listener(self) -> Vec<(&'static str, String)> {
        match self {
            Self::None => Vec::new(),
            Self::Of(_) => {
                let secret = server(&self.cluster().server()).secrets.first().unwrap().to_bytes();
                vec![("GRAPEVINE_SERVER_SECRET", z85(*secret))]
            }
        }
    }

    pub(crate) fn cluster(self) -> ClusterKeys {
        match self {
            Self::None => panic!("no keys"),
            Self::Of(cluster) => ClusterKeys::new([cluster; 32]),
        }
    }
}

fn for_client(server_public: String, public: String, secret: String) -> Vec<(&'static str, String)> {
    vec![
        ("GRAPEVINE_SERVER_PUBLIC", server_public),
        ("GRAPEVINE_PUBLIC", public),
        ("GRAPEVINE_SECRET", secret),
    ]
}

/// Any 32 bytes in Z85, which is how public keys are shown.
fn z85(bytes: [u8; 32]) -> String {
    PublicKey(bytes).to_string()
}

fn client(security: &Security) -> ClientKeys {
    match security {
        Security::Client(keys) => (**keys).clone(),
        Security::Null | Security::Server(_) => panic!("no client"),
    }
}

fn server(security: &Security) -> ServerKeys {
    match security {
        Security::Server(keys) => (**keys).clone(),
        Security::Null | Security::Client(_) => panic!("no server"),
    }
}
