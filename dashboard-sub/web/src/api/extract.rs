//! What is read from a request, with a problem where it cannot be.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::limits::BODY_BYTES_MAX;
use crate::problem::Problem;

/// The query.
pub(crate) struct Query<T>(pub(crate) T);

/// The parts of the path that vary.
pub(crate) struct Path<T>(pub(crate) T);

/// The body, of type `application/json` and of [`BODY_BYTES_MAX`] at the most.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(query)| Self(query)).map_err(|rejection: QueryRejection| {
            Problem::unprocessable(format!("query: {}", reason(&rejection)))
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(path)| Self(path)).map_err(|rejection: PathRejection| {
            Problem::bad_request(format!("path: {}", rejection.body_text()))
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let limited = axum::body::Body::new(http_body_util::Limited::new(body, BODY_BYTES_MAX));
        let request = Request::from_parts(parts, limited);
        let json = axum::Json::from_request(request, state).await;
        json.map(|axum::Json(json)| Self(json)).map_err(|rejection: JsonRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a body has {BODY_BYTES_MAX} bytes at the most"),
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is to be of type application/json")
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                Problem::unprocessable("the body is JSON, but not what is asked for here")
            }
            // What was sent is not repeated: it may be a token.
            _ => Problem::bad_request("the body is not JSON"),
        })
    }
}

/// What is wrong with a query, without what says only that something is.
fn reason(rejection: &QueryRejection) -> String {
    let text = rejection.body_text();
    text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text).to_owned()
}
