//! What each node owns, against the ideal: equal shares, or as the weights say.

use yew::prelude::*;

use crate::format;
use crate::lettering::Lettering;
use crate::order::sort_by;

/// Nodes that get a line each; more are one picture.
const LINES_MAX: usize = 12;
/// Extent of a bar at the scale's end.
const WIDTH: f64 = 316.0;
const BAR: (f64, f64) = (64.0, 200.0);
const LINE: f64 = 20.0;

/// The names beside the bars.
const NAMES: Lettering = Lettering::plain(12.0);

/// A node of the ring.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its number.
    pub instance: u16,
    /// What it is called.
    pub name: AttrValue,
    /// Its share of the circle.
    pub share: f64,
    /// What it would own on an even ring, by its weight.
    pub ideal: f64,
}

impl Node {
    /// The class that gives it its colour: by its number, so that it keeps it when others go.
    pub fn class(&self) -> &'static str {
        const CLASSES: [&str; 8] = [
            "node-1", "node-2", "node-3", "node-4", "node-5", "node-6", "node-7", "node-8",
        ];
        CLASSES[usize::from(self.instance) % CLASSES.len()]
    }
}

/// The shares of a ring's nodes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The one in question.
    pub emphasis: Option<u16>,
    /// One is in question, or none.
    pub on_emphasis: Callback<Option<u16>>,
}

/// Bars against a line at the ideal share.
#[component]
pub fn Shares(props: &Props) -> Html {
    let count = props.nodes.len();
    if count == 0 {
        return html! { <p class="nothing">{ "No node is on the ring." }</p> };
    }
    let nodes = props.nodes.iter();
    let largest = nodes.fold(f64::MIN_POSITIVE, |most: f64, node| {
        node.share.max(node.ideal).max(most)
    });
    let ideal = even_ideal(&props.nodes);
    html! {
        <>
            <h2 class="eyebrow">{ "Share of the keys" }
                <span class="at">
                    { ideal.map_or("ideal by weight".into(), |ideal| format!("ideal {}", format::share(ideal))) }
                </span></h2>
            if count <= LINES_MAX {
                { lines(props, largest) }
            } else {
                { profile(props, ideal, largest) }
            }
        </>
    }
}

/// The ideal share, where it is the same for all nodes.
fn even_ideal(nodes: &[Node]) -> Option<f64> {
    let ideal = nodes.first()?.ideal;
    let is_even = nodes.iter().all(|node| node.ideal == ideal);
    is_even.then_some(ideal)
}

/// A line for each node: name, bar, share. Each can have the focus, which brings it out on the ring.
fn lines(props: &Props, largest: f64) -> Html {
    let tall = props.nodes.len() as f64 * LINE + 4.0;
    let wide = |share: f64| share / largest * BAR.1;
    html! {
        <svg class="shares" viewBox={format!("0 0 {WIDTH} {tall}")} role="group"
            aria-label="Share of the keys of each node">
            { for props.nodes.iter().enumerate().map(|(place, node)| {
                let y = place as f64 * LINE;
                let instance = node.instance;
                let ideal_x = f(BAR.0 + wide(node.ideal));
                let [enter, leave, focus, blur] = [(); 4].map(|()| props.on_emphasis.clone());
                let on = props.emphasis == Some(instance);
                let label = NAMES.cut_name(&node.name, BAR.0 - 8.0);
                html! {
                    <g class={classes!("share", on.then_some("on"))} tabindex="0" role="img"
                        aria-label={format!("{} owns {}", node.name, format::share(node.share))}
                        data-control="ring-node" data-of={node.name.clone()}
                        onmouseenter={move |_| enter.emit(Some(instance))}
                        onmouseleave={move |_| leave.emit(None)}
                        onfocus={move |_| focus.emit(Some(instance))}
                        onblur={move |_| blur.emit(None)}>
                        <rect class="touch" x="0" y={f(y)} width={f(WIDTH)} height={f(LINE)} rx="4" />
                        if label != node.name.as_str() { <title>{ node.name.clone() }</title> }
                        <text x="4" y={f(y + 14.5)}>{ label }</text>
                        <rect class={classes!("bar", node.class())} x={f(BAR.0)} y={f(y + 5.0)}
                            width={f(wide(node.share))} height="10" rx="2" />
                        <text class="figure" x={f(WIDTH - 4.0)} y={f(y + 14.5)}>
                            { format::share(node.share) }
                        </text>
                        <line class="ideal" x1={ideal_x.clone()} x2={ideal_x} y1={f(y + 1.0)}
                            y2={f(y + LINE + 1.0)} />
                    </g>
                }
            }) }
        </svg>
    }
}

/// Many nodes: their shares from the largest to the smallest.
fn profile(props: &Props, ideal: Option<f64>, largest: f64) -> Html {
    const TALL: f64 = 84.0;
    let mut nodes: Vec<&Node> = props.nodes.iter().collect();
    sort_by(&mut nodes, |a, b| b.share.total_cmp(&a.share));
    let pitch = WIDTH / nodes.len() as f64;
    let up = |share: f64| TALL - share / largest * (TALL - 4.0);
    let d: String = nodes
        .iter()
        .enumerate()
        .map(|(place, node)| {
            let (x, y) = (place as f64 * pitch, up(node.share));
            format!(
                "M{x:.2} {TALL}V{y:.1}h{:.2}V{TALL}Z",
                (pitch * 0.86).max(0.3)
            )
        })
        .collect();
    let ends = nodes.first().zip(nodes.last());
    let words = ends.map_or_else(String::new, |(most, least)| {
        format!(
            "most: {} with {}; least: {} with {}",
            most.name,
            format::share(most.share),
            least.name,
            format::share(least.share)
        )
    });
    html! {
        <>
            <svg class="shares" viewBox={format!("0 0 {WIDTH} {TALL}")} role="img"
                aria-label={format!("Shares from the largest to the smallest; {words}")}>
                <path class="bar node-1" {d} />
                if let Some(ideal) = ideal {
                    <line class="ideal" x1="0" x2={f(WIDTH)} y1={f(up(ideal))} y2={f(up(ideal))} />
                }
            </svg>
            <p class="note">{ words }</p>
        </>
    }
}

/// A length as an attribute.
fn f(length: f64) -> String {
    format!("{length:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_keeps_its_colour_whoever_else_goes() {
        let node = |instance: u16| Node {
            instance,
            name: format!("web/{}", instance + 1).into(),
            share: 0.3,
            ideal: 0.3,
        };
        assert_eq!(node(1).class(), "node-2");
        assert_eq!(node(8).class(), node(0).class(), "there are eight colours");
    }
}
