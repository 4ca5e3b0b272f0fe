//! `headroom steps`: the ladder, and what each step of it is worth.

use headroom_engine::lab::{Bottleneck, Load, Payoff, PayoffSearch, Window};
use headroom_scenario::step::{self, Step};
use headroom_scenario::{RATE_MIN_RPS, ValidScenario, price};
use serde::Serialize;

use super::{Command, capacity};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::figure::{dollars, number};
use crate::options::Options;
use crate::progress::{Progress, SLICE_EVENTS};
use crate::table::{Align, Table};

pub(super) const COMMAND: Command = Command {
    name: "steps",
    options: &["measure", "json"],
    execute,
};

/// A step with what was found by running it.
#[derive(Serialize)]
struct StepDocument {
    name: &'static str,
    title: &'static str,
    monthly_usd: f64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    measured: Option<Measured>,
}

#[derive(Serialize)]
struct Measured {
    /// Largest load that holds the step's objectives, requests a second.
    capacity_rps: f64,
    /// What gives way first.
    limited: Option<Bottleneck>,
    /// What people call it.
    #[serde(skip)]
    limited_title: Option<String>,
    /// Lowest load that the step before no longer holds and this one does, requests a second.
    pays_off_from_rps: Option<f64>,
}

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [] = options.exactly("headroom steps [--measure] [--json]")?;
    let mut documents = Vec::new();
    let mut before: Option<ValidScenario> = None;
    for step in step::LADDER {
        let scenario = valid(step)?;
        let measured = options
            .measure
            .then(|| measure(step, before.as_ref(), &scenario))
            .transpose()?;
        let monthly_usd = price::monthly_usd(&scenario.design).total_usd;
        documents.push(StepDocument {
            name: step.name,
            title: step.title,
            monthly_usd,
            measured,
        });
        before = Some(scenario);
    }
    if options.json {
        return Answer::json(&documents);
    }
    Ok(Answer::text(if options.measure {
        measured_table(&documents)
    } else {
        table(&documents)
    }))
}

fn valid(step: &Step) -> Result<ValidScenario, Failure> {
    step.scenario()
        .validate()
        .map_err(|problems| Failure::scenario(step.name, problems))
}

fn measure(
    step: &Step,
    before: Option<&ValidScenario>,
    scenario: &ValidScenario,
) -> Result<Measured, Failure> {
    let capacity = capacity::find(scenario, Window::default());
    let payoff = before
        .map(|before| pay_off(before, scenario))
        .transpose()
        .map_err(|problems| Failure::scenario(step.name, problems))?;
    Ok(Measured {
        capacity_rps: capacity.load.amount(),
        limited_title: capacity
            .limited
            .as_ref()
            .map(|limited| limited.title(&scenario.design)),
        limited: capacity.limited,
        pays_off_from_rps: payoff.and_then(|payoff| payoff.load).map(Load::amount),
    })
}

fn pay_off(
    before: &ValidScenario,
    after: &ValidScenario,
) -> Result<Payoff, Vec<headroom_scenario::Problem>> {
    let mut progress = Progress::new();
    let mut search = PayoffSearch::new(before, after, Window::default())?;
    loop {
        if let Some(payoff) = search.advance(SLICE_EVENTS) {
            return Ok(payoff);
        }
        progress.say("finding the load from which the step pays off");
    }
}

fn table(documents: &[StepDocument]) -> String {
    let mut table = Table::new([
        ("step", Align::Left),
        ("", Align::Left),
        ("a month", Align::Right),
    ]);
    for step in documents {
        table.row([
            step.name.into(),
            step.title.into(),
            format!("{} a month", dollars(step.monthly_usd)),
        ]);
    }
    body(&table)
}

fn measured_table(documents: &[StepDocument]) -> String {
    let mut table = Table::new([
        ("step", Align::Left),
        ("holds up to, requests/s", Align::Right),
        ("gives way first", Align::Left),
        ("pays off from, requests/s", Align::Right),
        ("a month", Align::Right),
    ]);
    for step in documents {
        let Some(measured) = &step.measured else {
            continue;
        };
        table.row([
            step.name.into(),
            number(measured.capacity_rps),
            measured.limited_title.clone().unwrap_or_else(|| "–".into()),
            measured
                .pays_off_from_rps
                .map_or_else(|| "–".into(), pays_off_from),
            dollars(step.monthly_usd),
        ]);
    }
    table.lines()
}

/// A load from which a step pays off: at any, where the least that may be asked for is one.
fn pays_off_from(rate_rps: f64) -> String {
    if rate_rps <= RATE_MIN_RPS {
        "any".into()
    } else {
        number(rate_rps)
    }
}

/// The rows without their heading, so that each line begins with a step's name.
fn body(table: &Table) -> String {
    table.lines().split_inclusive('\n').skip(1).collect()
}
