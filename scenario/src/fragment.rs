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
//! Keys that this build does not know are skipped, since a newer one may have added them. A bad value
//! of a known key is refused by name.

mod error;
mod packing;
mod query;

pub use error::FragmentError;

use crate::document::{self, Unread};
use crate::{Scenario, ValidScenario, step};
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

/// Opens a fragment, with or without its `#`, or a whole address that ends in one.
pub fn decode(text: &str) -> Result<Opened, FragmentError> {
    if text.len() > CHARACTERS_MAX {
        return Err(FragmentError::TooLarge);
    }
    let query = Query::read(text.split_once('#').map_or(text, |(_, fragment)| fragment))?;
    let (mut scenario, origin) = match (query.packed, query.step) {
        (Some(_), Some(_)) => {
            return Err(FragmentError::BadValue {
                key: "step".into(),
                problem: "a link holds either a step or a whole scenario: leave one out".into(),
            });
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
    let raw = serde_json::from_str(&json).map_err(|_| FragmentError::Damaged)?;
    document::read(raw).map_err(|unread| match unread {
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
