//! What has to be said to turn one JSON value into another.
//!
//! A patch is a list with one value, which takes the place of what was there; an empty list, which takes it away; or an
//! object with a patch for each member of an object that changed, or for each place of a list of the same length.

use serde_json::{Map, Value, json};

/// The patch that turns `old` into `new`; none if they are the same.
pub(super) fn diff(old: &Value, new: &Value) -> Option<Value> {
    if old == new {
        return None;
    }
    Some(match (old, new) {
        (Value::Object(old), Value::Object(new)) => members(old, new),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => places(old, new),
        _ => json!([new]),
    })
}

fn members(old: &Map<String, Value>, new: &Map<String, Value>) -> Value {
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), json!([])));
    let changed = new.iter().filter_map(|(key, value)| {
        let part = match old.get(key) {
            Some(old) => diff(old, value)?,
            None => json!([value]),
        };
        Some((key.clone(), part))
    });
    Value::Object(gone.chain(changed).collect())
}

/// The list as a whole where that is shorter.
fn places(old: &[Value], new: &[Value]) -> Value {
    let changed = old.iter().zip(new).enumerate();
    let changed: Map<String, Value> =
        changed.filter_map(|(place, (old, new))| Some((place.to_string(), diff(old, new)?))).collect();
    let is_plain = |value: &Value| !value.is_array() && !value.is_object();
    // A place costs its number, quotes, brackets, colon and comma beside the value.
    if new.iter().all(is_plain) && changed.len() * PLACE_COST > new.len() {
        return json!([new]);
    }
    Value::Object(changed)
}

/// How many plain values of a list take as many bytes as one that is named by its place: `"417":[53],` or `53,`.
const PLACE_COST: usize = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the page does it.
    fn patched(value: Value, patch: &Value) -> Value {
        match (patch, value) {
            (Value::Array(new), _) => new[0].clone(),
            (Value::Object(parts), Value::Array(mut list)) => {
                for (place, part) in parts {
                    let place: usize = place.parse().unwrap();
                    list[place] = patched(list[place].clone(), part);
                }
                Value::Array(list)
            }
            (Value::Object(parts), Value::Object(mut members)) => {
                for (key, part) in parts {
                    if part == &json!([]) {
                        members.remove(key);
                    } else {
                        let old = members.remove(key).unwrap_or_default();
                        members.insert(key.clone(), patched(old, part));
                    }
                }
                Value::Object(members)
            }
            _ => panic!("no patch: {patch}"),
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..5).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_turns_the_old_value_into_the_new_one(old in any_value(), new in any_value()) {
            match diff(&old, &new) {
                None => prop_assert_eq!(old, new),
                Some(patch) => prop_assert_eq!(patched(old, &patch), new),
            }
        }
    }

    #[test]
    fn what_is_the_same_is_not_said() {
        let old = json!({"a": {"b": 1, "c": 2}, "rows": [[1, 2, 3, 4, 5, 6], ["x"]], "gone": 0});
        let new = json!({"a": {"b": 1, "c": 3}, "rows": [[1, 2, 3, 4, 5, 7], ["x"]], "more": []});
        let patch = diff(&old, &new).unwrap();
        assert_eq!(patch, json!({"a": {"c": [3]}, "rows": {"0": {"5": [7]}}, "gone": [], "more": [[]]}));
        assert_eq!(diff(&new, &new), None);
    }

    #[test]
    fn a_list_that_changed_throughout_is_said_as_a_whole() {
        assert_eq!(diff(&json!([1, 2, 3]), &json!([4, 5, 6])), Some(json!([[4, 5, 6]])));
    }
}
