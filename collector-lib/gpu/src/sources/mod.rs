//! The sources, a file or folder each.
