//! Where the camera has brought the drawing, and what moves it.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::camera::Lens;
use super::geometry::Fit;
use super::gestures::{self, Steer};
use super::layout::Layout;
use super::offer::Hung;
use super::running::MotionSlot;
use super::scene;

/// The groups of the drawing that the camera places.
pub const PLACED: &str = "placed";

/// How those groups are placed.
pub fn placed(fit: Fit) -> String {
    format!(
        "translate({} {}) scale({:.4})",
        scene::px(fit.x),
        scene::px(fit.y),
        fit.scale
    )
}

/// How the drawing is placed in a box of that size: where the reader has brought it.
pub fn fit_of(motion: &MotionSlot, layout: &Layout, size: (f64, f64)) -> Fit {
    let motion = motion.borrow();
    let camera = motion.as_ref().map(|motion| motion.borrow().camera());
    camera.unwrap_or_default().within(size).over(layout.fit)
}

/// Keys that work while the diagram, or something in it, has the focus.
pub fn on_key(steer: &Steer) -> Callback<KeyboardEvent> {
    let steer = steer.clone();
    Callback::from(move |event: KeyboardEvent| {
        let is_meant = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if !is_meant || event.default_prevented() {
            return;
        }
        if let Some(by) = gestures::move_of_key(&event.key())
            && steer(by)
        {
            event.prevent_default();
        }
    })
}

/// What moves the camera. The drawing follows at once, without being drawn anew; its dots with the next frame.
#[hook]
pub fn use_steer(
    host: &NodeRef,
    motion: &MotionSlot,
    lens: &UseStateHandle<Lens>,
    menu: &UseStateHandle<Option<Hung>>,
) -> Steer {
    let steer = {
        let (host, motion) = (host.clone(), motion.clone());
        let (lens, menu) = (lens.setter(), menu.setter());
        use_memo((), move |()| -> Steer {
            Rc::new(move |by| {
                let Some(motion) = motion.borrow().clone() else {
                    return false;
                };
                if !motion.borrow_mut().steer(by) {
                    return false;
                }
                let (fit, camera) = (motion.borrow().fit(), motion.borrow().camera());
                place(&host, fit);
                lens.set(camera.lens());
                menu.set(None);
                true
            })
        })
    };
    let steer = Steer::clone(&steer);
    {
        let (host, steer) = (host.clone(), steer.clone());
        use_effect_with((), move |()| {
            let host = host.cast::<Element>();
            let listeners = host.map(|host| gestures::listen(&host, &steer));
            move || drop(listeners)
        });
    }
    steer
}

/// Places what is drawn.
fn place(host: &NodeRef, fit: Fit) {
    let Some(host) = host.cast::<Element>() else {
        return;
    };
    let groups = host.get_elements_by_class_name(PLACED);
    for group in (0..groups.length()).filter_map(|number| groups.item(number)) {
        // The name of the attribute is a good one.
        let _ = group.set_attribute("transform", &placed(fit));
    }
}
