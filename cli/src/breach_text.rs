//! A broken objective in words.

use headroom_engine::lab::{Breach, Objective};

use crate::figure::{number, percent};

/// All that broke, each thing once: of several objectives it may be the same, that nothing is answered.
pub fn of_all(breaches: &[Breach]) -> String {
    let mut all: Vec<String> = Vec::new();
    for words in breaches.iter().map(of) {
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all.join("; ")
}

/// `p99 is 712 ms, over 500 ms`.
fn of(breach: &Breach) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_nothing_is_answered_is_said_once() {
        let unknown = |objective| Breach {
            objective,
            found: None,
            limit: 0.5,
        };
        let failed = Breach {
            objective: Objective::FailedShare,
            found: Some(1.0),
            limit: 0.01,
        };
        let broken = [
            unknown(Objective::LatencyP99Ms),
            failed,
            unknown(Objective::SessionsLostShare),
        ];
        assert_eq!(
            of_all(&broken),
            "nothing is answered; 100 % of requests fail, over 1.00 %"
        );
    }
}
