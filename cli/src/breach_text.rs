//! A broken objective in words.

use headroom_engine::lab::{Breach, Objective};

use crate::figure::{number, percent};

/// `p99 is 712 ms, over 500 ms`.
pub fn of(breach: &Breach) -> String {
    let (found, limit) = (breach.found, breach.limit);
    match breach.objective {
        Objective::LatencyP99Ms => {
            format!("p99 is {} ms, over {} ms", number(found), number(limit))
        }
        Objective::FailedShare => {
            format!(
                "{} of requests fail, over {}",
                percent(found),
                percent(limit)
            )
        }
        Objective::SessionsLostShare => {
            format!(
                "{} of users have to log in anew, over {}",
                percent(found),
                percent(limit)
            )
        }
        Objective::BacklogShare => {
            format!(
                "requests pile up: {} of them are never answered",
                percent(found)
            )
        }
    }
}
