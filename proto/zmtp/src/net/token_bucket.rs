//! So much at once, and so much in a second in the long run.

use std::time::Duration;

/// A bucket that fills by itself and gives away one token at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenBucket {
    tokens: f64,
    filled: Duration,
}

impl TokenBucket {
    /// A bucket that holds `burst` tokens at `now`.
    pub(super) fn full(burst: u32, now: Duration) -> Self {
        Self { tokens: burst.into(), filled: now }
    }

    /// Whether there was a token to take at `now`.
    pub(super) fn take(&mut self, burst: u32, per_second: u32, now: Duration) -> bool {
        self.tokens = self.tokens(burst, per_second, now);
        self.filled = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }

    /// How many tokens it holds at `now`.
    pub(super) fn tokens(&self, burst: u32, per_second: u32, now: Duration) -> f64 {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * f64::from(per_second);
        (self.tokens + gained).min(burst.into())
    }
}
