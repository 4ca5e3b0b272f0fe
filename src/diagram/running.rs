//! The dots of a diagram, from when its canvas is there until it goes.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use web_sys::{Element, HtmlCanvasElement};
use yew::prelude::*;

use super::layout::Layout;
use super::motion::{self, Motion};
use super::palette::Look;
use crate::stage::StageHandle;

/// Dots that the bench asks for, by an event of the window: `headroom-crowd`.
const CROWD: usize = 10_000;

/// Where the motion is kept once the canvas is there.
pub type MotionSlot = Rc<RefCell<Option<Rc<RefCell<Motion>>>>>;

/// What the dots are painted over: the layout, the looks, the size of the box, and whether
/// nothing is to move.
pub type Ground = (Rc<Layout>, Rc<Vec<Look>>, (f64, f64), bool);

/// The dots that run on the canvas.
#[hook]
pub fn use_motion(
    stage: &StageHandle,
    host: &NodeRef,
    canvas: &NodeRef,
    ground: Ground,
) -> MotionSlot {
    let slot: MotionSlot = use_mut_ref(|| None);
    {
        let (slot, host, canvas) = (slot.clone(), host.clone(), canvas.clone());
        use_effect_with(stage.clone(), move |stage| {
            let nodes = host
                .cast::<Element>()
                .zip(canvas.cast::<HtmlCanvasElement>());
            let running = nodes.map(|(host, canvas)| {
                let motion = Motion::new(stage.clone(), host, canvas.clone());
                let motion = Rc::new(RefCell::new(motion));
                slot.replace(Some(motion.clone()));
                (motion::run(&motion), listen(&motion, &canvas))
            });
            move || {
                slot.replace(None);
                drop(running);
            }
        });
    }
    {
        let slot = slot.clone();
        use_effect_with((stage.clone(), ground), move |(_, ground)| {
            if let Some(motion) = slot.borrow().as_ref() {
                let (layout, looks, size, still) = ground;
                let mut motion = motion.borrow_mut();
                motion.set_layout(layout.clone(), looks, *size);
                motion.set_still(*still);
            }
        });
    }
    slot
}

/// What happens to a canvas and its colours from outside.
fn listen(motion: &Rc<RefCell<Motion>>, canvas: &HtmlCanvasElement) -> [EventListener; 4] {
    use gloo::events::EventListenerOptions;
    let [lost, restored, theme, crowd] = [(); 4].map(|()| motion.clone());
    [
        EventListener::new_with_options(
            canvas,
            "webglcontextlost",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                // Without this the browser never gives the context back.
                event.prevent_default();
                lost.borrow_mut().lose();
            },
        ),
        EventListener::new(canvas, "webglcontextrestored", move |_| {
            restored.borrow_mut().restore();
        }),
        EventListener::new(&gloo::utils::window(), "headroom-theme", move |_| {
            theme.borrow_mut().recolour();
        }),
        EventListener::new(&gloo::utils::window(), "headroom-crowd", move |event| {
            crowd.borrow_mut().crowd(CROWD, event.time_stamp());
        }),
    ]
}
