//! What the running design may be given, and what it may do without.

use std::rc::Rc;

use headroom_scenario::{Action, Addition, Change, Scenario};
use yew::prelude::*;

use crate::intent::{Intent, Intents};

/// What of the design the buttons follow from: nothing of it changes with the figures, so that they are found anew
/// only when the design changes.
#[derive(Clone, PartialEq, Properties)]
pub struct BuildingProps {
    /// The design as it stands now.
    pub live: Rc<Scenario>,
    /// The component to take out, where it is about one.
    #[prop_or_default]
    pub component: AttrValue,
    /// Where wishes go.
    pub intents: Intents,
}

/// What may be added to the design, or what takes the component out of it.
#[component]
pub fn Building(props: &BuildingProps) -> Html {
    if props.component.is_empty() {
        additions(props)
    } else {
        removal(props)
    }
}

/// What may be added to the design, each by a button.
fn additions(props: &BuildingProps) -> Html {
    let additions = props.live.design.additions();
    let additions = additions
        .into_iter()
        .filter(|it| props.live.allows(&it.changes));
    let additions: Vec<Addition> = additions.collect();
    if additions.is_empty() {
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
fn removal(props: &BuildingProps) -> Html {
    let id = &props.component;
    let changes = props.live.design.without(id);
    if !props.live.allows(&changes) {
        return Html::default();
    }
    html! {
        <section class="building">
            <button class="btn" data-control="take-out" data-of={id.clone()}
                title="It is sent nothing more, finishes what it has, and is gone" onclick={edit(props, changes)}>
                { format!("Take {} out of the design", props.live.design.title(id)) }
            </button>
        </section>
    }
}

fn edit(props: &BuildingProps, changes: Vec<Change>) -> Callback<MouseEvent> {
    let intents = props.intents.clone();
    let action = Action::Edit { changes };
    Callback::from(move |_| intents.emit(Intent::Apply(action.clone())))
}
