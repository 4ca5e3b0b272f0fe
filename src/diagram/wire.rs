//! The wires, and the links they stand for.

use headroom_scenario::Kind;
use yew::prelude::*;

use super::geometry::Rect;
use super::labels::{self, Forms, Need, Wish};
use super::node::{self, Badge, HALO};
use super::scene::{Pick, Scene, px};
use super::trouble::{self, Trouble};
use crate::deed::link_words;
use crate::format;
use crate::mathematics::power;
use crate::order::sort_by_key;
use crate::selection::Selection;

/// The width of a wire that one call a second passes over.
const WIDTH_AT_1_RPS: f64 = 1.0;
/// Ten times the rate is twice as broad (the logarithm of 2 to base 10), so that a million a second
/// is 64 wide, which a drawing still holds, and a surge is seen without reading a figure.
const GROWTH: f64 = std::f64::consts::LOG10_2;
/// Why nothing can pass over a link as the design is.
const UNUSED_WHY: &str = "not used: only read-through and write-back go this way";
/// Of so many links at most each has its rate beside it: beside more, words would be read as those of another, and
/// finding places for them takes longer than the drawing.
const RATED_MAX: usize = 32;
/// So many wires at most over which nothing passes are told apart from others of their links.
const IDLE_MAX: usize = 32;
/// Of so many broken links at most what is wrong stands beside them in words.
const TROUBLES_MAX: usize = 32;
/// Room at both ends of a rate together.
const ENDS: f64 = 4.0;

/// Every wire as a hairline in a band that is the broader the more passes. Links are picked by what
/// lies above them.
pub fn wires(scene: &Scene<'_>) -> Html {
    let wires = &scene.layout.wires;
    html! {
        <g class="wires" aria-hidden="true">
            { for wires.iter().zip(scene.widths).filter(|(_, width)| **width > 0.0).map(|(wire, width)| html! {
                <path class="band" d={wire.curve.path()} stroke-width={px(*width)} />
            }) }
            { for wires.iter().map(|wire| {
                let selected = wire.link.is_some_and(|link| is_selected(scene, link));
                let trouble = wire.link.and_then(|link| trouble::look(scene.link(link)));
                let unused = wire.link.is_some_and(|link| is_unused(scene, link));
                html! {
                    <path class={classes!("wire", trouble, unused.then_some("unused"), selected.then_some("selected"))}
                        d={wire.curve.path()} />
                }
            }) }
        </g>
    }
}

/// How broad each wire is.
pub fn widths(scene: &Scene<'_>) -> Vec<f64> {
    let wires = scene.layout.wires.iter().enumerate();
    wires
        .map(|(number, wire)| {
            let rate_rps = wire.link.map(|link| flow_rps(scene, number, link));
            width(rate_rps.unwrap_or(0.0))
        })
        .collect()
}

/// The width of a wire that so many calls a second pass over.
fn width(rate_rps: f64) -> f64 {
    WIDTH_AT_1_RPS * power(rate_rps.max(0.0), GROWTH)
}

/// Calls a second over a link, as the engine has counted them.
fn link_rps(scene: &Scene<'_>, link: usize) -> f64 {
    scene.link(link).map_or(0.0, |link| link.calls_rps)
}

/// Calls a second over one of a link's wires: all of the link's, by the parts that its two ends have in
/// what their components do.
fn flow_rps(scene: &Scene<'_>, wire: usize, link: usize) -> f64 {
    let part = |component: usize, instance: Option<u16>| {
        instance.map_or(1.0, |instance| part_of(scene, component, instance))
    };
    let (caller, called) = scene.layout.ends(wire);
    let components = scene.layout.components_of(link);
    components.map_or(0.0, |(from, to)| {
        link_rps(scene, link) * part(from, caller) * part(to, called)
    })
}

/// The part of a component's calls that one of its instances has.
fn part_of(scene: &Scene<'_>, component: usize, instance: u16) -> f64 {
    let count = scene
        .gauge(component)
        .map_or(0, |gauge| gauge.instances.len());
    let all: f64 = (0..count as u16)
        .map(|instance| calls_rps(scene, component, instance))
        .sum();
    if all > 0.0 {
        calls_rps(scene, component, instance) / all
    } else {
        0.0
    }
}

/// Calls that end at an instance, a second.
fn calls_rps(scene: &Scene<'_>, component: usize, instance: u16) -> f64 {
    scene
        .instance(component, instance)
        .map_or(0.0, |gauge| gauge.throughput_rps + gauge.failed_rps)
}

fn is_selected(scene: &Scene<'_>, link: usize) -> bool {
    match (scene.selection, scene.scenario.design.links.get(link)) {
        (Some(Selection::Link { from, to }), Some(link)) => link.from == *from && link.to == *to,
        _ => false,
    }
}

/// Whether a link is there for another policy than that of its cache, and nothing passes over it any more.
fn is_unused(scene: &Scene<'_>, link: usize) -> bool {
    if link_rps(scene, link) > 0.0 {
        return false;
    }
    let components = scene.layout.components_of(link);
    components.is_some_and(|(from, _)| {
        let from = &scene.component(from).kind;
        matches!(from, Kind::Cache(cache) if !cache.calls_database())
    })
}

/// The links that leave a component: broad and unseen, to be picked.
pub fn links(scene: &Scene<'_>, from: usize) -> Html {
    let leaves = |number: &usize| {
        let components = scene.layout.components_of(*number);
        components.is_some_and(|(caller, _)| caller == from)
    };
    let links = 0..scene.scenario.design.links.len();
    html! { { for links.filter(leaves).map(|number| link(scene, number)) } }
}

/// What stands at the links: what is wrong with them, how much passes over them, and of the selected one
/// how long it takes. Where nothing is to move, each has its figure even if there is hardly room for it.
pub fn notes(scene: &Scene<'_>, badges: &[Badge], still: bool) -> Html {
    let components = scene.layout.order.iter();
    let headings = components.filter_map(|number| node::heading_place(scene, *number));
    // With the halo around them, by which they are picked.
    let headings = headings
        .map(|(_, name)| Rect::new(name.x - HALO, name.y, name.width + 2.0 * HALO, name.height));
    let mut words: Vec<Rect> = headings
        .chain(badges.iter().map(|badge| badge.place))
        .collect();
    let signs = trouble::signs(scene, &words);
    words.extend(signs.iter().map(|sign| sign.place));
    let links = scene.scenario.design.links.present();
    let mut links: Vec<usize> = links.map(|(link, _)| link).collect();
    let troubles = links.iter().filter_map(|link| trouble(scene, *link));
    let mut notes: Vec<Note> = troubles.take(TROUBLES_MAX).collect();
    if links.len() > RATED_MAX {
        links.retain(|link| is_selected(scene, *link));
    }
    // Who comes first has the best place.
    sort_by_key(&mut links, |link| {
        (!is_selected(scene, *link), link_rps(scene, *link) == 0.0)
    });
    notes.extend(links.iter().filter_map(|link| rate(scene, *link)));
    let idle = links.iter().flat_map(|link| idle(scene, *link));
    notes.extend(idle.take(IDLE_MAX));
    let wishes: Vec<Wish> = notes.iter().map(|note| note.wish(scene, still)).collect();
    let places = labels::places(scene.layout, scene.widths, &words, &wishes);
    html! {
        <>
            { for signs.iter().map(|sign| sign.draw(scene.widths)) }
            { for notes.iter().zip(&places).filter_map(|(note, place)| Some(note.draw(scene, place.as_ref()?))) }
        </>
    }
}

/// The wires of a link over which something passes, or all of them: a figure beside the wire of a dead
/// server would be read as that server's.
fn passed(scene: &Scene<'_>, link: usize) -> Vec<usize> {
    let wires = scene.layout.wires_of(link);
    let passed: Vec<usize> = wires
        .clone()
        .filter(|wire| scene.widths[*wire] > 0.0)
        .collect();
    if passed.is_empty() {
        wires.collect()
    } else {
        passed
    }
}

/// Words on a link.
struct Note {
    link: usize,
    of: String,
    what: What,
}

/// What they tell.
enum What {
    /// What is wrong with it.
    Trouble(Trouble),
    /// How much passes, and of a selected one how long it takes.
    Rate {
        forms: Forms,
        rate_rps: f64,
        selected: bool,
    },
    /// That nothing passes over this wire, while something does over others.
    Idle { wire: usize, forms: Forms },
}

impl Note {
    fn wish(&self, scene: &Scene<'_>, still: bool) -> Wish {
        let wires = scene.layout.wires_of(self.link);
        let (wires, sizes, need) = match &self.what {
            What::Trouble(trouble) => (wires.collect(), trouble.forms().sizes(), Need::Anywhere),
            What::Rate {
                forms,
                rate_rps,
                selected,
            } => (
                passed(scene, self.link),
                forms.sizes(),
                match selected {
                    true => Need::Near,
                    // That nothing passes is worth no place that something else has.
                    false if still && *rate_rps > 0.0 => Need::Anywhere,
                    false => Need::Nothing,
                },
            ),
            What::Idle { wire, forms } => (vec![*wire], forms.sizes(), Need::Clear),
        };
        let widths = wires.iter().map(|wire| scene.widths[*wire]);
        Wish {
            beside: widths.fold(0.0, f64::max) / 2.0,
            wires,
            sizes,
            need,
        }
    }

    /// Draws it, so that a click on it is one on its link.
    fn draw(&self, scene: &Scene<'_>, place: &Rect) -> Html {
        let (on_pick, pick) = (scene.on_pick.clone(), Pick::Link(self.link));
        let onclick = Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_pick.emit((pick, Some(event)));
        });
        match &self.what {
            What::Trouble(trouble) => trouble.draw(&self.of, place, onclick),
            What::Rate {
                forms,
                rate_rps,
                selected,
            } => {
                let class = classes!("wire-label", selected.then_some("selected"));
                html! {
                    <g key={format!("rate-{}", self.of)} {class} data-testid="rate" data-of={self.of.clone()} data-value={rate_rps.to_string()} {onclick}>
                        { forms.draw(place) }
                    </g>
                }
            }
            What::Idle { wire, forms } => html! {
                <g key={format!("idle-{wire}")} class="wire-label" data-testid="idle" data-of={self.of.clone()} {onclick}>
                    { forms.draw(place) }
                </g>
            },
        }
    }
}

fn of(scene: &Scene<'_>, number: usize) -> String {
    let link = &scene.scenario.design.links[number];
    format!("{}-{}", link.from, link.to)
}

fn trouble(scene: &Scene<'_>, link: usize) -> Option<Note> {
    let trouble = Trouble::of(scene.link(link)?, scene.narrow())?;
    let is_drawn = !scene.layout.wires_of(link).is_empty();
    is_drawn.then(|| Note {
        link,
        of: of(scene, link),
        what: What::Trouble(trouble),
    })
}

fn rate(scene: &Scene<'_>, number: usize) -> Option<Note> {
    let selected = is_selected(scene, number);
    let rate_rps = link_rps(scene, number);
    let is_drawn = !scene.layout.wires_of(number).is_empty();
    let rate = format!("{}/s", format::short_rate(rate_rps));
    // Beside one wire of several, the rate of all would be read as that one's; that nothing passes is true of each.
    let of_all = rate_rps > 0.0 && passed(scene, number).len() > 1;
    let all = if of_all {
        format!("{rate} in all")
    } else {
        rate.clone()
    };
    let is_known = scene
        .snapshot
        .is_some_and(|snapshot| !snapshot.links.is_empty());
    (is_drawn && (is_known || selected)).then(|| Note {
        link: number,
        of: of(scene, number),
        what: What::Rate {
            forms: Forms {
                lines: match (selected, is_known) {
                    (true, true) => {
                        let latency = format::ms(latency_ms(scene, number));
                        let both = format!("{all} · {latency}");
                        vec![vec![both], vec![all.clone(), latency], vec![all]]
                    }
                    (true, false) => vec![vec![one_way(scene, number)]],
                    // Between two columns there is often room for two short lines.
                    (false, _) if of_all => vec![vec![all], vec![rate, "in all".into()]],
                    (false, _) => vec![vec![all]],
                },
                ends: ENDS,
            },
            rate_rps,
            selected,
        },
    })
}

/// That nothing passes over some wires of a link, as to a dead server: what passes over the others stands beside
/// those alone.
fn idle(scene: &Scene<'_>, number: usize) -> Vec<Note> {
    let passed = passed(scene, number);
    let idle = scene.layout.wires_of(number);
    let idle = idle.filter(|wire| !passed.contains(wire));
    let note = |wire| Note {
        link: number,
        of: of(scene, number),
        what: What::Idle {
            wire,
            forms: Forms {
                lines: vec![vec!["0/s".into()]],
                ends: ENDS,
            },
        },
    };
    idle.map(note).collect()
}

/// What a rate is of: more calls come than requests.
fn calls_in_words(rate_rps: f64) -> String {
    let rate = format::rate(rate_rps);
    format!("{rate} calls/s, log-ins and retries included")
}

fn one_way(scene: &Scene<'_>, number: usize) -> String {
    format!("{} one way", format::ms(latency_ms(scene, number)))
}

fn link(scene: &Scene<'_>, number: usize) -> Html {
    let link = &scene.scenario.design.links[number];
    let wires = &scene.layout.wires[scene.layout.wires_of(number)];
    if wires.is_empty() {
        return Html::default();
    }
    let (latency, selected) = (one_way(scene, number), is_selected(scene, number));
    let rate_rps = link_rps(scene, number);
    let mut calls = if is_unused(scene, number) {
        UNUSED_WHY.to_string()
    } else {
        calls_in_words(rate_rps)
    };
    for trouble in scene.link(number).map(link_words).unwrap_or_default() {
        calls += &format!(", {trouble}");
    }
    let [from, to] = [&link.from, &link.to].map(|id| scene.scenario.design.title(id));
    let pick = Pick::Link(number);
    let (on_link, on_key) = (scene.on_link.clone(), scene.on_pick.clone());
    let onclick = move |event: MouseEvent| {
        event.stop_propagation();
        on_link.emit((number, event));
    };
    let onkeydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            event.prevent_default();
            on_key.emit((pick, None));
        }
    };
    html! {
        <g class={if selected { "link selected" } else { "link" }} role="button" tabindex="0"
            aria-label={format!("Link from {from} to {to}, {latency}, {calls}")}
            aria-pressed={if selected { "true" } else { "false" }} data-control="link"
            data-of={of(scene, number)} data-value={rate_rps.to_string()} {onclick} {onkeydown}>
            <title>{ calls.clone() }</title>
            { for wires.iter().map(|wire| html! { <path d={wire.curve.path()} /> }) }
        </g>
    }
}

/// One way, with half the users' round trip where they are at one end.
fn latency_ms(scene: &Scene<'_>, number: usize) -> f64 {
    let link = &scene.scenario.design.links[number];
    let from_users = scene
        .layout
        .components_of(number)
        .is_some_and(|(from, _)| matches!(scene.component(from).kind, Kind::Clients(_)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::layout::layout;
    use headroom_scenario::step::LADDER;

    #[test]
    fn a_link_that_carries_nothing_says_so_on_a_desk_and_on_a_phone() {
        let step = LADDER.iter().find(|step| step.name == "cache");
        let design = step.expect("there is one").scenario().design;
        for box_size in [(1_240.0, 860.0), (749.0, 733.0), (390.0, 390.0)] {
            let layout = layout(&design, None, box_size);
            let wish = |(number, link): (usize, &headroom_scenario::Link)| {
                let words = match link.from.as_str() {
                    "cache" => "0/s",
                    "web" => "3,128/s in all",
                    _ => "1,804/s",
                };
                let lines = vec![vec![words.to_string()]];
                let wires: Vec<usize> = layout.wires_of(number).collect();
                (!wires.is_empty()).then_some(Wish {
                    wires,
                    sizes: Forms { lines, ends: ENDS }.sizes(),
                    beside: 4.0,
                    need: Need::Nothing,
                })
            };
            let links = design.links.iter().enumerate();
            let wishes: Vec<Wish> = links.filter_map(wish).collect();
            let places = labels::places(&layout, &[], &[], &wishes);
            assert!(places.iter().all(Option::is_some), "in {box_size:?}");
        }
    }

    #[test]
    fn a_rate_says_what_is_counted() {
        let words = "1,013 calls/s, log-ins and retries included";
        assert_eq!(calls_in_words(1_013.2), words);
    }

    #[test]
    fn ten_times_the_rate_is_a_wire_twice_as_broad() {
        assert_eq!(width(0.0), 0.0);
        assert_eq!(width(1.0), WIDTH_AT_1_RPS);
        for power in 0..6 {
            let rate_rps = 10f64.powi(power);
            let broader = width(rate_rps * 10.0) / width(rate_rps);
            assert!((broader - 2.0).abs() < 1e-9);
        }
        assert!(width(1e6) < 65.0);
    }
}
