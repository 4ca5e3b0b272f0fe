//! The users: a browser and a phone.

use headroom_engine::snapshot::KindGauge;
use headroom_scenario::LoopModel;
use yew::prelude::*;

use super::super::layout::{Block, Flow, WORDS_WIDTH};
use super::super::scene::{Part, Pick, Scene, cut, px, words};
use super::card;
use crate::format;

/// Their room: their words stand below them where there is room, else beside them.
pub fn block(flow: Flow) -> Block {
    match flow {
        Flow::Rightwards => Block::single(76.0, 96.0, 54.0),
        Flow::Downwards => Block::single(176.0, 52.0, 0.0),
    }
}

/// How far away the users are.
fn away(scene: &Scene<'_>) -> String {
    format!("{} away", format::ms(round_trip_ms(scene)))
}

/// What share of their requests their browsers answer, if they answer any.
fn from_own_copy(scene: &Scene<'_>, number: usize) -> Option<String> {
    let KindGauge::Clients {
        from_copy_share, ..
    } = scene.gauge(number)?.kind
    else {
        return None;
    };
    (from_copy_share > 0.0).then(|| format!("{} from own copy", format::share(from_copy_share)))
}

/// How many of them wait to retry, if any do: in few letters where there is little room.
fn retrying(scene: &Scene<'_>, number: usize) -> Option<String> {
    let KindGauge::Clients { backing_off, .. } = scene.gauge(number)?.kind else {
        return None;
    };
    (backing_off > 0).then(|| {
        if scene.narrow() {
            format!("{} to retry", format::short_rate(backing_off as f64))
        } else {
            format!("{} wait to retry", format::count(backing_off))
        }
    })
}

pub fn draw(scene: &Scene<'_>, number: usize) -> Html {
    let rect = scene.place(number).frame;
    let middle = rect.center();
    let name = scene.name(number);
    let rate = offered(scene);
    let away = away(scene);
    let copies = from_own_copy(scene, number);
    let retrying = retrying(scene, number);
    let below = rect.bottom();
    let room = if scene.narrow() {
        rect.width - 92.0
    } else {
        WORDS_WIDTH
    };
    let (title, tooltip) = cut(&name, room);
    let drawing = html! {
        <>
            { card(&rect) }
            if scene.narrow() {
                { browser(rect.x + 12.0, middle.y - 14.0) }
                { phone(rect.x + 56.0, middle.y - 13.0) }
                { words("title", rect.x + 82.0, rect.y + 18.0, title) }
                { words("soft", rect.x + 82.0, rect.y + 32.0, rate.clone()) }
                { words("soft", rect.x + 82.0, rect.y + 45.0,
                    retrying.clone().unwrap_or_else(|| away.clone())) }
            } else {
                { browser(middle.x - 19.0, rect.y + 14.0) }
                { phone(middle.x - 7.5, rect.y + 56.0) }
                { words("title middle", middle.x, below + 20.0, title) }
                { words("soft middle", middle.x, below + 36.0, rate.clone()) }
                if let Some(retrying) = &retrying {
                    { words("warning middle", middle.x, below + 51.0, retrying.clone()) }
                } else {
                    { words("soft middle", middle.x, below + 51.0, copies.clone().unwrap_or_else(|| away.clone())) }
                }
            }
        </>
    };
    let part = Part {
        pick: Pick::Component(number),
        label: format!(
            "{name}: {rate}, {away}{}",
            copies.map_or_else(String::new, |copies| format!(", {copies}"))
        ),
        rect: &rect,
        radius: 12.0,
        dim: false,
        tooltip,
    };
    scene.part(part, drawing)
}

/// What they do: ask so often, or, where they wait for each answer, how many there are.
fn offered(scene: &Scene<'_>) -> String {
    if let LoopModel::Closed { users, .. } = scene.scenario.traffic.client.loop_model {
        return format::counted(users.into(), "user", "users");
    }
    let rate = scene
        .snapshot
        .map_or(scene.scenario.traffic.rate_rps, |snapshot| {
            snapshot.offered_rps
        });
    format!("{}/s", format::rate(rate))
}

/// Mean round trip of the regions, by their share of the traffic.
fn round_trip_ms(scene: &Scene<'_>) -> f64 {
    let regions = &scene.scenario.traffic.regions;
    let shares: f64 = regions.iter().map(|region| region.share).sum();
    let sum: f64 = regions
        .iter()
        .map(|region| region.share * region.round_trip_ms)
        .sum();
    if shares > 0.0 { sum / shares } else { 0.0 }
}

fn browser(x: f64, y: f64) -> Html {
    html! {
        <g class="icon" transform={format!("translate({} {})", px(x), px(y))}>
            <rect width="38" height="27" rx="3.5" />
            <path d="M0 8H38M4.5 4H5.5M8.5 4H9.5M12.5 4H13.5" />
        </g>
    }
}

fn phone(x: f64, y: f64) -> Html {
    html! {
        <g class="icon" transform={format!("translate({} {})", px(x), px(y))}>
            <rect width="15" height="26" rx="3.5" />
            <path d="M6 22H9" />
        </g>
    }
}
