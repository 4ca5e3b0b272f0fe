//! One server: its worker slots, and the requests that wait in it.

use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use headroom_scenario::{Kind, Service};
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::layout::{Block, Flow};
use super::super::palette::Look;
use super::super::scene::{Part, Pick, Scene, boxed, cut, px, words};
use super::{balancer::PUBLIC_ADDRESS, beside_pause, card, idle, instance_label, pause};
use crate::format;

/// Marks of waiting requests in a row; the rest is a number.
const MARKS_MAX: usize = 10;

/// The room of some servers.
pub fn block(servers: Vec<u16>, flow: Flow) -> Block {
    let card = match flow {
        Flow::Rightwards => (156.0, 86.0),
        Flow::Downwards => (112.0, 86.0),
    };
    Block::tier(servers, flow, card)
}

pub fn draw(
    scene: &Scene<'_>,
    number: usize,
    instance: u16,
    rect: &Rect,
    service: &Service,
) -> Html {
    let name = scene.component(number).instance_name(instance);
    let known = scene.instance(number, instance);
    let mut resting = idle();
    resting.slots = u32::from(service.workers) * u32::from(service.size.factor());
    let gauge = known.unwrap_or(&resting);
    let down = gauge.state == InstanceState::Down;
    let serves = matches!(gauge.state, InstanceState::Up | InstanceState::Draining);
    let stands = gauge.hangs || gauge.state != InstanceState::Up;
    let state = scene.state_words(number, known);
    let second = match state.clone().filter(|_| stands) {
        Some(state) if scene.narrow() => state.split(" · ").next().unwrap_or_default().to_string(),
        Some(state) => state,
        None if scene.narrow() => format!("{} busy", format::gauge(gauge.utilisation)),
        None => format!(
            "{} · {} busy",
            address(scene, number, instance),
            format::gauge(gauge.utilisation)
        ),
    };
    let (left, inner) = (rect.x + 14.0, rect.width - 28.0);
    let (title, tooltip) = cut(&name, beside_pause(known, inner));
    let drawing = html! {
        <>
            { card(rect) }
            { words(if down { "title struck" } else { "title" }, left, rect.y + 22.0, title) }
            { pause(known, left + inner, rect.y + 9.0) }
            { words("soft", left, rect.y + 38.0, second) }
            if serves {
                { slots(scene.busy(gauge), gauge.slots, left, rect.y + 48.0, inner) }
                { line(scene, gauge, left, rect.y + 73.0, inner) }
            } else if gauge.state == InstanceState::Booting {
                { boxed("slot booting", &Rect::new(left, rect.y + 49.0, inner, 10.0), 3.0) }
            }
        </>
    };
    let part = Part {
        pick: Pick::Instance(number, instance),
        label: instance_label(&name, "server", known, state),
        rect,
        radius: 12.0,
        dim: down,
        tooltip,
    };
    scene.part(part, drawing)
}

/// Where the server is reached: the world's address when users call it directly, else a private one.
fn address(scene: &Scene<'_>, number: usize, instance: u16) -> String {
    if is_public(scene, number, instance) {
        return PUBLIC_ADDRESS.to_string();
    }
    let host = u32::from(instance) + 1;
    format!("10.0.{}.{}", host >> 8, host & 0xff)
}

/// Whether users call it directly.
fn is_public(scene: &Scene<'_>, number: usize, instance: u16) -> bool {
    let design = &scene.scenario.design;
    let by_clients = |from: &str| {
        design
            .component(from)
            .is_some_and(|(_, from)| matches!(from.kind, Kind::Clients(_)))
    };
    let id = &scene.component(number).id;
    instance == 0
        && design
            .links
            .present()
            .any(|(_, link)| link.to == *id && by_clients(&link.from))
}

/// Worker slots: a square each while they can be told apart, else one bar.
fn slots(busy: u32, count: u32, x: f64, y: f64, width: f64) -> Html {
    let (per_row, rows) = match count {
        0..=8 => (8, 1),
        9..=16 => (16, 1),
        17..=32 => (16, 2),
        33..=48 => (24, 2),
        _ => return bar(busy, count, x, y, width),
    };
    let pitch = width / f64::from(per_row);
    let high: f64 = if rows == 1 { 12.0 } else { 5.0 };
    let wide = (pitch * 0.76).min(12.0);
    html! {
        { for (0..count).map(|slot| {
            let class = if slot < busy { "slot busy" } else { "slot" };
            let (column, row) = (f64::from(slot % per_row), f64::from(slot / per_row));
            let rect = Rect::new(x + column * pitch, y + row * (high + 2.0), wide, high);
            boxed(class, &rect, (wide / 4.0).min(3.0))
        }) }
    }
}

fn bar(busy: u32, count: u32, x: f64, y: f64, width: f64) -> Html {
    let part = f64::from(busy) / f64::from(count.max(1));
    html! {
        <>
            { boxed("slot", &Rect::new(x, y, width, 12.0), 3.0) }
            { boxed("slot busy", &Rect::new(x, y, width * part.min(1.0), 12.0), 3.0) }
        </>
    }
}

/// The requests that wait, front of the line first.
fn line(scene: &Scene<'_>, gauge: &InstanceGauge, x: f64, y: f64, width: f64) -> Html {
    let depth = gauge.queue_depth as usize;
    if depth == 0 {
        return words("soft", x, y + 3.5, "nothing waiting");
    }
    let room = ((width - 58.0) / 8.0) as usize;
    let drawn = if depth <= MARKS_MAX.min(room + 4) {
        depth
    } else {
        MARKS_MAX.min(room)
    };
    let rest = depth - drawn;
    html! {
        <>
            { for (0..drawn).map(|place| mark(scene, gauge, place, x + 3.0, y)) }
            if rest > 0 {
                { words("soft", x + drawn as f64 * 8.0 + 3.0, y + 3.8,
                    format!("+{} wait", format::count(rest as u64))) }
            }
        </>
    }
}

/// A request that waits, with the look of its class where that is known.
fn mark(scene: &Scene<'_>, gauge: &InstanceGauge, place: usize, x: f64, y: f64) -> Html {
    let look = gauge
        .waiting_classes
        .get(place)
        .and_then(|class| scene.looks.get(*class as usize));
    let class = classes!("mark", look.map_or("look-any", |look| look.css()));
    let path = look.unwrap_or(&Look(0)).path(3.0);
    let shift = format!("translate({} {})", px(x + place as f64 * 8.0), px(y));
    html! { <path {class} d={path} transform={shift} /> }
}
