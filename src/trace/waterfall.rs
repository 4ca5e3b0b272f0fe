//! A request's way drawn over time: a line for each stretch of it.

use std::rc::Rc;

use headroom_engine::trace::{Activity, Span, Trace};
use headroom_scenario::Scenario;
use yew::prelude::*;

use super::way::{self, Use};
use crate::charts::scale::Scale;
use crate::format;
use crate::selection::Selection;

/// Extent of the plot, in its own units.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 14.0;

/// A request's way.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design that it took its way through.
    pub scenario: Rc<Scenario>,
    /// The way.
    pub trace: Rc<Trace>,
    /// A place of it was picked.
    pub on_select: Callback<Option<Selection>>,
}

/// The way as a waterfall, with the sums above it.
#[component]
pub fn Waterfall(props: &Props) -> Html {
    let trace = &props.trace;
    let span = (trace.start_ns as f64, way::latest(trace) as f64);
    let time = Scale::linear(span, (0.0, WIDTH));
    let attempts = trace
        .spans
        .iter()
        .map(|span| span.attempt)
        .max()
        .unwrap_or(0);
    let mut attempt = None;
    html! {
        <div class="waterfall" data-testid="waterfall">
            { sums(trace) }
            <ol>
                { for trace.spans.iter().map(|span| {
                    let begins = attempt.replace(span.attempt) != Some(span.attempt);
                    html! {
                        <>
                            if attempts > 0 && begins {
                                <li class="attempt">
                                    { format!("Attempt {}", u32::from(span.attempt) + 1) }
                                </li>
                            }
                            { line(props, span, &time) }
                        </>
                    }
                }) }
            </ol>
        </div>
    }
}

/// Where the time went: a bar of three parts, with a legend that is its figures.
fn sums(trace: &Trace) -> Html {
    let sums = way::sums_ms(trace);
    let all: f64 = sums.iter().sum();
    if all <= 0.0 {
        return Html::default();
    }
    let mut x = 0.0;
    html! {
        <>
            <svg class="parts" viewBox={format!("0 0 {WIDTH} 10")} preserveAspectRatio="none"
                aria-hidden="true">
                { hatch() }
                { for Use::TIMED.into_iter().zip(sums).map(|(part, ms)| {
                    let wide = ms / all * WIDTH;
                    let from = x;
                    x += wide;
                    html! {
                        <rect class={part.css()} x={format!("{from:.2}")} y="0"
                            width={format!("{wide:.2}")} height="10" />
                    }
                }) }
            </svg>
            <div class="parts-legend">
                { for Use::TIMED.into_iter().zip(sums).map(|(part, ms)| html! {
                    <span>
                        <svg viewBox="0 0 12 12" aria-hidden="true">
                            <rect class={part.css()} y="1" width="12" height="10" />
                        </svg>
                        { part.words() }{ " " }<b>{ format::ms(ms) }</b>
                    </span>
                }) }
            </div>
        </>
    }
}

/// The hatching of what waits: seen without any colour.
fn hatch() -> Html {
    html! {
        <defs>
            <pattern id="hatch-wait" width="4" height="4" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)">
                <rect class="hatch-ground" width="4" height="4" />
                <rect class="hatch-line" width="1.6" height="4" />
            </pattern>
        </defs>
    }
}

fn line(props: &Props, span: &Span, time: &Scale) -> Html {
    let trace = &props.trace;
    let end = way::end_of(span, trace);
    let (from, to) = (time.place(span.start_ns as f64), time.place(end as f64));
    let ms = end.saturating_sub(span.start_ns) as f64 / 1e6;
    let kind = Use::of(span.activity);
    // Where it failed, the line before says.
    let placeless = matches!(
        span.activity,
        Activity::Lookup | Activity::Backoff | Activity::Fail(_)
    );
    let lasts = span.end_ns == 0 && trace.end_ns.is_none() && kind.lasts();
    html! {
        <li class={classes!("span", kind.css())}>
            <span class="what">
                if span.branch > 0 {
                    <sup title={format!("Call {} of those made at once", span.branch)}>
                        { span.branch }
                    </sup>
                    { " " }
                }
                { way::doing(span.activity) }{ " " }
                if !placeless {
                    { place(props, span) }
                }
            </span>
            <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none"
                aria-hidden="true">
                { bar(kind, span.activity, from, to) }
            </svg>
            <span class="figure">
                { if kind.lasts() { format::ms(ms) } else { String::new() } }
                { if lasts { "…" } else { "" } }
            </span>
        </li>
    }
}

/// What waits is hatched, what works is solid, what travels is a thin line.
fn bar(kind: Use, activity: Activity, from: f64, to: f64) -> Html {
    let wide = (to - from).max(0.8);
    let x = format!("{:.2}", from.min(WIDTH - wide));
    match kind {
        Use::Travel => {
            let y = if activity == Activity::Return {
                "8.5"
            } else {
                "5"
            };
            html! { <rect class="bar" {x} {y} width={format!("{wide:.2}")} height="2" /> }
        }
        Use::Older | Use::End => html! {
            <rect class="bar" x={format!("{:.2}", from.min(WIDTH - 1.4))} y="0" width="1.4"
                height="14" />
        },
        Use::Wait | Use::Work => html! {
            <rect class="bar" {x} y="2" width={format!("{wide:.2}")} height="10" />
        },
    }
}

/// The place of a span, to be picked.
fn place(props: &Props, span: &Span) -> Html {
    let name = way::place(&props.scenario, span.component, span.instance);
    let Some(component) = props
        .scenario
        .design
        .components
        .get(span.component as usize)
    else {
        return html! { { name } };
    };
    let selection = if component.kind.facts().is_scalable {
        Selection::Instance(component.id.clone(), span.instance)
    } else {
        Selection::Component(component.id.clone())
    };
    let on_select = props.on_select.clone();
    html! {
        <button type="button" class="place small" data-control="span-place"
            data-of={name.clone()} title={name.clone()}
            onclick={move |_| on_select.emit(Some(selection.clone()))}>
            { name }
        </button>
    }
}
