//! A Grapevine network for Prometheus, scripts and browsers, over HTTP.
//!
//! ```no_run
//! use grapevine_sub::{Options, Subscription};
//! use grapevine_web::{ServeOptions, Server};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let subscription = Subscription::attach(["srv01:6130".parse()?], Options { history: true, ..Options::default() })?;
//! let server = Server::bind(ServeOptions::default()).await?;
//! println!("{}", server.url());
//! server.run(subscription, std::future::pending()).await;
//! # Ok(())
//! # }
//! ```
//!
//! - `model`: one task folds what happens to the network into a fleet, and publishes snapshots that never change. Whoever
//!   answers a request reads one of those; the past is asked for by messages. Nobody waits for a slow client.
//! - `server`: sockets, TLS, and what a client may take of either. `router` says which path is whose.
//! - `auth`: who may see it. Tokens, sessions, and how often one may be wrong.
//! - `api`: the resources, one file each, as types of their own: what is on the wire between agents may change without
//!   them.
//! - `stream`: what a dashboard looks at, live, over WebSockets.
//! - `page`: the dashboard itself, as files that browsers ask for.
//! - [`metrics`]: all hosts in the text formats of Prometheus and OpenMetrics.
//! - `problem`: all that goes wrong, in the form of RFC 9457.
//!
//! All bounds are in [`limits`].

mod api;
mod auth;
mod headers;
pub mod limits;
pub mod metrics;
mod model;
mod options;
mod page;
mod problem;
mod server;
mod stream;
mod timestamp;

pub use auth::{Token, TokenError, Tokens};
pub use options::{ServeOptions, Theme, Tls};
pub use server::{ServeError, Server};
