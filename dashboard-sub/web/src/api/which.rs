//! Which host is meant.

use crate::model::{Shown, Snapshot};
use crate::problem::Problem;
use axum::http::StatusCode;

/// The host that `name` names: by its name, or by its origin where several have one name. Without any, the host whose agent
/// is attached to.
pub(crate) fn host<'s>(snapshot: &'s Snapshot, name: Option<&str>) -> Result<&'s Shown, Problem> {
    let Some(name) = name else {
        let none = || Problem::unavailable("no host's own agent has told of it yet: name a host by `host`");
        return snapshot.attached().ok_or_else(none);
    };
    match snapshot.named(name) {
        [host] => Ok(host),
        [] => {
            let origin = name.parse().ok().and_then(|origin| snapshot.of_origin(origin));
            origin
                .ok_or_else(|| Problem::not_found("no host has this name or origin: /api/v1/hosts lists all"))
        }
        several => {
            let origins: Vec<String> = several.iter().map(|entry| entry.host.origin().to_string()).collect();
            let detail =
                format!("several hosts have this name: ask for one by its origin, {}", origins.join(" or "));
            Err(Problem::new(StatusCode::CONFLICT, detail))
        }
    }
}
