//! Every kind of component, drawn as what it is.

mod balancer;
mod cache;
mod clients;
mod database;
mod directory;
mod grid;
mod server;

use headroom_engine::reason::Reason;
use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use headroom_scenario::Kind;
use js_sys::JsString;
use yew::prelude::*;

use super::geometry::Rect;
use super::layout::{Form, Layout};
use super::scene::{Part, Pick, Scene, px, slower, words};
use crate::format;

/// Draws a component.
pub fn component(scene: &Scene<'_>, number: usize) -> Html {
    let kind = &scene.component(number).kind;
    match kind {
        Kind::Clients(_) => clients::draw(scene, number),
        Kind::Dns(dns) => directory::draw(scene, number, dns),
        Kind::LoadBalancer(balancer) => balancer::draw(scene, number, balancer),
        Kind::Database(database) => database::draw(scene, number, database),
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
    let present = present(scene, number);
    match &scene.component(number).kind {
        Kind::Service(service) => Some(format!("{present} × {}", service.size.name())),
        Kind::Cache(_) => Some(format::counted(present as u64, "node", "nodes")),
        Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) | Kind::Database(_) => None,
    }
}

/// The badges of all that fails, to be drawn above the dots.
pub fn badges(scene: &Scene<'_>) -> Html {
    html! { { for scene.layout.order.iter().map(|number| badges_of(scene, *number)) } }
}

fn badges_of(scene: &Scene<'_>, number: usize) -> Html {
    let place = scene.place(number);
    let mark = match &scene.component(number).kind {
        Kind::Clients(_) => component_badge(scene, number),
        Kind::LoadBalancer(_) => balancer::mark(scene, number),
        Kind::Database(_) => database::mark(scene, number),
        Kind::Dns(_) | Kind::Service(_) | Kind::Cache(_) => None,
    };
    match (&place.form, mark) {
        (Form::Cards(cards), _) => html! {
            { for cards.iter().filter_map(|(instance, rect)| {
                let (tone, text) = badge_of(scene.instance(number, *instance)?)?;
                Some(badge(tone, &text, rect))
            }) }
        },
        (Form::Grid(grid), _) => grid::mark(scene, number, grid)
            .map_or_else(Html::default, |text| badge(Tone::Bad, &text, &place.frame)),
        (_, Some((tone, text))) => badge(tone, &text, &place.frame),
        _ => Html::default(),
    }
}

/// Instances that are there, whatever their state.
fn present(scene: &Scene<'_>, number: usize) -> usize {
    match &scene.place(number).form {
        Form::Single => 1,
        Form::Cards(cards) => cards.len(),
        Form::Grid(grid) => grid.instances.len(),
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
        Form::Single => Html::default(),
    }
}

/// Capitals of any language, of which the browser has the tables.
fn upper(words: &str) -> String {
    JsString::from(words).to_upper_case().into()
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
    };
    let drawing = words("caps", rect.x, rect.y + 13.0, text);
    scene.part(part, drawing)
}

/// The words over a tier and where they stand; none over what is no tier.
pub fn heading_place(scene: &Scene<'_>, number: usize) -> Option<(String, Rect)> {
    let size = size(scene, number)?;
    let frame = scene.place(number).frame;
    let name = scene.name(number);
    let is_below = Layout::names_below(&scene.component(number).kind, scene.layout.flow);
    let baseline = if is_below {
        frame.bottom() + 19.0
    } else {
        frame.y - 17.0
    };
    let places = scene.layout.places.iter();
    let right = places.map(|place| place.frame.right());
    let right = right.fold(0.0, f64::max);
    let arrivals: Vec<f64> = scene
        .layout
        .wires
        .iter()
        .map(|wire| wire.curve.points[3])
        .filter(|end| scene.narrow() && !is_below && (end.y - frame.y).abs() < 1.0)
        .map(|end| end.x)
        .collect();
    // Where there is no room for its name, the size alone says which tier it is.
    let words_at = |text: String| {
        let width = text_width(&text);
        beside(&arrivals, frame.x, width, right).map(|x| (text, x, width))
    };
    let whole = format!("{} · {size}", upper(&name));
    let (text, x, width) = words_at(whole)
        .or_else(|| words_at(size.clone()))
        .unwrap_or_else(|| (size.clone(), frame.x, text_width(&size)));
    Some((text, Rect::new(x, baseline - 13.0, width, 17.0)))
}

/// Where words of this width start, so that no wire which arrives from above runs through them: at
/// `wanted` if it can be, else close to one of the wires, and never beyond the drawing's `right`.
fn beside(arrivals: &[f64], wanted: f64, width: f64, right: f64) -> Option<f64> {
    const CLEAR: f64 = 14.0;
    if arrivals.is_empty() {
        return Some(wanted);
    }
    let is_free = |x: &f64| {
        let taken = x - CLEAR..x + width + CLEAR;
        *x >= 0.0
            && x + width <= right
            && !arrivals
                .iter()
                .any(|wire| taken.start < *wire && *wire < taken.end)
    };
    let before = arrivals.iter().map(|wire| wire - CLEAR - width);
    let behind = arrivals.iter().map(|wire| wire + CLEAR);
    std::iter::once(wanted)
        .chain(before)
        .chain(behind)
        .find(is_free)
}

/// About how wide the words over a tier are: capitals, figures and small letters with room between them.
fn text_width(text: &str) -> f64 {
    let wide = |letter: char| match letter {
        ' ' | '\u{a0}' | '·' => 4.4,
        'a'..='z' => 6.4,
        _ => 7.3,
    };
    text.chars().map(wide).sum()
}

/// About how wide a letter of a badge is.
const BADGE_LETTER: f64 = 6.7;

/// The frame of a card.
fn card(rect: &Rect) -> Html {
    html! {
        <rect class="card" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
            height={px(rect.height)} rx="12" />
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

/// The badge of an instance: why it fails requests, else what is not as it should be.
pub fn badge_of(gauge: &InstanceGauge) -> Option<(Tone, String)> {
    let reason = |reason: Reason| (Tone::Bad, reason.words().to_string());
    match gauge.state {
        // Out of rotation, nothing asks it any more.
        InstanceState::Down => Some(
            gauge
                .failing
                .filter(|_| gauge.in_rotation)
                .map_or((Tone::Bad, "down".to_string()), reason),
        ),
        InstanceState::Booting => Some((Tone::Quiet, "booting".to_string())),
        InstanceState::Draining => Some((Tone::Quiet, "draining".to_string())),
        InstanceState::Gone => None,
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
        _ => true,
    }
}

/// A badge on the upper edge of what it is about, between its name and that of its tier.
pub fn badge(tone: Tone, text: &str, rect: &Rect) -> Html {
    let width = text.chars().count() as f64 * BADGE_LETTER + 16.0;
    let x = if width > rect.width - 16.0 {
        rect.center().x - width / 2.0
    } else {
        rect.right() - 8.0 - width
    };
    let class = match tone {
        Tone::Bad => "badge bad",
        Tone::Warning => "badge warning",
        Tone::Quiet => "badge quiet",
    };
    html! {
        <g class={class}>
            <rect x={px(x)} y={px(rect.y - 12.0)} width={px(width)} height="18" rx="9" />
            <text x={px(x + width / 2.0)} y={px(rect.y + 0.8)}>{ text.to_string() }</text>
        </g>
    }
}

/// The badge of a component as a whole: why calls fail there most.
pub fn component_badge(scene: &Scene<'_>, number: usize) -> Option<(Tone, String)> {
    let gauge = scene.gauge(number)?;
    let (reason, _) = gauge.failing.first()?;
    (gauge.failed_rps > 0.0).then(|| (Tone::Bad, reason.words().to_string()))
}

/// What an instance is doing, in words for those who do not see it.
fn instance_label(name: &str, what: &str, gauge: Option<&InstanceGauge>) -> String {
    let Some(gauge) = gauge else {
        return format!("{name}, {what}");
    };
    let mut label = format!("{name}, {what}, {} busy", format::gauge(gauge.utilisation));
    if gauge.queue_depth > 0 {
        label += &format!(", {} waiting", format::count(u64::from(gauge.queue_depth)));
    }
    if let Some(state) = super::scene::state_words(gauge) {
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
        assert_eq!(beside(&[], 20.0, 100.0, 300.0), Some(20.0));
        assert_eq!(beside(&[200.0], 20.0, 100.0, 300.0), Some(20.0));
        assert_eq!(beside(&[100.0, 200.0], 50.0, 60.0, 300.0), Some(26.0));
        assert_eq!(beside(&[60.0, 180.0], 40.0, 90.0, 300.0), Some(76.0));
        assert_eq!(beside(&[60.0, 180.0], 40.0, 101.0, 260.0), None);
    }

    #[test]
    fn a_badge_gives_the_reason_before_all_else() {
        let mut gauge = idle();
        assert_eq!(badge_of(&gauge), None);
        gauge.slow_factor = 3.0;
        assert_eq!(
            badge_of(&gauge),
            Some((Tone::Warning, "3× slower".to_string()))
        );
        gauge.failing = Some(Reason::TimedOut);
        gauge.failed_rps = 2.0;
        assert_eq!(badge_of(&gauge), Some((Tone::Bad, "timed out".to_string())));
        gauge.failing = Some(Reason::QueueFull);
        assert_eq!(
            badge_of(&gauge),
            Some((Tone::Warning, "3× slower".to_string())),
            "its line is empty by now"
        );
        gauge.queue_depth = 1;
        let full = Reason::QueueFull.words().to_string();
        assert_eq!(badge_of(&gauge), Some((Tone::Bad, full)));
        gauge.state = InstanceState::Down;
        gauge.in_rotation = false;
        assert_eq!(badge_of(&gauge), Some((Tone::Bad, "down".to_string())));
    }
}
