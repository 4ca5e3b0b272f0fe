//! `headroom capacity`: the largest load that holds the objectives.

use headroom_engine::lab::{Capacity, CapacitySearch, Window};
use headroom_scenario::{Objectives, RATE_MAX_RPS, ValidScenario};
use serde::Serialize;

use super::Command;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::figure::{number, percent};
use crate::options::Options;
use crate::progress::{Progress, SLICE_EVENTS};
use crate::{breach_text, source};

pub(super) const COMMAND: Command = Command {
    name: "capacity",
    options: &["seed", "rate", "for", "warmup", "json"],
    execute,
};

/// The document that `--json` prints.
#[derive(Serialize)]
struct CapacityDocument<'a> {
    name: &'a str,
    objectives: &'a Objectives,
    rate_now_rps: f64,
    headroom: f64,
    #[serde(flatten)]
    capacity: &'a Capacity,
}

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [source] = options.exactly("headroom capacity <step | file | link | ->")?;
    let scenario = source::open(source, options)?;
    let capacity = find(&scenario, options.window());
    if options.json {
        return Answer::json(&CapacityDocument {
            name: &scenario.name,
            objectives: &scenario.objectives,
            rate_now_rps: scenario.traffic.rate_rps,
            headroom: capacity.headroom(scenario.traffic.rate_rps),
            capacity: &capacity,
        });
    }
    Ok(Answer::text(describe(&scenario, &capacity)))
}

/// Finds what a scenario can take.
pub(super) fn find(scenario: &ValidScenario, window: Window) -> Capacity {
    let mut progress = Progress::new();
    let mut search = CapacitySearch::new(scenario, window);
    loop {
        if let Some(capacity) = search.advance(SLICE_EVENTS) {
            return capacity;
        }
        progress.say(&format!("trying {} requests/s", number(search.rate_rps())));
    }
}

fn describe(scenario: &ValidScenario, capacity: &Capacity) -> String {
    let now_rps = scenario.traffic.rate_rps;
    let mut text = if capacity.rate_rps >= RATE_MAX_RPS {
        format!(
            "Holds its objectives up to the largest load there is, {} requests/s.\n",
            number(RATE_MAX_RPS)
        )
    } else if capacity.rate_rps == 0.0 {
        "Holds its objectives at no load at all.\n".to_string()
    } else {
        format!(
            "Holds its objectives up to {} requests/s.\n",
            number(capacity.rate_rps)
        )
    };
    let headroom = capacity.headroom(now_rps);
    text.push_str(&if headroom >= 0.0 {
        format!(
            "It takes {} now: {} left.\n",
            number(now_rps),
            percent(headroom)
        )
    } else {
        format!("It is asked to take {}: too much.\n", number(now_rps))
    });
    if let Some(breaks) = &capacity.breaks {
        let why: Vec<String> = breaks.broken.iter().map(breach_text::of).collect();
        text.push_str(&format!(
            "At {} requests/s {}.\n",
            number(breaks.rate_rps),
            why.join("; ")
        ));
    }
    if let Some(limited) = &capacity.limited {
        text.push_str(&format!("What gives way first: {limited}.\n"));
    }
    text
}
