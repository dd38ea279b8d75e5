//! The coarse tier of a series: least, mean and greatest value of every five minutes.

use std::iter;
use std::ops::Range;

use super::pool::{Chunk, NONE, Pool};
use super::run::Run;
use super::token::{Point, Token};

/// Seconds of a bucket.
pub(super) const BUCKET_S: u32 = 300;

/// What left the fine tier. Steps of the metric's scale throughout.
#[derive(Debug)]
pub(super) struct Coarse {
    head: u32,
    tail: u32,
    written: Point,
    /// Still being filled.
    open: Sum,
}

/// Some time condensed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    /// In seconds of the archive's clock.
    pub(super) seconds: Range<u32>,
    pub(super) min: i64,
    pub(super) mean: i64,
    pub(super) max: i64,
}

/// What a bucket's values add up to, weighted by time.
#[derive(Clone, Debug)]
struct Sum {
    seconds: Range<u32>,
    /// Seconds with a value.
    count: u32,
    sum: i64,
    min: i64,
    max: i64,
}

impl Coarse {
    pub(super) fn new() -> Self {
        Self { head: NONE, tail: NONE, written: Point { at: 0, value: 0 }, open: Sum::EMPTY }
    }

    /// Adds what was a run in the fine tier, later than all before. What is not later is left out.
    pub(super) fn add(&mut self, run: &Run, pool: &mut Pool) {
        let mut start = run.seconds.start.max(self.open.seconds.end);
        while start < run.seconds.end {
            let end = run.seconds.end.min(start - start % BUCKET_S + BUCKET_S);
            if self.open.count > 0 && start / BUCKET_S != self.open.seconds.start / BUCKET_S {
                self.write(pool);
                self.open = Sum::EMPTY;
            }
            self.open.add(start..end, run.value);
            start = end;
        }
    }

    /// All buckets in order, the last of which may be no whole one.
    pub(super) fn buckets<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = Bucket> + 'a {
        let chunks = iter::successors(pool.get(self.head), |chunk| pool.get(chunk.next));
        let written = chunks.flat_map(|chunk| {
            let mut reader = chunk.reader();
            iter::from_fn(move || {
                let Point { at, value: mean } = reader.point()?;
                let (below, above) = (reader.varint()?, reader.varint()?);
                let start = at.saturating_mul(BUCKET_S);
                Some(Bucket {
                    seconds: start..start.saturating_add(BUCKET_S),
                    min: mean.wrapping_sub_unsigned(below),
                    mean,
                    max: mean.wrapping_add_unsigned(above),
                })
            })
        });
        written.chain(self.open.bucket())
    }

    /// Gives the oldest chunk back, if another one begins before `bucket_start`, the second from which on all is to
    /// be kept.
    pub(super) fn forget_before(&mut self, second: u32, pool: &mut Pool) {
        while let Some(next) = pool.get(self.head).and_then(|chunk| pool.get(chunk.next))
            && next.start.saturating_mul(BUCKET_S) <= second
        {
            self.drop_oldest(pool);
        }
    }

    /// Gives the oldest chunk back, whatever is in it. False if there is none.
    pub(super) fn drop_oldest(&mut self, pool: &mut Pool) -> bool {
        let Some(chunk) = pool.get(self.head) else { return false };
        let next = chunk.next;
        pool.free(self.head);
        self.head = next;
        if next == NONE {
            self.tail = NONE;
        }
        true
    }

    fn write(&mut self, pool: &mut Pool) {
        let Some(bucket) = self.open.bucket() else { return };
        let point = Point { at: bucket.seconds.start / BUCKET_S, value: bucket.mean };
        let spread = [bucket.mean.abs_diff(bucket.min), bucket.max.abs_diff(bucket.mean)];
        let with_spread = |mut token: Token| {
            spread.into_iter().for_each(|number| token.push_varint(number));
            token
        };
        let token = Token::of(self.written, point).filter(|_| self.tail != NONE).map(with_spread);
        let fits = token.is_some_and(|token| pool.get_mut(self.tail).is_some_and(|chunk| chunk.push(&token)));
        if !fits {
            let mut chunk = Chunk::empty(point.at);
            if let Some(token) = Token::of(chunk.before(), point) {
                chunk.push(&with_spread(token));
            }
            // Without room the oldest is what can be missed.
            let number = pool.put(chunk).or_else(|| {
                self.drop_oldest(pool);
                pool.put(chunk)
            });
            let Some(number) = number else { return };
            match pool.get_mut(self.tail) {
                Some(tail) => tail.next = number,
                None => self.head = number,
            }
            self.tail = number;
        }
        self.written = point;
    }
}

impl Sum {
    const EMPTY: Self = Self { seconds: 0..0, count: 0, sum: 0, min: i64::MAX, max: i64::MIN };

    fn add(&mut self, seconds: Range<u32>, value: i64) {
        let count = seconds.end.saturating_sub(seconds.start);
        let start = if self.count == 0 { seconds.start } else { self.seconds.start };
        self.seconds = start..seconds.end;
        self.count = self.count.saturating_add(count);
        // At most 300 values of at most 2^53.
        self.sum = self.sum.saturating_add(value.saturating_mul(i64::from(count)));
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn bucket(&self) -> Option<Bucket> {
        let mean = divide_rounded(self.sum, i64::from(self.count))?;
        Some(Bucket { seconds: self.seconds.clone(), min: self.min, mean, max: self.max })
    }
}

/// The nearest whole number, half a step away from 0.
fn divide_rounded(sum: i64, count: i64) -> Option<i64> {
    let half = count / 2;
    sum.saturating_add(if sum < 0 { -half } else { half }).checked_div(count)
}
