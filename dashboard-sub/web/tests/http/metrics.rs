//! Series for Prometheus, over the wire.

use crate::client::get;
use crate::site::{READER, Site};

#[tokio::test]
async fn prometheus_gets_the_format_that_it_likes() {
    let site = Site::open(25).await;
    let plain = site.get("/metrics").await;
    assert_eq!(plain.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = String::from_utf8(plain.body).unwrap();
    assert!(text.contains("\ngrapevine_up{host=\""));
    let open =
        site.send(get("/metrics").header("accept", "application/openmetrics-text;version=1.0.0")).await;
    assert_eq!(
        open.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(open.body.ends_with(b"# EOF\n"));
    let packed = site.send(get("/metrics").header("accept-encoding", "gzip")).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 5 < text.len());
    assert!(String::from_utf8(site.get("/metrics?names=node").await.body).unwrap().contains("node_load1{"));
    assert!(
        String::from_utf8(site.get("/metrics?names=dcgm").await.body)
            .unwrap()
            .contains("DCGM_FI_DEV_GPU_TEMP{")
    );
    site.get("/metrics?names=mine").await.problem(422);
}

#[tokio::test]
async fn they_take_the_token() {
    let site = Site::closed(1).await;
    site.get("/metrics").await.problem(401);
    assert_eq!(site.send(get("/metrics").bearer(READER)).await.status, 200);
}
