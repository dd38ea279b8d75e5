//! How much the log may tell of what others do.

use grapevine_proto::Moment;

/// Lines of the log about links that others make and break. Whoever comes and goes a thousand times fills no disk, and
/// what is left out is counted.
#[derive(Debug, Default)]
pub(super) struct Quota {
    /// When as many lines as there may be at once are left again (ITU-T I.371, annex A).
    full_at: Moment,
    left_out: u64,
}

impl Quota {
    /// Whether one more line may be told. The first after some that might not tells how many those were.
    pub(super) fn take(&mut self, now: Moment) -> bool {
        let full_at = self.full_at.max(now).after_ms(INTERVAL_MS);
        if full_at > now.after_ms(BURST * INTERVAL_MS) {
            self.left_out += 1;
            return false;
        }
        self.full_at = full_at;
        let lines = std::mem::take(&mut self.left_out);
        if lines > 0 {
            tracing::warn!(lines, "links come and go too often for the log; some lines are left out");
        }
        true
    }
}

/// Lines at once: all the neighbours and dashboards that an agent has, when its network comes back.
const BURST: u64 = 64;

/// Time in which one more line may be told, in milliseconds.
const INTERVAL_MS: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_a_line_a_second() {
        let mut quota = Quota::default();
        let told = |quota: &mut Quota, now| (0..1000).filter(|_| quota.take(Moment(now))).count();
        assert_eq!(told(&mut quota, 5), 64);
        assert_eq!(quota.left_out, 936);
        assert_eq!(told(&mut quota, 3005), 3);
        assert_eq!(quota.left_out, 997, "those before were told");
        assert_eq!(told(&mut quota, 1_000_000), 64);
    }
}
