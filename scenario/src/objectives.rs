//! What a design must hold, so that a machine can judge it.

use serde::{Deserialize, Serialize};

/// A design holds its objectives when all of them hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Objectives {
    /// 99 of 100 answers come within this time, in milliseconds. Requests that have waited for longer count
    /// as slower answers; those that failed count in their own objective.
    pub latency_p99_ms: f64,
    /// Most requests that may fail, as a share of those that ended: 0.01 is one in a hundred.
    pub failed_share: f64,
    /// Most sessions that may be lost: users who had to log in anew, as a share of those who came. 1 asks for nothing.
    pub sessions_lost_share: f64,
}

impl Default for Objectives {
    fn default() -> Self {
        Self {
            latency_p99_ms: 500.0,
            failed_share: 0.01,
            sessions_lost_share: 1.0,
        }
    }
}
