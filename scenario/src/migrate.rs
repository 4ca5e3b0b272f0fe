//! Documents of every released version open for ever.
//!
//! Each version has one pure function that turns a document of it into one of the next. To release
//! version n + 1, raise [`SCHEMA_VERSION`] and append the function from n to [`MIGRATIONS`]; those
//! before it never change again.

use serde_json::{Map, Value};

use crate::validation::visible;
use crate::{Problem, SCHEMA_VERSION, nearest};

/// Turns a document of version `index + 1` into one of version `index + 2`.
const MIGRATIONS: [fn(Value) -> Value; SCHEMA_VERSION as usize - 1] = [];

/// Why a document has no current form.
#[derive(Debug, PartialEq)]
pub(crate) enum Unreadable {
    /// It has this version, which came after this build.
    Newer(u64),
    /// It says no version that ever was.
    Unversioned(Problem),
}

/// Brings a document of any released version to the current one.
pub(crate) fn to_current(document: Value) -> Result<Value, Unreadable> {
    let version = version_of(&document)?;
    if version > u64::from(SCHEMA_VERSION) {
        return Err(Unreadable::Newer(version));
    }
    let ahead = &MIGRATIONS[version as usize - 1..];
    let mut current = ahead
        .iter()
        .fold(document, |document, migrate| migrate(document));
    current["version"] = SCHEMA_VERSION.into();
    Ok(current)
}

/// The version that the document says it has.
fn version_of(document: &Value) -> Result<u64, Unreadable> {
    let Value::Object(fields) = document else {
        return Err(unversioned(
            "",
            format!("a scenario is a JSON object, such as {{\"version\": {SCHEMA_VERSION}}}"),
        ));
    };
    match fields.get("version").map(Value::as_u64) {
        Some(Some(version)) if version >= 1 => Ok(version),
        Some(_) => Err(unversioned(
            "version",
            "the version is a whole number, 1 or more".to_owned(),
        )),
        None => Err(missing(fields)),
    }
}

/// That no version is given, or under which key it most likely stands.
fn missing(fields: &Map<String, Value>) -> Unreadable {
    let is_meant = |key: &&String| nearest(key, ["version"]).is_some();
    match fields.keys().find(is_meant) {
        Some(key) => unversioned(
            &visible(key),
            format!("unknown field `{}`: did you mean `version`?", visible(key)),
        ),
        None => unversioned(
            "version",
            format!("the version is missing: give {SCHEMA_VERSION}"),
        ),
    }
}

fn unversioned(path: &str, message: String) -> Unreadable {
    Unreadable::Unversioned(Problem {
        path: path.to_owned(),
        message,
        component: None,
    })
}
