//! What can be done to a part of the drawing, beside it, while it runs.

use headroom_scenario::Action;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::geometry::Point;
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
    /// Where it hangs, in pixels of the diagram's box.
    pub x: f64,
    /// The same, from the top.
    pub y: f64,
    /// Something was chosen.
    pub on_action: Callback<Action>,
    /// It is to close.
    pub on_close: Callback<()>,
}

/// The menu.
#[component]
pub fn Menu(props: &Props) -> Html {
    let node = use_node_ref();
    let at = (props.x, props.y, props.name.clone());
    {
        let node = node.clone();
        use_effect_with(at, move |(x, y, _)| {
            if let Some(menu) = node.cast::<HtmlElement>() {
                hang(&menu, Point::new(*x, *y));
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
                let onclick = move |_| {
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

/// Puts the menu at its place, but within its box. By the object model: the page's policy forbids
/// styles in attributes.
fn hang(menu: &HtmlElement, at: Point) {
    let (wide, high) = menu
        .offset_parent()
        .map_or((f64::MAX, f64::MAX), |parent: Element| {
            (
                f64::from(parent.client_width()),
                f64::from(parent.client_height()),
            )
        });
    let x =
        at.x.min(wide - f64::from(menu.offset_width()) - 8.0)
            .max(8.0);
    let y =
        at.y.min(high - f64::from(menu.offset_height()) - 8.0)
            .max(8.0);
    // Lengths in pixels are always understood.
    let _ = menu.style().set_property("left", &format!("{x:.0}px"));
    let _ = menu.style().set_property("top", &format!("{y:.0}px"));
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
