//! A series in the fine tier: where its value changed, oldest first.

use std::iter;

use super::pool::{Chunk, NONE, Pool};
use super::token::{ABSENT, Point, Token};

/// A chain of chunks and the pens that write to it.
///
/// What is live is written at its end. Where the past may still come, because a link to an agent was just made, a second
/// pen stays at the place that it belongs to: a chunk that it adds is linked in there, before what came live.
#[derive(Debug)]
pub(super) struct Tape {
    head: u32,
    live: Pen,
    past: Option<Box<Pen>>,
}

/// Writes points one after the other. The latest is open, not yet in a chunk: another may come in the same second.
#[derive(Clone, Copy, Debug)]
struct Pen {
    /// The chunk that it writes to, or [`NONE`] before it wrote at all.
    chunk: u32,
    written: Point,
    open: Point,
}

/// Which pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the end of the tape.
    End,
    /// Where the tape was split.
    Split,
}

impl Tape {
    pub(super) fn new() -> Self {
        Self { head: NONE, live: Pen::FRESH, past: None }
    }

    /// Says that the series has this value from now on, in steps or [`ABSENT`].
    pub(super) fn set(&mut self, place: Place, point: Point, pool: &mut Pool) {
        let pen = self.pen(place);
        if point.value == pen.open.value {
            return;
        }
        if point.at > pen.open.at {
            self.flush(place, pool);
            self.pen(place).open = point;
        } else {
            pen.open.value = point.value;
        }
    }

    /// From here on the past may be told up to what is said next.
    pub(super) fn split(&mut self, pool: &mut Pool) {
        self.flush(Place::Split, pool);
        // That there is nothing is said by an empty tape as well.
        if self.head != NONE || self.live.open.value != ABSENT {
            self.flush(Place::End, pool);
        }
        // Where nothing was written at the end, the end is still that of the past.
        if self.live.chunk != NONE {
            self.past = Some(Box::new(self.live));
        }
        self.live = Pen::FRESH;
    }

    /// Takes back the one point that was said at the end since the tape was split.
    pub(super) fn rewind(&mut self) {
        if self.live.chunk == NONE {
            self.live = Pen::FRESH;
        }
    }

    /// The past has been told.
    pub(super) fn close_split(&mut self, pool: &mut Pool) {
        self.flush(Place::Split, pool);
        if self.live.chunk == NONE
            && let Some(pen) = self.past.take_if(|pen| pen.chunk != NONE)
        {
            // Nothing was written after it, so the tape goes on where it ends.
            let open = if self.live.open.value == UNSAID { pen.open } else { self.live.open };
            self.live = Pen { open, ..*pen };
        }
        self.past = None;
    }

    /// All points from the one that counts at `from` on, in order.
    pub(super) fn points<'a>(&'a self, from: u32, pool: &'a Pool) -> impl Iterator<Item = Point> + 'a {
        let unwritten = self.past.iter().filter(|pen| pen.chunk == NONE).filter_map(|pen| pen.unwritten());
        let chunks = iter::successors(pool.get(self.head).map(|chunk| (self.head, chunk)), |(_, chunk)| {
            pool.get(chunk.next).map(|next| (chunk.next, next))
        });
        let is_over = move |chunk: &Chunk| pool.get(chunk.next).is_some_and(|next| next.start <= from);
        unwritten
            .chain(
                chunks
                    .skip_while(move |(_, chunk)| is_over(chunk))
                    .flat_map(|(number, chunk)| self.points_of(number, chunk)),
            )
            .chain(self.live.unwritten())
    }

    /// Takes the oldest chunk off, if there is another: its points, and when the next one begins.
    pub(super) fn drop_oldest(&mut self, pool: &mut Pool) -> Option<(Vec<Point>, u32)> {
        let (number, chunk) = (self.head, *pool.get(self.head)?);
        let end = pool.get(chunk.next)?.start;
        let points = self.points_of(number, &chunk).collect();
        self.past.take_if(|pen| pen.chunk == number || pen.chunk == NONE);
        self.head = chunk.next;
        pool.free(number);
        Some((points, end))
    }

    /// When the second oldest chunk begins: what is before that can be dropped.
    pub(super) fn oldest_ends(&self, pool: &Pool) -> Option<u32> {
        Some(pool.get(pool.get(self.head)?.next)?.start)
    }

    /// Gives all chunks back.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        let mut number = self.head;
        while let Some(chunk) = pool.get(number) {
            let next = chunk.next;
            pool.free(number);
            number = next;
        }
        *self = Self::new();
    }

    fn points_of<'a>(&'a self, number: u32, chunk: &'a Chunk) -> impl Iterator<Item = Point> + use<'a> {
        let mut reader = chunk.reader();
        let unwritten =
            self.past.iter().filter(move |pen| pen.chunk == number).filter_map(|pen| pen.unwritten());
        iter::from_fn(move || reader.point()).chain(unwritten)
    }

    fn pen(&mut self, place: Place) -> &mut Pen {
        match place {
            Place::End => &mut self.live,
            Place::Split => self.past.get_or_insert_with(|| Box::new(Pen::FRESH)),
        }
    }

    /// Writes the open point. Without a free chunk it is lost, and all that the tape had with it: better no history
    /// than a wrong one.
    fn flush(&mut self, place: Place, pool: &mut Pool) {
        let pen = match place {
            Place::End => self.live,
            Place::Split => match &self.past {
                Some(pen) => **pen,
                None => return,
            },
        };
        let Some(point) = pen.unwritten() else { return };
        // Before the past there is nothing. At the end it counts, since the past may yet come.
        if place == Place::Split && pen.chunk == NONE && point.value == ABSENT {
            return;
        }
        let token = Token::of(pen.written, point).filter(|_| pen.chunk != NONE);
        let fits = token.is_some_and(|token| pool.get_mut(pen.chunk).is_some_and(|chunk| chunk.push(&token)));
        let chunk = if fits { Some(pen.chunk) } else { self.link(place, point, pool) };
        match chunk {
            Some(chunk) => *self.pen(place) = Pen { chunk, written: point, ..pen },
            None => self.clear(pool),
        }
    }

    /// A new chunk that begins with this point, after the one that the pen has written to.
    fn link(&mut self, place: Place, point: Point, pool: &mut Pool) -> Option<u32> {
        let end_of_past = self.past.as_ref().map_or(NONE, |pen| pen.chunk);
        let before = match place {
            Place::End if self.live.chunk != NONE => self.live.chunk,
            Place::End | Place::Split => end_of_past,
        };
        let next = pool.get(before).map_or(self.head, |chunk| chunk.next);
        let mut chunk = Chunk::starting(point);
        chunk.next = next;
        let number = pool.put(chunk)?;
        match pool.get_mut(before) {
            Some(chunk) => chunk.next = number,
            None => self.head = number,
        }
        Some(number)
    }
}

/// Before anything was said.
pub(super) const UNSAID: i64 = ABSENT + 1;

impl Pen {
    const FRESH: Self = {
        let nothing = Point { at: 0, value: UNSAID };
        Self { chunk: NONE, written: nothing, open: nothing }
    };

    fn unwritten(&self) -> Option<Point> {
        (self.open.value != self.written.value).then_some(self.open)
    }
}
