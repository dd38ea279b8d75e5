//! Elements of the output and the texts in them.

use grapevine_collectors::gpu::Figure;
use grapevine_proto::Absence;
use roxmltree::Node;

use crate::sources::printed::{self, Units};

/// An element, such as that of a GPU.
#[derive(Clone, Copy)]
pub(super) struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    pub(super) fn new(node: Node<'a, 'a>) -> Self {
        Self(node)
    }

    /// All elements in it with this name, in their order.
    pub(super) fn all(self, name: &'static str) -> impl Iterator<Item = Self> {
        self.0.children().filter(move |node| node.has_tag_name(name)).map(Self)
    }

    /// The first element at `path`, the names of elements with `/` between.
    pub(super) fn at(self, path: &str) -> Option<Self> {
        let first = |node: Node<'a, 'a>, name| node.children().find(|node| node.has_tag_name(name));
        path.split('/').try_fold(self.0, first).map(Self)
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.0.attribute(name)
    }

    /// The text in it, without the white space around.
    pub(super) fn text(self) -> &'a str {
        self.0.text().unwrap_or_default().trim()
    }

    /// The number at `path`. A driver that writes no such element does not support it.
    pub(super) fn number(self, path: &str, units: &Units) -> Figure<f64> {
        printed::number(self.at(path).ok_or(Absence::Unsupported)?.text(), units)
    }

    /// The number at the first of `paths` that there is: the element's name depends on the driver's version.
    pub(super) fn number_at_one_of(self, paths: &[&str], units: &Units) -> Figure<f64> {
        let path = paths.iter().find(|path| self.at(path).is_some()).ok_or(Absence::Unsupported)?;
        self.number(path, units)
    }

    /// The text at `path`.
    pub(super) fn text_at(self, path: &str) -> Figure<&'a str> {
        printed::text(self.at(path).ok_or(Absence::Unsupported)?.text())
    }

    /// The yes or no at `path`.
    pub(super) fn flag(self, path: &str) -> Figure<bool> {
        printed::flag(self.at(path).ok_or(Absence::Unsupported)?.text())
    }

    /// Whether the GPU that it tells of has fallen off the bus: some figure says so.
    pub(super) fn is_lost(self) -> bool {
        self.0
            .descendants()
            .filter(Node::is_text)
            .any(|node| printed::is_lost(node.text().unwrap_or_default()))
    }
}
