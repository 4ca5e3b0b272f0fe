//! `headroom compare`: two designs under the same conditions.

use headroom_engine::lab::{Comparison, facing};
use headroom_engine::report::Report;
use headroom_scenario::{ValidScenario, price};
use serde::Serialize;

use super::Command;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::figure::{count, difference, dollars, number, percent};
use crate::options::Options;
use crate::progress::{Progress, SLICE_EVENTS};
use crate::source;
use crate::table::{Align, Table};

pub(super) const COMMAND: Command = Command {
    name: "compare",
    options: &["seed", "rate", "for", "warmup", "json"],
    execute,
};

/// One of the two.
struct Side {
    name: String,
    report: Report,
    monthly_usd: f64,
}

/// The document that `--json` prints.
#[derive(Serialize)]
struct ComparisonDocument<'a> {
    before: SideDocument<'a>,
    after: SideDocument<'a>,
}

#[derive(Serialize)]
struct SideDocument<'a> {
    name: &'a str,
    monthly_usd: f64,
    #[serde(flatten)]
    report: &'a Report,
}

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [before, after] = options.exactly("headroom compare <before> <after>")?;
    if before == "-" && after == "-" {
        return Err(Failure::Usage(
            "only one of the two can come from standard input".into(),
        ));
    }
    let after_scenario = source::open(after, options)?;
    let before_scenario = source::open(before, options)?;
    let before_scenario = facing(&before_scenario, &after_scenario)
        .map_err(|problems| Failure::scenario(before, problems))?;

    let (before_report, after_report) = run(before, &before_scenario, &after_scenario, options)?;
    let before = side(&before_scenario, before, before_report);
    let after = side(&after_scenario, after, after_report);
    if options.json {
        return Answer::json(&ComparisonDocument {
            before: document(&before),
            after: document(&after),
        });
    }
    let rate_rps = after_scenario.traffic.rate_rps;
    Ok(Answer::text(describe(&before, &after, rate_rps)))
}

fn run(
    name: &str,
    before: &ValidScenario,
    after: &ValidScenario,
    options: &Options,
) -> Result<(Report, Report), Failure> {
    let mut progress = Progress::new();
    let mut comparison = Comparison::new(before, after, options.window())
        .map_err(|problems| Failure::scenario(name, problems))?;
    loop {
        if let Some(reports) = comparison.advance(SLICE_EVENTS) {
            return Ok(reports);
        }
        progress.say("running both designs");
    }
}

fn side(scenario: &ValidScenario, source: &str, report: Report) -> Side {
    let name = if scenario.name.is_empty() {
        source
    } else {
        &scenario.name
    };
    let monthly_usd = price::monthly_usd(&scenario.design).total_usd;
    Side {
        name: name.to_string(),
        report,
        monthly_usd,
    }
}

fn document(side: &Side) -> SideDocument<'_> {
    SideDocument {
        name: &side.name,
        monthly_usd: side.monthly_usd,
        report: &side.report,
    }
}

fn describe(before: &Side, after: &Side, rate_rps: f64) -> String {
    let mut table = Table::new([
        ("", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("change", Align::Right),
    ]);
    let mut row = |name: &str, figure: fn(&Side) -> f64, show: fn(f64) -> String| {
        let (was, is) = (figure(before), figure(after));
        table.row([name.to_string(), show(was), show(is), difference(is - was)]);
    };
    row(
        "completed",
        |side| side.report.requests.completed as f64,
        |value| count(value as u64),
    );
    row(
        "failed, %",
        |side| side.report.failed_share() * 100.0,
        number,
    );
    row(
        "latency mean, ms",
        |side| side.report.latency_ms.mean,
        number,
    );
    row("latency p50, ms", |side| side.report.latency_ms.p50, number);
    row("latency p95, ms", |side| side.report.latency_ms.p95, number);
    row("latency p99, ms", |side| side.report.latency_ms.p99, number);
    row(
        "sessions lost, %",
        |side| side.report.sessions_lost_share() * 100.0,
        number,
    );
    row("$ a month", |side| side.monthly_usd, number);
    format!(
        "{} → {}\nboth at {} requests/s, seed {}, {} s measured\n\n{}\n{}\n",
        before.name,
        after.name,
        number(rate_rps),
        after.report.seed,
        number(after.report.simulated_s),
        table.lines(),
        sentence(before, after),
    )
}

/// The difference in one sentence: `p99 −170 ms, failed 3.4 % → 0 %, +$73 a month.`
fn sentence(before: &Side, after: &Side) -> String {
    let p99_ms = after.report.latency_ms.p99 - before.report.latency_ms.p99;
    let failed = (before.report.failed_share(), after.report.failed_share());
    let mut parts = vec![format!("p99 {} ms", difference(p99_ms))];
    if failed.0 != failed.1 {
        parts.push(format!(
            "failed {} → {}",
            percent(failed.0),
            percent(failed.1)
        ));
    }
    let change_usd = after.monthly_usd - before.monthly_usd;
    parts.push(match change_usd {
        0.0 => "at the same price".to_string(),
        _ if change_usd < 0.0 => format!("−{} a month", dollars(-change_usd)),
        _ => format!("+{} a month", dollars(change_usd)),
    });
    format!("{}.", parts.join(", "))
}
