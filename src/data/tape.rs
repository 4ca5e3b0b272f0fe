//! The log as a tape: its end at the right, every copy at what it has applied.

use headroom_engine::replication::{ReplicationGauge, Role};
use headroom_engine::snapshot::InstanceGauge;
use headroom_scenario::Component;
use yew::prelude::*;

use crate::copies::{self, Copy};
use crate::format;
use crate::lettering::Lettering;
use crate::order::sort_by_key;

/// Extent of the drawing across, and of the tape on it.
const WIDTH: f64 = 316.0;
const TOP: f64 = 18.0;
const HIGH: f64 = 20.0;
/// Cells of the tape.
const CELLS: u16 = 25;
/// From the tape to the first name, and from name to name.
const FIRST: f64 = 18.0;
const LINE: f64 = 16.0;

/// What the names below the tape are set in, and what is between one and its mark.
const NAME: Lettering = Lettering::bold(12.0);
const APART: f64 = 5.0;

/// Draws it with a mark for each of the copies that there are.
pub fn draw(
    component: &Component,
    all: &ReplicationGauge,
    there: &[(u16, &InstanceGauge)],
) -> Html {
    let stretch = copies::stretch(all);
    let numbers = there.iter().map(|(instance, _)| *instance);
    let mut marks: Vec<Copy<'_>> = numbers.filter_map(|it| Copy::of(all, it)).collect();
    // Whose mark is further to the left has its name higher: no line runs through a name.
    sort_by_key(&mut marks, |copy| {
        let is_primary = copy.gauge.role == Role::Primary;
        (position(*copy), is_primary, copy.instance)
    });
    let high = TOP + HIGH + FIRST + LINE * marks.len() as f64;
    let lost = WIDTH * (all.unreceived as f64 / stretch as f64).min(1.0);
    let label = format!(
        "The last {} writes of the log: {}",
        format::count(stretch),
        marks
            .iter()
            .map(|copy| told(component, *copy))
            .collect::<Vec<_>>()
            .join("; ")
    );
    html! {
        <svg class="tape" viewBox={format!("0 0 {WIDTH} {high}")} role="img" aria-label={label} data-testid="tape">
            <text class="soft" x="0" y="11">{ format!("the last {} writes", format::count(stretch)) }</text>
            <text class="soft end" x={px(WIDTH)} y="11">{ format!("write {}", format::count(all.position)) }</text>
            <rect class="written" y={px(TOP)} width={px(WIDTH)} height={px(HIGH)} rx="3" />
            if lost > 0.0 {
                <rect class="unreceived" x={px(WIDTH - lost)} y={px(TOP)} width={px(lost)} height={px(HIGH)} rx="3" />
            }
            <path class="cells" d={cells()} />
            { for marks.iter().zip(0u16..).map(|(copy, line)| mark(component, *copy, stretch, line)) }
        </svg>
    }
}

/// The copy's place in the log: the primary's is its end, even of one that does not answer.
fn position(copy: Copy<'_>) -> u64 {
    match copy.gauge.role {
        Role::Primary => copy.all.position,
        Role::Replica | Role::Seeding | Role::FormerPrimary => copy.gauge.applied,
    }
}

fn told(component: &Component, copy: Copy<'_>) -> String {
    let role = copy.role().unwrap_or("replica");
    let name = component.instance_title(copy.instance);
    format!("{name}, {role}, {}", copy.progress())
}

/// A length as an attribute.
fn px(length: f64) -> String {
    format!("{length:.1}")
}

/// The lines between the cells.
fn cells() -> String {
    let wide = WIDTH / f64::from(CELLS);
    (1..CELLS)
        .map(|cell| format!("M{} {TOP}v{HIGH}", px(f64::from(cell) * wide)))
        .collect()
}

fn mark(component: &Component, copy: Copy<'_>, stretch: u64, line: u16) -> Html {
    let is_primary = copy.gauge.role == Role::Primary;
    let x = (WIDTH * copy.share(position(copy), stretch)).clamp(1.0, WIDTH - 1.0);
    let y = TOP + HIGH + FIRST + LINE * f64::from(line);
    let name = component.instance_title(copy.instance);
    let name = match copy.role() {
        Some(role) => format!("{name} {role}"),
        None => name,
    };
    let name = NAME.cut(&name, WIDTH / 2.0);
    let is_left = x > NAME.width(&name) + APART;
    let (class, at) = match is_left {
        true => ("name end", x - APART),
        false => ("name", x + APART),
    };
    html! {
        <>
            <path class={classes!("mark", is_primary.then_some("primary"))}
                d={format!("M{} {}V{}", px(x), px(TOP - 2.0), px(y + 1.0))} />
            <text {class} x={px(at)} y={px(y)}>{ name }</text>
        </>
    }
}
