//! `headroom compare`: two designs under the same conditions.

use headroom_engine::lab::{Comparison, Faced, LeftOut, Load, Renamed, Stretch};
use headroom_engine::report::Report;
use headroom_scenario::{Scenario, ValidScenario};
use serde::Serialize;

use super::Command;
use super::capacity::load_text;
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
}

/// The document that `--json` prints.
#[derive(Serialize)]
struct ComparisonDocument<'a> {
    before: SideDocument<'a>,
    after: SideDocument<'a>,
    /// Tiers of the first design that are the second's under another name: its actions are done to them.
    renamed: &'a [Renamed],
    /// Actions of the second design's script that the first one can't follow.
    left_out: &'a [LeftOut],
    /// How many actions the script has that both play: the second's.
    script_actions: usize,
    /// What the first says of its own conditions that is set aside for the second's.
    set_aside: &'a [Condition],
}

/// A condition that both designs face: the second's.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Condition {
    Traffic,
    Script,
    Seed,
    Objectives,
}

#[derive(Serialize)]
struct SideDocument<'a> {
    name: &'a str,
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
    let stretch = Stretch::AsAsked(options.window());
    let comparison = Comparison::new(&before_scenario, &after_scenario, stretch)
        .map_err(|problems| Failure::scenario(before, problems))?;
    let faced = comparison.faced().clone();
    let set_aside = set_aside(&before_scenario, &after_scenario);
    let (before_report, after_report) = run(comparison);
    let before = side(&before_scenario, before, before_report);
    let after = side(&after_scenario, after, after_report);
    if options.json {
        return Answer::json(&ComparisonDocument {
            before: document(&before),
            after: document(&after),
            renamed: &faced.renamed,
            left_out: &faced.left_out,
            script_actions: after_scenario.script.len(),
            set_aside: &set_aside,
        });
    }
    let load = Load::of(&after_scenario.traffic);
    Ok(Answer::text(
        describe(&before, &after, load)
            + &script(&before_scenario, &after_scenario)
            + &conditions(&set_aside)
            + &notes(&before, (&before_scenario, &after_scenario), &faced),
    ))
}

/// What the first scenario says otherwise of the conditions than the second, whose conditions both face.
fn set_aside(before: &Scenario, after: &Scenario) -> Vec<Condition> {
    let is_other = [
        (Condition::Traffic, before.traffic != after.traffic),
        (
            Condition::Script,
            before.script != after.script && !before.script.is_empty(),
        ),
        (Condition::Seed, before.seed != after.seed),
        (Condition::Objectives, before.objectives != after.objectives),
    ];
    let others = is_other.into_iter().filter(|(_, is_other)| *is_other);
    others.map(|(condition, _)| condition).collect()
}

/// Which script is played, where there is any.
fn script(before: &Scenario, after: &Scenario) -> String {
    let actions = |scenario: &Scenario| match scenario.script.len() {
        1 => "1 action".to_owned(),
        many => format!("{} actions", count(many as u64)),
    };
    match (before.script.is_empty(), after.script.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(
            "No script is played: the second design has none. The first's own, {}, is set aside.\n",
            actions(before)
        ),
        (false, false) if before.script != after.script => format!(
            "Both play the script of the second design, {}. The first's own, {}, is set aside.\n",
            actions(after),
            actions(before)
        ),
        (_, false) => format!(
            "Both play the script of the second design, {}.\n",
            actions(after)
        ),
    }
}

/// What else of the first's conditions is set aside.
fn conditions(set_aside: &[Condition]) -> String {
    let word = |condition: &Condition| match condition {
        Condition::Traffic => Some("traffic"),
        Condition::Script => None,
        Condition::Seed => Some("seed"),
        Condition::Objectives => Some("objectives"),
    };
    let words: Vec<&str> = set_aside.iter().filter_map(word).collect();
    let listed = match words.as_slice() {
        [] => return String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    format!("Both face the second design's {listed}, not the first's own.\n")
}

fn run(mut comparison: Comparison) -> (Report, Report) {
    let mut progress = Progress::new();
    loop {
        if let Some(reports) = comparison.advance(SLICE_EVENTS) {
            return reports;
        }
        progress.say("running both designs");
    }
}

/// What had to be made of the second design's script for the first one to follow it.
fn notes(before: &Side, scenarios: (&Scenario, &Scenario), faced: &Faced) -> String {
    let (first, second) = (&scenarios.0.design, &scenarios.1.design);
    let mut text = String::new();
    for Renamed { own, there } in &faced.renamed {
        text.push_str(&format!(
            "{} of \"{}\" is taken as {}: what happens to the one happens to the other.\n",
            first.title_with_id(own),
            before.name,
            second.title_with_id(there),
        ));
    }
    for left_out in &faced.left_out {
        let sentence = left_out.sentence(second);
        text.push_str(&format!("Not done in \"{}\": {sentence}.\n", before.name));
    }
    text
}

fn side(scenario: &ValidScenario, source: &str, report: Report) -> Side {
    let name = if scenario.name.is_empty() {
        source
    } else {
        &scenario.name
    };
    Side {
        name: name.to_string(),
        report,
    }
}

fn document(side: &Side) -> SideDocument<'_> {
    SideDocument {
        name: &side.name,
        report: &side.report,
    }
}

fn describe(before: &Side, after: &Side, load: Load) -> String {
    let mut table = Table::new([
        ("", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("change", Align::Right),
    ]);
    let whole: fn(f64) -> String = |value| count(value as u64);
    let mut row = |name: &str, figure: fn(&Side) -> f64, show: fn(f64) -> String| {
        let (was, is) = (figure(before), figure(after));
        table.row([name.to_string(), show(was), show(is), difference(is - was)]);
    };
    row(
        "completed",
        |side| side.report.requests.completed as f64,
        whole,
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
    let is_overdue = |side: &Side| side.report.requests.overdue > 0;
    if is_overdue(before) || is_overdue(after) {
        row(
            "waiting for too long",
            |side| side.report.requests.overdue as f64,
            whole,
        );
        row("p99 with them, ms", judged_p99_ms, number);
    }
    row(
        "users who had to log in anew, %",
        |side| side.report.sessions_lost_share() * 100.0,
        number,
    );
    row(
        "requests that had to, %",
        |side| side.report.login_share() * 100.0,
        number,
    );
    let has_cache = |side: &Side| {
        let mut parts = side.report.components.values();
        parts.any(|part| part.kind == "cache")
    };
    if has_cache(before) || has_cache(after) {
        row(
            "stale hits, %",
            |side| side.report.stale_share() * 100.0,
            number,
        );
        row("evictions", |side| side.report.sum("evictions"), whole);
    }
    let loses = |side: &Side| has_cache(side) || side.report.sum("writes_lost") > 0.0;
    if loses(before) || loses(after) {
        row("writes lost", |side| side.report.sum("writes_lost"), whole);
    }
    let in_doubt = |side: &Side| {
        let requests = &side.report.requests;
        requests.writes_unknown + requests.writes_applied_again > 0
    };
    if in_doubt(before) || in_doubt(after) {
        row(
            "writes unknown",
            |side| side.report.requests.writes_unknown as f64,
            whole,
        );
        row(
            "writes applied again",
            |side| side.report.requests.writes_applied_again as f64,
            whole,
        );
    }
    row("database reads", |side| side.report.sum("reads"), whole);
    row("database writes", |side| side.report.sum("writes"), whole);
    row("$ a month", |side| side.report.monthly_usd.mean, number);
    format!(
        "{} → {}\nboth at {}, seed {}, {} s measured\n\n{}\n{}\n",
        before.name,
        after.name,
        load_text(load),
        after.report.seed,
        number(after.report.simulated_s),
        table.lines(),
        sentence(before, after),
    )
}

/// The 99th percentile that the objective is held to; not a number where nothing was answered.
fn judged_p99_ms(side: &Side) -> f64 {
    side.report.judged_p99_ms().unwrap_or(f64::NAN)
}

/// The difference in one sentence: `p99 −170 ms, failed 3.4 % → 0 %, +$73 a month.`
fn sentence(before: &Side, after: &Side) -> String {
    let p99_ms = judged_p99_ms(after) - judged_p99_ms(before);
    let failed = (before.report.failed_share(), after.report.failed_share());
    let latency = |side: &Side| judged_p99_ms(side).is_finite();
    let mut parts = vec![match (latency(before), latency(after)) {
        (true, true) if p99_ms == 0.0 => "p99 unchanged".into(),
        (true, true) => format!("p99 {} ms", difference(p99_ms)),
        (true, false) => "nothing is answered any more".into(),
        (false, true) => "nothing was answered before".into(),
        (false, false) => "nothing is answered, before or after".into(),
    }];
    if failed.0 != failed.1 {
        parts.push(format!(
            "failed {} → {}",
            percent(failed.0),
            percent(failed.1)
        ));
    }
    let change_usd = after.report.monthly_usd.mean - before.report.monthly_usd.mean;
    parts.push(match change_usd {
        _ if change_usd.abs() < 0.005 => "at the same price".to_string(),
        _ if change_usd < 0.0 => format!("−{} a month", dollars(-change_usd)),
        _ => format!("+{} a month", dollars(change_usd)),
    });
    format!("{}.", parts.join(", "))
}
