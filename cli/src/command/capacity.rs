//! `headroom capacity`: the largest load that holds the objectives.

use headroom_engine::lab::{COMING_UP_S, Capacity, CapacitySearch, Headroom, Load, Window};
use headroom_scenario::{Design, Objectives, ValidScenario};
use serde::Serialize;

use super::Command;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::figure::{count, number};
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
    /// What of the scenario will not do what it seems to ask for.
    warnings: Vec<String>,
    objectives: &'a Objectives,
    now: Load,
    headroom: HeadroomDocument,
    #[serde(flatten)]
    capacity: &'a Capacity,
}

#[derive(Serialize)]
struct HeadroomDocument {
    /// The largest load that holds, as a multiple of the load now.
    times_now: f64,
    /// Of the largest load that holds, the share that is asked now; none where there is no limit.
    used_share: Option<f64>,
}

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [source] = options.exactly("headroom capacity <step | file | link | ->")?;
    let scenario = source::open(source, options)?;
    let capacity = find(&scenario, options.window());
    let now = Load::of(&scenario.traffic);
    let headroom = capacity.headroom(now);
    if options.json {
        return Answer::json(&CapacityDocument {
            name: &scenario.name,
            warnings: source::warnings(&scenario),
            objectives: &scenario.objectives,
            now,
            headroom: HeadroomDocument {
                times_now: headroom.times,
                used_share: headroom.used_share(),
            },
            capacity: &capacity,
        });
    }
    Ok(Answer::text(describe(
        &scenario.design,
        now,
        headroom,
        &capacity,
    )))
}

/// Finds what a scenario can take.
pub(super) fn find(scenario: &ValidScenario, window: Window) -> Capacity {
    let mut progress = Progress::new();
    let mut search = CapacitySearch::new(scenario, window);
    loop {
        if let Some(capacity) = search.advance(SLICE_EVENTS) {
            return capacity;
        }
        progress.say(&format!("trying {}", load_text(search.load())));
    }
}

/// `3,301 requests/s`, `20 users`.
pub(super) fn load_text(load: Load) -> String {
    match load {
        Load::RateRps(rate_rps) => format!("{} requests/s", number(rate_rps)),
        Load::Users(1) => "1 user".into(),
        Load::Users(users) => format!("{} users", count(u64::from(users))),
    }
}

fn describe(design: &Design, now: Load, headroom: Headroom, capacity: &Capacity) -> String {
    let holds = load_text(capacity.load);
    let mut text = if capacity.load.amount() == 0.0 {
        "Holds its objectives at no load at all".to_string()
    } else if headroom.is_unlimited {
        format!("Holds its objectives up to the largest load there is, {holds}")
    } else {
        format!("Holds its objectives up to {holds}")
    };
    // Users of a closed loop reach a rate; an open one has it.
    if let Load::Users(users) = capacity.load
        && users > 0
    {
        let reached = number(capacity.reached_rps);
        text.push_str(&format!(", who reach {reached} requests/s"));
    }
    text.push_str(".\n");
    let share = headroom
        .share()
        .map_or(String::new(), |share| format!(": {share}"));
    text.push_str(&format!(
        "At {} it {}{share}.\n",
        load_text(now),
        headroom.figure()
    ));
    if !capacity.holds_from_cold && capacity.load.amount() > 0.0 {
        text.push_str(&format!(
            "Started cold under that load it is not up after {COMING_UP_S} s: fill it at less first.\n"
        ));
    }
    if let Some(breaks) = &capacity.breaks {
        text.push_str(&format!(
            "At {}, in {} s measured until that was certain: {}.\n",
            load_text(breaks.load),
            number(breaks.measured_s),
            breach_text::of_all(&breaks.broken)
        ));
    }
    if let Some(limited) = &capacity.limited {
        let title = limited.title(design);
        let what = match limited.wrong() {
            Some(wrong) => format!("the link {title}, which {wrong}"),
            None => title,
        };
        text.push_str(&format!("What gives way first: {what}.\n"));
    }
    text
}
