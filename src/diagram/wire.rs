//! The wires, and the links they stand for.

use headroom_scenario::Kind;
use yew::prelude::*;

use super::geometry::{Curve, Point};
use super::layout::Wire;
use super::scene::{Pick, Scene, px};
use crate::format;
use crate::selection::Selection;

/// How much broader a wire's band is for each tenfold of what passes over it.
const BAND_PER_TENFOLD: f64 = 5.0;
/// So many calls a second have no band yet.
const BAND_FROM_RPS: f64 = 10.0;

/// Every wire as a hairline in a band that is the broader the more passes. Links are picked by what
/// lies above them.
pub fn wires(scene: &Scene<'_>) -> Html {
    let wires = &scene.layout.wires;
    html! {
        <g class="wires" aria-hidden="true">
            { for wires.iter().enumerate().filter_map(|(number, wire)| {
                let width = band(flow_rps(scene, number, wire.link?));
                (width > 0.0).then(|| html! {
                    <path class="band" d={wire.curve.path()} stroke-width={px(width)} />
                })
            }) }
            { for wires.iter().map(|wire| {
                let selected = wire.link.is_some_and(|link| is_selected(scene, link));
                html! {
                    <path class={if selected { "wire selected" } else { "wire" }}
                        d={wire.curve.path()} />
                }
            }) }
        </g>
    }
}

/// The width of a band that so many calls a second pass over.
fn band(rate_rps: f64) -> f64 {
    BAND_PER_TENFOLD * (rate_rps / BAND_FROM_RPS).max(1.0).log10()
}

/// Calls a second over one wire: what its called end gets, by the caller's part in all calls. Look-ups
/// of names count for nothing.
fn flow_rps(scene: &Scene<'_>, wire: usize, link: usize) -> f64 {
    let design = &scene.scenario.design;
    let links = &design.links;
    let number = |id: &str| design.component(id).map(|(number, _)| number);
    let (from, to) = scene.layout.ends(wire);
    let Some((caller, called)) = number(&links[link].from).zip(number(&links[link].to)) else {
        return 0.0;
    };
    if matches!(design.components[called].kind, Kind::Dns(_)) {
        return 0.0;
    }
    let callers = links.iter().filter(|other| other.to == links[link].to);
    let calls = callers.filter_map(|other| Some(calls_rps(scene, number(&other.from)?, None)));
    let (all, count) = calls.fold((0.0, 0.0), |(all, count), rps| (all + rps, count + 1.0));
    let part = if all > 0.0 {
        calls_rps(scene, caller, from) / all
    } else {
        // Nobody calls the users: what they send is known by who gets it.
        1.0 / f64::max(count, 1.0)
    };
    calls_rps(scene, called, to) * part
}

/// Calls that end at a component, or at one instance of it, a second.
fn calls_rps(scene: &Scene<'_>, component: usize, instance: Option<u16>) -> f64 {
    match instance {
        Some(instance) => scene
            .instance(component, instance)
            .map_or(0.0, |gauge| gauge.throughput_rps + gauge.failed_rps),
        None => scene
            .gauge(component)
            .map_or(0.0, |gauge| gauge.throughput_rps + gauge.failed_rps),
    }
}

fn is_selected(scene: &Scene<'_>, link: usize) -> bool {
    match (scene.selection, scene.scenario.design.links.get(link)) {
        (Some(Selection::Link { from, to }), Some(link)) => link.from == *from && link.to == *to,
        _ => false,
    }
}

/// The links that leave a component: broad and unseen, to be picked.
pub fn links(scene: &Scene<'_>, from: usize) -> Html {
    let id = &scene.component(from).id;
    html! {
        { for scene.scenario.design.links.iter().enumerate()
            .filter(|(_, link)| link.from == *id)
            .map(|(number, _)| link(scene, number)) }
    }
}

fn wires_of<'a>(scene: &'a Scene<'_>, link: usize) -> Vec<&'a Wire> {
    let wires = scene.layout.wires.iter();
    wires.filter(|wire| wire.link == Some(link)).collect()
}

/// What stands on the links: their latency when they are selected, and what passes over them when
/// nothing is to move.
pub fn notes(scene: &Scene<'_>, counted: bool) -> Html {
    html! {
        { for (0..scene.scenario.design.links.len()).filter_map(|number| {
            let wires = wires_of(scene, number);
            let middle = wires.get(wires.len() / 2)?.curve;
            let note = if is_selected(scene, number) {
                Some(one_way(scene, number))
            } else if counted {
                passing(scene, number)
            } else {
                None
            };
            Some(label(&middle, &note?))
        }) }
    }
}

fn one_way(scene: &Scene<'_>, number: usize) -> String {
    format!("{} one way", format::ms(latency_ms(scene, number)))
}

fn link(scene: &Scene<'_>, number: usize) -> Html {
    let link = &scene.scenario.design.links[number];
    let wires = wires_of(scene, number);
    if wires.is_empty() {
        return Html::default();
    }
    let (latency, selected) = (one_way(scene, number), is_selected(scene, number));
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
        <g class={if selected { "link selected" } else { "link" }} role="button" tabindex="0"
            aria-label={format!("Link from {} to {}, {latency}", link.from, link.to)}
            aria-pressed={if selected { "true" } else { "false" }} data-control="link"
            data-of={format!("{}-{}", link.from, link.to)} {onclick} {onkeydown}>
            { for wires.iter().map(|wire| html! { <path d={wire.curve.path()} /> }) }
        </g>
    }
}

/// Words on a wire, on a ground of their own.
fn label(curve: &Curve, text: &str) -> Html {
    let Point { x, y } = curve.at(0.5);
    let width = text.chars().count() as f64 * 6.1 + 14.0;
    html! {
        <g class="wire-label">
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenfold_load_is_a_broader_band_by_the_same_amount() {
        assert_eq!(band(0.0), 0.0);
        assert_eq!(band(BAND_FROM_RPS), 0.0);
        assert_eq!(band(10.0 * BAND_FROM_RPS), BAND_PER_TENFOLD);
        assert_eq!(band(10_000.0) - band(1_000.0), BAND_PER_TENFOLD);
    }
}
