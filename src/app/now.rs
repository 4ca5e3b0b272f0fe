//! The four figures of this moment.

use std::rc::Rc;

use headroom_engine::snapshot::Snapshot;
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
    /// Price of the design, dollars a month.
    pub monthly_usd: f64,
}

/// Served, p99, failed and price.
#[component]
pub fn Now(props: &NowProps) -> Html {
    let gauges = props.snapshot.as_deref();
    let dash = || "–".to_string();
    let p99_ms = gauges.map(|g| g.latency_ms.p99).filter(|ms| *ms > 0.0);
    let failed = gauges.map(|g| g.failed_share);
    let is_slow = p99_ms.is_some_and(|ms| ms > props.objectives.latency_p99_ms);
    let is_failing = failed.is_some_and(|share| share > props.objectives.failed_share);
    html! {
        <section class="now" aria-labelledby="now-title">
            <h2 class="eyebrow" id="now-title">{ "Now" }</h2>
            <dl class="now-figures">
                { figure("served/s", gauges.map_or_else(dash, |g| format::rate(g.completed_rps)), None, "completed-rps", gauges.map(|g| g.completed_rps)) }
                { figure("p99", p99_ms.map_or_else(dash, format::ms),
                    is_slow.then(|| format!("over {}", format::ms(props.objectives.latency_p99_ms))), "p99-ms", p99_ms) }
                { figure("failed", failed.map_or_else(dash, format::share),
                    is_failing.then(|| format!("over {}\u{a0}%", format::plain(props.objectives.failed_share * 100.0))), "failed-share", failed) }
                { figure("a month", format::usd(props.monthly_usd), None, "cost-usd-month", Some(props.monthly_usd)) }
            </dl>
        </section>
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
