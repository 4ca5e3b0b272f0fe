//! When things happen during a run: actions, each stamped with its time.

use serde::{Deserialize, Serialize};

use crate::Action;

/// An action and the simulated time at which it takes effect, before all else of that nanosecond.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimedAction {
    /// Simulated nanoseconds since the start. At most 2^53 - 1.
    pub at_ns: u64,
    /// What happens.
    pub action: Action,
}

/// How many actions of a script are done by a moment, its own nanosecond included: the place of one more
/// that is done at that moment. O(log actions).
pub fn done_by(script: &[TimedAction], at_ns: u64) -> usize {
    script.partition_point(|timed| timed.at_ns <= at_ns)
}
