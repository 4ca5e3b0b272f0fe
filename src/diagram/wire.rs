//! The wires, and the links they stand for.

use headroom_scenario::Kind;
use yew::prelude::*;

use super::geometry::{Curve, Point};
use super::layout::Wire;
use super::scene::{Pick, Scene, px};
use crate::format;
use crate::selection::Selection;

/// Every wire as a hairline. Links are picked by what lies above them.
pub fn wires(scene: &Scene<'_>) -> Html {
    html! {
        <g class="wires" aria-hidden="true">
            { for scene.layout.wires.iter().map(|wire| {
                let selected = wire.link.is_some_and(|link| is_selected(scene, link));
                html! {
                    <path class={if selected { "wire selected" } else { "wire" }}
                        d={wire.curve.path()} />
                }
            }) }
        </g>
    }
}

fn is_selected(scene: &Scene<'_>, link: usize) -> bool {
    match (scene.selection, scene.scenario.design.links.get(link)) {
        (Some(Selection::Link { from, to }), Some(link)) => link.from == *from && link.to == *to,
        _ => false,
    }
}

/// The links that leave a component: broad and unseen, to be picked; with their latency when they
/// are, and with what passes when nothing is to move.
pub fn links(scene: &Scene<'_>, from: usize, counted: bool) -> Html {
    let id = &scene.component(from).id;
    html! {
        { for scene.scenario.design.links.iter().enumerate()
            .filter(|(_, link)| link.from == *id)
            .map(|(number, _)| link(scene, number, counted)) }
    }
}

fn link(scene: &Scene<'_>, number: usize, counted: bool) -> Html {
    let link = &scene.scenario.design.links[number];
    let wires: Vec<&Wire> = scene
        .layout
        .wires
        .iter()
        .filter(|wire| wire.link == Some(number))
        .collect();
    let Some(middle) = wires.get(wires.len() / 2).map(|wire| wire.curve) else {
        return Html::default();
    };
    let latency = format!("{} one way", format::ms(latency_ms(scene, number)));
    let selected = is_selected(scene, number);
    let note = if selected {
        Some(latency.clone())
    } else if counted {
        passing(scene, number)
    } else {
        None
    };
    let pick = Pick::Link(number);
    let (on_link, on_key) = (scene.on_link.clone(), scene.on_pick.clone());
    let onclick = move |event: MouseEvent| {
        event.stop_propagation();
        on_link.emit((number, event));
    };
    let onkeydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            event.prevent_default();
            on_key.emit(pick);
        }
    };
    html! {
        <>
            <g class={if selected { "link selected" } else { "link" }} role="button" tabindex="0"
                aria-label={format!("Link from {} to {}, {latency}", link.from, link.to)}
                aria-pressed={if selected { "true" } else { "false" }} data-control="link"
                data-of={format!("{}-{}", link.from, link.to)} {onclick} {onkeydown}>
                { for wires.iter().map(|wire| html! { <path d={wire.curve.path()} /> }) }
            </g>
            if let Some(note) = note {
                { label(&middle, &note) }
            }
        </>
    }
}

/// Words on a wire, on a ground of their own.
fn label(curve: &Curve, text: &str) -> Html {
    let Point { x, y } = curve.at(0.5);
    let width = text.chars().count() as f64 * 6.1 + 14.0;
    html! {
        <g class="wire-label" aria-hidden="true">
            <rect x={px(x - width / 2.0)} y={px(y - 24.0)} width={px(width)} height="18" rx="9" />
            <text x={px(x)} y={px(y - 11.3)}>{ text.to_string() }</text>
        </g>
    }
}

/// One way, with half the users' round trip where they are at one end.
fn latency_ms(scene: &Scene<'_>, number: usize) -> f64 {
    let link = &scene.scenario.design.links[number];
    let from_users = scene
        .scenario
        .design
        .component(&link.from)
        .is_some_and(|(_, from)| matches!(from.kind, Kind::Clients(_)));
    if !from_users {
        return link.latency_ms;
    }
    let regions = &scene.scenario.traffic.regions;
    let shares: f64 = regions.iter().map(|region| region.share).sum();
    let sum: f64 = regions
        .iter()
        .map(|region| region.share * region.round_trip_ms)
        .sum();
    link.latency_ms
        + if shares > 0.0 {
            sum / shares / 2.0
        } else {
            0.0
        }
}

/// Calls a second that arrive over a link, while its called has no other callers.
fn passing(scene: &Scene<'_>, number: usize) -> Option<String> {
    let links = &scene.scenario.design.links;
    let to = &links[number].to;
    if links.iter().filter(|link| link.to == *to).count() > 1 {
        return None;
    }
    let (called, _) = scene.scenario.design.component(to)?;
    let gauge = scene.gauge(called)?;
    Some(format!(
        "{}/s",
        format::rate(gauge.throughput_rps + gauge.failed_rps)
    ))
}
