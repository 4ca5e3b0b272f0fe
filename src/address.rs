//! The page's address: what it opens, and how it follows the design.

use headroom_engine::ENGINE_VERSION;
use headroom_scenario::{Scenario, View, fragment};
use wasm_bindgen::JsValue;
use web_sys::window;

/// The fragment in the address bar, without its `#`; none when there is none.
pub fn current() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    let fragment = hash.trim_start_matches('#');
    (!fragment.is_empty()).then(|| fragment.to_owned())
}

/// The scenario with the engine's version in it, so that whoever opens it elsewhere is told when
/// the run may differ.
pub fn stamped(scenario: &Scenario) -> Scenario {
    Scenario {
        engine: ENGINE_VERSION.into(),
        ..scenario.clone()
    }
}

/// The fragment of a scenario: readable where it is a built-in step, else the whole document.
pub fn fragment_of(scenario: &Scenario) -> String {
    let scenario = stamped(scenario);
    fragment::encode_step(&scenario).unwrap_or_else(|| fragment::encode(&scenario))
}

/// How the address changes, as far as the browser's history cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The design on screen was edited: its place in the history shows it as it is now.
    Same,
    /// Another design was opened: Back leads to the one before. Not where the page is a frame in
    /// another's, whose Back it would take.
    Next,
}

/// Puts the scenario's fragment into the address bar. The address follows the design and not the
/// moment: a link to a moment is asked for in the share dialog. What its reader may do stays with
/// it.
pub fn follow(scenario: &Scenario, place: Place) {
    let view = View {
        read_only: scenario.view.read_only,
        embedded: scenario.view.embedded,
        ..View::default()
    };
    let scenario = Scenario {
        view,
        ..scenario.clone()
    };
    let fragment = fragment_of(&scenario);
    if current().as_deref() == Some(&fragment) {
        // The browser may be on its way to another place in its history, and would stay for this.
        return;
    }
    let url = format!("#{fragment}");
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let state = JsValue::NULL;
        let changed = match place {
            Place::Next if !scenario.view.embedded => {
                history.push_state_with_url(&state, "", Some(&url))
            }
            _ => history.replace_state_with_url(&state, "", Some(&url)),
        };
        // A browser that limits how often this may be called loses one update, not the design.
        changed.ok();
    }
}

/// The whole link to a scenario.
pub fn link_to(scenario: &Scenario) -> String {
    let page = window()
        .and_then(|window| window.location().href().ok())
        .map(|href| href.split('#').next().unwrap_or_default().to_owned())
        .unwrap_or_default();
    format!("{page}#{}", fragment_of(scenario))
}
