//! Sessions: what a browser has instead of the token.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::time::{self, timeout_at};

use super::Role;
use crate::limits::SESSIONS_MAX;

/// All sessions. They are known by the hashes of their ids alone, and end with the server.
#[derive(Debug)]
pub(super) struct Sessions {
    length: Duration,
    by_hash: Mutex<BTreeMap<[u8; 32], Session>>,
    /// Told whenever one was ended.
    ended: watch::Sender<()>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    role: Role,
    until: Instant,
}

impl Sessions {
    /// None yet; each will last for `length`.
    pub(super) fn new(length: Duration) -> Self {
        Self { length, by_hash: Mutex::default(), ended: watch::Sender::default() }
    }

    /// Begins a session of whoever has `role`, and returns its id, a random number of 256 bits.
    pub(super) fn begin(&self, role: Role, now: Instant) -> Result<String, getrandom::Error> {
        let mut id = [0; 32];
        getrandom::fill(&mut id)?;
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut by_hash = self.lock();
        by_hash.retain(|_, session| session.until > now);
        if by_hash.len() >= SESSIONS_MAX {
            let first = by_hash.iter().min_by_key(|(_, session)| session.until).map(|(hash, _)| *hash);
            first.and_then(|hash| by_hash.remove(&hash));
            self.ended.send_replace(());
        }
        by_hash.insert(hash(&id), Session { role, until: now + self.length });
        Ok(id)
    }

    /// What the owner of the session `id` may do.
    pub(super) fn role_of(&self, id: &str, now: Instant) -> Option<Role> {
        let session = *self.lock().get(&hash(id))?;
        (session.until > now).then_some(session.role)
    }

    /// Ends the session `id`.
    pub(super) fn end(&self, id: &str) {
        self.lock().remove(&hash(id));
        self.ended.send_replace(());
    }

    /// Ends all sessions and tells how many there were.
    pub(super) fn end_all(&self) -> usize {
        let count = std::mem::take(&mut *self.lock()).len();
        self.ended.send_replace(());
        count
    }

    /// Waits until none of the sessions `ids` is left.
    pub(super) async fn all_ended(&self, ids: &[String]) {
        let mut ended = self.ended.subscribe();
        loop {
            let untils: Vec<Instant> = {
                let by_hash = self.lock();
                ids.iter().filter_map(|id| Some(by_hash.get(&hash(id))?.until)).collect()
            };
            let last = untils.into_iter().max().filter(|until| *until > time::Instant::now().into_std());
            let Some(last) = last else { return };
            // Whether one was ended or time is up is seen above.
            drop(timeout_at(last.into(), ended.changed()).await);
        }
    }

    /// How long a session lasts.
    pub(super) fn length(&self) -> Duration {
        self.length
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Session>> {
        self.by_hash.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_in_time_and_when_told() {
        let now = Instant::now();
        let hour = Duration::from_secs(3600);
        let sessions = Sessions::new(hour);
        let [first, second] = [Role::Reader, Role::Admin].map(|role| sessions.begin(role, now).unwrap());
        assert_eq!(first.len(), 64);
        assert_eq!(sessions.role_of(&first, now), Some(Role::Reader));
        assert_eq!(sessions.role_of(&second, now), Some(Role::Admin));
        assert_eq!(sessions.role_of(&first, now + hour), None);
        assert_eq!(sessions.role_of("", now), None);
        sessions.end(&first);
        assert_eq!(sessions.role_of(&first, now), None);
        assert_eq!(sessions.end_all(), 1);
        assert_eq!(sessions.role_of(&second, now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stays_is_told_when_the_session_ends() {
        let hour = Duration::from_secs(3600);
        let sessions = Sessions::new(hour);
        let began = time::Instant::now();
        let [first, second] = [0, 1].map(|_| sessions.begin(Role::Reader, began.into_std()).unwrap());
        let ids = [first.clone(), second.clone()];
        let both = sessions.all_ended(&ids);
        tokio::pin!(both);
        sessions.end(&first);
        sessions.all_ended(&[first]).await;
        assert!(time::timeout(hour / 2, &mut both).await.is_err(), "one of them goes on");
        both.await;
        assert_eq!(began.elapsed().as_secs(), hour.as_secs());
        sessions.all_ended(&[]).await;
    }

    #[test]
    fn the_table_is_bounded_and_lets_go_of_the_oldest() {
        let now = Instant::now();
        let sessions = Sessions::new(Duration::from_secs(3600));
        let begin = |second| sessions.begin(Role::Reader, now + Duration::from_secs(second)).unwrap();
        let oldest = begin(0);
        let second = begin(1);
        for _ in 2..=SESSIONS_MAX {
            begin(2);
        }
        assert_eq!(sessions.lock().len(), SESSIONS_MAX);
        assert_eq!(sessions.role_of(&oldest, now), None);
        assert_eq!(sessions.role_of(&second, now), Some(Role::Reader));
    }
}
