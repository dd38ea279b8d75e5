//! Patterns of names.

/// A pattern of names, in which `*` stands for any characters, also none, and `?` for one. Upper and lower case of ASCII
/// are the same, as in host names (RFC 4343).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Box<str>);

impl Glob {
    /// The pattern that is written `pattern`. Any text is one.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for more than one name.
    pub fn has_wildcards(&self) -> bool {
        self.0.contains(['*', '?'])
    }

    /// Whether all of `name` is as the pattern says. Takes at most the product of their lengths.
    pub fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.chars(), name.chars());
        // Behind the last star, and from where on it may take one more.
        let mut retry = None;
        loop {
            let here = rest.clone();
            match (pattern.next(), rest.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    rest = here;
                    retry = Some((pattern.clone(), rest.clone()));
                }
                (Some('?'), Some(_)) => {}
                (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
                _ => {
                    let Some((behind, mut taken)) = retry.take() else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    pattern = behind.clone();
                    rest = taken.clone();
                    retry = Some((behind, taken));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, in exponential time.
    fn by_definition(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            (['*', behind @ ..], _) => (0..=name.len()).any(|taken| by_definition(behind, &name[taken..])),
            (['?', behind @ ..], [_, rest @ ..]) => by_definition(behind, rest),
            ([a, behind @ ..], [b, rest @ ..]) => a.eq_ignore_ascii_case(b) && by_definition(behind, rest),
            _ => false,
        }
    }

    #[test]
    fn stars_take_any_part_and_case_does_not_matter() {
        for (pattern, name, matches) in [
            ("srv*", "srv01", true),
            ("srv*", "srv", true),
            ("*01", "srv01", true),
            ("s*1*1", "srv0101", true),
            ("SRV?1", "srv01", true),
            ("srv", "srv01", false),
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), matches, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "a*".repeat(60) + "b";
        assert!(!Glob::new(&pattern).matches(&"a".repeat(4000)));
    }

    proptest! {
        #[test]
        fn is_as_defined(pattern in "[ab*?]{0,8}", name in "[abAB]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = by_definition(&chars(&pattern), &chars(&name));
            prop_assert_eq!(Glob::new(&pattern).matches(&name), expected);
        }
    }
}
