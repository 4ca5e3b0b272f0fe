//! What can be done to a part of the drawing, beside it, while it runs.

use headroom_scenario::Action;
use js_sys::Date;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::geometry::{Point, Rect};
use crate::deed::Deed;

/// A menu.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What its part is called.
    pub name: AttrValue,
    /// Its lines.
    pub deeds: Vec<Deed>,
    /// What it is to tests and tools.
    pub testid: &'static str,
    /// What it hangs beside, in pixels of the diagram's box, and what where there is no room beside that.
    pub beside: [Rect; 2],
    /// Something was chosen.
    pub on_action: Callback<Action>,
    /// It is to close.
    pub on_close: Callback<()>,
}

/// So long after it has opened no press chooses from it: the second of a double click or tap was none of a line.
const FRESH_MS: f64 = 300.0;
/// From what it hangs beside, and from the edge of its box.
const GAP: f64 = 6.0;
const EDGE: f64 = 8.0;

/// The menu.
#[component]
pub fn Menu(props: &Props) -> Html {
    let node = use_node_ref();
    let opened_ms = use_mut_ref(|| 0.0);
    let at = (props.beside, props.name.clone());
    {
        let (node, opened_ms) = (node.clone(), opened_ms.clone());
        use_effect_with(at, move |(beside, _)| {
            if let Some(menu) = node.cast::<HtmlElement>() {
                opened_ms.replace(Date::now());
                hang(&menu, beside);
                focus_item(&menu, 0);
            }
        });
    }
    let onkeydown = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    on_close.emit(());
                    return;
                }
                "ArrowDown" => 1,
                "ArrowUp" => -1,
                _ => return,
            };
            event.prevent_default();
            if let Some(menu) = node.cast::<HtmlElement>() {
                focus_item(&menu, by);
            }
        })
    };
    html! {
        <div ref={node} class="node-menu" role="menu" aria-label={props.name.clone()}
            data-testid={props.testid} {onkeydown}
            onclick={|event: MouseEvent| event.stop_propagation()}>
            { for props.deeds.iter().map(|deed| {
                let (on_action, on_close) = (props.on_action.clone(), props.on_close.clone());
                let action = deed.action.clone();
                let opened_ms = opened_ms.clone();
                let onclick = move |event: MouseEvent| {
                    if is_of_a_double_click(&event, *opened_ms.borrow()) {
                        return;
                    }
                    on_action.emit(action.clone());
                    on_close.emit(());
                };
                html! {
                    <button key={deed.control} type="button" role="menuitem" tabindex="-1"
                        class={classes!(deed.is_final().then_some("danger"))}
                        data-control={deed.control} data-of={props.name.clone()}
                        title={deed.help} {onclick}>
                        { deed.words }
                    </button>
                }
            }) }
        </div>
    }
}

/// Whether what has opened the menu at that time is a part of the click. Keys click too, without a count.
fn is_of_a_double_click(event: &MouseEvent, opened_ms: f64) -> bool {
    match event.detail() {
        0 => false,
        1 => Date::now() < opened_ms + FRESH_MS,
        _ => true,
    }
}

/// Puts the menu at its place, but within its box. By the object model: the page's policy forbids
/// styles in attributes.
fn hang(menu: &HtmlElement, beside: &[Rect; 2]) {
    let size = |wide: i32, high: i32| (f64::from(wide), f64::from(high));
    let room = menu
        .offset_parent()
        .map_or((f64::MAX, f64::MAX), |parent: Element| {
            size(parent.client_width(), parent.client_height())
        });
    let Point { x, y } = place(
        size(menu.offset_width(), menu.offset_height()),
        room,
        beside,
    );
    // Lengths in pixels are always understood.
    let _ = menu.style().set_property("left", &format!("{x:.0}px"));
    let _ = menu.style().set_property("top", &format!("{y:.0}px"));
}

/// Where a menu of that size hangs in that room: below, above, right or left of the first that it has room
/// beside, on no part of it.
fn place((wide, high): (f64, f64), room: (f64, f64), beside: &[Rect; 2]) -> Point {
    let (right, bottom) = (room.0 - wide - EDGE, room.1 - high - EDGE);
    let within = |x: f64, y: f64| Point::new(x.min(right).max(EDGE), y.min(bottom).max(EDGE));
    for of in beside {
        let places = [
            (of.x, of.bottom() + GAP),
            (of.x, of.y - GAP - high),
            (of.right() + GAP, of.y),
            (of.x - GAP - wide, of.y),
        ];
        for (x, y) in places {
            let at = within(x, y);
            if Rect::new(at.x, at.y, wide, high).overlap(of) == 0.0 {
                return at;
            }
        }
    }
    within(beside[1].x, beside[1].y)
}

/// Moves the focus so many items on, around the ends; 0 goes to the first.
fn focus_item(menu: &HtmlElement, by: i32) {
    let items = menu.children();
    let count = items.length() as i32;
    if count == 0 {
        return;
    }
    let here = gloo::utils::document().active_element();
    let place = (0..count).find(|place| items.item(*place as u32) == here);
    let next = match (place, by) {
        (Some(place), by) if by != 0 => (place + by).rem_euclid(count),
        _ => 0,
    };
    let item = items
        .item(next as u32)
        .and_then(|item| item.dyn_into::<HtmlElement>().ok());
    if let Some(item) = item {
        // An item that is gone by now simply does not take the focus.
        let _ = item.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_never_covers_the_spot_it_was_opened_from() {
        let menu = (148.0, 138.0);
        let rooms = [(840.0, 690.0), (390.0, 390.0), (320.0, 380.0)];
        let parts = [
            (148.0, 86.0),
            (112.0, 86.0),
            (10.0, 10.0),
            // Brought near, a card is larger than what is seen of the drawing.
            (900.0, 700.0),
        ];
        for (room, part) in rooms
            .into_iter()
            .flat_map(|room| parts.map(|part| (room, part)))
        {
            for (x, y) in (0..40).flat_map(|row| (0..40).map(move |column| (column, row))) {
                let spot = Point::new(f64::from(x) / 39.0 * room.0, f64::from(y) / 39.0 * room.1);
                let part = Rect::new(spot.x - part.0 * 0.7, spot.y - part.1 * 0.4, part.0, part.1);
                let at = place(menu, room, &[part, Rect::around(spot, 12.0)]);
                let covered = Rect::new(at.x, at.y, menu.0, menu.1);
                let pointer = Rect::around(spot, 1.0);
                assert_eq!(covered.overlap(&pointer), 0.0, "{spot:?} in {room:?}");
                assert!(at.x >= EDGE && covered.right() <= room.0 - EDGE);
                assert!(at.y >= EDGE && covered.bottom() <= room.1 - EDGE);
            }
        }
    }
}
