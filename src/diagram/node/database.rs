//! A database: a drum filled as far as it is busy, which says how full its disk is where that matters.

use headroom_engine::snapshot::{InstanceState, KindGauge};
use headroom_scenario::Database;
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::layout::{Block, Flow, WORDS_WIDTH};
use super::super::scene::{Part, Pick, Scene, cut, px, words};
use super::{PAUSE, Tone, badge_of, component_badge, copies, pause};
use crate::format;

/// Half the height of the drum's lid.
const LID: f64 = 13.0;

/// Its room, its words below it; where it has or had copies, theirs.
pub fn block(database: &Database, copies: Vec<u16>, flow: Flow) -> Block {
    if database.replication.replicas > 0 || copies != [0] {
        return copies::block(copies, flow);
    }
    match flow {
        Flow::Rightwards => Block::single(112.0, 100.0, 52.0),
        Flow::Downwards => Block::single(112.0, 84.0, 52.0),
    }
}

pub fn draw(scene: &Scene<'_>, number: usize, database: &Database) -> Html {
    let rect = scene.place(number).frame;
    let name = scene.name(number);
    let gauge = scene.instance(number, 0);
    let down = gauge.is_some_and(|gauge| gauge.state == InstanceState::Down);
    let hangs = gauge.is_some_and(|gauge| gauge.hangs);
    let busy_share = gauge.map_or(0.0, |gauge| gauge.utilisation).clamp(0.0, 1.0);
    let slots = gauge.map_or_else(
        || u32::from(database.workers) * u32::from(database.size.factor()),
        |gauge| gauge.slots,
    );
    let busy = gauge.filter(|_| !down).map_or(0, |gauge| scene.busy(gauge));
    let kind = scene.gauge(number).map(|gauge| &gauge.kind);
    let (open, most, used) = if let Some(KindGauge::Database {
        connections,
        connections_max,
        disk_used_share,
        ..
    }) = kind
    {
        (*connections, *connections_max, *disk_used_share)
    } else {
        (0, database.connections, None)
    };
    let disk = used.map(|share| format!("disk {}", format::gauge(share)));
    let middle = rect.center();
    let working = format!("{busy} of {slots} busy");
    let connections = format!(
        "{} of {} connections",
        format::count(u64::from(open)),
        format::count(u64::from(most))
    );
    let state = scene.state_words(number, gauge);
    let (title, tooltip) = cut(&name, WORDS_WIDTH);
    let drawing = html! {
        <>
            { drum(&rect, LID, if down { 0.0 } else { busy_share }) }
            if down {
                { words("title middle", middle.x, middle.y + 14.0, "down") }
            } else if hangs {
                { pause(gauge, middle.x + PAUSE / 2.0, middle.y + 3.0) }
            } else {
                { words("big middle", middle.x, middle.y + 16.0, format::gauge(busy_share)) }
            }
            if let Some(disk) = &disk {
                { words("soft on-level middle", middle.x, middle.y + 33.0, disk.clone()) }
            }
            { words(if down { "title middle struck" } else { "title middle" },
                middle.x, rect.bottom() + 20.0, title) }
            { words("soft middle", middle.x, rect.bottom() + 36.0,
                state.clone().filter(|_| !down).unwrap_or_else(|| working.clone())) }
            { words("soft middle", middle.x, rect.bottom() + 51.0, connections.clone()) }
        </>
    };
    let waiting = gauge.map_or(0, |gauge| gauge.queue_depth);
    let part = Part {
        pick: Pick::Component(number),
        label: format!(
            "{name}, database, {working}, {} waiting, {connections}{}{}",
            format::count(u64::from(waiting)),
            disk.map_or_else(String::new, |disk| format!(", {disk}")),
            state.map_or_else(String::new, |state| format!(", {state}"))
        ),
        rect: &rect,
        radius: 16.0,
        dim: down,
        tooltip,
    };
    scene.part(part, drawing)
}

/// Its badge.
pub fn mark(scene: &Scene<'_>, number: usize) -> Option<(Tone, String)> {
    let gauge = scene.instance(number, 0);
    gauge
        .and_then(|gauge| badge_of(gauge, scene.reasons()))
        .or_else(|| component_badge(scene, number))
}

/// A drum with a lid half as high as that, filled to a level.
pub fn drum(rect: &Rect, lid: f64, level: f64) -> Html {
    html! {
        <>
            <path class="card" d={body(rect, lid, 0.0)} />
            if level > 0.004 {
                <path class="level" d={liquid(rect, lid, level)} />
            }
            <path class="card hollow" d={body(rect, lid, 0.0)} />
            <ellipse class="card" cx={px(rect.center().x)} cy={px(rect.y + lid)}
                rx={px(rect.width / 2.0)} ry={px(lid)} />
        </>
    }
}

/// The drum from a height downwards, its upper edge curved like the lid.
fn body(rect: &Rect, lid: f64, down_by: f64) -> String {
    let radius = rect.width / 2.0;
    let top = rect.y + lid + down_by;
    // Of what is hardly filled, the rounded bottom is all there is.
    let tall = (rect.bottom() - lid - top).max(0.0);
    format!(
        "M{x} {top}v{down}a{r} {l} 0 0 0 {w} 0v{up}",
        x = px(rect.x),
        top = px(rect.bottom() - lid - tall),
        down = px(tall),
        up = px(-tall),
        r = px(radius),
        l = px(lid),
        w = px(rect.width),
    )
}

/// What fills the drum to a level.
fn liquid(rect: &Rect, lid: f64, level: f64) -> String {
    let room = rect.height - 2.0 * lid;
    let inner = Rect::new(rect.x + 1.0, rect.y, rect.width - 2.0, rect.height - 1.0);
    format!(
        "{}a{} {} 0 0 1 {} 0Z",
        body(&inner, lid, room * (1.0 - level)),
        px(inner.width / 2.0),
        px(lid),
        px(-inner.width),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path_check::assert_draws;

    #[test]
    fn a_drum_draws_however_little_it_is_used() {
        let rect = Rect::new(20.5, 30.0, 125.0, 110.0);
        for thousandths in 0..=1_000 {
            assert_draws(&liquid(&rect, LID, f64::from(thousandths) / 1e3));
        }
        assert_draws(&body(&rect, LID, 0.0));
    }

    #[test]
    fn what_fills_a_drum_stays_within_it() {
        let rect = Rect::new(20.0, 30.0, 125.0, 110.0);
        // At 1 in 1,000 the rounded bottom is filled, and nothing above it.
        let drawn = liquid(&rect, LID, 0.001);
        assert!(drawn.starts_with("M21 126v0a"), "{drawn}");
    }
}
