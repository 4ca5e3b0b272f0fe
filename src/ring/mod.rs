//! The consistent-hash ring that routes requests: who owns what, and what the last change moved.

mod circle;
mod shares;
mod walk;

use std::cell::RefCell;
use std::rc::Rc;

use headroom_engine::ring_view::RingView;
use headroom_engine::snapshot::Snapshot;
use headroom_scenario::{Component, Scenario};
use web_sys::Element;
use yew::prelude::*;

use crate::diagram::use_reduced_motion;
use crate::format;
use crate::lettering::Lettering;
use crate::stage::StageHandle;
use circle::Arc;
use shares::{Node, Shares};
use walk::Walk;

/// Extent of the drawing.
const WIDTH: f64 = 316.0;
const HEIGHT: f64 = 256.0;
const MIDDLE: (f64, f64) = (158.0, 128.0);
/// The ring itself, and the path that keys walk within it.
const RADIUS: f64 = 106.0;
const WALK_RADIUS: f64 = 84.0;
/// The names in the middle of the circle, and the room for them.
const NAMES: Lettering = Lettering::bold(14.0);
const NAME_ROOM: f64 = 2.0 * WALK_RADIUS - 40.0;

/// More points than this are drawn without a notch between them.
const NOTCHES_MAX: usize = 450;

/// The panel of rings.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// Every ring of the design: a balancer's, a cache's.
    pub rings: Rc<Vec<RingView>>,
    /// What moves; another run takes the keys off the ring.
    pub stage: StageHandle,
    /// A request was picked, to see its way.
    pub on_trace: Callback<u64>,
}

/// The panel of rings. Where a design has several, one is shown and the others can be chosen.
#[component]
pub fn RingPanel(props: &Props) -> Html {
    let chosen = use_state_eq(|| None::<u8>);
    let rings = present(props);
    let ring = rings
        .iter()
        .find(|ring| Some(ring.component) == *chosen)
        .or_else(|| rings.iter().find(|ring| ring.in_use))
        .or_else(|| rings.first());
    let Some(ring) = ring else {
        return html! {
            <p class="nothing" data-testid="ring-panel">
                { "No ring yet: one server gets everything. A load balancer in front of several \
                   servers has one, and so has a cache of several nodes." }
            </p>
        };
    };
    html! {
        <div class="ring-panel" data-testid="ring-panel">
            if rings.len() > 1 {
                { choice(props, ring.component, &chosen) }
            }
            <Ring key={ring.component} scenario={props.scenario.clone()} ring={RingView::clone(ring)}
                epoch={props.stage.borrow().epoch} on_trace={props.on_trace.clone()} />
        </div>
    }
}

/// The rings of what has not been taken out.
fn present(props: &Props) -> Vec<&RingView> {
    let components = &props.scenario.design.components;
    let rings = props.rings.iter();
    rings
        .filter(|ring| components.has(ring.component.into()))
        .collect()
}

fn choice(props: &Props, shown: u8, chosen: &UseStateHandle<Option<u8>>) -> Html {
    html! {
        <div class="segments" role="group" aria-label="Which ring">
            { for present(props).into_iter().map(|ring| {
                let number = ring.component;
                let component = props.scenario.design.components.get(usize::from(number));
                let chosen = chosen.clone();
                html! {
                    <button type="button" class={(number == shown).then_some("on")}
                        aria-pressed={if number == shown { "true" } else { "false" }}
                        data-control="ring" data-of={component.map(|component| component.id.clone())}
                        onclick={move |_| chosen.set(Some(number))}>
                        { component.map(Component::title) }
                    </button>
                }
            }) }
        </div>
    }
}

/// One ring.
#[derive(Properties, PartialEq)]
struct RingProps {
    scenario: Rc<Scenario>,
    ring: RingView,
    epoch: u32,
    on_trace: Callback<u64>,
}

#[component]
fn Ring(props: &RingProps) -> Html {
    let keys = use_node_ref();
    let still = use_reduced_motion();
    let emphasis = use_state_eq(|| None::<u16>);
    use_walk(props, &keys, still);
    let ring = &props.ring;
    let tier = props.scenario.design.components.get(ring.nodes_of as usize);
    let nodes = tier.map_or_else(Vec::new, |tier| nodes(ring, tier));
    let arcs = use_memo(ring.points.clone(), |points| circle::arcs(points));
    let on_emphasis = {
        let emphasis = emphasis.clone();
        Callback::from(move |node| emphasis.set(node))
    };
    html! {
        <>
            <svg class={classes!("ring", emphasis.is_some().then_some("emphasised"))}
                viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="img"
                aria-label={summary(ring, &nodes)}>
                { drawn_arcs(&arcs, &nodes, *emphasis, &on_emphasis) }
                { notches(ring) }
                <g ref={&keys} />
                { latest(ring, &nodes, *emphasis) }
            </svg>
            { routes_by(props) }
            <Shares nodes={nodes.clone()} emphasis={*emphasis} {on_emphasis} />
            { figures(ring, &nodes) }
            { followed(ring, &props.on_trace) }
        </>
    }
}

/// The nodes on the ring, by instance number.
fn nodes(ring: &RingView, tier: &Component) -> Vec<Node> {
    let on_ring = ring
        .shares
        .iter()
        .enumerate()
        .filter(|(_, share)| **share > 0.0);
    on_ring
        .map(|(instance, share)| Node {
            instance: instance as u16,
            name: tier.instance_name(instance as u16).into(),
            share: *share,
            ideal: ring.ideal_shares.get(instance).copied().unwrap_or(0.0),
        })
        .collect()
}

/// Every node's part of the circle as one path.
fn drawn_arcs(
    arcs: &[Arc],
    nodes: &[Node],
    emphasis: Option<u16>,
    on_emphasis: &Callback<Option<u16>>,
) -> Html {
    html! {
        { for nodes.iter().map(|node| {
            let own = arcs.iter().filter(|arc| arc.owner == node.instance);
            let d: String =
                own.map(|arc| circle::path(MIDDLE, RADIUS, arc.start, arc.end)).collect();
            let (enter, leave) = (on_emphasis.clone(), on_emphasis.clone());
            let instance = node.instance;
            let class = classes!(
                "arc",
                node.class(),
                (emphasis == Some(instance)).then_some("on")
            );
            html! {
                <path {class} {d} onmouseenter={move |_| enter.emit(Some(instance))}
                    onmouseleave={move |_| leave.emit(None)} />
            }
        }) }
    }
}

/// A notch at every virtual node.
fn notches(ring: &RingView) -> Html {
    if ring.points.len() > NOTCHES_MAX {
        return Html::default();
    }
    let d: String = ring
        .points
        .iter()
        .map(|(turn, _)| {
            let (from, to) = (
                circle::at(MIDDLE, RADIUS - 8.0, *turn),
                circle::at(MIDDLE, RADIUS + 8.0, *turn),
            );
            format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)
        })
        .collect();
    html! { <path class="notches" {d} /> }
}

/// In the middle: where the latest request went, or what is known of the node in question.
fn latest(ring: &RingView, nodes: &[Node], emphasis: Option<u16>) -> Html {
    let line = |class: &'static str, y: f64, shown: String| {
        html! { <text {class} x={MIDDLE.0.to_string()} y={(MIDDLE.1 + y).to_string()}>{ shown }</text> }
    };
    let node = |instance: u16| nodes.iter().find(|node| node.instance == instance);
    if let Some(node) = emphasis.and_then(node) {
        let points = ring
            .points
            .iter()
            .filter(|(_, owner)| *owner == node.instance)
            .count();
        return html! {
            <g class="middle" aria-hidden="true">
                { line("name", -10.0, NAMES.cut_name(&node.name, NAME_ROOM)) }
                { line("soft", 9.0, format!("owns {}", format::share(node.share))) }
                { line("soft", 26.0, format::counted(points as u64, "point", "points")) }
            </g>
        };
    }
    let Some((_, owner, request)) = ring.keys.last() else {
        return html! {
            <g class="middle" aria-hidden="true">
                { line("name", -2.0, format::counted(nodes.len() as u64, "node", "nodes")) }
                { line("soft", 16.0, "no request yet".to_string()) }
            </g>
        };
    };
    let name = node(*owner).map_or_else(|| format!("/{}", owner + 1), |node| node.name.to_string());
    html! {
        <g class="middle" aria-hidden="true">
            { line("soft", -14.0, format!("request {}", format::count(*request))) }
            { line("name", 6.0, NAMES.cut_name(&format!("→ {name}"), NAME_ROOM)) }
            { line("soft", 24.0, if ring.in_use { "clockwise, first node" } else { "on the ring" }.to_string()) }
        </g>
    }
}

/// Says when the ring only shows what it would do.
fn routes_by(props: &RingProps) -> Html {
    if props.ring.in_use {
        return Html::default();
    }
    let component = props
        .scenario
        .design
        .components
        .get(props.ring.component as usize);
    let stores = component.is_some_and(|component| component.kind.facts().stores);
    let what = if stores {
        "Not in use: keys go to nodes by hash % n"
    } else {
        "Not in use: the balancer chooses by another algorithm"
    };
    html! {
        <p class="note" data-testid="ring-not-in-use">
            { what }{ ". This is where a ring would send them." }
        </p>
    }
}

/// The figures that make the case for a ring.
fn figures(ring: &RingView, nodes: &[Node]) -> Html {
    let row = |name: &'static str,
               class: &'static str,
               figure: String,
               value: f64,
               hook: &'static str| {
        html! {
            <div class="row">
                <span>{ name }</span>
                <span {class} data-testid={format!("figure-{hook}")}
                    data-value={value.to_string()}>{ figure }</span>
            </div>
        }
    };
    let busiest = nodes
        .iter()
        .map(|node| node.share / node.ideal)
        .fold(0.0, f64::max);
    let moved = |share: f64| {
        if ring.changes == 0 {
            "none yet".to_string()
        } else {
            format::share(share)
        }
    };
    let better = ring.changes > 0 && ring.moved_share < ring.moved_share_modulo;
    html! {
        <div class="rows">
            { row("Keys moved by the last change", if better { "good" } else { "" },
                moved(ring.moved_share), ring.moved_share, "keys-moved") }
            { row("… had it been hash % n", if better { "worse" } else { "" },
                moved(ring.moved_share_modulo), ring.moved_share_modulo, "keys-moved-modulo") }
            { row("Busiest node over its ideal", "", format!("{busiest:.2}\u{a0}×"), busiest,
                "busiest-over-ideal") }
            { row("Virtual nodes each", "", format::count(u64::from(ring.virtual_nodes)),
                f64::from(ring.virtual_nodes), "virtual-nodes") }
        </div>
    }
}

/// The latest request on the ring can be followed all the way.
fn followed(ring: &RingView, on_trace: &Callback<u64>) -> Html {
    let Some((_, _, request)) = ring.keys.last().copied() else {
        return Html::default();
    };
    let on_trace = on_trace.clone();
    html! {
        <button type="button" class="btn small" data-control="follow-request"
            onclick={move |_| on_trace.emit(request)}>
            { "Follow the latest request" }
        </button>
    }
}

/// The ring in words.
fn summary(ring: &RingView, nodes: &[Node]) -> String {
    const NAMED_MAX: usize = 12;
    let mut words = format!(
        "Hash ring of {} with {} points",
        format::counted(nodes.len() as u64, "node", "nodes"),
        format::count(ring.points.len() as u64)
    );
    if nodes.len() <= NAMED_MAX {
        for node in nodes {
            words += &format!(", {} owns {}", node.name, format::share(node.share));
        }
    }
    words
}

#[hook]
fn use_walk(props: &RingProps, keys: &NodeRef, still: bool) {
    let walk = use_mut_ref(Walk::default);
    {
        let (walk, keys): (Rc<RefCell<Walk>>, NodeRef) = (walk.clone(), keys.clone());
        use_effect_with(still, move |still| {
            walk.borrow_mut()
                .enter(keys.cast::<Element>(), MIDDLE, WALK_RADIUS, *still);
            let frames = walk::run(&walk);
            move || {
                walk.borrow_mut().clear();
                drop(frames);
            }
        });
    }
    {
        let walk = walk.clone();
        use_effect_with((props.ring.changes, props.epoch), move |_| {
            walk.borrow_mut().clear();
        });
    }
    let ring = props.ring.clone();
    use_effect_with(ring.keys.last().copied(), move |_| {
        walk.borrow_mut().route(&ring.points, &ring.keys);
    });
}
