//! Of the objectives.

use super::{Field, Parameters};
use crate::Objectives;

impl Parameters for Objectives {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            latency_p99_ms,
            "p99 at most",
            "ms",
            DELAY_MS,
            "99 of 100 requests are answered within this time."
        ),
        number!(
            failed_share,
            "Failed at most",
            "share",
            SHARE,
            "0.01 is one request in a hundred."
        ),
        number!(
            sessions_lost_share,
            "Sessions lost at most",
            "share",
            SHARE,
            "Users who have to log in anew, as a share of those with a session; 1 asks for nothing."
        ),
    ];
}
