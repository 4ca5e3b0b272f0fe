//! Four figures: three of the last few seconds, and what the design costs.

use std::rc::Rc;

use headroom_engine::series::Bin;
use headroom_engine::snapshot::{Cost, Snapshot};
use headroom_scenario::Objectives;
use yew::prelude::*;

use crate::format;

/// What they are.
#[derive(Clone, PartialEq, Properties)]
pub struct NowProps {
    /// The gauges.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What the design must hold.
    pub objectives: Objectives,
    /// What the design costs.
    pub cost: Cost,
}

/// Served, p99, failed and price.
#[component]
pub fn Now(props: &NowProps) -> Html {
    let gauges = props.snapshot.as_deref();
    let dash = || "–".to_string();
    let recent = gauges.map(|g| &g.recent);
    let completed_rps = recent.map(|recent| recent.per_s(recent.completed));
    let p99_ms = recent
        .map(|recent| recent.latency_ms.p99)
        .filter(|ms| *ms > 0.0);
    let failed = recent.map(Bin::failed_share);
    let cost = &props.cost;
    let late = recent.and_then(|recent| late(recent, &props.objectives));
    let is_failing = failed.is_some_and(|share| share > props.objectives.failed_share);
    html! {
        <section class="now" aria-labelledby="now-title">
            <h2 class="eyebrow" id="now-title">
                { "Now" }
                if let Some(recent) = recent {
                    <span class="at" data-testid="lately">{ format::lately(recent.length_ns) }</span>
                }
            </h2>
            <dl class="now-figures">
                { figure("served/s", completed_rps.map_or_else(dash, format::rate), None, "completed-rps", completed_rps) }
                { figure("p99", p99_ms.map_or_else(dash, format::ms), late, "p99-ms", p99_ms) }
                { figure("failed", failed.map_or_else(dash, format::share),
                    is_failing.then(|| format!("over\u{a0}{}\u{a0}%", format::plain(props.objectives.failed_share * 100.0))), "failed-share", failed) }
                { price(cost) }
            </dl>
        </section>
    }
}

/// That answers are not in time, or those who got none.
fn late(recent: &Bin, objectives: &Objectives) -> Option<String> {
    let limit = format!("over\u{a0}{}", format::ms(objectives.latency_p99_ms));
    if recent.is_overdue() {
        let overdue = format::count(recent.overdue);
        return Some(format!("{overdue}\u{a0}wait {limit}"));
    }
    (recent.latency_ms.p99 > objectives.latency_p99_ms).then_some(limit)
}

/// What the design costs now, and the mean over the run, once that is another.
fn price(cost: &Cost) -> Html {
    html! {
        <div class="figure">
            <dd data-testid="figure-cost-usd-month" data-value={cost.usd_month.to_string()}>{ format::usd(cost.usd_month) }</dd>
            <dt>{ "a month" }</dt>
            if cost.has_changed() {
                <dd class="more" data-testid="figure-cost-usd-month-mean" data-value={cost.usd_month_mean.to_string()}>
                    { format!("run\u{a0}mean {}", format::usd(cost.usd_month_mean)) }
                </dd>
            }
        </div>
    }
}

/// A figure over its name; past its objective it says so in words too.
fn figure(
    name: &'static str,
    value: String,
    past: Option<String>,
    hook: &str,
    plain: Option<f64>,
) -> Html {
    html! {
        <div class={classes!("figure", past.is_some().then_some("past"))}>
            <dd data-testid={format!("figure-{hook}")} data-value={plain.map(|value| value.to_string())}>{ value }</dd>
            <dt>{ name }</dt>
            if let Some(past) = past { <dd class="past-words">{ past }</dd> }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_too_long_is_told_beside_the_percentile_of_those_answered() {
        let mut recent = Bin::default();
        let mut told = |p99_ms: f64, overdue: u64| {
            (recent.completed, recent.overdue) = (485, overdue);
            recent.latency_ms.p99 = p99_ms;
            late(&recent, &Objectives::default()).map(|late| late.replace('\u{a0}', " "))
        };
        assert_eq!(told(46.0, 4), None);
        assert_eq!(told(501.0, 4).as_deref(), Some("over 500 ms"));
        for p99_ms in [0.0, 46.0, 501.0] {
            let late = told(p99_ms, 412);
            assert_eq!(late.as_deref(), Some("412 wait over 500 ms"));
        }
    }
}
