//! Whether the reader has asked for less motion.

use gloo::events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

/// The question whether the reader has asked for less motion.
fn motion_query() -> Option<MediaQueryList> {
    let window = gloo::utils::window();
    let query = window.match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten()
}

/// Whether the reader has asked for less motion.
pub fn wants_less_motion() -> bool {
    motion_query().is_some_and(|query| query.matches())
}

/// Whether the reader has asked for less motion, kept up to date.
#[hook]
pub fn use_reduced_motion() -> bool {
    let query = use_memo((), |()| motion_query());
    let still = use_state_eq(|| query.as_ref().as_ref().is_some_and(|query| query.matches()));
    {
        let (still, query) = (still.clone(), query.clone());
        use_effect_with((), move |()| {
            let listener = query.as_ref().clone().map(|query| {
                let watched = query.clone();
                EventListener::new(&query, "change", move |_| still.set(watched.matches()))
            });
            move || drop(listener)
        });
    }
    *still
}
