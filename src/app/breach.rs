//! What it means that an objective does not hold, in words that follow the name of the design.

use headroom_engine::lab::{Breach, Objective};

use crate::format;

/// What a design does of whose answers nothing is known.
const NOBODY: &str = "answers nobody";

/// And to which nobody comes.
const NO_REQUEST: &str = "gets no request";

/// How much is told of a breach.
enum Extent {
    /// What it is past: by how much depends on how far the search ran.
    Limit,
    /// And how far.
    Figure,
}

/// Which objective does not hold, at a load that a search ended at.
pub fn past(breach: &Breach) -> String {
    told(breach, &Extent::Limit)
}

/// Which objective does not hold, and how far from it the design is.
pub fn breaking(breach: &Breach) -> String {
    told(breach, &Extent::Figure)
}

fn told(breach: &Breach, extent: &Extent) -> String {
    let Some(found) = breach.found else {
        return NOBODY.into();
    };
    let share = |verb: &str, of: &str| {
        let limit = format!("{}\u{a0}%", format::plain(breach.limit * 100.0));
        match extent {
            Extent::Limit => format!("{verb} more than {limit} of {of}"),
            Extent::Figure => format!("{verb} {} of {of}, over {limit}", format::share(found)),
        }
    };
    match breach.objective {
        Objective::LatencyP99Ms => {
            let limit = format::ms(breach.limit);
            match extent {
                Extent::Limit => format!("has a p99 over {limit}"),
                Extent::Figure => format!("has a p99 of {}, over {limit}", format::ms(found)),
            }
        }
        Objective::FailedShare => share("fails", "requests"),
        Objective::SessionsLostShare => share("makes", "users log in anew"),
        Objective::BacklogShare => "falls further and further behind".into(),
        Objective::Requests => NO_REQUEST.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_says_what_breaks_and_where_it_is_known_how_far() {
        let breach = |objective, found, limit| Breach {
            objective,
            found: Some(found),
            limit,
        };
        for (breach, limit, figure) in [
            (
                breach(Objective::LatencyP99Ms, 2_210.0, 500.0),
                "has a p99 over 500 ms",
                "has a p99 of 2.2 s, over 500 ms",
            ),
            (
                breach(Objective::FailedShare, 0.75, 0.01),
                "fails more than 1 % of requests",
                "fails 75 % of requests, over 1 %",
            ),
            (
                breach(Objective::SessionsLostShare, 0.184, 0.08),
                "makes more than 8 % of users log in anew",
                "makes 18 % of users log in anew, over 8 %",
            ),
            (
                breach(Objective::BacklogShare, 0.3, 0.01),
                "falls further and further behind",
                "falls further and further behind",
            ),
            (
                breach(Objective::Requests, 0.0, 1.0),
                NO_REQUEST,
                NO_REQUEST,
            ),
        ] {
            let told = [past(&breach), breaking(&breach)];
            assert_eq!(
                told.map(|words| words.replace('\u{a0}', " ")),
                [limit, figure]
            );
            let silent = Breach {
                found: None,
                ..breach
            };
            assert_eq!([past(&silent), breaking(&silent)], [NOBODY; 2]);
        }
    }
}
