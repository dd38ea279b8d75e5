//! Which hosts to show: `host=srv* gpu.temp>70 group=lab status!=ok`.
//!
//! A filter is terms with spaces between, which must all hold. A term is a key, an operator and a value, or a bare word
//! that the host's name contains; `!` or `not` before it turns it around.
//!
//! - Operators are `=` and `!=`, `>`, `>=`, `<` and `<=` for numbers and statuses, and `~` (contains) for texts.
//! - Values are alternatives with `|` between (`group=lab|office`), with `"` around what has spaces in it. In texts `*`
//!   stands for any characters and `?` for one; upper and lower case are the same. Numbers may have a unit: `80%`, `70C`,
//!   `10G` (of bytes in powers of 1024), `2d`.
//! - Keys are `host`, `group`, `role`, `freshness`, `status`, `status` of a panel (`drive.status`), `backup` (state of the
//!   worst job), `finding` (by its rule, such as `gpu_lost`), each [`Measure`] (`gpu.temp`), and each metric of the catalogue (`smart.wear`), of which any reading that
//!   holds is enough.
//!
//! What a host does not tell of holds nothing, not even `!=`; but a host is not of a group that it is not in.

mod key;
mod parse;
mod scan;
mod value;

use std::fmt;
use std::str::FromStr;

use crate::host::Host;
use crate::status::Assessment;
use crate::summary::{Measure, Summary};
use key::Key;
pub use scan::FilterError;
use value::{Op, Values};

/// Which hosts to show. The default shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    is_not: bool,
    key: Key,
    op: Op,
    values: Values,
}

impl Filter {
    /// The filter that is written `text`, of at most [`crate::limits::FILTER_BYTES_MAX`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::terms(text).map(|terms| Self { terms })
    }

    /// Whether it shows all hosts.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether `host` is to be shown, of which these are the summary and the assessment.
    pub fn matches(&self, host: &Host, summary: &Summary, assessment: &Assessment) -> bool {
        self.terms.iter().all(|term| term.is_not != term.holds(host, summary, assessment))
    }

    /// The keys that filters know, in the order in which people look for them; metrics of the catalogue aside.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Key::NAMES.iter().copied().chain(Measure::ALL.iter().map(|measure| measure.as_str()))
    }
}

impl Term {
    fn holds(&self, host: &Host, summary: &Summary, assessment: &Assessment) -> bool {
        let (op, values) = (self.op, &self.values);
        let text = |text: &str| values.hold_for_text(op, text);
        let status = |status| values.hold_for_status(op, status);
        match self.key {
            Key::Host => text(host.name().as_str()),
            Key::Role => text(&host.identity().role),
            Key::Freshness => text(summary.freshness.as_str()),
            Key::Group if op == Op::IsNot => host.identity().groups.iter().all(|group| text(group)),
            Key::Group => host.identity().groups.iter().any(|group| text(group)),
            Key::Status => status(assessment.status),
            Key::StatusOf(panel) => assessment.panel(panel).is_some_and(status),
            Key::Backup => summary.backup.is_some_and(|state| text(state.as_str())),
            Key::Finding => assessment.findings.iter().any(|finding| text(finding.rule.as_str())),
            Key::Measure(measure) => {
                summary.figure(measure).value.is_some_and(|number| values.hold_for_number(op, number))
            }
            Key::Metric(metric) => {
                host.readings().filter(|reading| reading.metric.id == metric.id).any(|reading| {
                    let holds_text = reading.state.text().is_some_and(text);
                    let number = reading.state.number();
                    holds_text || number.is_some_and(|number| values.hold_for_number(op, number))
                })
            }
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

/// As a filter can be written: parsing it gives the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Term { is_not, key, op, values }) in self.terms.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            let not = if *is_not { "!" } else { "" };
            write!(f, "{space}{not}{key}{op}{values}")?;
        }
        Ok(())
    }
}
