//! What a menu of the diagram is of, and what it offers.

use headroom_engine::snapshot::LinkGauge;
use headroom_scenario::Scenario;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::Props;
use super::geometry::{Fit, Point, Rect};
use super::layout::Layout;
use super::menu::Menu;
use super::node::idle;
use super::scene::{Pick, Scene};
use crate::deed::{self, Among, Deed};

/// A menu that is open.
#[derive(Clone, Copy, PartialEq)]
pub struct Hung {
    /// What it is of.
    pub pick: Pick,
    /// Where the pointer asked for it, in pixels of the diagram's box; none where a key did.
    pub at: Option<Point>,
}

/// Whether something can be done to what was picked, beside changing its parameters.
pub fn has_menu(layout: &Layout, scenario: &Scenario, pick: Pick) -> bool {
    match pick {
        Pick::Instance(..) | Pick::Link(_) => true,
        Pick::Component(number) => {
            let component = scenario.design.components.get(number);
            let place = layout.places.get(number);
            // The whole is its only instance.
            let is_whole = place.is_some_and(|place| place.form.is_whole());
            is_whole && component.is_some_and(|component| component.kind.facts().is_one_machine)
        }
    }
}

/// An open menu, beside what it is of.
pub fn menu_at(
    props: &Props,
    fit: Fit,
    Hung { pick, at }: Hung,
    of: MenuOf,
    open: &UseStateHandle<Option<Hung>>,
    host: &NodeRef,
) -> Html {
    let MenuOf {
        name,
        part,
        deeds,
        testid,
        place,
    } = of;
    let on_close = {
        let (open, host) = (open.clone(), host.clone());
        Callback::from(move |()| {
            open.set(None);
            focus_part(&host, &part);
        })
    };
    let place = fit.pixels_of(&place);
    let spot = Rect::around(at.unwrap_or(place.center()), SPOT);
    // A wire's box is most of the drawing: beside the pointer is beside the wire.
    let beside = match pick {
        Pick::Link(_) => [spot, spot],
        Pick::Component(_) | Pick::Instance(..) => [place, spot],
    };
    html! {
        <Menu {name} {deeds} {testid} {beside} on_action={props.on_action.clone()} {on_close} />
    }
}

/// Closes a menu for good that is of nothing any more.
#[hook]
pub fn use_closing(menu: &UseStateHandle<Option<Hung>>, is_of_something: bool) {
    let (menu, is_stale) = (menu.clone(), menu.is_some() && !is_of_something);
    use_effect_with(is_stale, move |is_stale| {
        if *is_stale {
            menu.set(None);
        }
    });
}

/// Half the width of what a menu must not cover around the pointer.
const SPOT: f64 = 12.0;

/// What a menu is of, and what it offers.
pub struct MenuOf {
    name: String,
    /// Finds its part, which has the focus again when it closes.
    part: String,
    deeds: Vec<Deed>,
    testid: &'static str,
    /// Where its part is, in units of the drawing.
    place: Rect,
}

/// The menu of what was picked, as long as it is there, and is what is selected.
pub fn menu_of(scene: &Scene<'_>, pick: Pick) -> Option<MenuOf> {
    let menu = match pick {
        Pick::Component(number) => {
            // Another design may have been opened meanwhile.
            let place = scene.layout.places.get(number)?;
            let only = place.form.instances().first().copied();
            instance_menu(scene, number, only.unwrap_or(0))
        }
        Pick::Instance(number, instance) => instance_menu(scene, number, instance),
        Pick::Link(link) => link_menu(scene, link),
    };
    menu.filter(|menu| scene.is_selected(pick) && !menu.deeds.is_empty())
}

fn instance_menu(scene: &Scene<'_>, number: usize, instance: u16) -> Option<MenuOf> {
    let components = &scene.scenario.design.components;
    // What was taken out keeps its place, empty.
    let component = components.has(number).then(|| &components[number])?;
    let rect = scene.layout.rect(number, Some(instance))?;
    let form = &scene.place(number).form;
    let name = component.instance_name(instance);
    let part = match form.is_whole() {
        true => format!("[data-component=\"{}\"]", component.id),
        false => format!("[data-instance=\"{name}\"]"),
    };
    let resting = idle();
    let gauge = scene.instance(number, instance).unwrap_or(&resting);
    let among = Among::of(scene.gauge(number), instance, form.count());
    Some(MenuOf {
        name: component.instance_title(instance),
        part,
        deeds: deed::of_instance(component, instance, gauge, among),
        testid: "instance-menu",
        place: rect,
    })
}

fn link_menu(scene: &Scene<'_>, number: usize) -> Option<MenuOf> {
    let link = scene.scenario.design.links.get(number)?;
    let wires = scene.layout.wires_of(number);
    let wire = scene.layout.wires.get(wires.start + wires.len() / 2)?;
    let sound = LinkGauge::default();
    Some(MenuOf {
        name: scene.link_name(number),
        part: format!("[data-control=link][data-of=\"{}-{}\"]", link.from, link.to),
        deeds: deed::of_link(link, scene.link(number).unwrap_or(&sound)),
        testid: "link-menu",
        place: Rect::around(wire.curve.at(0.5), 0.0),
    })
}

/// Gives the focus back to what the menu hung at.
fn focus_part(host: &NodeRef, part: &str) {
    let found = host
        .cast::<Element>()
        .and_then(|host| host.query_selector(part).ok().flatten());
    if let Some(part) = found.and_then(|part| part.dyn_into::<web_sys::SvgElement>().ok()) {
        // What is gone by now does not take the focus.
        let _ = part.focus();
    }
}
