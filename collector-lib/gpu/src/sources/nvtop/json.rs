//! The output as a list of values.

use serde_json::Value;

/// The entries of the list in `output`. Versions 3.3.0 and 3.3.1 forget commas at the ends of lines, and command lines
/// are printed with whatever characters are in them; both is mended.
///
/// # Errors
/// What is wrong with the JSON.
pub(super) fn parse(output: &str) -> Result<Vec<Value>, serde_json::Error> {
    let list = output.find('[').and_then(|from| output.get(from..)).unwrap_or(output);
    serde_json::from_str(list).or_else(|error| serde_json::from_str(&mended(list)).map_err(|_| error))
}

/// The same text with a comma after each line that is not the last member of its object and has none, and without
/// control characters.
fn mended(list: &str) -> String {
    let mut lines = list.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let mut mended = String::with_capacity(list.len().saturating_add(list.len() / 16));
    while let Some(line) = lines.next() {
        mended.extend(line.chars().filter(|c| !c.is_control()));
        let is_followed_by_a_member = lines.peek().is_some_and(|next| next.starts_with('"'));
        if is_followed_by_a_member && !line.ends_with([',', '{', '[']) {
            mended.push(',');
        }
        mended.push('\n');
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forgotten_commas_are_put_there() {
        let output = "[\n  {\n   \"device_name\": \"NVIDIA T4\",\n   \"mem_util\": \"16%\"\n   \"mem_total\": \"42\"\n   \
                      \"mem_free\": null\n  },\n  {\n   \"device_name\": null\n   \"temp\": null\n  }\n]\n";
        let entries = parse(output).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["mem_total"], "42");
        assert_eq!(entries[1]["temp"], Value::Null);
    }

    #[test]
    fn a_message_is_no_list() {
        assert!(parse("No GPU to monitor.\n").is_err());
        assert!(parse("").is_err());
        assert!(parse(&"[".repeat(100_000)).is_err(), "it is not followed down for ever");
    }

    proptest! {
        #[test]
        fn any_output_is_a_list_or_an_error(output in "[\\[\\]{}\":,a\n ]{0,60}") {
            drop(parse(&output));
        }

        #[test]
        fn a_list_that_is_right_stays_as_it_is(names in prop::collection::vec("[a-z\"\\\\ ]{0,9}", 0..5)) {
            let list = serde_json::to_string_pretty(&names).unwrap();
            prop_assert_eq!(parse(&list).unwrap(), names);
        }
    }
}
