//! The story: what hurts, what this step does about it, and what that changed, measured.

use headroom_scenario::step::{LADDER, Step};
use yew::prelude::*;

use super::header::short_title;
use super::intent::{Intent, Intents};
use crate::format;
use crate::lab::{Finding, Outcome};

/// What the story tells.
#[derive(Clone, PartialEq, Properties)]
pub struct StoryProps {
    /// Place of the step, if the document came from one.
    pub step: Option<usize>,
    /// The document's own name, for one that came from elsewhere.
    pub name: AttrValue,
    /// The load now, in requests a second.
    pub rate_rps: f64,
    /// From which load on the step pays off, once it has been found.
    pub payoff: Option<Finding>,
    /// What it changed, once it has been measured.
    pub comparison: Option<Finding>,
    /// Price a month of the design before and of this one, in dollars.
    pub monthly_usd: (f64, f64),
    /// Where wishes go.
    pub intents: Intents,
}

/// What pays off from fewer requests a second than this does so whatever the load.
const ANY_LOAD_BELOW_RPS: f64 = 2.0;

/// The story at the left.
#[component]
pub fn Story(props: &StoryProps) -> Html {
    match props.step.map(|place| (place, &LADDER[place])) {
        Some((place, step)) => told(props, place, step),
        None => html! {
            <aside class="story" aria-label="Story">
                <h2 class="eyebrow">{ "A design of its own" }</h2>
                <h1>{ if props.name.is_empty() { "Shared design" } else { props.name.as_str() } }</h1>
                <p>{ "It came from a link or a file. Turn the traffic up, break a server, select a part to change it: \
                      everything you do is kept in the link." }</p>
                <button class="btn primary" data-control="start-ladder" onclick={open(props, 0)}>{ "Start with one server" }</button>
            </aside>
        },
    }
}

fn told(props: &StoryProps, place: usize, step: &'static Step) -> Html {
    html! {
        <aside class="story" aria-label="Story">
            <div class="story-text">
                <h2 class="eyebrow">{ format!("Step {} of {}", place + 1, LADDER.len()) }</h2>
                <h1 data-testid="step-title">{ step.title }</h1>
                <p>{ step.pain }</p>
                <p class="change">{ step.change }</p>
                if place > 0 { { payoff(props) } { changed(props) } }
                <p><b>{ "What it costs you. " }</b>{ step.cost }</p>
                <p class="try"><b>{ "Try it. " }</b>{ step.try_it }</p>
            </div>
            <nav class="story-steps" aria-label="Neighbouring steps">
                if place > 0 {
                    <button class="btn" data-control="step-before" onclick={open(props, place - 1)}>{ "← Back" }</button>
                }
                if let Some(next) = LADDER.get(place + 1) {
                    <button class="btn primary" data-control="next-step" onclick={open(props, place + 1)}>
                        { format!("Next: {} →", short_title(next.name).to_ascii_lowercase()) }
                    </button>
                } else {
                    <button class="btn primary" data-control="start-again" onclick={open(props, 0)}>{ "Start again" }</button>
                }
            </nav>
        </aside>
    }
}

fn open(props: &StoryProps, place: usize) -> Callback<MouseEvent> {
    let intents = props.intents.clone();
    Callback::from(move |_| intents.emit(Intent::OpenStep(place)))
}

fn payoff(props: &StoryProps) -> Html {
    let words = match &props.payoff {
        None => {
            html! { <span class="measuring">{ "Looking for the load from which it pays off" }</span> }
        }
        Some(Finding::Payoff {
            rate_rps: Some(rate_rps),
        }) if *rate_rps < ANY_LOAD_BELOW_RPS => html! {
            <b data-testid="pays-off-from" data-value={rate_rps.to_string()}>{ "Pays off at any load." }</b>
        },
        Some(Finding::Payoff {
            rate_rps: Some(rate_rps),
        }) => html! {
            <>{ "Pays off from " }<b data-testid="pays-off-from" data-value={rate_rps.to_string()}>{ format!("{} requests/s", format::rate(two_figures(*rate_rps))) }</b>{ "." }</>
        },
        Some(Finding::Payoff { rate_rps: None }) => html! {
            <span data-testid="never-pays-off">{ "No load was found that this design holds and the one before does not." }</span>
        },
        Some(Finding::Unanswerable(reason)) => html! { { reason } },
        Some(_) => html! {},
    };
    html! { <div class="pay" aria-live="polite">{ words }</div> }
}

/// A search ends within 2 %: more figures than two would claim more.
fn two_figures(rate_rps: f64) -> f64 {
    let unit = 10f64.powf(rate_rps.max(1.0).log10().floor() - 1.0);
    (rate_rps / unit).round() * unit
}

fn changed(props: &StoryProps) -> Html {
    let rows = match &props.comparison {
        Some(Finding::Comparison { before, after }) => {
            let mut rows = rows(before, after);
            let (before_usd, after_usd) = props.monthly_usd;
            rows.push(Row {
                name: "cost a month",
                before: format::usd(before_usd),
                after: format::usd(after_usd),
                tone: "soft",
            });
            rows
        }
        Some(Finding::Unanswerable(reason)) => return html! { <p>{ reason }</p> },
        _ => {
            return html! {
                <>
                    <h2 class="eyebrow">{ caption(props) }</h2>
                    <p class="measuring">{ "Running both designs on the same arrivals" }</p>
                </>
            };
        }
    };
    html! {
        <table class="delta" data-testid="comparison">
            <caption class="eyebrow">{ caption(props) }</caption>
            <thead class="visually-hidden"><tr><th>{ "Figure" }</th><th>{ "before" }</th><th>{ "after" }</th></tr></thead>
            <tbody>
                { for rows.iter().map(|row| html! {
                    <tr><th scope="row">{ row.name }</th><td>{ &row.before }</td><td class={row.tone}>{ &row.after }</td></tr>
                }) }
            </tbody>
        </table>
    }
}

fn caption(props: &StoryProps) -> String {
    format!(
        "At {} requests/s, same arrivals",
        format::rate(props.rate_rps)
    )
}

struct Row {
    name: &'static str,
    before: String,
    after: String,
    tone: &'static str,
}

/// The figures that a reader compares; those that neither design has are left out.
fn rows(before: &Outcome, after: &Outcome) -> Vec<Row> {
    let ms = |ms: Option<f64>| ms.map_or_else(|| "no answer".into(), format::ms);
    // A latency that is missing is worse than any.
    let or_never = |ms: Option<f64>| ms.unwrap_or(f64::INFINITY);
    let row = |name, before: (f64, String), after: (f64, String), less_is_better: bool| {
        let (was, is) = if less_is_better {
            (before.0, after.0)
        } else {
            (-before.0, -after.0)
        };
        let tone = if before.1 == after.1 {
            "soft"
        } else if is < was {
            "good"
        } else {
            "worse"
        };
        Row {
            name,
            before: before.1,
            after: after.1,
            tone,
        }
    };
    let share = |value: f64| (value, format::share(value));
    let latency = |value: Option<f64>| (or_never(value), ms(value));
    let served = |value: f64| (value, format::rate(value));
    let mut rows = vec![
        row(
            "p99",
            latency(before.latency_p99_ms),
            latency(after.latency_p99_ms),
            true,
        ),
        row(
            "p50",
            latency(before.latency_p50_ms),
            latency(after.latency_p50_ms),
            true,
        ),
        row(
            "failed",
            share(before.failed_share),
            share(after.failed_share),
            true,
        ),
        row(
            "served/s",
            served(before.completed_rps),
            served(after.completed_rps),
            false,
        ),
    ];
    if before.sessions_lost_share.max(after.sessions_lost_share) > 0.0005 {
        rows.push(row(
            "sessions lost",
            share(before.sessions_lost_share),
            share(after.sessions_lost_share),
            true,
        ));
    }
    if let Some(hits) = after.hit_ratio {
        let none = before.hit_ratio.map_or((0.0, "no cache".into()), share);
        rows.push(row("cache hits", none, share(hits), false));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_which_way_a_figure_went() {
        let before = Outcome {
            latency_p99_ms: Some(4_100.0),
            failed_share: 0.31,
            completed_rps: 600.0,
            ..Outcome::default()
        };
        let after = Outcome {
            latency_p99_ms: Some(138.0),
            completed_rps: 600.0,
            hit_ratio: Some(0.8),
            sessions_lost_share: 0.5,
            ..Outcome::default()
        };
        let told: Vec<_> = rows(&before, &after)
            .iter()
            .map(|row| (row.name, row.tone))
            .collect();
        let expected = [
            ("p99", "good"),
            ("p50", "soft"),
            ("failed", "good"),
            ("served/s", "soft"),
            ("sessions lost", "worse"),
            ("cache hits", "good"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn no_answer_is_slower_than_any() {
        let silent = Outcome::default();
        let slow = Outcome {
            latency_p99_ms: Some(9e9),
            ..Outcome::default()
        };
        assert_eq!(rows(&silent, &slow)[0].tone, "good");
    }
}
