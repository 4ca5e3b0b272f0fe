//! A scenario in a link: what stands behind the `#` of the page's address.
//!
//! ```text
//! s1=q1YqSy0qzszPU7Iy1FFKSSxJVLKqVipOLlKyMqwFAA…      any scenario
//! step=cache&v=0.1.0                                a built-in step
//! check=27.x2v0Hw&step=cache&seed=7&rate=2000       with values of its own, and a check of them
//! …&at=42.5&paused=1&panel=ring&embed=1             either, opened at a moment and a place
//! ```
//!
//! The payload of `s1` is base64url of the raw deflate of the canonical JSON, followed by the CRC-32
//! of that JSON, little-endian. The deflate stream knows its own end, so that a link cut short is told
//! from a damaged one, and the checksum sees to it that a damaged one never opens as something else.
//! A readable link that is written, and not typed, has a check in front for the same reason: the length of
//! what follows, and its CRC-32. What is typed by hand needs none.
//! The number in `s1` is the version of this packing; that of the document stands inside it.
//!
//! A key that this build does not know, and a bad value of a known one, are refused by name: with either
//! skipped, a link would open as something else. What programs put around a link is left out, wherever it
//! is opened.

mod bare;
mod error;
mod packing;
mod query;

pub use error::FragmentError;

use crate::document::{self, Unread};
use crate::{Scenario, ValidScenario, step};
use bare::readings;
use query::Query;

/// Most characters of a fragment that are looked at. The largest valid document fits, packed badly.
pub const CHARACTERS_MAX: usize = 1_500_000;
/// Beyond this many characters some programs cut a link, so that a file is the better way.
pub const CHARACTERS_WISE: usize = 2_000;

/// What a fragment opened as.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The scenario, valid.
    pub scenario: ValidScenario,
    /// What it came from.
    pub origin: Origin,
}

/// What a fragment held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The name of a built-in step.
    Step,
    /// A whole document.
    Document,
}

/// The fragment of a scenario, without its `#`. The same scenario is always the same string.
pub fn encode(scenario: &Scenario) -> String {
    format!(
        "s{}={}",
        packing::VERSION,
        packing::pack(&scenario.to_json())
    )
}

/// The readable fragment, such as `step=cache&seed=7`, of a scenario that differs from its built-in
/// step in nothing but seed, rate and view; nothing for any other.
pub fn encode_step(scenario: &Scenario) -> Option<String> {
    let step = step::find(scenario.step.as_deref()?)?;
    let original = step.scenario();
    let mut restored = scenario.clone();
    restored.engine.clone_from(&original.engine);
    restored.seed = original.seed;
    restored.traffic.rate_rps = original.traffic.rate_rps;
    restored.view = original.view.clone();
    (restored == original).then(|| query::write(step.name, scenario, &original))
}

/// Opens a fragment, with or without its `#`, or a whole address that ends in one; in quotes or brackets,
/// with the punctuation of a sentence behind it, stressed as in Markdown, or with its characters written as
/// `%22`, as it came.
pub fn decode(text: &str) -> Result<Opened, FragmentError> {
    if text.len() > CHARACTERS_MAX {
        return Err(FragmentError::TooLarge);
    }
    let readings = readings(&bare::plain(text));
    // What is wrong is said of the likeliest of them.
    open(&readings[0]).or_else(|error| {
        let mut others = readings[1..].iter();
        others.find_map(|other| open(other).ok()).ok_or(error)
    })
}

/// Whether a text is meant as a link: a whole address, a fragment with its `#`, or one that begins with a
/// key. A document is none, whatever is in it: behind its first brace stands a key in quotes, or nothing.
pub fn is_link(text: &str) -> bool {
    let plain = bare::plain(text);
    let text = plain.trim_start_matches(|c| c != '{' && bare::stands_before(c));
    let inside = text.trim_start_matches(|c: char| c == '{' || c.is_whitespace());
    if inside.len() < text.len() && (inside.is_empty() || inside.starts_with(['"', '}'])) {
        return false;
    }
    let text = inside;
    let starts = |beginning: &str| text.starts_with(beginning);
    let starts_with_key = || {
        readings(text)[0]
            .split_once('=')
            .is_some_and(|(key, _)| query::is_key(key))
    };
    starts("#") || starts("%23") || starts("http://") || starts("https://") || starts_with_key()
}

/// Opens a fragment with nothing around it.
fn open(fragment: &str) -> Result<Opened, FragmentError> {
    let query = Query::read(fragment)?;
    let (mut scenario, origin) = match (query.packed, query.step) {
        (Some(_), Some(_)) => {
            let beside = "beside a whole scenario: leave one out";
            return Err(query::bad_key("step", beside));
        }
        (Some(packed), None) => (unpack(packed)?, Origin::Document),
        (None, Some(name)) => (built_in(name, query.engine)?, Origin::Step),
        (None, None) => return Err(FragmentError::NotHeadroom),
    };
    query.apply(&mut scenario)?;
    let scenario = scenario.validate().map_err(FragmentError::Invalid)?;
    Ok(Opened { scenario, origin })
}

/// The scenario in the payload of a whole document.
fn unpack(payload: &str) -> Result<Scenario, FragmentError> {
    let json = packing::unpack(payload)?;
    let json = String::from_utf8(json).map_err(|_| FragmentError::Damaged)?;
    document::read(&json).map_err(|unread| match unread {
        Unread::NotJson(_) => FragmentError::Damaged,
        Unread::Newer(version) => FragmentError::Newer {
            what: document::newer(version),
        },
        Unread::Problems(problems) => FragmentError::Invalid(problems),
    })
}

/// The scenario of a built-in step; `engine` is the version that wrote the link, if it says so.
fn built_in(name: &str, engine: Option<&str>) -> Result<Scenario, FragmentError> {
    if let Some(step) = step::find(name) {
        return Ok(step.scenario());
    }
    match engine {
        Some(engine) if query::is_newer(engine) => Err(FragmentError::Newer {
            what: format!("a step of Headroom {engine}, which this one has not got"),
        }),
        _ => Err(FragmentError::UnknownStep {
            name: name.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_packed(json: &str) -> Result<Opened, FragmentError> {
        decode(&format!("s{}={}", packing::VERSION, packing::pack(json)))
    }

    #[test]
    fn a_key_given_twice_in_the_document_of_a_link_is_refused_with_its_path() {
        let json = step::LADDER[0].scenario().to_json();
        let twice = json.replacen("\"rate_rps\":", "\"rate_rps\":5,\"rate_rps\":", 1);
        match decode_packed(&twice) {
            Err(FragmentError::Invalid(problems)) => {
                assert_eq!(problems[0].path, "traffic.rate_rps")
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_byte_order_mark_in_the_document_of_a_link_is_passed_over() {
        let scenario = step::LADDER[0].scenario();
        let opened = decode_packed(&format!("\u{feff}{}", scenario.to_json())).expect("it opens");
        assert_eq!(opened.scenario.into_inner(), scenario);
    }
}
