//! Long lists come in pages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::limits::{OFFSET_MAX, PAGE_DEFAULT, PAGE_MAX};
use crate::problem::Problem;

/// Some items of a list, with where to find the others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    pub(crate) timestamp: String,
    /// How many items there are on all pages.
    pub(crate) total: usize,
    /// How many come before these.
    pub(crate) offset: usize,
    /// The offset of the next page; `null` if this is the last one.
    pub(crate) next_offset: Option<usize>,
    /// The items.
    pub(crate) items: Vec<T>,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    limit: usize,
    offset: usize,
}

impl Range {
    /// With at most `limit` items behind the first `offset`.
    pub(crate) fn new(limit: Option<usize>, offset: Option<usize>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if limit == 0 || limit > PAGE_MAX {
            return Err(Problem::unprocessable(format!("limit: {limit} is not from 1 to {PAGE_MAX}")));
        }
        let offset = offset.unwrap_or_default();
        if offset > OFFSET_MAX {
            return Err(Problem::unprocessable(format!("offset: {offset} is not from 0 to {OFFSET_MAX}")));
        }
        Ok(Self { limit, offset })
    }

    /// How many items to leave out before the first.
    pub(crate) fn offset(self) -> usize {
        self.offset
    }

    /// The page of `all` that is so, of which each item is shown by `show`.
    pub(crate) fn page<A, T>(
        self,
        timestamp: String,
        all: impl ExactSizeIterator<Item = A>,
        show: impl FnMut(A) -> T,
    ) -> Page<T> {
        let total = all.len();
        let items: Vec<T> = all.skip(self.offset).take(self.limit).map(show).collect();
        let end = self.offset.saturating_add(items.len());
        let next_offset = (end < total).then_some(end);
        Page { timestamp, total, offset: self.offset, next_offset, items }
    }
}
