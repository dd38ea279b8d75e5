//! The memory of an archive: pieces of one size, handed out and taken back.

use super::token::{ABSENT, Point, Reader, Token};

/// A piece of a tape. Each can be read by itself, so that the oldest can be given back without the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    /// When the first point is.
    pub(super) start: u32,
    /// The chunk that follows, or [`NONE`].
    pub(super) next: u32,
    used: u8,
    bytes: [u8; CHUNK_BYTES - 9],
}

/// Size of a chunk: a line of the processor's cache. Of its bytes 55 hold values.
pub(crate) const CHUNK_BYTES: usize = 64;

const _: () = assert!(size_of::<Chunk>() == CHUNK_BYTES, "no padding");

/// No chunk.
pub(super) const NONE: u32 = u32::MAX;

impl Chunk {
    /// One without points, of which the first will be at `start`. There is no moment 0: it is before any other.
    pub(super) fn empty(start: u32) -> Self {
        Self { start, next: NONE, used: 0, bytes: [0; CHUNK_BYTES - 9] }
    }

    /// One that begins with this point.
    pub(super) fn starting(point: Point) -> Self {
        let mut chunk = Self::empty(point.at);
        if let Some(token) = Token::of(chunk.before(), point) {
            chunk.push(&token);
        }
        chunk
    }

    /// Adds a token, if there is room.
    pub(super) fn push(&mut self, token: &Token) -> bool {
        let (bytes, used) = (token.bytes(), usize::from(self.used));
        let Some(room) = self.bytes.get_mut(used..used + bytes.len()) else { return false };
        room.copy_from_slice(bytes);
        self.used = u8::try_from(used + bytes.len()).unwrap_or(u8::MAX);
        true
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::new(self.bytes.get(..usize::from(self.used)).unwrap_or_default(), self.before())
    }

    /// What its first token counts from.
    pub(super) fn before(&self) -> Point {
        Point { at: self.start.wrapping_sub(1), value: ABSENT }
    }
}

/// All chunks of an archive. Grows as they are needed, up to its bound, and never shrinks.
#[derive(Debug)]
pub(super) struct Pool {
    slabs: Vec<Box<[Chunk]>>,
    /// The first of the free chunks, which are linked.
    free: u32,
    free_count: usize,
    count_max: usize,
}

/// Chunks that are taken from the system at once: 64 KiB.
const SLAB_CHUNKS: usize = 1024;

impl Pool {
    /// An empty pool of at most this many chunks, rounded down to whole slabs.
    pub(super) fn new(count_max: usize) -> Self {
        Self {
            slabs: Vec::new(),
            free: NONE,
            free_count: 0,
            count_max: (count_max / SLAB_CHUNKS).max(1) * SLAB_CHUNKS,
        }
    }

    /// How many chunks can be had.
    pub(super) fn available(&self) -> usize {
        self.free_count + self.count_max.saturating_sub(self.slabs.len() * SLAB_CHUNKS)
    }

    /// Bytes of all chunks, used and free.
    pub(super) fn bytes(&self) -> usize {
        self.slabs.len() * SLAB_CHUNKS * CHUNK_BYTES
    }

    /// Stores a chunk and returns its number.
    pub(super) fn put(&mut self, chunk: Chunk) -> Option<u32> {
        if self.free == NONE {
            self.grow()?;
        }
        let number = self.free;
        let place = self.get_mut(number)?;
        let next_free = place.next;
        *place = chunk;
        self.free = next_free;
        self.free_count = self.free_count.saturating_sub(1);
        Some(number)
    }

    /// Takes a chunk back.
    pub(super) fn free(&mut self, number: u32) {
        let first = self.free;
        if let Some(chunk) = self.get_mut(number) {
            chunk.next = first;
            self.free = number;
            self.free_count += 1;
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&Chunk> {
        let (slab, place) = locate(number)?;
        self.slabs.get(slab)?.get(place)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Chunk> {
        let (slab, place) = locate(number)?;
        self.slabs.get_mut(slab)?.get_mut(place)
    }

    fn grow(&mut self) -> Option<()> {
        let first = self.slabs.len() * SLAB_CHUNKS;
        if first >= self.count_max {
            return None;
        }
        self.slabs.push(vec![Chunk::empty(0); SLAB_CHUNKS].into_boxed_slice());
        for number in (first..first + SLAB_CHUNKS).rev() {
            self.free(u32::try_from(number).ok()?);
        }
        Some(())
    }
}

fn locate(number: u32) -> Option<(usize, usize)> {
    let number = usize::try_from(number).ok()?;
    Some((number / SLAB_CHUNKS, number % SLAB_CHUNKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(at: u32) -> Chunk {
        Chunk::starting(Point { at, value: i64::from(at) })
    }

    #[test]
    fn chunks_are_handed_out_up_to_the_bound_and_again_when_they_came_back() {
        let mut pool = Pool::new(2 * SLAB_CHUNKS);
        assert_eq!((pool.available(), pool.bytes()), (2048, 0));
        let taken: Vec<u32> = (1..).map_while(|at| pool.put(chunk(at))).collect();
        assert_eq!((taken.len(), pool.available(), pool.bytes()), (2048, 0, 128 * 1024));
        assert_eq!(pool.get(taken[77]).unwrap().start, 78);
        pool.free(taken[77]);
        assert_eq!(pool.available(), 1);
        assert_eq!(pool.put(chunk(9999)), Some(taken[77]));
        assert_eq!(pool.put(chunk(1)), None);
    }

    #[test]
    fn a_full_chunk_takes_no_more() {
        let mut chunk = chunk(1);
        let mut pushed = 0;
        while Token::of(Point { at: 1, value: 0 }, Point { at: 2, value: 1 })
            .is_some_and(|token| chunk.push(&token))
        {
            pushed += 1;
        }
        assert_eq!(pushed, 54);
        let mut reader = chunk.reader();
        assert_eq!(std::iter::from_fn(|| reader.point()).count(), 55);
    }
}
