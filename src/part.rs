//! A document, or a part of one, in a message. It is written as values like all else, and read by the code
//! that reads documents, which the page has anyway: with a reader of their own the types of a document
//! made the page 16 KB larger, compressed, of 673.

use headroom_scenario::read_part;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads it.
///
/// # Errors
/// What does not fit.
pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Box<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    read_part(&value).map(Box::new).map_err(D::Error::custom)
}
