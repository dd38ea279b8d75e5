//! Frames that arrived, and whether their signatures were checked.

use grapevine_proto::{Applied, Frame, FrameError, Genuine, Mirror, MirrorError, Verifier};

/// A frame that arrived.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// Whoever takes it in has to check its signature.
    Unchecked(Frame),
    /// Its signature holds.
    Checked(Genuine),
}

impl Arrived {
    /// The bytes of a message as a frame.
    pub(crate) fn parse(bytes: bytes::Bytes) -> Result<Self, FrameError> {
        Frame::parse(bytes).map(Self::Unchecked)
    }

    pub(crate) fn frame(&self) -> &Frame {
        match self {
            Self::Unchecked(frame) => frame,
            Self::Checked(genuine) => genuine.frame(),
        }
    }

    /// What this keyframe says.
    pub(crate) fn mirror(&self) -> Result<Mirror, MirrorError> {
        match self {
            Self::Unchecked(frame) => Mirror::new(frame),
            Self::Checked(genuine) => Mirror::of_genuine(genuine),
        }
    }

    /// Lets the mirror of its origin take it in.
    pub(crate) fn apply_to(&self, mirror: &mut Mirror) -> Result<Applied, MirrorError> {
        match self {
            Self::Unchecked(frame) => mirror.apply(frame),
            Self::Checked(genuine) => mirror.apply_genuine(genuine),
        }
    }
}

/// Checks those frames that come with a verifier, all at once. Where one of them does not hold, all stay unchecked.
pub(crate) fn check_together(
    frames: Vec<(Result<Frame, FrameError>, Option<Verifier>)>,
) -> impl Iterator<Item = Result<Arrived, FrameError>> {
    let claim = |(frame, verifier): &(Result<Frame, _>, Option<Verifier>)| {
        Some((frame.as_ref().ok()?.clone(), verifier.clone()?))
    };
    let claims: Vec<_> = frames.iter().filter_map(claim).collect();
    let checked = if claims.len() < 2 { None } else { Genuine::check_all(claims) };
    let mut checked = checked.unwrap_or_default().into_iter();
    frames.into_iter().map(move |(frame, verifier)| {
        let genuine = verifier.and_then(|_| checked.next());
        frame.map(|frame| genuine.map_or(Arrived::Unchecked(frame), Arrived::Checked))
    })
}
