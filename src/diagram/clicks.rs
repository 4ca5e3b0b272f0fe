//! What a click does: on a part, on a wire, or on a dot above either of them.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::Props;
use super::geometry::Point;
use super::layout::Layout;
use super::offer::{Hung, has_menu};
use super::running::MotionSlot;
use super::scene::Pick;

/// Who hears of clicks.
pub struct Clicks {
    /// A part was picked, by the pointer or by a key.
    pub on_pick: Callback<(Pick, Option<MouseEvent>)>,
    /// A wire was clicked.
    pub on_link: Callback<(usize, MouseEvent)>,
    /// Anything else was.
    pub onclick: Callback<MouseEvent>,
}

impl Clicks {
    /// The clicks on a diagram, whose menu they open and close.
    pub fn on(
        props: &Props,
        layout: &Rc<Layout>,
        host: &NodeRef,
        motion: &MotionSlot,
        menu: &UseStateHandle<Option<Hung>>,
    ) -> Self {
        let on_pick = picks(props, layout.clone(), host, menu);
        let traces = traces(props, host, motion, menu);
        let on_link = {
            let (traces, on_pick) = (traces.clone(), on_pick.clone());
            Callback::from(move |(link, event): (usize, MouseEvent)| {
                if !traces.emit(event.clone()) {
                    on_pick.emit((Pick::Link(link), Some(event)));
                }
            })
        };
        let onclick = {
            let (menu, on_select) = (menu.setter(), props.on_select.clone());
            Callback::from(move |event: MouseEvent| {
                // What the first of a double click has picked may have moved from under the second.
                let is_first = event.detail() < 2;
                if !traces.emit(event) && is_first {
                    menu.set(None);
                    on_select.emit(None);
                }
            })
        };
        Self {
            on_pick,
            on_link,
            onclick,
        }
    }
}

/// Selects what is picked, and opens its menu.
fn picks(
    props: &Props,
    layout: Rc<Layout>,
    host: &NodeRef,
    menu: &UseStateHandle<Option<Hung>>,
) -> Callback<(Pick, Option<MouseEvent>)> {
    let (host, menu) = (host.clone(), menu.setter());
    let (scenario, on_select) = (props.scenario.clone(), props.on_select.clone());
    Callback::from(move |(pick, event): (Pick, Option<MouseEvent>)| {
        let at = event.and_then(|event| place_of(&host, &event));
        menu.set(has_menu(&layout, &scenario, pick).then_some(Hung { pick, at }));
        on_select.emit(pick.selection(&scenario));
    })
}

/// Opens the trace of the dot that was hit; whether there was one.
fn traces(
    props: &Props,
    host: &NodeRef,
    motion: &MotionSlot,
    menu: &UseStateHandle<Option<Hung>>,
) -> Callback<MouseEvent, bool> {
    let (host, motion, menu) = (host.clone(), motion.clone(), menu.setter());
    let on_trace = props.on_trace.clone();
    Callback::from(move |event: MouseEvent| {
        let request = hit(&host, &motion, &event);
        if let Some(request) = request {
            menu.set(None);
            on_trace.emit(request);
        }
        request.is_some()
    })
}

/// Where the pointer is, in pixels of the diagram's box.
fn place_of(host: &NodeRef, event: &MouseEvent) -> Option<Point> {
    let corner = host.cast::<Element>()?.get_bounding_client_rect();
    Some(Point::new(
        f64::from(event.client_x()) - corner.left(),
        f64::from(event.client_y()) - corner.top(),
    ))
}

fn hit(host: &NodeRef, motion: &MotionSlot, event: &MouseEvent) -> Option<u64> {
    let place = place_of(host, event)?;
    let now_ms = gloo::utils::window().performance()?.now();
    let motion = motion.borrow();
    let motion = motion.as_ref()?.borrow();
    motion.hit(place, now_ms).map(|trip| trip.flight.request)
}
