//! The panels at the right, one at a time.

use std::rc::Rc;

use headroom_scenario::Scenario;
use yew::prelude::*;

use super::run::Run;
use crate::charts::FiguresPanel;
use crate::data::DataPanel;
use crate::inspector::Inspector;
use crate::intent::{Intent, Intents, Tab};
use crate::queues::QueuesPanel;
use crate::ring::RingPanel;
use crate::selection::Selection;
use crate::shared::Shared;
use crate::stage::StageHandle;
use crate::trace::TracePanel;

/// What the panels show.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelsProps {
    /// The panel that is open.
    pub tab: Tab,
    /// The document.
    pub document: Rc<Scenario>,
    /// Its design as it stands now.
    pub live: Rc<Scenario>,
    /// The run.
    pub run: Shared<Run>,
    /// What moves.
    pub stage: StageHandle,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Nothing can be changed.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The tabs and the open panel.
#[component]
pub fn Panels(props: &PanelsProps) -> Html {
    let onkeydown = {
        let (intents, tab) = (props.intents.clone(), props.tab);
        Callback::from(move |event: KeyboardEvent| {
            let shift = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => Tab::ALL.len() - 1,
                _ => return,
            };
            event.prevent_default();
            let place = Tab::ALL
                .iter()
                .position(|candidate| *candidate == tab)
                .unwrap_or_default();
            let next = Tab::ALL[(place + shift) % Tab::ALL.len()];
            intents.emit(Intent::ShowTab(next));
            focus(next);
        })
    };
    html! {
        <section class="panels" aria-label="Panels">
            <div class="tabs" role="tablist" aria-label="Panels" {onkeydown}>
                { for Tab::ALL.into_iter().map(|tab| tab_button(props, tab)) }
            </div>
            <div class="panel-body" role="tabpanel" id="panel" aria-labelledby={tab_id(props.tab)} tabindex="0" data-control="panel-body">
                { body(props) }
            </div>
        </section>
    }
}

fn tab_id(tab: Tab) -> String {
    format!("tab-{}", tab.words().to_ascii_lowercase())
}

fn tab_button(props: &PanelsProps, tab: Tab) -> Html {
    let is_open = props.tab == tab;
    let onclick = {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(Intent::ShowTab(tab)))
    };
    html! {
        <button class={classes!("tab", is_open.then_some("on"))} role="tab" id={tab_id(tab)} data-control="panel"
            data-of={tab.words().to_ascii_lowercase()} aria-selected={is_open.to_string()} aria-controls="panel"
            tabindex={if is_open { "0" } else { "-1" }} {onclick}>{ tab.words() }</button>
    }
}

/// Moves the keyboard to a tab.
fn focus(tab: Tab) {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(&tab_id(tab)));
    if let Some(element) = element
        .and_then(|element| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(element).ok())
    {
        // A tab that is on screen takes the focus.
        element.focus().ok();
    }
}

fn body(props: &PanelsProps) -> Html {
    let run = &props.run;
    let (scenario, snapshot) = (props.live.clone(), run.snapshot.clone());
    let history = run.history.clone();
    let on_trace = props.intents.reform(Intent::OpenTrace);
    let on_select = props.intents.reform(Intent::Select);
    match props.tab {
        Tab::Figures => {
            html! { <FiguresPanel {scenario} snapshot={run.charted.clone()} {history} marks={run.marks.clone()} /> }
        }
        Tab::Ring => {
            html! { <RingPanel {scenario} {snapshot} rings={run.rings.clone()} stage={props.stage.clone()} {on_trace} /> }
        }
        Tab::Queues => html! { <QueuesPanel {scenario} {snapshot} {history} {on_select} /> },
        Tab::Data => html! {
            <DataPanel {scenario} {snapshot} {history} {on_select} read_only={props.read_only}
                on_action={props.intents.reform(Intent::Apply)} />
        },
        Tab::Trace => html! {
            <TracePanel {scenario} trace={run.trace.clone()} recent={run.recent.clone()} {on_trace} {on_select} />
        },
        Tab::Inspector => html! {
            <Inspector document={props.document.clone()} live={scenario} {snapshot} selection={props.selection.clone()}
                read_only={props.read_only} intents={props.intents.clone()} />
        },
    }
}
