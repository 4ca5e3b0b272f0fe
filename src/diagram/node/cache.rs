//! One cache node: a card with a bar that is as long as its memory is full.

use headroom_engine::series::ComponentBin;
use headroom_engine::snapshot::{InstanceState, KindGauge};
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::layout::{Block, Flow};
use super::super::scene::{Part, Pick, Scene, boxed, cut, words};
use super::{beside_pause, card, instance_label, pause};
use crate::format;

/// The room of its nodes. Wires arrive from above where requests flow downwards, and none leave: there its name
/// stands below.
pub fn block(nodes: Vec<u16>, flow: Flow) -> Block {
    match flow {
        Flow::Rightwards => Block::tier(nodes, flow, (148.0, 68.0)),
        Flow::Downwards => Block::tier(nodes, flow, (104.0, 64.0)).named_below(),
    }
}

pub fn draw(scene: &Scene<'_>, number: usize, instance: u16, rect: &Rect) -> Html {
    let name = scene.component(number).instance_name(instance);
    let gauge = scene.instance(number, instance);
    let down = gauge.is_some_and(|gauge| gauge.state == InstanceState::Down);
    let entries = gauge.map_or(0, |gauge| gauge.entries);
    let looked_up = |bin: &ComponentBin| bin.hits + bin.misses > 0;
    let recent = scene.snapshot.map(|snapshot| &snapshot.recent.components);
    let is_asked = recent
        .and_then(|parts| parts.get(number))
        .is_some_and(looked_up);
    let hits = gauge.filter(|_| is_asked).map(|gauge| gauge.hit_ratio);
    let kind = scene.gauge(number).map(|gauge| &gauge.kind);
    let room = if let Some(KindGauge::Cache { room, .. }) = kind {
        f64::from(*room)
    } else {
        0.0
    };
    let level = (f64::from(entries) / room.max(1.0)).clamp(0.0, 1.0);
    let fill = if scene.narrow() {
        format!("{} full", format::gauge(level))
    } else {
        format!(
            "{} {} · {} full",
            format::count(u64::from(entries)),
            if entries == 1 { "key" } else { "keys" },
            format::gauge(level)
        )
    };
    let third = match scene.state_words(number, gauge) {
        // A narrow card has room for what it is, and none for what the balancer makes of it.
        Some(state) if scene.narrow() => state.split(" · ").next().unwrap_or_default().to_string(),
        Some(state) => state,
        None => format!(
            "{} hits",
            hits.map_or_else(|| "–".to_owned(), format::share)
        ),
    };
    let left = rect.x + 13.0;
    let inner = rect.width - 26.0;
    let bar = |part: f64| Rect::new(left, rect.bottom() - 8.0, inner * part, 3.0);
    let (title, tooltip) = cut(
        &name,
        if scene.narrow() {
            inner
        } else {
            beside_pause(gauge, inner)
        },
    );
    // Beside the name, or where that has the whole line, beside the state.
    let pause_y = rect.y + if scene.narrow() { 44.5 } else { 10.0 };
    let drawing = html! {
        <>
            { card(rect) }
            { words(if down { "title struck" } else { "title" }, left, rect.y + 23.0, title) }
            { pause(gauge, left + inner, pause_y) }
            { words("soft", left, rect.y + 38.0, fill.clone()) }
            { words("soft", left, rect.y + 53.0, third.clone()) }
            { boxed("slot", &bar(1.0), 1.5) }
            if !down && level > 0.0 {
                { boxed("slot busy", &bar(level), 1.5) }
            }
        </>
    };
    let part = Part {
        pick: Pick::Instance(number, instance),
        label: format!(
            "{}, {fill}, {third}",
            instance_label(&name, "cache node", gauge, None)
        ),
        rect,
        radius: 12.0,
        dim: down,
        tooltip,
    };
    scene.part(part, drawing)
}
