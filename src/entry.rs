//! A text field that refuses wrong input in place, with the reason beside it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What an entry is.
#[derive(Clone, PartialEq, Properties)]
pub struct EntryProps {
    /// Unique in the page; its refusal's id follows from it.
    pub id: AttrValue,
    /// What kind of control it is, of which part, for which parameter: for tests.
    pub control: AttrValue,
    /// The part it is about.
    #[prop_or_default]
    pub of: Option<AttrValue>,
    /// The parameter it is about.
    #[prop_or_default]
    pub name: Option<AttrValue>,
    /// Its name, where no label stands beside it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Ids of what describes it.
    #[prop_or_default]
    pub described_by: AttrValue,
    /// The value now, as words.
    pub value: AttrValue,
    /// The keyboard a phone shows.
    #[prop_or(AttrValue::Static("decimal"))]
    pub mode: AttrValue,
    /// Nothing can be entered.
    #[prop_or_default]
    pub disabled: bool,
    /// Takes what was entered, or says why not.
    pub commit: Callback<String, Result<(), String>>,
}

/// The field with its refusal.
#[component]
pub fn Entry(props: &EntryProps) -> Html {
    // What has been typed and not taken yet.
    let typed = use_state(|| None::<String>);
    let refusal = use_state(|| None::<String>);
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| typed.set(Some(text_of(&event))))
    };
    let onchange = {
        let (typed, refusal, commit) = (typed.clone(), refusal.clone(), props.commit.clone());
        Callback::from(move |event: Event| {
            let result = commit.emit(text_of(&event));
            if result.is_ok() {
                typed.set(None);
            }
            refusal.set(result.err());
        })
    };
    let onkeydown = {
        let (typed, refusal) = (typed.clone(), refusal.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                typed.set(None);
                refusal.set(None);
            }
        })
    };
    let refusal_id = format!("{}-refusal", props.id);
    let is_refused = refusal.is_some();
    html! {
        <>
            <input id={props.id.clone()} class={classes!("field", is_refused.then_some("refused"))} data-control={props.control.clone()} data-of={props.of.clone()} data-name={props.name.clone()}
                type="text" inputmode={props.mode.clone()} autocomplete="off" spellcheck="false"
                aria-label={props.label.clone()} aria-invalid={is_refused.then_some("true")}
                aria-describedby={format!("{} {refusal_id}", props.described_by)} disabled={props.disabled}
                value={(*typed).clone().map_or_else(|| props.value.clone(), AttrValue::from)} {oninput} {onchange} {onkeydown} />
            <span class="refusal" id={refusal_id} role="alert" data-testid={is_refused.then_some("refused")}
                data-of={props.of.clone()} data-name={props.name.clone()}>{ (*refusal).clone().unwrap_or_default() }</span>
        </>
    }
}

fn text_of(event: &impl TargetCast) -> String {
    let input: HtmlInputElement = event.target_unchecked_into();
    input.value()
}
