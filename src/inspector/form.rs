//! Fields as controls.

use headroom_scenario::parameter::{Input, Row, Value};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::field::{parse, range_words, typed};
use crate::choice::Choice;
use crate::entry::Entry;

/// A form's rows, and where changes go.
#[derive(Clone, PartialEq, Properties)]
pub struct FormProps {
    /// Sets its ids apart from those of other forms.
    pub prefix: AttrValue,
    /// The fields with their values.
    pub rows: Vec<Row>,
    /// Nothing can be changed.
    pub read_only: bool,
    /// Takes a change of the field at a place of its table, or says why not.
    pub change: Callback<(usize, Value), Result<(), String>>,
}

/// The fields of something, one below the other.
#[component]
pub fn Form(props: &FormProps) -> Html {
    html! {
        <div class="form">
            { for props.rows.iter().map(|row| html! {
                <Control key={format!("{}-{}", props.prefix, row.parameter.key)} prefix={props.prefix.clone()} row={row.clone()}
                    read_only={props.read_only} change={props.change.clone()} />
            }) }
        </div>
    }
}

/// What one control needs.
#[derive(Clone, PartialEq, Properties)]
pub struct ControlProps {
    /// Sets its id apart.
    pub prefix: AttrValue,
    /// The field with its value.
    pub row: Row,
    /// It can't be changed.
    pub read_only: bool,
    /// Takes a change, or says why not.
    pub change: Callback<(usize, Value), Result<(), String>>,
}

/// One field: its name, its control, its unit, and its help with its range.
#[component]
pub fn Control(props: &ControlProps) -> Html {
    let refusal = use_state(|| None::<String>);
    let Row {
        place,
        parameter,
        value,
        ..
    } = &props.row;
    let (place, input) = (*place, parameter.input);
    let id = format!("field-{}-{}", props.prefix, parameter.key);
    let help_id = format!("{id}-help");
    let chosen = {
        let (refusal, change) = (refusal.clone(), props.change.clone());
        move |value: Value| {
            let reason = change.emit((place, value)).err();
            let is_taken = reason.is_none();
            refusal.set(reason);
            is_taken
        }
    };
    let control = match input {
        Input::Number(_) | Input::Numbers(_) => {
            let change = props.change.clone();
            let commit =
                Callback::from(move |text: String| change.emit((place, parse(input, &text)?)));
            html! {
                <Entry id={id.clone()} control="parameter" of={props.prefix.clone()} name={parameter.key} described_by={help_id.clone()} value={value.as_ref().map_or_else(String::new, typed)}
                    disabled={props.read_only} {commit} />
            }
        }
        Input::Choice(choices) | Input::Mode(choices) => {
            let chosen_now = |place: &usize| *value == Some(Value::Choice(*place));
            let now = (0..choices.len()).find(chosen_now).unwrap_or_default();
            let choose = Callback::from(move |place| chosen(Value::Choice(place)));
            html! {
                <Choice id={id.clone()} control="parameter" of={props.prefix.clone()} name={parameter.key}
                    described_by={help_id.clone()} words={choices.to_vec()} place={now} disabled={props.read_only} {choose} />
            }
        }
        Input::Switch => {
            let onchange = Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                chosen(Value::Switch(input.checked()));
            });
            html! {
                <input id={id.clone()} class="switch" type="checkbox" role="switch" data-control="parameter" data-of={props.prefix.clone()} data-name={parameter.key}
                    aria-describedby={help_id.clone()} checked={*value == Some(Value::Switch(true))}
                    disabled={props.read_only} {onchange} />
            }
        }
    };
    let range = range_words(input);
    html! {
        <div class="control">
            <label for={id}>{ parameter.title }</label>
            <div class="control-value">{ control }<span class="unit">{ parameter.unit }</span></div>
            <p class="help" id={help_id}>
                { parameter.meaning }
                if !range.is_empty() { <span class="range-words">{ format!(" {range}.") }</span> }
            </p>
            if let Some(reason) = &*refusal { <p class="refusal" role="alert" data-testid="refused" data-of={props.prefix.clone()} data-name={parameter.key}>{ reason }</p> }
        </div>
    }
}
