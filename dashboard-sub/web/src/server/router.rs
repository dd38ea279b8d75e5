//! Which path is whose, and what every request goes through before it gets there.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::App;
use crate::limits::{REQUEST_TIME_MAX, URI_BYTES_MAX};
use crate::problem::Problem;
use crate::{api, auth, headers, page, stream};

/// Everything that is served. From the outside in: headers, where the request comes from, time, compression, whether it
/// changed; then who may see it, for all but what says nothing of the network.
pub(super) fn router(app: App) -> Router {
    let closed =
        api::closed().merge(stream::closed()).route_layer(from_fn_with_state(app.clone(), auth::require));
    api::open()
        .merge(page::open())
        .merge(closed)
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn(tag))
        // Beyond the fastest level a scrape takes three times as long to become a fifth shorter.
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(|_| our_fault()))
        .layer(from_fn(hurry))
        .layer(from_fn_with_state(app.clone(), auth::check_site))
        .layer(middleware::map_response_with_state(app.clone(), headers::add))
        .with_state(app)
}

async fn nowhere() -> Problem {
    Problem::not_found("nothing is here: /api/ lists what there is")
}

async fn not_so(request: Request) -> Problem {
    let method = request.method().as_str().to_owned();
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("this cannot be asked for by {method}: see `Allow`"))
}

/// What a panic is to whoever asked; the panic itself is in the log.
fn our_fault() -> Response {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed here, which is its own fault")
        .into_response()
}

/// Refuses what is too long to mean anything, and gives up what takes too long.
async fn hurry(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|text| text.as_str().len() > URI_BYTES_MAX) {
        let detail = format!("path and query have more than {URI_BYTES_MAX} bytes");
        return Problem::new(StatusCode::URI_TOO_LONG, detail).into_response();
    }
    match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(format!("this took more than {} s", seconds(REQUEST_TIME_MAX)))
            .into_response(),
    }
}

/// Gives each answer that is there as a whole a tag of its content, and answers 304 to those who have it already.
async fn tag(request: Request, next: Next) -> Response {
    let is_read = request.method().is_safe();
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let is_whole = http_body::Body::size_hint(response.body()).exact().is_some();
    if !is_read
        || !is_whole
        || response.status() != StatusCode::OK
        || response.headers().contains_key(header::ETAG)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return our_fault() };
    let body = body.to_bytes();
    let digest: String = Sha256::digest(&body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // Weak, as compression may follow.
    let tag = format!("W/\"{digest}\"");
    let is_known = known.and_then(|known| Some(known.to_str().ok()?.contains(&tag))).unwrap_or(false);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, axum::body::Body::empty());
    }
    Response::from_parts(parts, body.into())
}

const fn seconds(duration: Duration) -> u64 {
    duration.as_secs()
}
