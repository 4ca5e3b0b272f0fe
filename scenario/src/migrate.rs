//! Documents of every released version open for ever.
//!
//! Each version has one pure function that turns a document of it into one of the next. To release
//! version n + 1, raise [`SCHEMA_VERSION`] and append the function from n to [`MIGRATIONS`]; those
//! before it never change again.

use serde_json::Value;

use crate::{Problem, SCHEMA_VERSION};

/// Turns a document of version `index + 1` into one of version `index + 2`.
const MIGRATIONS: [fn(Value) -> Value; SCHEMA_VERSION as usize - 1] = [];

/// Brings a document of any released version to the current one; refuses a newer one as such.
pub(crate) fn to_current(document: Value) -> Result<Value, Problem> {
    let version = version_of(&document)?;
    if version > u64::from(SCHEMA_VERSION) {
        return Err(problem(format!(
            "this document has version {version}, made by a newer Headroom; this one reads up to \
             {SCHEMA_VERSION}: open it with the newer one"
        )));
    }
    let done = version as usize - 1;
    let mut current = MIGRATIONS[done..]
        .iter()
        .fold(document, |document, migrate| migrate(document));
    current["version"] = SCHEMA_VERSION.into();
    Ok(current)
}

/// The version that the document says it has.
pub(crate) fn version_of(document: &Value) -> Result<u64, Problem> {
    let Value::Object(fields) = document else {
        return Err(problem(format!(
            "a scenario is a JSON object, such as {{\"version\": {SCHEMA_VERSION}}}"
        )));
    };
    match fields.get("version").map(Value::as_u64) {
        Some(Some(version)) if version >= 1 => Ok(version),
        Some(_) => Err(problem(
            "the version is a whole number, 1 or more".to_owned(),
        )),
        None => Err(problem(format!(
            "the version is missing; now it is {SCHEMA_VERSION}"
        ))),
    }
}

fn problem(message: String) -> Problem {
    Problem {
        path: "version".into(),
        message,
        component: None,
    }
}
