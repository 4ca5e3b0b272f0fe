//! A component among very many: its name, how many it is of and how busy, filled as far as that.

use headroom_engine::snapshot::InstanceState;
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::scene::{Part, Pick, Scene, boxed, cut, words};
use super::card;
use crate::format;

/// How round its corners are, and room beside its words.
const RADIUS: f64 = 12.0;
const INSIDE: f64 = 12.0;

/// Draws it, given how many instances there are.
pub fn draw(scene: &Scene<'_>, number: usize, count: usize) -> Html {
    let component = scene.component(number);
    let rect = scene.place(number).frame;
    let gauge = scene.gauge(number);
    let works = component.kind.facts().works;
    let busy = gauge.map_or(0.0, |gauge| gauge.utilisation).clamp(0.0, 1.0);
    let is_down = |gauge: &headroom_engine::snapshot::ComponentGauge| {
        let mut there = gauge.instances.iter();
        !gauge.instances.is_empty() && there.all(|one| one.state == InstanceState::Down)
    };
    let down = gauge.is_some_and(is_down);
    let state = match (count > 1, works) {
        _ if down => "down".into(),
        (true, true) => format!(
            "{} × · {} busy",
            format::count(count as u64),
            format::gauge(busy)
        ),
        (false, true) => format!("{} busy", format::gauge(busy)),
        (_, false) => component.kind.facts().name.replace('_', " "),
    };
    let name = scene.name(number);
    let (title, tooltip) = cut(&name, rect.width - 2.0 * INSIDE);
    let level = Rect::new(
        rect.x + 1.0,
        rect.bottom() - 5.0,
        (rect.width - 2.0) * busy,
        4.0,
    );
    let drawing = html! {
        <>
            { card(&rect) }
            if works && !down && level.width > 0.5 {
                { boxed("busy-bar", &level, 2.0) }
            }
            { words("title", rect.x + INSIDE, rect.y + 20.0, title) }
            { words("soft", rect.x + INSIDE, rect.y + 36.0, state.clone()) }
        </>
    };
    let part = Part {
        pick: Pick::Component(number),
        label: format!("{name}: {state}"),
        rect: &rect,
        radius: RADIUS,
        dim: down,
        tooltip,
    };
    scene.part(part, drawing)
}
