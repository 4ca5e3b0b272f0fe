//! Fields as controls.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::field::{Row, Value, Widget};
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
                <Control key={format!("{}-{}", props.prefix, row.key)} prefix={props.prefix.clone()} row={row.clone()}
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
    let row = &props.row;
    let id = format!("field-{}-{}", props.prefix, row.key);
    let help_id = format!("{id}-help");
    let chosen = {
        let (refusal, change, place) = (refusal.clone(), props.change.clone(), row.place);
        move |value: Value| {
            let reason = change.emit((place, value)).err();
            let is_taken = reason.is_none();
            refusal.set(reason);
            is_taken
        }
    };
    let control = match row.widget {
        Widget::Number { .. } | Widget::Numbers { .. } => {
            let (change, place, widget) = (props.change.clone(), row.place, row.widget);
            let commit =
                Callback::from(move |text: String| change.emit((place, widget.parse(&text)?)));
            html! {
                <Entry id={id.clone()} control="parameter" of={props.prefix.clone()} name={row.key} described_by={help_id.clone()} value={row.value.words()}
                    disabled={props.read_only} {commit} />
            }
        }
        Widget::Choice(choices) => {
            let place = match row.value {
                Value::Choice(place) => place,
                _ => 0,
            };
            let choose = Callback::from(move |place| chosen(Value::Choice(place)));
            html! {
                <Choice id={id.clone()} control="parameter" of={props.prefix.clone()} name={row.key}
                    described_by={help_id.clone()} words={choices.to_vec()} {place} disabled={props.read_only} {choose} />
            }
        }
        Widget::Switch => {
            let onchange = Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                chosen(Value::Switch(input.checked()));
            });
            html! {
                <input id={id.clone()} class="switch" type="checkbox" role="switch" data-control="parameter" data-of={props.prefix.clone()} data-name={row.key}
                    aria-describedby={help_id.clone()} checked={row.value == Value::Switch(true)}
                    disabled={props.read_only} {onchange} />
            }
        }
    };
    let range = row.widget.range();
    html! {
        <div class="control">
            <label for={id}>{ row.label }</label>
            <div class="control-value">{ control }<span class="unit">{ row.unit }</span></div>
            <p class="help" id={help_id}>
                { row.help }
                if !range.is_empty() { <span class="range-words">{ format!(" {range}.") }</span> }
            </p>
            if let Some(reason) = &*refusal { <p class="refusal" role="alert" data-testid="refused" data-of={props.prefix.clone()} data-name={row.key}>{ reason }</p> }
        </div>
    }
}
