//! The dashboard: files that are part of the program, so that they work without any others and without the internet.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::server::App;

/// A file, by its path.
struct File {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

/// The files, which say nothing of the network: whoever reaches the server may read them, as the page to log in is one.
pub(crate) fn open() -> Router<App> {
    let index = Router::new().route("/", get(|| async { answer(&INDEX) }));
    FILES.iter().fold(index, |router, file| router.route(file.path, get(move || async { answer(file) })))
}

fn answer(file: &'static File) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(file.kind))], file.bytes).into_response()
}

macro_rules! file {
    ($path:literal, $kind:expr) => {
        File { path: $path, kind: $kind, bytes: include_bytes!(concat!("../../page", $path)) }
    };
}

const INDEX: File = file!("/index.html", "text/html; charset=utf-8");
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [File; 52] = [
    file!("/app/ask.js", SCRIPT),
    file!("/app/config.js", SCRIPT),
    file!("/app/dom.js", SCRIPT),
    file!("/app/format.js", SCRIPT),
    file!("/app/keys.js", SCRIPT),
    file!("/app/live.js", SCRIPT),
    file!("/app/main.js", SCRIPT),
    file!("/app/patch.js", SCRIPT),
    file!("/app/route.js", SCRIPT),
    file!("/app/series.js", SCRIPT),
    file!("/app/status.js", SCRIPT),
    file!("/app/theme.js", SCRIPT),
    file!("/app/view/chart.js", SCRIPT),
    file!("/app/view/events.js", SCRIPT),
    file!("/app/view/filter.js", SCRIPT),
    file!("/app/view/gpu.js", SCRIPT),
    file!("/app/view/help.js", SCRIPT),
    file!("/app/view/host.js", SCRIPT),
    file!("/app/view/hosts.js", SCRIPT),
    file!("/app/view/login.js", SCRIPT),
    file!("/app/view/map.js", SCRIPT),
    file!("/app/view/mesh.js", SCRIPT),
    file!("/app/view/overview.js", SCRIPT),
    file!("/app/view/panel/agent.js", SCRIPT),
    file!("/app/view/panel/backups.js", SCRIPT),
    file!("/app/view/panel/containers.js", SCRIPT),
    file!("/app/view/panel/cpu.js", SCRIPT),
    file!("/app/view/panel/drives.js", SCRIPT),
    file!("/app/view/panel/links.js", SCRIPT),
    file!("/app/view/panel/memory.js", SCRIPT),
    file!("/app/view/panel/mounts.js", SCRIPT),
    file!("/app/view/panel/network.js", SCRIPT),
    file!("/app/view/panel/processes.js", SCRIPT),
    file!("/app/view/panel/services.js", SCRIPT),
    file!("/app/view/panel/timers.js", SCRIPT),
    file!("/app/view/parts.js", SCRIPT),
    file!("/app/view/ring.js", SCRIPT),
    file!("/app/view/shell.js", SCRIPT),
    file!("/icon.svg", "image/svg+xml"),
    file!("/style/base.css", STYLE),
    file!("/style/chart.css", STYLE),
    file!("/style/fleet.css", STYLE),
    file!("/style/host.css", STYLE),
    file!("/style/shell.css", STYLE),
    file!("/style/tokens.css", STYLE),
    file!("/vendor/hooks.mjs", SCRIPT),
    file!("/vendor/htm.mjs", SCRIPT),
    file!("/vendor/preact.mjs", SCRIPT),
    file!("/vendor/signals-core.mjs", SCRIPT),
    file!("/vendor/signals.mjs", SCRIPT),
    file!("/vendor/uplot.css", STYLE),
    file!("/vendor/uplot.mjs", SCRIPT),
];

#[cfg(test)]
mod tests;
