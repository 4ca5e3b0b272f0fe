//! What the hand does to the camera. A page that scrolls keeps its scrolling: the wheel alone moves nothing but a
//! drawing that the reader has come near to, and that only as far as there is more of it; on a touch screen one
//! finger scrolls the page and two move the drawing.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node, PointerEvent, TouchEvent, WheelEvent};

use super::camera::{Move, STEP};
use super::geometry::Point;
use crate::mathematics::power;

/// The bit of the main button among those that are held down.
const MAIN_BUTTON: u16 = 1;
/// A hand that moves less than this, in pixels, has clicked.
const CLICK_PX: f64 = 4.0;
/// The wheel has turned by so many pixels where it doubles the drawing, and counts no more than so many at once.
const DOUBLED_PX: f64 = 60.0;
const TURN_MAX_PX: f64 = 40.0;
/// Pixels in a line, for wheels that tell lines.
const LINE_PX: f64 = 16.0;

/// Moves the camera; says whether that moved anything.
pub type Steer = Rc<dyn Fn(Move) -> bool>;

/// What the hand is about.
#[derive(Clone, Copy, Default)]
struct Hand {
    /// Where the mouse is held down.
    held: Option<Point>,
    /// The mouse has moved since: what comes next is no click.
    has_dragged: bool,
    /// The middle of two fingers, and how far apart they are.
    fingers: Option<(Point, f64)>,
}

/// Listens to what is done to an element. It ends when what is returned is dropped.
pub fn listen(element: &Element, steer: &Steer) -> Vec<EventListener> {
    let hand = Rc::new(RefCell::new(Hand::default()));
    let on = |name: &'static str, act: fn(&mut Hand, &Element, &Steer, &web_sys::Event)| {
        let (hand, target, steer) = (hand.clone(), element.clone(), steer.clone());
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(element, name, options, move |event| {
            act(&mut hand.borrow_mut(), &target, &steer, event);
        })
    };
    vec![
        on("wheel", turned),
        on("pointerdown", held),
        on("pointermove", dragged),
        on("pointerup", let_go),
        on("pointercancel", let_go),
        on("touchstart", touched),
        on("touchmove", pinched),
        on("touchend", touched),
        on("touchcancel", touched),
        swallow_clicks(element, &hand),
    ]
}

/// What a key asks of the camera.
pub fn move_of_key(key: &str) -> Option<Move> {
    const BY_PX: f64 = 60.0;
    Some(match key {
        "+" | "=" => Move::Zoom(STEP, None),
        "-" | "_" => Move::Zoom(1.0 / STEP, None),
        "0" => Move::Fit,
        "ArrowLeft" => Move::Pan(BY_PX, 0.0),
        "ArrowRight" => Move::Pan(-BY_PX, 0.0),
        "ArrowUp" => Move::Pan(0.0, BY_PX),
        "ArrowDown" => Move::Pan(0.0, -BY_PX),
        _ => return None,
    })
}

fn within(element: &Element, x: i32, y: i32) -> Point {
    let corner = element.get_bounding_client_rect();
    Point::new(f64::from(x) - corner.left(), f64::from(y) - corner.top())
}

fn turned(_: &mut Hand, element: &Element, steer: &Steer, event: &web_sys::Event) {
    let event: &WheelEvent = event.unchecked_ref();
    let unit = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => LINE_PX,
        _ => 1.0,
    };
    let (x, y) = (event.delta_x() * unit, event.delta_y() * unit);
    // Browsers tell a pinch on a touch pad as a wheel with this key.
    if event.ctrl_key() || event.meta_key() {
        let at = within(element, event.client_x(), event.client_y());
        let turn = y.clamp(-TURN_MAX_PX, TURN_MAX_PX);
        steer(Move::Zoom(power(2.0, -turn / DOUBLED_PX), Some(at)));
        event.prevent_default();
    } else if steer(Move::Pan(-x, -y)) {
        event.prevent_default();
    }
}

fn held(hand: &mut Hand, element: &Element, _: &Steer, event: &web_sys::Event) {
    let event: &PointerEvent = event.unchecked_ref();
    hand.has_dragged = false;
    let by_mouse = event.button() == 0 && event.pointer_type() != "touch";
    hand.held = by_mouse.then(|| within(element, event.client_x(), event.client_y()));
}

fn dragged(hand: &mut Hand, element: &Element, steer: &Steer, event: &web_sys::Event) {
    let event: &PointerEvent = event.unchecked_ref();
    // Let go of outside of the drawing, it is not heard.
    if event.buttons() & MAIN_BUTTON == 0 {
        hand.held = None;
    }
    let Some(from) = hand.held else {
        return;
    };
    let to = within(element, event.client_x(), event.client_y());
    if !hand.has_dragged && from.distance_squared(to) < CLICK_PX * CLICK_PX {
        return;
    }
    if steer(Move::Pan(to.x - from.x, to.y - from.y)) && !hand.has_dragged {
        hand.has_dragged = true;
        // A hand that leaves the drawing still drags it; one that can't be followed stops at its edge.
        let _ = element.set_pointer_capture(event.pointer_id());
    }
    hand.held = Some(to);
}

fn let_go(hand: &mut Hand, _: &Element, _: &Steer, _: &web_sys::Event) {
    hand.held = None;
}

/// What ends a drag is no click on what is there. Heard before anything is picked, and so where all begins.
fn swallow_clicks(element: &Element, hand: &Rc<RefCell<Hand>>) -> EventListener {
    let (hand, element) = (hand.clone(), element.clone());
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    EventListener::new_with_options(&gloo::utils::window(), "click", options, move |event| {
        let target = event.target();
        let target = target.as_ref().and_then(|target| target.dyn_ref::<Node>());
        let has_dragged = std::mem::take(&mut hand.borrow_mut().has_dragged);
        if has_dragged && element.contains(target) {
            event.stop_propagation();
            event.prevent_default();
        }
    })
}

/// The middle of two fingers and how far apart they are; none of fewer or more.
fn fingers(element: &Element, event: &TouchEvent) -> Option<(Point, f64)> {
    let touches = event.touches();
    let at = |number| {
        let touch = touches.get(number)?;
        Some(within(element, touch.client_x(), touch.client_y()))
    };
    let (one, other) = at(0).zip(at(1)).filter(|_| touches.length() == 2)?;
    let middle = Point::new((one.x + other.x) / 2.0, (one.y + other.y) / 2.0);
    Some((middle, one.distance_squared(other).sqrt().max(1.0)))
}

fn touched(hand: &mut Hand, element: &Element, _: &Steer, event: &web_sys::Event) {
    hand.fingers = fingers(element, event.unchecked_ref());
}

fn pinched(hand: &mut Hand, element: &Element, steer: &Steer, event: &web_sys::Event) {
    let now = fingers(element, event.unchecked_ref());
    if let (Some((before, apart)), Some((middle, now_apart))) = (hand.fingers, now) {
        steer(Move::Pan(middle.x - before.x, middle.y - before.y));
        steer(Move::Zoom(now_apart / apart, Some(middle)));
        event.prevent_default();
    }
    hand.fingers = now;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_zoom_and_move_and_no_others_do() {
        assert_eq!(move_of_key("0"), Some(Move::Fit));
        assert_eq!(move_of_key("="), move_of_key("+"));
        assert!(matches!(move_of_key("+"), Some(Move::Zoom(by, None)) if by > 1.0));
        assert!(matches!(move_of_key("-"), Some(Move::Zoom(by, None)) if by < 1.0));
        let right = move_of_key("ArrowRight");
        assert!(matches!(right, Some(Move::Pan(x, 0.0)) if x < 0.0));
        assert_eq!(move_of_key("z"), None);
    }
}
