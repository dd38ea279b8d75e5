//! What waits for one link: bounded, and never old news.

use std::collections::VecDeque;
use std::time::Duration;

use crate::limits::{QUEUE_BYTES_MAX, QUEUE_ENTRY_BYTES, QUEUE_LOW_BYTES, QUEUE_ROOM_BYTES};
use crate::message::Message;

/// Where a message belongs in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Goes first and is never dropped.
    Control,
    /// News of an origin: replaced by newer news of the same origin.
    Origin {
        /// Which origin.
        key: u64,
        /// What it replaces.
        rank: Rank,
    },
    /// Goes with the news, and neither replaces any nor is replaced.
    Single,
}

/// What a message about an origin makes obsolete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The origin's whole state: replaces all that waits of it.
    Keyframe,
    /// What differs from the last keyframe: replaces what differed before.
    Delta,
}

/// A queue that conflates: at most one keyframe and one delta wait of each origin, and of all together no more
/// than [`QUEUE_BYTES_MAX`] bytes, [`QUEUE_ENTRY_BYTES`] for each message included, beyond which the oldest news is dropped.
#[derive(Debug, Default)]
pub struct Queue {
    control: VecDeque<Message>,
    news: VecDeque<News>,
    control_bytes: usize,
    news_bytes: usize,
    dropped: u64,
    room_is_wanted: bool,
}

#[derive(Debug)]
struct News {
    /// Of which origin, and what it replaces; none if it stands alone.
    place: Option<(u64, Rank)>,
    message: Message,
    since: Duration,
}

/// Control messages alone fill the queue: the peer does not read what it needs to know, or too much is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrun;

impl Queue {
    /// Adds a message that waits from `now` on. News that is longer than the whole queue is dropped at once.
    ///
    /// # Errors
    /// [`Overrun`] if control messages fill the queue, without room for this one; the link is to be closed then.
    pub fn push(&mut self, slot: Slot, message: Message, now: Duration) -> Result<(), Overrun> {
        let bytes = cost(&message);
        match slot {
            Slot::Control if self.control_bytes + bytes > QUEUE_BYTES_MAX => return Err(Overrun),
            Slot::Control => {
                self.control_bytes += bytes;
                self.control.push_back(message);
            }
            Slot::Origin { .. } | Slot::Single if bytes > QUEUE_BYTES_MAX => {
                self.dropped += 1;
                return Ok(());
            }
            Slot::Origin { key, rank } => {
                self.forget(key, rank);
                self.news_bytes += bytes;
                self.news.push_back(News { place: Some((key, rank)), message, since: now });
            }
            Slot::Single => {
                self.news_bytes += bytes;
                self.news.push_back(News { place: None, message, since: now });
            }
        }
        while self.bytes() > QUEUE_BYTES_MAX
            && let Some(oldest) = self.news.pop_front()
        {
            self.news_bytes -= cost(&oldest.message);
            self.dropped += 1;
        }
        Ok(())
    }

    /// The next message, and for news how long it has waited.
    pub fn pop(&mut self, now: Duration) -> Option<(Message, Option<Duration>)> {
        if let Some(message) = self.control.pop_front() {
            self.control_bytes -= cost(&message);
            return Some((message, None));
        }
        let News { message, since, .. } = self.news.pop_front()?;
        self.news_bytes -= cost(&message);
        Some((message, Some(now.saturating_sub(since))))
    }

    /// Whether there is room for more of a snapshot. If not, [`takes_more_again`](Self::takes_more_again) tells when.
    pub fn has_room(&mut self) -> bool {
        let has_room = self.bytes() < QUEUE_ROOM_BYTES;
        self.room_is_wanted |= !has_room;
        has_room
    }

    /// Whether somebody found no room before and there is again. Says so once.
    pub fn takes_more_again(&mut self) -> bool {
        let again = self.room_is_wanted && self.bytes() < QUEUE_LOW_BYTES;
        self.room_is_wanted &= !again;
        again
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.control.is_empty() && self.news.is_empty()
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.control.len() + self.news.len()
    }

    /// Bytes that wait, [`QUEUE_ENTRY_BYTES`] for each message included.
    pub fn bytes(&self) -> usize {
        self.control_bytes + self.news_bytes
    }

    /// Drops all that waits; it counts as dropped.
    pub fn clear(&mut self) {
        self.dropped += u64::try_from(self.len()).unwrap_or(u64::MAX);
        self.control.clear();
        self.news.clear();
        (self.control_bytes, self.news_bytes) = (0, 0);
    }

    /// How many messages were dropped, since the last time somebody asked.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// Removes what news of this rank makes obsolete.
    fn forget(&mut self, key: u64, rank: Rank) {
        let bytes = &mut self.news_bytes;
        self.news.retain(|old| {
            let is_obsolete = |(of, old)| of == key && (rank == Rank::Keyframe || old == Rank::Delta);
            let obsolete = old.place.is_some_and(is_obsolete);
            if obsolete {
                *bytes -= cost(&old.message);
            }
            !obsolete
        });
    }
}

/// What a message takes of a queue.
fn cost(message: &Message) -> usize {
    QUEUE_ENTRY_BYTES + message.len()
}
