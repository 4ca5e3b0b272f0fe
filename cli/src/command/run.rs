//! `headroom run`: one run in figures.

use std::collections::BTreeMap;

use headroom_engine::lab::{Measurement, Verdict, Window};
use headroom_engine::report::Report;
use headroom_engine::snapshot::Snapshot;
use headroom_scenario::room::Room;
use headroom_scenario::{Scenario, ValidScenario};
use serde::Serialize;

use super::Command;
use crate::answer::Answer;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::options::Options;
use crate::progress::{Progress, SLICE_EVENTS};
use crate::series::Series;
use crate::threads::Threads;
use crate::{report_text, source};

pub(super) const COMMAND: Command = Command {
    name: "run",
    options: &[
        "seed", "rate", "for", "warmup", "json", "check", "series", "threads",
    ],
    execute,
};

/// Simulated time between two looks at the seconds that have passed: the engine keeps ten minutes of them.
const STRETCH_S: f64 = 300.0;

/// The document that `--json` prints.
#[derive(Serialize)]
struct RunDocument<'a> {
    name: &'a str,
    warmup_s: f64,
    /// Seconds of the wall clock that the whole run took, warm-up included.
    wall_s: f64,
    /// What of the scenario will not do what it seems to ask for.
    warnings: Vec<String>,
    #[serde(flatten)]
    report: &'a Report,
    objectives: ObjectivesDocument<'a>,
    /// By component that has any: as its parameters were at the end.
    rooms: BTreeMap<&'a str, Vec<Room>>,
    /// Machines and links that are not as they should be at the end.
    at_end: Ending<'a>,
}

/// A run that has ended.
struct Ended {
    report: Report,
    /// The design at the end, as its script has made it.
    scenario: Scenario,
    /// How its machines and links were then.
    snapshot: Snapshot,
    /// Seconds of the wall clock that it took.
    wall_s: f64,
}

#[derive(Serialize)]
struct ObjectivesDocument<'a> {
    hold: bool,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [source] = options.exactly("headroom run <step | file | link | ->")?;
    let scenario = source::open(source, options)?;
    let window = options.window();
    let is_series_alone = options.series.as_deref() == Some("-");
    if is_series_alone && options.json {
        return Err(Failure::Usage(
            "--json and --series - both want standard output: give the series a file".into(),
        ));
    }
    let series = options
        .series
        .as_ref()
        .map(|name| Series::create(name, source, &scenario))
        .transpose()?;
    let ended = run(&scenario, window, options.threads(), series)?;
    let report = &ended.report;
    let verdict = Verdict::of(report, &scenario.objectives);
    let at_end = Ending::of(&ended.scenario.design, &ended.snapshot);

    let answer = if is_series_alone {
        Answer::text("")
    } else if options.json {
        Answer::json(&RunDocument {
            name: &scenario.name,
            warmup_s: window.warmup_s,
            wall_s: ended.wall_s,
            warnings: source::warnings(&scenario),
            report,
            rooms: rooms(&ended.scenario),
            at_end,
            objectives: ObjectivesDocument {
                hold: verdict.holds(),
                verdict: &verdict,
            },
        })?
    } else {
        Answer::text(report_text::of(
            &ended.scenario,
            report,
            &verdict,
            &at_end,
            window,
            ended.wall_s,
        ))
    };
    Ok(Answer {
        holds: verdict.holds() || !options.check,
        ..answer
    })
}

fn rooms(scenario: &Scenario) -> BTreeMap<&str, Vec<Room>> {
    let components = scenario.design.components.present();
    let rooms = components.map(|(_, component)| {
        let rooms = component.kind.rooms(&scenario.traffic.keys);
        (component.id.as_str(), rooms)
    });
    rooms.filter(|(_, rooms)| !rooms.is_empty()).collect()
}

/// Runs a scenario, and writes its seconds down where they are asked for.
fn run(
    scenario: &ValidScenario,
    window: Window,
    mut threads: Threads,
    mut series: Option<Series>,
) -> Result<Ended, Failure> {
    let mut progress = Progress::new();
    let mut measurement = Measurement::new(scenario, window);
    loop {
        let finished = measurement.advance_by(&mut threads, STRETCH_S, SLICE_EVENTS);
        let engine = measurement.engine();
        if let Some(report) = finished {
            if let Some(series) = series {
                series.finish(engine)?;
            }
            return Ok(Ended {
                report,
                scenario: engine.scenario().clone(),
                snapshot: engine.snapshot(),
                wall_s: progress.elapsed_s(),
            });
        }
        if let Some(series) = &mut series {
            series.write(engine)?;
        }
        let simulated_s = engine.now().as_s();
        let pace = simulated_s / progress.elapsed_s();
        let done = measurement.progress() * 100.0;
        progress.say(&format!(
            "{done:.0} % done, {simulated_s:.1} s simulated, {pace:.1} × real time"
        ));
    }
}
