//! JSON text as a value, with every key that is given twice told by its path: the reader of the library
//! would keep the last one and say nothing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::Problem;
use crate::problem::{Path, Problems};

/// Reads a text. The library itself refuses what is nested more than 128 levels deep.
pub(crate) fn read(text: &str) -> Result<(Value, Vec<Problem>), serde_json::Error> {
    let mut problems = Problems::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Node {
        at: &Path::Root,
        problems: &mut problems,
    };
    let value = node.deserialize(&mut reader)?;
    reader.end()?;
    let mut problems = problems.into_list();
    problems.dedup();
    Ok((value, problems))
}

/// A value on its way out of the text, and where it stands.
struct Node<'a> {
    at: &'a Path<'a>,
    problems: &'a mut Problems,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(whole(value).map_or_else(|| value.into(), Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let node = Node {
                at: &self.at.index(list.len()),
                problems: &mut *self.problems,
            };
            match items.next_element_seed(node)? {
                Some(item) => list.push(item),
                None => return Ok(list.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let at = &self.at.field(&key);
            if fields.contains_key(&key) {
                self.problems.add(at, "it is given twice: leave one out");
            }
            let value = entries.next_value_seed(Node {
                at,
                problems: &mut *self.problems,
            })?;
            fields.insert(key, value);
        }
        Ok(fields.into())
    }
}

/// `3.0` as `3`: JSON has one kind of number. `-0` is 0 as well.
fn whole(value: f64) -> Option<Number> {
    const EXACT_MAX: f64 = (1_u64 << 53) as f64;
    let is_whole = value.fract() == 0.0 && value.abs() <= EXACT_MAX;
    is_whole.then(|| Number::from(value as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_the_value_that_the_library_reads() {
        let text = r#"{"a": [1, -2, 2.5, "é\n", true, null, {}], "b": {"c": 1e300, "d": []}}"#;
        let expected: Value = serde_json::from_str(text).expect("it is JSON");
        assert_eq!(read(text).expect("it is JSON"), (expected, vec![]));
        for bad in ["", "{", "[1,]", "{} {}", "nul", &"[".repeat(1_000)] {
            let library = serde_json::from_str::<Value>(bad).expect_err("it is no JSON");
            let ours = read(bad).expect_err("it is no JSON");
            assert_eq!(ours.to_string(), library.to_string(), "{bad}");
        }
    }

    #[test]
    fn numbers_without_a_fraction_are_whole() {
        let (value, _) =
            read("[3.0, -4.0, 0.0, 1e3, 9007199254740992.0, 3.5]").expect("it is JSON");
        assert_eq!(
            value,
            json!([3, -4, 0, 1_000, 9_007_199_254_740_992_u64, 3.5])
        );
        let (zeros, _) = read("[-0, -0.0, -0e5]").expect("it is JSON");
        assert_eq!(zeros, json!([0, 0, 0]));
        let (large, _) = read("1e300").expect("it is JSON");
        assert_eq!(large, json!(1e300));
    }

    #[test]
    fn every_key_given_twice_is_told_with_its_path() {
        let text =
            r#"{"a": 1, "b": [{"c": 1, "c": 2, "c": 3}, {"d": {"e": 1, "f": 2, "e": 3}}], "a": 4}"#;
        let (_, problems) = read(text).expect("it is JSON");
        let paths: Vec<&str> = problems.iter().map(|problem| &*problem.path).collect();
        assert_eq!(paths, ["b[0].c", "b[1].d.e", "a"]);
        assert!(problems[0].message.contains("twice"));
    }
}
