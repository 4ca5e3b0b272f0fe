//! Keys that work anywhere on the page, as long as nothing is being typed.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::state::Look;
use crate::intent::{Dialog, Intent, Tab};

/// What a key asks for, if it does.
pub(super) fn intent(event: &KeyboardEvent, look: &Look, step: Option<usize>) -> Option<Intent> {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    if look.dialog.is_some()
        || event.alt_key()
        || target
            .as_ref()
            .is_some_and(|element| matches(element, TYPED_INTO))
    {
        return None;
    }
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        return match (key.as_str(), event.shift_key()) {
            ("z" | "Z", false) => Some(Intent::Undo),
            ("z" | "Z", true) | ("y", false) => Some(Intent::Redo),
            _ => None,
        };
    }
    match key.as_str() {
        // On a control, the space bar works the control.
        " " if target.is_none_or(|element| !matches(&element, WORKED_BY_SPACE)) => {
            Some(Intent::TogglePlay)
        }
        "." => Some(Intent::OneEvent),
        "[" => Some(Intent::ShiftSpeed(-1)),
        "]" => Some(Intent::ShiftSpeed(1)),
        "n" => Some(Intent::OpenStep(step.map_or(0, |place| place + 1))),
        "p" => step
            .and_then(|place| place.checked_sub(1))
            .map(Intent::OpenStep),
        "b" => Some(Intent::Break),
        "s" => Some(Intent::Show(Some(Dialog::Share))),
        "t" => Some(Intent::SetTheme(look.theme.next())),
        "?" => Some(Intent::Show(Some(Dialog::Keys))),
        "Escape" if look.selection.is_some() => Some(Intent::Select(None)),
        digit => {
            let place = digit.parse::<usize>().ok()?.checked_sub(1)?;
            Tab::ALL.get(place).copied().map(Intent::ShowTab)
        }
    }
}

const TYPED_INTO: &str =
    "input:not([type=range]):not([type=checkbox]), select, textarea, [contenteditable]";
const WORKED_BY_SPACE: &str =
    "button, a, input, select, summary, [role=button], [role=menuitem], [role=tab]";

fn matches(element: &Element, selector: &str) -> bool {
    // The selectors above are well formed.
    element.matches(selector).unwrap_or(false)
}
