//! `/ws/gpu`: the GPUs of one host, for programs that want nothing else.

mod message;

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::IntoParams;

pub(crate) use self::message::GpuMessage;
use self::message::{GpuChange, GpuIdentity, GpuProblem, GpuReport, GpuState, Heartbeat};
use super::client::Told;
use super::hub::Hub;
use crate::api::which_host;
use crate::limits::GPU_INTERVAL;
use crate::model::{Snapshot, wall_s};
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Whose GPUs.
#[derive(Clone, Debug, Deserialize, IntoParams, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GpuLook {
    /// The host's name, or its origin; the host of the attached agent if nothing is said.
    host: Option<String>,
    /// Whether to tell of the machine around them, too.
    #[serde(default = "yes")]
    #[param(default = true)]
    system: bool,
}

/// What there is to say at one moment, encoded for all who listen.
#[derive(Debug, Default)]
pub(crate) struct GpuBeat {
    /// Counts up from 1; 0 before there is anything.
    number: u64,
    text: Utf8Bytes,
    timestamp: String,
    /// Whose GPUs these are; none while that is a problem.
    of: Option<(String, Vec<GpuIdentity>)>,
}

/// What is listened to.
pub(crate) type GpuHub = Hub<GpuLook, GpuBeat>;

/// A client that listens.
pub(super) struct Listener {
    beats: watch::Receiver<Arc<GpuBeat>>,
    /// The number of the beat that it got last.
    told: u64,
    /// The GPUs that it knows; none before the first.
    known: Option<Vec<GpuIdentity>>,
    /// The rest of what the last beat says: a message for each GPU that came or went, and one of all.
    rest: VecDeque<Utf8Bytes>,
}

impl Listener {
    /// One that knows nothing yet, if there is such a host.
    pub(super) fn new(look: GpuLook, app: &App) -> Result<Self, Problem> {
        which_host(&app.snapshot(), look.host.as_deref())?;
        let mut beats = watch_gpus(look, app);
        beats.mark_changed();
        Ok(Self { beats, told: 0, known: None, rest: VecDeque::new() })
    }

    fn take(&mut self, beat: &GpuBeat) {
        self.told = beat.number;
        if let Some((host, gpus)) = &beat.of {
            let known = self.known.replace(gpus.clone()).unwrap_or_else(|| gpus.clone());
            let change = |gpu: &GpuIdentity| GpuChange {
                timestamp: beat.timestamp.clone(),
                host: host.clone(),
                gpu: gpu.clone(),
            };
            let is_among = |gpu: &GpuIdentity, gpus: &[GpuIdentity]| gpus.iter().any(|it| it.is_same_as(gpu));
            let gone = known.iter().filter(|gpu| !is_among(gpu, gpus));
            let new = gpus.iter().filter(|gpu| !is_among(gpu, &known));
            let gone = gone.map(|gpu| GpuMessage::GpuRemoved(change(gpu)));
            let new = new.map(|gpu| GpuMessage::GpuAdded(change(gpu)));
            self.rest.extend(gone.chain(new).map(|message| encode(&message)));
        }
        self.rest.push_back(beat.text.clone());
    }
}

impl Told for Listener {
    /// There is nothing to say to it.
    fn hear(&mut self, _: &str) -> Option<Option<Utf8Bytes>> {
        None
    }

    async fn next(&mut self) -> Option<Utf8Bytes> {
        if self.rest.is_empty() {
            let told = self.told;
            let beat = Arc::clone(&*self.beats.wait_for(|beat| beat.number > told).await.ok()?);
            self.take(&beat);
        }
        self.rest.pop_front()
    }

    fn heartbeat(&self) -> Message {
        let heartbeat = Heartbeat { timestamp: iso8601(wall_s()) };
        Message::Text(encode(&GpuMessage::Heartbeat(heartbeat)))
    }
}

fn watch_gpus(look: GpuLook, app: &App) -> watch::Receiver<Arc<GpuBeat>> {
    let mut drawing = Drawing { look: look.clone(), shown: None, number: 0 };
    app.gpu_hub().watch(look, app.model().follow(), GPU_INTERVAL, move |snapshot| drawing.draw(snapshot))
}

struct Drawing {
    look: GpuLook,
    /// What was shown last, or that it was a problem.
    shown: Option<Result<GpuState, String>>,
    number: u64,
}

impl Drawing {
    fn draw(&mut self, snapshot: &Snapshot) -> Option<GpuBeat> {
        let state = which_host(snapshot, self.look.host.as_deref())
            .map(|shown| GpuState::of(shown, snapshot, self.look.system));
        let is_same = match (&self.shown, &state) {
            (Some(Ok(old)), Ok(new)) => old.says_the_same_as(new),
            (Some(Err(old)), Err(new)) => *old == new.detail(),
            _ => false,
        };
        if is_same {
            return None;
        }
        self.number += 1;
        let timestamp = iso8601(snapshot.wall_s);
        let of = state.as_ref().ok().map(|state| {
            let gpus = state.gpus.iter().map(message::GpuCard::identity).collect();
            (state.host().to_owned(), gpus)
        });
        self.shown = Some(state.clone().map_err(|problem| problem.detail().to_owned()));
        let message = match state {
            Ok(state) => GpuMessage::Gpus(GpuReport { timestamp: timestamp.clone(), state }),
            Err(problem) => GpuMessage::Problem(GpuProblem { timestamp: timestamp.clone(), problem }),
        };
        Some(GpuBeat { number: self.number, text: encode(&message), timestamp, of })
    }
}

/// Texts and numbers are always JSON.
fn encode(message: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(message).unwrap_or_default().into()
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Place and identifier of a GPU.
    type Gpu = (&'static str, Option<&'static str>);

    fn beat(number: u64, gpus: &[Gpu]) -> GpuBeat {
        let identity = |(id, uuid): &Gpu| GpuIdentity {
            id: (*id).to_owned(),
            name: None,
            uuid: uuid.map(str::to_owned),
        };
        GpuBeat {
            number,
            text: format!("all {number}").into(),
            timestamp: String::new(),
            of: Some(("srv-01".to_owned(), gpus.iter().map(identity).collect())),
        }
    }

    /// The kinds of what is said at once, with the GPUs.
    async fn hear(listener: &mut Listener) -> Vec<String> {
        let mut heard = vec![listener.next().await.unwrap()];
        heard.extend(listener.rest.drain(..));
        let kind = |text: &Utf8Bytes| match serde_json::from_str::<serde_json::Value>(text) {
            Ok(json) => format!("{} {}", json["type"].as_str().unwrap(), json["gpu"]["id"].as_str().unwrap()),
            Err(_) => text.to_string(),
        };
        heard.iter().map(kind).collect()
    }

    #[tokio::test]
    async fn who_is_slow_misses_states_but_no_gpu_that_came_or_went() {
        let (sender, beats) = watch::channel(Arc::default());
        let mut listener = Listener { beats, told: 0, known: None, rest: VecDeque::new() };
        let steps: [(&[Gpu], &[&str]); 6] = [
            (&[("0", Some("a")), ("1", Some("b"))], &["all 3"]),
            (&[("0", Some("a")), ("1", Some("b"))], &["all 6"]),
            (&[("0", Some("a"))], &["gpuRemoved 1", "all 9"]),
            (&[("0", Some("c")), ("1", None)], &["gpuRemoved 0", "gpuAdded 0", "gpuAdded 1", "all 12"]),
            (&[("0", Some("c")), ("1", Some("b"))], &["all 15"]),
            (&[], &["gpuRemoved 0", "gpuRemoved 1", "all 18"]),
        ];
        let mut number = 0;
        for (gpus, expected) in steps {
            for _ in 0..3 {
                number += 1;
                sender.send_replace(Arc::new(beat(number, gpus)));
            }
            assert_eq!(hear(&mut listener).await, expected);
        }
        drop(sender);
        assert!(listener.next().await.is_none());
    }
}
