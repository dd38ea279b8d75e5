//! How figures are shown: a macro that declares an object of an answer, made from a panel of the library.

use std::collections::BTreeMap;

use grapevine_sub::panel::Figure;
use serde::Serialize;

/// What there is to say of an object's figures beside their values.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Why each has no value of now.
    pub(crate) absent: BTreeMap<&'static str, &'static str>,
    /// Those that are too old to be shown as current.
    pub(crate) stale: Vec<&'static str>,
}

impl Notes {
    /// Takes note of `figure`, and returns what is shown of it: nothing if the host does not tell of it.
    pub(crate) fn show<F: Copy, T: Shown<F>>(
        &mut self,
        name: &'static str,
        figure: Figure<F>,
    ) -> Option<Option<T>> {
        if !figure.is_told() {
            return None;
        }
        if let Some(absence) = figure.absence {
            self.absent.insert(name, absence.as_str());
        }
        if figure.stale {
            self.stale.push(name);
        }
        Some(figure.value.map(T::shown))
    }
}

/// What a figure's value is shown as.
pub(crate) trait Shown<F>: Serialize {
    fn shown(value: F) -> Self;
}

impl Shown<f64> for f64 {
    fn shown(value: f64) -> Self {
        rounded(value)
    }
}

/// With six digits behind the point: nothing is read as exactly, and a share of two numbers is written shorter.
pub(crate) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded.is_finite() { rounded } else { value }
}

impl Shown<f64> for u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast keeps to the bounds")]
    fn shown(value: f64) -> Self {
        value.round() as Self
    }
}

impl Shown<f64> for i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast keeps to the bounds")]
    fn shown(value: f64) -> Self {
        value.round() as Self
    }
}

impl Shown<f64> for bool {
    fn shown(value: f64) -> Self {
        value != 0.0
    }
}

impl Shown<&str> for String {
    fn shown(value: &str) -> Self {
        value.to_owned()
    }
}

/// Declares an object with a field for each figure of a panel: the field of the same name, or what `=` says. After `by`
/// stand texts that tell it from others of its kind, after `with` what has objects of its own.
macro_rules! shown {
    (
        $(#[$meta:meta])*
        struct $name:ident($panel:ident: $type:ty)
        $(by { $($(#[$label_doc:meta])* $label:ident $(= $label_value:expr)?,)* })?
        { $($(#[$doc:meta])* $field:ident: $shown:ident $(= $value:expr)?,)* }
        $(with { $($(#[$part_doc:meta])* $part:ident: $part_type:ty = $part_value:expr,)* })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $name {
            $($($(#[$label_doc])* $label: String,)*)?
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                #[schema(value_type = Option<$shown>)]
                $field: Option<Option<$shown>>,
            )*
            $($($(#[$part_doc])* $part: $part_type,)*)?
            /// Why figures have no value of now, by their names: `unsupported`, `denied`, `failed` or `sleeping`. Beside a
            /// value it says why that one was kept from earlier. Left out if there is nothing to say.
            #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
            #[schema(value_type = std::collections::BTreeMap<String, String>, required = false)]
            absent: std::collections::BTreeMap<&'static str, &'static str>,
            /// Names of figures that are too old to be shown as current. Left out if there are none.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            #[schema(value_type = Vec<String>, required = false)]
            stale: Vec<&'static str>,
        }

        impl $name {
            pub(crate) fn of($panel: &$type) -> Self {
                let mut notes = crate::api::shown::Notes::default();
                Self {
                    $($($label: crate::api::shown::shown!(@value $panel $label $($label_value)?).to_owned(),)*)?
                    $($field: notes.show(
                        stringify!($field),
                        crate::api::shown::shown!(@value $panel $field $($value)?),
                    ),)*
                    $($($part: $part_value,)*)?
                    absent: notes.absent,
                    stale: notes.stale,
                }
            }
        }
    };
    (@value $panel:ident $field:ident) => { $panel.$field };
    (@value $panel:ident $field:ident $value:expr) => { $value };
}

pub(crate) use shown;
