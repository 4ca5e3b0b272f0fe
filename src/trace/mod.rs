//! One request's way through the design, and a list of recent ones to choose from.

mod waterfall;
mod way;

use std::cmp::Reverse;
use std::rc::Rc;

use headroom_engine::trace::Trace;
use headroom_scenario::Scenario;
use yew::prelude::*;

use crate::diagram::palette::{self, Look};
use crate::diagram::wants_less_motion;
use crate::format;
use crate::order::{sort_by, sort_by_key};
use crate::selection::Selection;
use waterfall::Waterfall;

/// Requests in the list.
const LISTED_MAX: usize = 12;

/// The panel of one request.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now, with its traffic.
    pub scenario: Rc<Scenario>,
    /// The request in question.
    pub trace: Option<Rc<Trace>>,
    /// Recent sampled requests.
    pub recent: Rc<Vec<Trace>>,
    /// Another request was chosen.
    pub on_trace: Callback<u64>,
    /// A place on its way was picked.
    pub on_select: Callback<Option<Selection>>,
}

/// Which requests are listed first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// Failed ones, then those that took longest.
    #[default]
    Worst,
    /// Those that started last.
    Latest,
}

impl Order {
    const ALL: [Order; 2] = [Order::Worst, Order::Latest];

    fn words(self) -> &'static str {
        match self {
            Order::Worst => "Failed and slowest",
            Order::Latest => "Latest",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Order::Worst => "worst",
            Order::Latest => "latest",
        }
    }

    fn sort(self, traces: &mut [&Trace]) {
        match self {
            Order::Worst => sort_by(traces, |a, b| {
                let failed = b.failed.is_some().cmp(&a.failed.is_some());
                failed.then(way::took_ms(b).total_cmp(&way::took_ms(a)))
            }),
            Order::Latest => sort_by_key(traces, |trace| Reverse(trace.start_ns)),
        }
    }
}

/// The panel of one request.
#[component]
pub fn TracePanel(props: &Props) -> Html {
    let order = use_state_eq(Order::default);
    let looks = palette::looks(&props.scenario.traffic.classes);
    html! {
        <div class="trace" data-testid="trace-panel">
            if let Some(trace) = &props.trace {
                { chosen(props, trace, &looks) }
            } else {
                <p class="nothing">
                    { if wants_less_motion() { "Choose a request" } else { "Click a moving dot, or choose a request" } }
                    { ", to see where its time goes." }
                </p>
            }
            { list(props, &looks, &order) }
        </div>
    }
}

/// The class of a request, with its mark.
fn class_of(scenario: &Scenario, trace: &Trace, looks: &[Look]) -> (Html, String) {
    let number = trace.class as usize;
    let id = scenario
        .traffic
        .classes
        .get(number)
        .map_or("request", |class| class.id.as_str());
    let mark = looks.get(number).map_or_else(Html::default, |look| html! {
        <svg class={classes!("class-mark", look.css())} viewBox="-6 -6 12 12" aria-hidden="true">
            <path d={look.path(4.2)} />
        </svg>
    });
    (mark, id.to_string())
}

fn chosen(props: &Props, trace: &Rc<Trace>, looks: &[Look]) -> Html {
    let (mark, class) = class_of(&props.scenario, trace, looks);
    let outcome = way::outcome(trace, &props.scenario);
    let region = props.scenario.traffic.regions.get(trace.region as usize);
    let from = region.map_or_else(String::new, |region| format!(" from {}", region.id));
    html! {
        <section class="request" data-testid="chosen-request" data-value={trace.request.to_string()}>
            <h2 class="eyebrow">
                { mark }{ format!("Request {}, {class}", format::count(trace.request)) }
            </h2>
            <p class={classes!("outcome", trace.failed.is_some().then_some("bad"))}
                data-testid="outcome">{ format::capital(&outcome) }{ "." }</p>
            <p class="note">
                { format!("User {}{from}, key {}, started at {}.", trace.user, trace.key,
                    format::clock(trace.start_ns)) }
            </p>
            <Waterfall scenario={props.scenario.clone()} trace={trace.clone()}
                on_select={props.on_select.clone()} />
        </section>
    }
}

fn list(props: &Props, looks: &[Look], order: &UseStateHandle<Order>) -> Html {
    let mut traces: Vec<&Trace> = props.recent.iter().collect();
    order.sort(&mut traces);
    let now = props.trace.as_ref().map(|trace| trace.request);
    html! {
        <section class="requests">
            <h2 class="eyebrow">{ "Recent sampled requests" }</h2>
            <div class="segments" role="group" aria-label="Which requests come first">
                { for Order::ALL.into_iter().map(|option| {
                    let chosen = **order == option;
                    let order = order.clone();
                    html! {
                        <button type="button" class={chosen.then_some("on")}
                            aria-pressed={if chosen { "true" } else { "false" }}
                            data-control="requests-by" data-of={option.name()}
                            onclick={move |_| order.set(option)}>
                            { option.words() }
                        </button>
                    }
                }) }
            </div>
            if traces.is_empty() {
                <p class="nothing">{ "No sampled request has ended yet." }</p>
            }
            <ul>
                { for traces.into_iter().take(LISTED_MAX).map(|trace| {
                    request(props, trace, looks, now == Some(trace.request))
                }) }
            </ul>
        </section>
    }
}

fn request(props: &Props, trace: &Trace, looks: &[Look], on: bool) -> Html {
    let (mark, class) = class_of(&props.scenario, trace, looks);
    let number = trace.request;
    let on_trace = props.on_trace.clone();
    let reason = trace.failed.map(|reason| reason.words());
    let took = format::ms(way::took_ms(trace));
    html! {
        <li key={number}>
            <button type="button" class={classes!("request-line", on.then_some("on"))}
                aria-pressed={if on { "true" } else { "false" }} data-control="request"
                data-of={number.to_string()} onclick={move |_| on_trace.emit(number)}>
                { mark }
                <span class="name">{ format::count(number) }</span>
                <span class="class">{ class }</span>
                if let Some(reason) = reason {
                    <span class="reason">{ reason }</span>
                } else if trace.end_ns.is_none() {
                    <span class="class">{ "under way" }</span>
                }
                <span class="figure">{ took }</span>
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::reason::Reason;

    fn trace(request: u64, took_ms: u64, failed: Option<Reason>) -> Trace {
        Trace {
            request,
            start_ns: request,
            end_ns: Some(request + took_ms * 1_000_000),
            failed,
            ..Trace::default()
        }
    }

    #[test]
    fn failed_requests_come_first_then_the_slowest() {
        let traces = [
            trace(1, 10, None),
            trace(2, 500, None),
            trace(3, 20, Some(Reason::QueueFull)),
        ];
        let mut order: Vec<&Trace> = traces.iter().collect();
        Order::Worst.sort(&mut order);
        assert_eq!(
            order.iter().map(|t| t.request).collect::<Vec<_>>(),
            [3, 2, 1]
        );
        Order::Latest.sort(&mut order);
        assert_eq!(
            order.iter().map(|t| t.request).collect::<Vec<_>>(),
            [3, 2, 1]
        );
    }

    #[test]
    fn sentences_start_with_a_capital() {
        assert_eq!(format::capital("timed out"), "Timed out");
        assert_eq!(format::capital(""), "");
    }
}
