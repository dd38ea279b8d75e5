//! Grapevine's protocol: the words, the metric catalogue, the frames and the gossip engine.

mod body;
pub mod catalogue;
mod compose;
mod frame;
pub mod gossip;
pub mod limits;
mod metric;
mod mirror;
mod moment;
mod origin;
mod quantise;
mod reading;

pub use body::{BodyError, Identity};
pub use compose::{ComposeError, Composer};
pub use frame::{Envelope, FRAME_OVERHEAD_BYTES, Frame, FrameError, FrameKind, Position, VERSION};
pub use metric::{Kind, LabelKeys, Metric, MetricId, MetricRef, Unit};
pub use mirror::{Applied, Mirror, MirrorError};
pub use moment::Moment;
pub use origin::{
    BadHostName, BadPublicKey, HostName, OriginId, OriginKey, PublicKey, SIGNATURE_BYTES, Verifier,
};
pub use quantise::Scale;
pub use reading::{Absence, Labels, Reading, State, Value};
