//! A broken objective in words.

use headroom_engine::lab::{Breach, Objective};

use crate::figure::{number, percent};

/// `p99 is 712 ms, over 500 ms`.
pub fn of(breach: &Breach) -> String {
    let limit = breach.limit;
    let Some(found) = breach.found else {
        return "nothing is answered".into();
    };
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
                "requests pile up: {} more come than are answered",
                percent(found)
            )
        }
        Objective::Requests => "no request came".into(),
    }
}
