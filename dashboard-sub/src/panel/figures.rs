//! How a panel's structure says which row of the catalogue tells each of its figures.

/// Declares a structure of figures, each with its row. After `by` stand the labels of a thing of which a host can have
/// several, and after `key` what makes of a label the one by which it is found. After `with` stand lists of such things
/// that belong to the structure.
macro_rules! figures {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)?
        { $($(#[$doc:meta])* $field:ident: $type:ty = $row:path,)* }
        $(with { $($(#[$list_doc:meta])* $list:ident: $list_type:ty,)* })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name $(<$life>)? {
            $($(#[$doc])* pub $field: $type,)*
            $($($(#[$list_doc])* pub $list: $list_type,)*)?
        }

        figures!(@take [$name $(<$life>)?] $($life)? { $($field: $type = $row,)* } { $($($list: $list_type,)*)? });
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> by { $(#[$label_doc:meta])* $label:ident $(key $key:path)? }
        { $($(#[$doc:meta])* $field:ident: $type:ty = $row:path,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name<$life> {
            $(#[$label_doc])* pub $label: &$life str,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<$life> $crate::panel::list::Labelled<$life> for $name<$life> {
            type Label = &$life str;

            fn label(&self) -> &$life str {
                self.$label
            }

            $(fn key(label: &$life str) -> &$life str {
                $key(label)
            })?
        }

        impl<$life> $crate::panel::list::Told<$life> for $name<$life> {
            fn new($label: &$life str) -> Self {
                Self { $label, ..Self::default() }
            }

            fn label_of(reading: &$crate::host::HostReading<$life>) -> Option<&$life str> {
                reading.labels.iter().next()
            }
        }

        figures!(@take [$name<$life>] $life { $($field: $type = $row,)* } {});
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime>
        by { $(#[$label_doc:meta])* $label:ident, $(#[$other_doc:meta])* $other:ident }
        { $($(#[$doc:meta])* $field:ident: $type:ty = $row:path,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name<$life> {
            $(#[$label_doc])* pub $label: &$life str,
            $(#[$other_doc])* pub $other: &$life str,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<$life> $crate::panel::list::Labelled<$life> for $name<$life> {
            type Label = (&$life str, &$life str);

            fn label(&self) -> Self::Label {
                (self.$label, self.$other)
            }
        }

        impl<$life> $crate::panel::list::Told<$life> for $name<$life> {
            fn new(($label, $other): Self::Label) -> Self {
                Self { $label, $other, ..Self::default() }
            }

            fn label_of(reading: &$crate::host::HostReading<$life>) -> Option<Self::Label> {
                let mut labels = reading.labels.iter();
                labels.next().zip(labels.next())
            }
        }

        figures!(@take [$name<$life>] $life { $($field: $type = $row,)* } {});
    };
    (@take [$($self:tt)+] { $($body:tt)* } { $($lists:tt)* }) => {
        figures!(@take [$($self)+] 'a { $($body)* } { $($lists)* });
    };
    (
        @take [$($self:tt)+] $life:lifetime
        { $($field:ident: $type:ty = $row:path,)* } { $($list:ident: $list_type:ty,)* }
    ) => {
        #[allow(non_upper_case_globals, reason = "a figure's number is a constant with the figure's name")]
        const _: () = {
            use $crate::panel::list::Take;

            $(const $field: u16 = $row.id.0;)*

            impl<$life> Take<$life> for $($self)+ {
                fn has(metric: u16) -> bool {
                    false $(|| metric == $field)* $(|| <$list_type as Take<$life>>::has(metric))*
                }

                fn take(
                    &mut self,
                    reading: &$crate::host::HostReading<$life>,
                    pass: &$crate::panel::figure::Pass,
                ) {
                    match reading.metric.id.0 {
                        $($field => self.$field = <$type as $crate::panel::figure::Read<$life>>::read(reading, pass),)*
                        $(metric if <$list_type as Take<$life>>::has(metric) => self.$list.take(reading, pass),)*
                        _ => {}
                    }
                }
            }
        };
    };
}

pub(super) use figures;
