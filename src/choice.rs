//! One of several: the browser's own list.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What a choice is.
#[derive(Clone, PartialEq, Properties)]
pub struct ChoiceProps {
    /// What kind of control it is, of which part, for which parameter: for tests.
    pub control: AttrValue,
    /// The part it is about.
    #[prop_or_default]
    pub of: Option<AttrValue>,
    /// The parameter it is about.
    #[prop_or_default]
    pub name: Option<AttrValue>,
    /// Unique in the page, where a label stands beside it.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// Its name, where no label stands beside it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// What it says under the pointer.
    #[prop_or_default]
    pub title: Option<AttrValue>,
    /// Id of what describes it.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    /// The words of the choices.
    pub words: Vec<&'static str>,
    /// Place of the one that holds.
    pub place: usize,
    /// It can't be changed.
    #[prop_or_default]
    pub disabled: bool,
    /// Takes the place of another one, or does not: then the list goes back to what holds.
    pub choose: Callback<usize, bool>,
}

/// The list.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let element = use_node_ref();
    {
        // Once touched, a list follows no attribute of its options: it is told.
        let element = element.clone();
        use_effect_with((props.place, props.words.len()), move |(place, _)| {
            if let Some(select) = element.cast::<HtmlSelectElement>() {
                select.set_selected_index(*place as i32);
            }
        });
    }
    let onchange = {
        let (element, choose, place) = (element.clone(), props.choose.clone(), props.place);
        Callback::from(move |_: Event| {
            if let Some(select) = element.cast::<HtmlSelectElement>() {
                let chosen = select.selected_index().max(0) as usize;
                if !choose.emit(chosen) {
                    select.set_selected_index(place as i32);
                }
            }
        })
    };
    html! {
        <select ref={element} class="field" id={props.id.clone()} data-control={props.control.clone()} data-of={props.of.clone()}
            data-name={props.name.clone()} aria-label={props.label.clone()} title={props.title.clone()}
            aria-describedby={props.described_by.clone()} disabled={props.disabled} {onchange}>
            { for props.words.iter().map(|words| html! { <option>{ *words }</option> }) }
        </select>
    }
}
