//! What happened: lately as a list, and from now on as a stream of server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, StreamExt, unfold};
use grapevine_sub::{Event, EventKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::page::{Page, Range};
use crate::auth::Visitor;
use crate::model::{Follow, Snapshot};
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Only those of the host of this name or origin.
    host: Option<String>,
    /// Most events of the list; a stream has no end.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many newer events to leave out of the list.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// Something that happened to a host, or to the link to the network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EventRow {
    /// How many were found out before, since the server started.
    number: u64,
    /// When it happened: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    at: String,
    /// The host's name; `null` if it is about the link.
    host: Option<String>,
    /// The host's origin; `null` if it is about the link.
    origin: Option<String>,
    /// `joined`, `restarted`, `left`, `silent`, `dead`, `back`, `forgotten`, `conflict`, `conflict_over`, `appeared`,
    /// `cleared`, `gpu_error`, `connected`, `disconnected` or `left_out`.
    kind: String,
    /// Which rule a finding is of that appeared or was cleared: a key of the thresholds. `null` for other kinds.
    rule: Option<&'static str>,
    /// How grave it is: `ok`, `unknown`, `warning`, `stale` or `critical`.
    severity: &'static str,
    /// A short sentence.
    what: String,
}

impl EventRow {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            number: event.number,
            at: iso8601(event.at_s),
            host: event.host.as_ref().map(ToString::to_string),
            origin: event.origin.map(|origin| origin.to_string()),
            kind: event.kind.as_str().replace(' ', "_"),
            rule: match event.kind {
                EventKind::Appeared(rule) | EventKind::Cleared(rule) => Some(rule.as_str()),
                _ => None,
            },
            severity: event.severity.as_str(),
            what: event.what.clone(),
        }
    }
}

/// What happened
///
/// A page of the latest events, the newest first. With `Accept: text/event-stream` a stream of what happens from now on: each
/// message has the event's number as `id`, its kind as `event`, and the same JSON as `data`. Who comes back with
/// `Last-Event-ID` gets what happened since. Who reads too slowly misses the oldest, and is told how many by an event
/// `missed`.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "fleet", params(EventsQuery),
    responses((status = 200, description = "A page, or a stream.", content(
        (Page<EventRow> = "application/json"), (String = "text/event-stream")
    )))
)]
pub(crate) async fn events(
    State(app): State<App>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    let snapshot = app.snapshot();
    if wants_stream(&headers) {
        let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
        let next = last.map_or(snapshot.event_count, |last| last.saturating_add(1).min(snapshot.event_count));
        let lost = async move { visitor.lost().await };
        let stream = stream(app.model().follow(), next, query.host).take_until(Box::pin(lost));
        return Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response());
    }
    let is_asked = |event: &&Arc<Event>| query.host.as_deref().is_none_or(|host| is_of(event, host));
    let events: Vec<&Arc<Event>> = snapshot.events.iter().filter(is_asked).collect();
    let page: Page<EventRow> =
        range.page(iso8601(snapshot.wall_s), events.into_iter(), |event| EventRow::of(event));
    Ok(Json(page).into_response())
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| range.trim().starts_with("text/event-stream"))
}

/// Whether it happened to the host of this name or origin.
pub(crate) fn is_of(event: &Event, host: &str) -> bool {
    event.host.as_ref().is_some_and(|name| name.as_str() == host)
        || event.origin.is_some_and(|origin| origin.to_string() == host)
}

/// All events from the one with the number `next` on, as they come; those of `host` alone if there is one. What waits for
/// the client are the events of one snapshot at the most.
fn stream(
    follow: Follow,
    next: u64,
    host: Option<String>,
) -> impl Stream<Item = Result<Message, Infallible>> {
    let pending = Pending { follow, next, host, messages: VecDeque::new() };
    unfold(pending, |mut pending| async move {
        while pending.messages.is_empty() {
            let snapshot = pending.follow.next().await?;
            pending.take(&snapshot);
        }
        pending.messages.pop_front().map(|message| (Ok(message), pending))
    })
}

struct Pending {
    follow: Follow,
    /// The number of the first event that was not looked at.
    next: u64,
    host: Option<String>,
    messages: VecDeque<Message>,
}

impl Pending {
    fn take(&mut self, snapshot: &Snapshot) {
        let next = self.next;
        if snapshot.event_count <= next {
            return;
        }
        let mut news: Vec<&Arc<Event>> =
            snapshot.events.iter().filter(|event| event.number >= next).collect();
        news.sort_unstable_by_key(|event| event.number);
        let missed =
            (snapshot.event_count - next).saturating_sub(u64::try_from(news.len()).unwrap_or(u64::MAX));
        if missed > 0 {
            self.messages.push_back(Message::default().event("missed").data(missed.to_string()));
        }
        let host = self.host.as_deref();
        for event in news.into_iter().filter(|event| host.is_none_or(|host| is_of(event, host))) {
            self.messages.extend(message(&EventRow::of(event)));
        }
        self.next = snapshot.event_count;
    }
}

/// Texts and numbers are always JSON, in one line.
fn message(row: &EventRow) -> Option<Message> {
    Message::default().id(row.number.to_string()).event(&row.kind).json_data(row).ok()
}

/// Proxies end streams that say nothing for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
