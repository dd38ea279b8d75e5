//! What the page takes of a browser: `dashboard-sub/web/check/browser/speed.mjs` measures it in Chromium.

use grapevine_tests::programs::{command, repository};

use super::Server;

pub(crate) async fn measure(server: &Server) {
    let url = format!("http://{}", server.address);
    let script = repository().join("dashboard-sub/web/check/browser/speed.mjs");
    let browsing = tokio::task::spawn_blocking(move || command("node").arg(script).arg(url).status());
    if !browsing.await.unwrap().is_ok_and(|status| status.success()) {
        println!("  left out: the browser needs node, Chromium, and `npm ci` in dashboard-sub/web/check");
    }
}
