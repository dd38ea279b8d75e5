//! GPUs that may sleep are let go of, so that they can.

/// Lets go, now and then, of GPUs that may sleep and do nothing: who reads a GPU keeps it awake.
#[derive(Debug, Default)]
pub(super) struct Rest {
    idle_since_ms: Option<u64>,
    until_ms: u64,
    /// A GPU that did not fall asleep has a reason, and is left in peace for a while.
    next_from_ms: u64,
}

impl Rest {
    /// Whether they are let go of now.
    pub(super) fn is_on(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }

    /// Takes whether they may sleep and do nothing.
    pub(super) fn note(&mut self, is_idle: bool, now_ms: u64) {
        let since_ms = is_idle.then(|| self.idle_since_ms.unwrap_or(now_ms));
        self.idle_since_ms = since_ms;
        let is_long = since_ms.is_some_and(|since_ms| now_ms.saturating_sub(since_ms) >= IDLE_FOR_MS);
        if is_long && now_ms >= self.next_from_ms {
            self.until_ms = now_ms.saturating_add(REST_MS);
            self.next_from_ms = now_ms.saturating_add(REST_MS + REST_INTERVAL_MS);
            self.idle_since_ms = None;
        }
    }
}

/// How long GPUs do nothing until they are let go of, in milliseconds.
const IDLE_FOR_MS: u64 = 10_000;

/// How long they are, in milliseconds: NVIDIA's driver lets a GPU sleep after a few seconds.
const REST_MS: u64 = 30_000;

/// Time until the next try with GPUs that did not fall asleep, in milliseconds.
const REST_INTERVAL_MS: u64 = 600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_gpus_are_let_go_of_now_and_then() {
        let mut rest = Rest::default();
        for now_ms in (0..IDLE_FOR_MS).step_by(1000) {
            rest.note(true, now_ms);
            assert!(!rest.is_on(now_ms + 1));
        }
        rest.note(true, IDLE_FOR_MS);
        assert!(rest.is_on(IDLE_FOR_MS + REST_MS - 1));
        let awake_again_ms = IDLE_FOR_MS + REST_MS;
        assert!(!rest.is_on(awake_again_ms));
        for now_ms in (awake_again_ms..awake_again_ms + REST_INTERVAL_MS).step_by(1000) {
            rest.note(true, now_ms);
            assert!(!rest.is_on(now_ms + 1), "it was tried a moment ago");
        }
        rest.note(true, awake_again_ms + REST_INTERVAL_MS);
        assert!(rest.is_on(awake_again_ms + REST_INTERVAL_MS + 1));
    }

    #[test]
    fn work_starts_the_wait_anew() {
        let mut rest = Rest::default();
        rest.note(true, 0);
        rest.note(false, 5000);
        rest.note(true, 6000);
        rest.note(true, IDLE_FOR_MS);
        assert!(!rest.is_on(IDLE_FOR_MS + 1));
        rest.note(true, 6000 + IDLE_FOR_MS);
        assert!(rest.is_on(6000 + IDLE_FOR_MS + 1));
    }
}
