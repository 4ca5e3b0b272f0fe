//! The header: what this is, the ladder of steps, and what concerns the whole page.

use headroom_scenario::step::LADDER;
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
                <ol>{ for (0..LADDER.len()).map(|place| pill(props, place)) }</ol>
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
