//! Every kind of component, drawn as what it is.

mod balancer;
mod cache;
mod clients;
mod compact;
mod copies;
mod database;
mod directory;
mod grid;
mod server;

use headroom_engine::reason::Reason;
use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use headroom_scenario::Kind;
use js_sys::JsString;
use yew::prelude::*;

use super::geometry::{Curve, Point, Rect};
use super::layout::{Block, Detail, Flow, Form, HEADING, Stand};
use super::scene::{Part, Pick, Scene, boxed, px, slower, words};
use crate::format;
use crate::lettering::Lettering;

/// The room that a component of a kind takes, with these instances.
pub fn block(kind: &Kind, instances: Vec<u16>, flow: Flow, detail: Detail) -> Block {
    if detail == Detail::Compact {
        return Block::compact(instances);
    }
    match kind {
        Kind::Clients(_) => clients::block(flow),
        Kind::Dns(_) => directory::block(),
        Kind::LoadBalancer(_) => balancer::block(flow),
        Kind::Database(database) => database::block(database, instances, flow),
        Kind::Service(_) => server::block(instances, flow),
        Kind::Cache(_) => cache::block(instances, flow),
    }
}

/// Where a component of a kind stands among the others.
pub fn stand(kind: &Kind) -> Stand {
    match kind {
        Kind::Clients(_) => Stand::First,
        Kind::Dns(_) => Stand::Aside,
        Kind::LoadBalancer(_) | Kind::Service(_) => Stand::Behind,
        Kind::Cache(_) => Stand::Before,
        Kind::Database(_) => Stand::Last,
    }
}

/// Draws a component.
pub fn component(scene: &Scene<'_>, number: usize) -> Html {
    if let Form::Compact(instances) = &scene.place(number).form {
        return compact::draw(scene, number, instances.len());
    }
    let kind = &scene.component(number).kind;
    match kind {
        Kind::Clients(_) => clients::draw(scene, number),
        Kind::Dns(dns) => directory::draw(scene, number, dns),
        Kind::LoadBalancer(balancer) => balancer::draw(scene, number, balancer),
        Kind::Database(database) if scene.place(number).form == Form::Single => {
            database::draw(scene, number, database)
        }
        Kind::Database(_) => html! {
            <>
                { copies::log(scene, number) }
                { tier(scene, number, |instance, rect| copies::draw(scene, number, instance, rect)) }
            </>
        },
        Kind::Service(service) => tier(scene, number, |instance, rect| {
            server::draw(scene, number, instance, rect, service)
        }),
        Kind::Cache(_) => tier(scene, number, |instance, rect| {
            cache::draw(scene, number, instance, rect)
        }),
    }
}

/// How many there are of a tier, and of what.
fn size(scene: &Scene<'_>, number: usize) -> Option<String> {
    let form = &scene.place(number).form;
    if matches!(form, Form::Compact(_) | Form::Single) {
        return None;
    }
    let present = form.count();
    match &scene.component(number).kind {
        Kind::Service(service) => Some(format!("{present} × {}", service.size.name())),
        Kind::Cache(_) => Some(format::counted(present as u64, "node", "nodes")),
        Kind::Database(_) => Some(format::counted(present as u64, "copy", "copies")),
        Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => None,
    }
}

/// The badge of something that fails, and where it stands.
pub struct Badge {
    tone: Tone,
    words: String,
    /// Where it stands.
    pub place: Rect,
}

/// The badges of all that fails.
pub fn badges(scene: &Scene<'_>) -> Vec<Badge> {
    let components = scene.layout.order.iter();
    components
        .flat_map(|number| badges_of(scene, *number))
        .collect()
}

fn badges_of(scene: &Scene<'_>, number: usize) -> Vec<Badge> {
    let place = scene.place(number);
    let badge = |(tone, words): (Tone, String), rect: &Rect| Badge {
        place: badge_place(&words, rect, scene.layout.extent.0),
        tone,
        words,
    };
    match &place.form {
        Form::Cards(cards) => cards
            .iter()
            .filter_map(|(instance, rect)| {
                let gauge = scene.instance(number, *instance)?;
                let mark = match scene.component(number).kind {
                    Kind::Database(_) => copies::mark(scene, number, *instance),
                    Kind::Clients(_)
                    | Kind::Dns(_)
                    | Kind::LoadBalancer(_)
                    | Kind::Service(_)
                    | Kind::Cache(_) => badge_of(gauge, scene.reasons()),
                };
                Some(badge(mark?, rect))
            })
            .collect(),
        Form::Grid(grid) => {
            let mark = grid::mark(scene, number, &grid.instances);
            let mark = mark.map(|mark| badge(mark, &place.frame));
            mark.into_iter().collect()
        }
        Form::Compact(instances) if instances.len() > 1 => {
            let mark = grid::mark(scene, number, instances);
            let mark = mark.map(|mark| badge(mark, &place.frame));
            mark.into_iter().collect()
        }
        Form::Single | Form::Compact(_) => {
            let mark = match &scene.component(number).kind {
                Kind::Clients(_) => component_badge(scene, number),
                Kind::LoadBalancer(_) => balancer::mark(scene, number),
                Kind::Database(_) => database::mark(scene, number),
                Kind::Service(_) | Kind::Cache(_) => {
                    let only = scene
                        .instance(number, place.form.instances().first().copied().unwrap_or(0));
                    only.and_then(|gauge| badge_of(gauge, scene.reasons()))
                }
                Kind::Dns(_) => None,
            };
            mark.map(|mark| badge(mark, &place.frame))
                .into_iter()
                .collect()
        }
    }
}

/// A tier of like instances: its name above them, then a card or a cell each.
fn tier(scene: &Scene<'_>, number: usize, card: impl Fn(u16, &Rect) -> Html) -> Html {
    let place = scene.place(number);
    match &place.form {
        Form::Grid(grid) => html! {
            <>
                { heading(scene, number) }
                { grid::draw(scene, number, grid, &place.frame) }
            </>
        },
        Form::Cards(cards) => html! {
            <>
                { heading(scene, number) }
                { for cards.iter().map(|(instance, rect)| card(*instance, rect)) }
            </>
        },
        Form::Single | Form::Compact(_) => Html::default(),
    }
}

/// Capitals of any language, of which the browser has the tables.
fn upper(words: &str) -> String {
    JsString::from(words).to_upper_case().into()
}

/// Whether the name of a tier stands below it: where wires arrive from above, and none leave.
fn is_named_below(kind: &Kind, flow: Flow) -> bool {
    flow == Flow::Downwards && matches!(kind, Kind::Cache(_) | Kind::Database(_))
}

/// The name of a tier, which picks the whole of it.
fn heading(scene: &Scene<'_>, number: usize) -> Html {
    let Some((text, rect)) = heading_place(scene, number) else {
        return Html::default();
    };
    let size = size(scene, number).unwrap_or_default();
    let part = Part {
        pick: Pick::Component(number),
        label: format!("{}: {size}", scene.name(number)),
        rect: &Rect::new(rect.x - 5.0, rect.y, rect.width + 10.0, rect.height),
        radius: 3.0,
        dim: false,
        tooltip: (!text.starts_with(&upper(&scene.name(number)))).then(|| scene.name(number)),
    };
    let drawing = words("caps", rect.x, rect.y + 13.0, text);
    scene.part(part, drawing)
}

/// The words over a tier and where they stand; none over what is no tier.
pub fn heading_place(scene: &Scene<'_>, number: usize) -> Option<(String, Rect)> {
    let size = size(scene, number)?;
    let frame = scene.place(number).frame;
    let name = scene.name(number);
    let is_below = is_named_below(&scene.component(number).kind, scene.layout.flow);
    let baseline = if is_below {
        frame.bottom() + 19.0
    } else {
        frame.y - HEADING_ABOVE
    };
    let right = right_of(scene, &frame);
    let wires = scene.layout.wires.iter().zip(scene.widths);
    let crossed = wires.filter(|_| scene.narrow() && !is_below);
    let arrivals: Vec<(f64, f64)> = crossed
        .filter_map(|(wire, width)| {
            passes(
                &wire.curve,
                baseline - 15.0,
                baseline + 6.0,
                CLEAR + width / 2.0,
            )
        })
        .collect();
    // Where there is no room for its name, the size alone says which tier it is.
    let words_at = |text: String| {
        let width = CAPS.width(&text);
        beside(&arrivals, frame.x, width, right).map(|x| (text, x, width))
    };
    let size_after = format!(" · {size}");
    let room = right - frame.x - CAPS.width(&size_after);
    let named = |room: f64| CAPS.cut(&upper(&name), room) + &size_after;
    // Before the first wire, as far as that leaves any of the name.
    let first = arrivals.iter().map(|(from, _)| *from);
    let before = first.fold(f64::INFINITY, f64::min) - HALO - CAPS.width(&size_after);
    let (text, x, width) = words_at(named(room))
        // Its name whole is worth more than its size.
        .or_else(|| words_at(upper(&name)))
        .or_else(|| words_at(named(before)).filter(|_| before > NAME_LEAST))
        .or_else(|| words_at(size.clone()))
        .unwrap_or_else(|| (size.clone(), frame.x, CAPS.width(&size)));
    Some((text, Rect::new(x, baseline - 13.0, width, 17.0)))
}

/// From where to where a wire passes, with so much around it, between two heights.
fn passes(curve: &Curve, top: f64, bottom: f64, clear: f64) -> Option<(f64, f64)> {
    const SAMPLES: u8 = 24;
    let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
    for sample in 0..=SAMPLES {
        let Point { x, y } = curve.at(f64::from(sample) / f64::from(SAMPLES));
        if (top..=bottom).contains(&y) {
            (from, to) = (from.min(x - clear), to.max(x + clear));
        }
    }
    (from < to).then_some((from, to))
}

/// How far words over a tier may reach: to what stands beside it, or to the edge of the drawing.
fn right_of(scene: &Scene<'_>, frame: &Rect) -> f64 {
    let beside = scene.layout.places.iter().filter(|place| {
        let level = |other: &Rect| other.y < frame.bottom() && frame.y - HEADING < other.bottom();
        place.frame.x > frame.right() && (!scene.narrow() || level(&place.frame))
    });
    let beside = beside.map(|place| place.frame.x - APART);
    beside.fold(scene.layout.extent.0 - EDGE, f64::min)
}

/// Where words of this width start, so that no wire which arrives from above runs through them, given from
/// where to where each does: at `wanted` if it can be, else close to one of the wires, and never beyond the
/// drawing's `right`.
fn beside(arrivals: &[(f64, f64)], wanted: f64, width: f64, right: f64) -> Option<f64> {
    if arrivals.is_empty() {
        return Some(wanted);
    }
    let is_free = |x: &f64| {
        let end = x + width;
        let crosses = |(from, to): &(f64, f64)| *x < *to && *from < end;
        *x >= HALO && end <= right && !arrivals.iter().any(crosses)
    };
    let before = arrivals.iter().map(|(from, _)| from - width);
    let behind = arrivals.iter().map(|(_, to)| *to);
    std::iter::once(wanted)
        .chain(before)
        .chain(behind)
        .find(is_free)
}

/// Around the name of a tier, as far as it is picked by.
pub const HALO: f64 = 8.0;
/// How high over a tier its name stands: there is room for a badge between them.
const HEADING_ABOVE: f64 = 23.0;
/// The words over a tier: capitals, with room between them.
const CAPS: Lettering = Lettering {
    size: 11.0,
    wider: 1.06,
};
/// The words of a badge.
const BADGE: Lettering = Lettering::bold(11.0);
/// Between words and a wire beside them.
const CLEAR: f64 = 12.0;
/// Less room than this is too little for a name.
const NAME_LEAST: f64 = 50.0;
/// Between words and what stands beside them, and between them and the edge of the drawing.
const APART: f64 = 14.0;
const EDGE: f64 = 5.0;

/// The frame of a card.
fn card(rect: &Rect) -> Html {
    boxed("card", rect, 12.0)
}

/// The sign of what hangs, its right edge there: it stands still, like a player that is paused.
fn pause(gauge: Option<&InstanceGauge>, right: f64, y: f64) -> Html {
    if !gauge.is_some_and(|gauge| gauge.hangs) {
        return Html::default();
    }
    html! {
        <g class="pause" transform={format!("translate({} {})", px(right - PAUSE), px(y))}>
            <circle cx="8" cy="8" r="7.5" />
            <path d="M5.8 4.8v6.4M10.2 4.8v6.4" />
        </g>
    }
}

/// Width of the sign of what hangs, and room before it.
const PAUSE: f64 = 16.0;
const BEFORE_PAUSE: f64 = 6.0;

/// Room for a name beside which the sign stands if there is one.
fn beside_pause(gauge: Option<&InstanceGauge>, room: f64) -> f64 {
    match gauge {
        Some(gauge) if gauge.hangs => room - PAUSE - BEFORE_PAUSE,
        _ => room,
    }
}

/// How a badge is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something fails.
    Bad,
    /// Something is worse than it should be.
    Warning,
    /// Something is on its way.
    Quiet,
}

/// The badge of an instance: why it fails requests, in these words, else what is not as it should be.
pub fn badge_of(
    gauge: &InstanceGauge,
    words: fn(Reason) -> &'static str,
) -> Option<(Tone, String)> {
    let reason = |reason: Reason| (Tone::Bad, words(reason).to_string());
    match gauge.state {
        // Out of rotation, nothing asks it any more.
        InstanceState::Down => Some(
            gauge
                .failing
                .filter(|_| gauge.in_rotation)
                .map_or((Tone::Bad, "down".to_string()), reason),
        ),
        InstanceState::Gone => None,
        // Who hangs fails nothing: its callers give up.
        _ if gauge.hangs => Some((Tone::Bad, "hangs".to_string())),
        InstanceState::Booting => Some((Tone::Quiet, "booting".to_string())),
        InstanceState::Draining => Some((Tone::Quiet, "draining".to_string())),
        InstanceState::Up => gauge
            .failing
            .filter(|failing| gauge.failed_rps > 0.0 && holds(*failing, gauge))
            .map(reason)
            .or_else(|| {
                (gauge.slow_factor > 1.0).then(|| (Tone::Warning, slower(gauge.slow_factor)))
            })
            .or_else(|| {
                (!gauge.in_rotation).then(|| (Tone::Warning, "out of rotation".to_string()))
            }),
    }
}

/// Whether a reason still holds at an instance that is up. Gauges are of the last seconds: for so long they
/// tell of failures whose cause is gone.
fn holds(reason: Reason, gauge: &InstanceGauge) -> bool {
    match reason {
        Reason::QueueFull => gauge.queue_depth > 0,
        Reason::ConnectionRefused | Reason::ConnectionReset => false,
        Reason::TimedOut
        | Reason::NoHealthyInstance
        | Reason::TooManyConnections
        | Reason::DiskFull
        | Reason::ReadOnly
        | Reason::TooManyInFlight => true,
    }
}

/// Where a badge stands: on the upper edge of what it is about, between its name and that of its tier,
/// and within a drawing of that width.
fn badge_place(words: &str, rect: &Rect, drawing_width: f64) -> Rect {
    const INSIDE: f64 = 8.0;
    let width = BADGE.width(words) + 2.0 * INSIDE;
    let wanted = if width > rect.width - 2.0 * INSIDE {
        rect.center().x - width / 2.0
    } else {
        rect.right() - INSIDE - width
    };
    let x = wanted.min(drawing_width - EDGE - width).max(EDGE);
    Rect::new(x, rect.y - 15.0, width, 18.0)
}

/// Draws a badge.
pub fn badge(badge: &Badge) -> Html {
    let class = match badge.tone {
        Tone::Bad => "badge bad",
        Tone::Warning => "badge warning",
        Tone::Quiet => "badge quiet",
    };
    let Rect { x, y, width, .. } = badge.place;
    html! {
        <g class={class} data-testid="badge">
            { boxed("", &badge.place, 9.0) }
            <text x={px(x + width / 2.0)} y={px(y + 12.8)}>{ badge.words.clone() }</text>
        </g>
    }
}

/// The badge of a component as a whole: why calls fail there most.
pub fn component_badge(scene: &Scene<'_>, number: usize) -> Option<(Tone, String)> {
    let gauge = scene.gauge(number)?;
    let (reason, _) = gauge.failing.first()?;
    let words = scene.reasons();
    (gauge.failed_rps > 0.0).then(|| (Tone::Bad, words(*reason).to_string()))
}

/// What an instance is doing, in words for those who do not see it: its gauge, and its state where that is
/// no usual one.
fn instance_label(
    name: &str,
    what: &str,
    gauge: Option<&InstanceGauge>,
    state: Option<String>,
) -> String {
    let mut label = format!("{name}, {what}");
    let Some(gauge) = gauge else {
        return label;
    };
    // What is dead has been busy until it died.
    if gauge.state != InstanceState::Down {
        label += &format!(", {} busy", format::gauge(gauge.utilisation));
    }
    if gauge.queue_depth > 0 {
        label += &format!(", {} waiting", format::count(u64::from(gauge.queue_depth)));
    }
    if let Some(state) = state {
        label += &format!(", {state}");
    }
    if let Some(reason) = gauge.failing.filter(|_| gauge.failed_rps > 0.0) {
        label += &format!(", requests fail: {}", reason.words());
    }
    label
}

/// A gauge that stands still: what is drawn before the first figures are there.
pub fn idle() -> InstanceGauge {
    InstanceGauge {
        state: InstanceState::Up,
        slow_factor: 1.0,
        hangs: false,
        is_cut_off: false,
        in_rotation: true,
        busy: 0,
        slots: 0,
        queue_depth: 0,
        utilisation: 0.0,
        throughput_rps: 0.0,
        failed_rps: 0.0,
        failing: None,
        entries: 0,
        hit_ratio: 0.0,
        waiting_classes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_tier_keeps_clear_of_the_wires() {
        let wires =
            |at: &[f64]| -> Vec<(f64, f64)> { at.iter().map(|x| (x - 14.0, x + 14.0)).collect() };
        assert_eq!(beside(&[], 20.0, 100.0, 300.0), Some(20.0));
        let at_the_edge = beside(&wires(&[150.0]), 90.0, 130.0, 300.0);
        assert_eq!(at_the_edge, Some(164.0), "what picks it is on the drawing");
        assert_eq!(beside(&wires(&[200.0]), 20.0, 100.0, 300.0), Some(20.0));
        let two = beside(&wires(&[100.0, 200.0]), 50.0, 60.0, 300.0);
        assert_eq!(two, Some(26.0));
        let apart = wires(&[60.0, 180.0]);
        assert_eq!(beside(&apart, 40.0, 90.0, 300.0), Some(76.0));
        assert_eq!(beside(&apart, 40.0, 101.0, 260.0), None);
        // A broad one takes more room.
        assert_eq!(beside(&[(150.0, 214.0)], 60.0, 100.0, 400.0), Some(50.0));
    }

    #[test]
    fn a_wire_passes_as_far_as_it_comes_between_two_heights() {
        let wire = Curve::upright(Point::new(200.0, 0.0), Point::new(100.0, 60.0));
        let (from, to) = passes(&wire, 30.0, 60.0, 10.0).expect("it does");
        assert!((from - 90.0).abs() < 0.1 && (to - 160.0).abs() < 0.1);
        assert_eq!(passes(&wire, 70.0, 90.0, 10.0), None);
    }

    #[test]
    fn a_badge_covers_neither_the_name_above_it_nor_the_one_below_and_is_all_on_the_drawing() {
        let card = Rect::new(12.0, 100.0, 104.0, 64.0);
        for words in [
            "down",
            "refused",
            "connection refused",
            "too many connections",
        ] {
            let place = badge_place(words, &card, 390.0);
            assert!(place.x >= EDGE && place.right() <= 390.0 - EDGE, "{words}");
            let heading_bottom = card.y - HEADING_ABOVE + 4.0;
            assert!(place.y > heading_bottom, "the name of the tier");
            // Its capitals are nine high.
            let title_top = card.y + 22.0 - 9.0;
            assert!(place.bottom() + 5.0 < title_top, "its own name");
        }
        let at_the_edge = Rect::new(270.0, 100.0, 112.0, 84.0);
        let place = badge_place("too many connections", &at_the_edge, 390.0);
        assert!(place.right() <= 390.0 - EDGE);
    }

    #[test]
    fn what_is_dead_is_not_said_to_be_busy() {
        let mut gauge = idle();
        gauge.utilisation = 1.0;
        let said = |gauge: &InstanceGauge, state: Option<&str>| {
            instance_label("web/1", "server", Some(gauge), state.map(str::to_owned))
                .replace('\u{a0}', " ")
        };
        assert_eq!(said(&gauge, None), "web/1, server, 100 % busy");
        gauge.state = InstanceState::Down;
        assert_eq!(said(&gauge, Some("down")), "web/1, server, down");
    }

    #[test]
    fn a_badge_gives_the_reason_before_all_else() {
        let mut gauge = idle();
        assert_eq!(badge_of(&gauge, Reason::words), None);
        gauge.slow_factor = 3.0;
        assert_eq!(
            badge_of(&gauge, Reason::words),
            Some((Tone::Warning, "3× slower".to_string()))
        );
        gauge.failing = Some(Reason::TimedOut);
        gauge.failed_rps = 2.0;
        assert_eq!(
            badge_of(&gauge, Reason::words),
            Some((Tone::Bad, "timed out".to_string()))
        );
        gauge.failing = Some(Reason::QueueFull);
        assert_eq!(
            badge_of(&gauge, Reason::words),
            Some((Tone::Warning, "3× slower".to_string())),
            "its line is empty by now"
        );
        gauge.queue_depth = 1;
        let full = Reason::QueueFull.words().to_string();
        assert_eq!(badge_of(&gauge, Reason::words), Some((Tone::Bad, full)));
        gauge.hangs = true;
        let hangs = Some((Tone::Bad, "hangs".to_string()));
        assert_eq!(badge_of(&gauge, Reason::words), hangs, "that is why");
        gauge.hangs = false;
        gauge.state = InstanceState::Down;
        gauge.in_rotation = false;
        assert_eq!(
            badge_of(&gauge, Reason::words),
            Some((Tone::Bad, "down".to_string()))
        );
    }
}
