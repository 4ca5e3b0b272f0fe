//! What the browser tells the page of: keys, the address, files held over it, whether it is in sight.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Document, DragEvent, window};
use yew::Context;

use super::{App, Msg, file};

/// Listens for as long as what it returns is kept.
pub(super) fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let Some((window, document)) =
        window().and_then(|window| Some((window.clone(), window.document()?)))
    else {
        return Vec::new();
    };
    let link = ctx.link();
    let on_hash = link.callback(|()| Msg::AddressChanged);
    let on_sight = link.callback(|()| Msg::SightChanged);
    let on_key = link.callback(Msg::Pressed);
    let on_drop = link.callback(Msg::Dropped);
    let [on_drag, on_leave] = [(); 2].map(|()| link.callback(Msg::Dragged));
    vec![
        EventListener::new(&window, "hashchange", move |_| on_hash.emit(())),
        EventListener::new(&document, "visibilitychange", move |_| on_sight.emit(())),
        answering(&document, "keydown", move |event| on_key.emit(event)),
        answering(&document, "dragover", move |event: DragEvent| {
            if file::is_dragged(&event) {
                // Left to itself, the browser would open the file in place of the page.
                event.prevent_default();
                on_drag.emit(true);
            }
        }),
        answering(&document, "dragleave", move |event: DragEvent| {
            // From one part of the page to another, it is still over the page.
            if event.related_target().is_none() {
                on_leave.emit(false);
            }
        }),
        answering(&document, "drop", move |event: DragEvent| {
            if file::is_dragged(&event) {
                event.prevent_default();
                on_drop.emit(event);
            }
        }),
    ]
}

/// A listener that may keep the browser from doing what it does by itself.
fn answering<E: JsCast + Clone>(
    document: &Document,
    name: &'static str,
    mut answer: impl FnMut(E) + 'static,
) -> EventListener {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(document, name, options, move |event| {
        if let Some(event) = event.dyn_ref::<E>() {
            answer(event.clone());
        }
    })
}
