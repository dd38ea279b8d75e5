//! Frames whose signatures hold.

use crate::frame::Frame;
use crate::origin::Verifier;

/// A frame that the owner of a key has sealed: the proof that its signature was checked.
#[derive(Clone, Debug)]
pub struct Genuine {
    frame: Frame,
    verifier: Verifier,
}

impl Genuine {
    /// Checks one signature. None if it does not hold.
    pub fn check(frame: Frame, verifier: Verifier) -> Option<Self> {
        frame.verify(&verifier).then_some(Self { frame, verifier })
    }

    /// Checks many signatures at once, at half the cost. None if any of them may not hold: check them one by one then.
    ///
    /// What is checked is a sum of all, with factors that are hashed from all of them: it holds if each signature does, and
    /// nobody can make it hold who has not the key to each. There is one difference: the owner of a key can make signatures
    /// with components of small order, which a batch lets pass now and then and [`Genuine::check`] never. So agents, which
    /// have to agree on what is genuine, check one by one; this is for those who only look.
    #[cfg(feature = "batch")]
    pub fn check_all(claims: Vec<(Frame, Verifier)>) -> Option<Vec<Self>> {
        let signed: Option<Vec<_>> = claims.iter().map(|(frame, _)| frame.signed()).collect();
        let verifiers = claims.iter().map(|(_, verifier)| verifier);
        let all_hold = Verifier::verify_batch(verifiers, &signed?);
        all_hold.then(|| claims.into_iter().map(|(frame, verifier)| Self { frame, verifier }).collect())
    }

    /// The frame.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Whose signature it is.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}
