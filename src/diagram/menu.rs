//! What can be done to an instance, beside the instance, while it runs.

use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use headroom_scenario::Action;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::geometry::Point;
use super::node::idle;

/// How much "slow down" slows down.
const SLOW_FACTOR: f64 = 3.0;
/// Longest time that "deploy" gives a server to finish what it has, in seconds: the grace period of
/// Kubernetes.
const DRAIN_S: f64 = 30.0;

/// The menu of one instance.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Id of the component.
    pub component: AttrValue,
    /// The instance.
    pub instance: u16,
    /// What it is called.
    pub name: AttrValue,
    /// Its figures, once there are some.
    pub gauge: Option<InstanceGauge>,
    /// Whether the component can have more or fewer of them.
    pub scalable: bool,
    /// Whether it runs versions of the user's own.
    pub deployable: bool,
    /// How many there are.
    pub present: usize,
    /// Where the menu hangs, in pixels of the diagram's box.
    pub x: f64,
    /// The same, from the top.
    pub y: f64,
    /// Something was chosen.
    pub on_action: Callback<Action>,
    /// It is to close.
    pub on_close: Callback<()>,
}

/// One line of the menu.
struct Item {
    words: &'static str,
    control: &'static str,
    action: Action,
}

fn items(props: &Props, gauge: &InstanceGauge) -> Vec<Item> {
    let component = props.component.to_string();
    let instance = props.instance;
    let works = matches!(gauge.state, InstanceState::Up | InstanceState::Booting);
    let mut items = Vec::new();
    if works {
        items.push(Item {
            words: "Kill",
            control: "kill",
            action: Action::Kill {
                component: component.clone(),
                instance,
            },
        });
    }
    if gauge.state == InstanceState::Down || gauge.slow_factor > 1.0 {
        items.push(Item {
            words: "Repair",
            control: "repair",
            action: Action::Repair {
                component: component.clone(),
                instance,
            },
        });
    } else if works {
        items.push(Item {
            words: "Slow down 3×",
            control: "slow-down",
            action: Action::Slow {
                component: component.clone(),
                instance,
                factor: SLOW_FACTOR,
            },
        });
    }
    if props.deployable {
        items.push(Item {
            words: "Deploy, one by one",
            control: "deploy",
            action: Action::Deploy {
                component: component.clone(),
                batch: 1,
                pause_s: 0.0,
                drain_s: DRAIN_S,
            },
        });
    }
    if props.scalable {
        items.push(Item {
            words: "Add another",
            control: "add-instance",
            action: Action::AddInstance {
                component: component.clone(),
            },
        });
        if props.present > 1 && gauge.state != InstanceState::Draining {
            items.push(Item {
                words: "Remove",
                control: "remove-instance",
                action: Action::RemoveInstance {
                    component,
                    instance,
                },
            });
        }
    }
    items
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
    let resting = idle();
    let gauge = props.gauge.as_ref().unwrap_or(&resting);
    html! {
        <div ref={node} class="node-menu" role="menu" aria-label={props.name.clone()}
            data-testid="instance-menu" {onkeydown}
            onclick={|event: MouseEvent| event.stop_propagation()}>
            { for items(props, gauge).into_iter().map(|item| {
                let (on_action, on_close) = (props.on_action.clone(), props.on_close.clone());
                let action = item.action;
                let onclick = move |_| {
                    on_action.emit(action.clone());
                    on_close.emit(());
                };
                html! {
                    <button type="button" role="menuitem" tabindex="-1"
                        class={classes!((item.control == "kill").then_some("danger"))}
                        data-control={item.control}
                        data-of={props.name.clone()} {onclick}>
                        { item.words }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(gauge: &InstanceGauge, scalable: bool, present: usize) -> Vec<&'static str> {
        offered_of(gauge, scalable, false, present)
    }

    fn offered_of(
        gauge: &InstanceGauge,
        scalable: bool,
        deployable: bool,
        present: usize,
    ) -> Vec<&'static str> {
        let props = Props {
            component: "web".into(),
            instance: 1,
            name: "web/2".into(),
            gauge: None,
            scalable,
            deployable,
            present,
            x: 0.0,
            y: 0.0,
            on_action: Callback::noop(),
            on_close: Callback::noop(),
        };
        items(&props, gauge)
            .iter()
            .map(|item| item.control)
            .collect()
    }

    #[test]
    fn only_what_makes_sense_is_offered() {
        let mut gauge = idle();
        assert_eq!(
            offered(&gauge, true, 3),
            ["kill", "slow-down", "add-instance", "remove-instance"]
        );
        assert_eq!(
            offered(&gauge, true, 1),
            ["kill", "slow-down", "add-instance"],
            "the last one stays"
        );
        assert_eq!(
            offered(&gauge, false, 1),
            ["kill", "slow-down"],
            "a balancer is not one of many"
        );
        assert_eq!(
            offered_of(&gauge, true, true, 1),
            ["kill", "slow-down", "deploy", "add-instance"],
            "a service"
        );
        gauge.slow_factor = 3.0;
        assert_eq!(offered(&gauge, false, 1), ["kill", "repair"]);
        gauge.state = InstanceState::Down;
        assert_eq!(
            offered(&gauge, true, 3),
            ["repair", "add-instance", "remove-instance"]
        );
    }
}
