//! The header: what this is, the ladder of steps, and what concerns the whole page.

use std::ops::Range;

use headroom_scenario::step::LADDER;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::icon;
use crate::format;
use crate::intent::{Dialog, Intent, Intents, Theme};

/// What the header shows.
#[derive(Clone, PartialEq, Properties)]
pub struct HeaderProps {
    /// Place of the current step, if the document came from one.
    pub step: Option<usize>,
    /// There is an edit to undo.
    pub can_undo: bool,
    /// There is an edit to redo.
    pub can_redo: bool,
    /// Something in the design is broken, so that it can be repaired.
    pub is_broken: bool,
    /// Nothing can be edited.
    pub read_only: bool,
    /// Light or dark.
    pub theme: Theme,
    /// Where wishes go.
    pub intents: Intents,
}

/// The header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let wish = |intent: Intent| {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(intent.clone()))
    };
    use_effect_with(props.step, |_| show_current());
    // What was open before one that is read only can be had back.
    let can_change = !props.read_only || props.can_undo || props.can_redo;
    let editing = can_change.then(|| {
        html! {
            <>
                <button class="btn icon-only quiet" data-control="undo" aria-label="Undo" title="Undo (Ctrl+Z)"
                    disabled={!props.can_undo} onclick={wish(Intent::Undo)}>{ icon::undo() }</button>
                <button class="btn icon-only quiet" data-control="redo" aria-label="Redo" title="Redo (Ctrl+Shift+Z)"
                    disabled={!props.can_redo} onclick={wish(Intent::Redo)}>{ icon::redo() }</button>
            </>
        }
    });
    html! {
        <header class="header">
            <a class="logo" data-control="home" href="#step=one-server" aria-label="Headroom: to the first step">
                { icon::logo() }<span>{ "Headroom" }</span>
            </a>
            <nav class="steps" aria-label="Steps from one server to many">
                { for topics().map(|(topic, places)| html! {
                    <div class="topic" role="group" aria-label={topic}>
                        <span class="topic-name" aria-hidden="true">{ topic }</span>
                        <ol>{ for places.map(|place| pill(props, place)) }</ol>
                    </div>
                }) }
            </nav>
            <div class="header-tools">
                { editing }
                <button class="btn icon-only quiet" data-control="theme" onclick={wish(Intent::SetTheme(props.theme.next()))}
                    aria-label={format!("Theme: {}. Change", props.theme.name())} title={format!("Theme: {}", props.theme.name())}>
                    { match props.theme {
                        Theme::Auto => icon::theme_auto(),
                        Theme::Light => icon::theme_light(),
                        Theme::Dark => icon::theme_dark(),
                    } }
                </button>
                <button class="btn icon-only quiet" data-control="keys" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                    onclick={wish(Intent::Show(Some(Dialog::Keys)))}>{ "?" }</button>
                if !props.read_only {
                    <button class="btn" data-control="break" onclick={wish(Intent::Break)}>
                        { if props.is_broken { "Repair it" } else { "Break it" } }
                    </button>
                }
                <button class="btn primary" data-control="share" onclick={wish(Intent::Show(Some(Dialog::Share)))}>{ "Share" }</button>
            </div>
        </header>
    }
}

/// Brings the current step into sight, where there is no room for all of them.
fn show_current() {
    let document = web_sys::window().and_then(|window| window.document());
    let pill = document.and_then(|document| document.query_selector(".pill.on").ok().flatten());
    if let Some(pill) = pill {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        options.set_inline(ScrollLogicalPosition::Nearest);
        pill.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// What steps are about, and the name of the first of them.
const TOPICS: [(&str, &str); 2] = [("Servers", "one-server"), ("Data", "replication")];

/// Each topic with the places of its steps.
fn topics() -> impl Iterator<Item = (&'static str, Range<usize>)> {
    let first = |topic: usize| {
        let name = TOPICS.get(topic).map(|(_, name)| *name);
        let place = LADDER.iter().position(|step| Some(step.name) == name);
        place.unwrap_or(LADDER.len())
    };
    let topics = TOPICS.into_iter().enumerate();
    topics.map(move |(number, (topic, _))| (topic, first(number)..first(number + 1)))
}

fn pill(props: &HeaderProps, place: usize) -> Html {
    let step = &LADDER[place];
    let is_current = props.step == Some(place);
    let is_done = props.step.is_some_and(|current| place < current);
    let label = short_title(step.name);
    let onclick = {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(Intent::OpenStep(place)))
    };
    html! {
        <li>
            <button class={classes!("pill", is_current.then_some("on"), is_done.then_some("done"))}
                data-control="step" data-of={step.name} aria-current={is_current.then_some("step")}
                aria-label={format!("Step {}: {label}", place + 1)} title={step.title} {onclick}>
                { place + 1 }
                if is_current { <span class="pill-title">{ format!(" · {label}") }</span> }
            </button>
        </li>
    }
}

/// A step's name as a label: `load-balancer` is `Load balancer`.
pub fn short_title(name: &str) -> String {
    format::capital(&name.replace('-', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_in_one_topic_in_order() {
        let places: Vec<usize> = topics().flat_map(|(_, places)| places).collect();
        assert!(places.into_iter().eq(0..LADDER.len()));
        assert!(topics().all(|(_, places)| !places.is_empty()));
    }
}
