//! `headroom compare`: two designs under the same conditions.

use headroom_engine::lab::{Comparison, Faced, LeftOut, Load, Renamed, Stretch};
use headroom_engine::report::Report;
use headroom_scenario::{Scenario, ValidScenario};
use serde::Serialize;

use super::Command;
use super::capacity::load_text;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::figure::{change, count, dollars, number, percent};
use crate::options::Options;
use crate::progress::{Progress, SLICE_EVENTS};
use crate::{comparison_table, source};

pub(super) const COMMAND: Command = Command {
    name: "compare",
    options: &["seed", "rate", "for", "warmup", "json"],
    execute,
};

/// One of the two.
struct Side {
    name: String,
    warnings: Vec<String>,
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
    /// What of the scenario will not do what it seems to ask for.
    warnings: &'a [String],
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
    let after_scenario = source::open_one_of(after, options)?;
    let before_scenario = source::open_one_of(before, options)?;
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
    let sets_script_aside = set_aside.contains(&Condition::Script);
    Ok(Answer::text(
        describe(&before, &after, load)
            + &script(&before_scenario, &after_scenario, sets_script_aside)
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
fn script(before: &Scenario, after: &Scenario, is_set_aside: bool) -> String {
    let actions = |scenario: &Scenario| match scenario.script.len() {
        1 => "1 action".to_owned(),
        many => format!("{} actions", count(many as u64)),
    };
    let played = match (after.script.is_empty(), is_set_aside) {
        (true, false) => return String::new(),
        (true, true) => "No script is played: the second design has none.".to_owned(),
        (false, _) => format!(
            "Both play the script of the second design, {}.",
            actions(after)
        ),
    };
    let own = actions(before);
    let aside = match is_set_aside {
        true => format!(" The first's own, {own}, is set aside."),
        false => String::new(),
    };
    format!("{played}{aside}\n")
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
        warnings: source::warnings(scenario),
        report,
    }
}

fn document(side: &Side) -> SideDocument<'_> {
    SideDocument {
        name: &side.name,
        warnings: &side.warnings,
        report: &side.report,
    }
}

fn describe(before: &Side, after: &Side, load: Load) -> String {
    format!(
        "{} → {}\nboth at {}, seed {}, {} s measured\n\n{}\n{}\n",
        before.name,
        after.name,
        load_text(load),
        after.report.seed,
        number(after.report.simulated_s),
        comparison_table::of(&before.report, &after.report),
        sentence(before, after),
    )
}

/// The difference in one sentence: `p99 −170 ms, failed 3.4 % → 0 %, +$73 a month.`
fn sentence(before: &Side, after: &Side) -> String {
    let (was_ms, is_ms) = (
        comparison_table::judged_p99_ms(&before.report),
        comparison_table::judged_p99_ms(&after.report),
    );
    let failed = [&before.report, &after.report].map(|report| percent(report.failed_share()));
    let mut parts = vec![match (was_ms.is_nan(), is_ms.is_nan()) {
        // Both face the same traffic.
        _ if after.report.is_untried() => "no request came, before or after".into(),
        (false, false) => match change(&number(was_ms), &number(is_ms)).as_str() {
            "=" => "p99 unchanged".into(),
            change => format!("p99 {change} ms"),
        },
        (false, true) => "nothing is answered any more".into(),
        (true, false) => "nothing was answered before".into(),
        (true, true) => "nothing is answered, before or after".into(),
    }];
    let [was, is] = failed;
    if was != is {
        parts.push(format!("failed {was} → {is}"));
    }
    let [was_usd, is_usd] = [before, after].map(|side| side.report.monthly_usd.mean);
    parts.push(price_change(was_usd, is_usd));
    format!("{}.", parts.join(", "))
}

/// What the price changed by: `+$73 a month`.
fn price_change(was_usd: f64, is_usd: f64) -> String {
    if number(was_usd) == number(is_usd) {
        return "at the same price".into();
    }
    let change_usd = is_usd - was_usd;
    let sign = if change_usd < 0.0 { '−' } else { '+' };
    let usd = match change_usd.abs() {
        // It is something, and would be no whole dollar.
        cents if cents < 0.5 => format!("${}", number(cents)),
        usd => dollars(usd),
    };
    format!("{sign}{usd} a month")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_changed_is_told_by_what_it_changed() {
        assert_eq!(price_change(40.0, 113.2), "+$73 a month");
        assert_eq!(price_change(1_404.0, 200.0), "−$1,204 a month");
        assert_eq!(price_change(40.0, 40.3), "+$0.30 a month");
        assert_eq!(price_change(1_204.1, 1_204.4), "at the same price");
    }
}
