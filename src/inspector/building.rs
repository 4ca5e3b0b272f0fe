//! What the running design may be given, and what it may do without.

use headroom_scenario::{Action, Addition, Change, Component};
use yew::prelude::*;

use super::InspectorProps;
use crate::intent::Intent;

/// What may be added to the design, each by a button.
pub fn additions(props: &InspectorProps) -> Html {
    let additions = props.live.design.additions();
    let additions = additions
        .into_iter()
        .filter(|it| props.live.allows(&it.changes));
    let additions: Vec<Addition> = additions.collect();
    if props.read_only || additions.is_empty() {
        return Html::default();
    }
    html! {
        <section class="building" aria-labelledby="building">
            <h3 class="eyebrow" id="building">{ "Add to the design" }</h3>
            <p class="help">{ "It joins while the design runs: nothing starts anew." }</p>
            { for additions.into_iter().map(|Addition { words, changes }| html! {
                <button class="btn" data-control="add-part" data-of={words.clone()} onclick={edit(props, changes)}>
                    { format!("+ {words}") }
                </button>
            }) }
        </section>
    }
}

/// What takes a component out of the design, where that can run without it.
pub fn removal(props: &InspectorProps, component: &Component) -> Html {
    let changes = props.live.design.without(&component.id);
    if props.read_only || !props.live.allows(&changes) {
        return Html::default();
    }
    html! {
        <section class="building">
            <button class="btn" data-control="take-out" data-of={component.id.clone()}
                title="It is sent nothing more, finishes what it has, and is gone" onclick={edit(props, changes)}>
                { format!("Take {} out of the design", component.title()) }
            </button>
        </section>
    }
}

fn edit(props: &InspectorProps, changes: Vec<Change>) -> Callback<MouseEvent> {
    let intents = props.intents.clone();
    let action = Action::Edit { changes };
    Callback::from(move |_| intents.emit(Intent::Apply(action.clone())))
}
