//! What shapes and wires are: a colour and a shape for each class, how many requests one dot stands for, and how
//! much more passes where a wire is broader.

use headroom_scenario::{Class, ClassKind};
use yew::prelude::*;

use crate::format;
use crate::sampling::Sampling;

/// What the legend explains.
#[derive(Clone, PartialEq, Properties)]
pub struct LegendProps {
    /// The classes in the mix.
    pub classes: Vec<Class>,
    /// How many requests one dot stands for.
    pub sampling: Sampling,
    /// There are no dots: the shapes are those of requests that wait.
    pub still: bool,
    /// A database sends its log to copies.
    pub has_log: bool,
    /// Which seconds the shares and rates of the diagram are of, once there are any.
    pub lately: Option<AttrValue>,
}

/// The legend, with what the shares on the diagram are of.
#[component]
pub fn Legend(props: &LegendProps) -> Html {
    html! {
        <ul class="legend" aria-label="What the shapes and wires are">
            { for props.classes.iter().map(|class| html! { <li>{ shape(class.kind) }{ &class.id }</li> }) }
            if !props.still {
                <li>{ picture("answer", "M5 1.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2z") }{ "answer" }</li>
                if props.has_log {
                    <li>{ picture("log", "M0 4.5h2v1H0zM8 4.5h2v1H8zM4 1h2v8H4z") }{ "log" }</li>
                }
                <li>{ picture("failed", "M1.5 1.5l7 7M8.5 1.5l-7 7") }{ "call failed" }</li>
                <li data-testid="sampling" data-value={props.sampling.drawn.to_string()}>{ scale(props.sampling) }</li>
            }
            <li data-testid="wire-scale">{ picture("wire", "M0 1.4h10v1.7H0zM0 5.6h10v3.4H0z") }{ "twice as broad = 10\u{a0}× the rate" }</li>
            if let Some(lately) = &props.lately {
                <li data-testid="shares-of" title="Every call counts in the rates: log-ins and retries too.">
                    <span>{ "shares and rates: " }{ lately }</span>
                    <span class="visually-hidden">{ "Every call counts in the rates: log-ins and retries too." }</span>
                </li>
            }
        </ul>
    }
}

/// What one dot stands for, and why it is more than it was.
fn scale(sampling: Sampling) -> String {
    let requests = format::counted(sampling.drawn, "request", "requests");
    if sampling.drawn > sampling.scale {
        let usual = format::count(sampling.scale);
        return format!("1 dot = {requests}: too many to draw at {usual}");
    }
    format!("1 dot = {requests}")
}

/// The shape of a class, as on the wires.
fn shape(kind: ClassKind) -> Html {
    let (class, path) = match kind {
        ClassKind::Static => ("static", "M1.5 1.5h7v7h-7z"),
        ClassKind::Read => ("read", "M5 1a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"),
        ClassKind::Write => ("write", "M5 .8 9.4 8.6H.6z"),
        ClassKind::Task => ("task", "M5 .4 9.6 5 5 9.6.4 5z"),
        ClassKind::Search => ("search", "M5 .6 9 2.8v4.4L5 9.4 1 7.2V2.8z"),
    };
    picture(class, path)
}

fn picture(class: &'static str, path: &'static str) -> Html {
    html! { <svg class={classes!("shape", class)} width="10" height="10" viewBox="0 0 10 10" fill="currentColor" aria-hidden="true"><path d={path} /></svg> }
}
