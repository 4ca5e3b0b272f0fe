//! Many instances: a cell each, the fuller the stronger.

use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgElement};
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::layout::Grid;
use super::super::scene::{Pick, Scene, px, state_name, words};
use super::{Tone, badge_of, card, instance_label};
use crate::format;
use crate::selection::Selection;

/// A cell is marked from this share of failed requests on.
const FAILING_SHARE: f64 = 0.05;

/// Steps of shade between idle and full.
const SHADES: f64 = 8.0;

pub fn draw(scene: &Scene<'_>, number: usize, grid: &Grid, frame: &Rect) -> Html {
    let component = scene.component(number);
    let selected = match scene.selection {
        Some(Selection::Instance(id, instance)) if *id == component.id => Some(*instance),
        _ => None,
    };
    let gauges = scene
        .gauge(number)
        .map_or(&[][..], |gauge| &gauge.instances);
    let failing = grid
        .instances
        .iter()
        .filter_map(|instance| gauges.get(*instance as usize))
        .filter(|gauge| is_failing(gauge))
        .count();
    let waiting: u64 = gauges
        .iter()
        .map(|gauge| u64::from(gauge.queue_depth))
        .sum();
    let busy = scene.gauge(number).map_or(0.0, |gauge| gauge.utilisation);
    let summary = format!(
        "{} busy · {} wait",
        format::gauge(busy),
        format::count(waiting)
    );
    let group = format!(
        "Instances of {}: {}, {} failing. Arrow keys move between them.",
        scene.name(number),
        summary,
        failing
    );
    let hangs = |instance: u16| {
        let gauge = gauges.get(usize::from(instance));
        gauge.is_some_and(|gauge| gauge.hangs)
    };
    let entry = selected.or_else(|| grid.instances.first().copied());
    html! {
        <g>
            { card(frame) }
            { words("soft", frame.x + 12.0, frame.y + 22.0, summary) }
            <g role="group" aria-label={group} data-testid={format!("grid-{}", component.id)}>
                { for grid.instances.iter().enumerate().map(|(place, instance)| {
                    let cell = Cell {
                        rect: grid.cell(place),
                        columns: grid.columns,
                        entry: entry == Some(*instance),
                        selected: selected == Some(*instance),
                    };
                    draw_cell(scene, number, *instance, cell)
                }) }
            </g>
            { for grid.instances.iter().enumerate().filter(|(_, instance)| hangs(**instance)).map(|(place, _)| html! {
                <path class="pause-bars" aria-hidden="true" d={bars(&grid.cell(place))} />
            }) }
        </g>
    }
}

/// How many fail, and why the first of them does: a cell has no room for its reason.
pub fn mark(scene: &Scene<'_>, number: usize, grid: &Grid) -> Option<String> {
    let gauges = grid.instances.iter();
    let reasons = gauges
        .filter_map(|instance| scene.instance(number, *instance).filter(|g| is_failing(g)))
        .filter_map(|gauge| badge_of(gauge, scene.reasons()))
        .filter(|(tone, _)| *tone == Tone::Bad)
        .map(|(_, reason)| reason);
    let (reason, count) = most_frequent(reasons)?;
    Some(format!("{count} of {}: {reason}", grid.instances.len()))
}

/// What most of them say, and how many do.
fn most_frequent(reasons: impl Iterator<Item = String>) -> Option<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for reason in reasons {
        match counts.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => counts.push((reason, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count)
}

/// Where a cell is, and what it is to the reader.
struct Cell {
    rect: Rect,
    columns: usize,
    /// The one that the tab key reaches.
    entry: bool,
    selected: bool,
}

fn draw_cell(scene: &Scene<'_>, number: usize, instance: u16, cell: Cell) -> Html {
    let name = scene.component(number).instance_name(instance);
    let gauge = scene.instance(number, instance);
    let on_pick = scene.on_pick.clone();
    let pick = Pick::Instance(number, instance);
    let onclick = {
        let on_pick = on_pick.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_pick.emit(pick);
        })
    };
    let columns = cell.columns as i32;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                on_pick.emit(pick);
                return;
            }
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            "ArrowDown" => columns,
            "ArrowUp" => -columns,
            _ => return,
        };
        event.prevent_default();
        move_focus(&event, by);
    });
    let class = classes!(
        "cell",
        shade(gauge),
        cell.selected.then_some("selected"),
        gauge.is_some_and(is_failing).then_some("failing")
    );
    let rect = cell.rect;
    html! {
        <rect {class} x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
            height={px(rect.height)} rx={px((rect.width / 5.0).min(4.0))}
            role="button" tabindex={if cell.entry { "0" } else { "-1" }}
            aria-pressed={if cell.selected { "true" } else { "false" }}
            aria-label={instance_label(&name, "instance", gauge)}
            data-control="instance" data-of={name.clone()} data-instance={name}
            data-state={gauge.map(state_name)} {onclick} {onkeydown} />
    }
}

/// Two bars in a cell: it stands still.
fn bars(rect: &Rect) -> String {
    let (middle, apart, high) = (rect.center(), rect.width * 0.14, rect.height * 0.5);
    let bar = |x: f64| format!("M{} {}v{}", px(x), px(middle.y - high / 2.0), px(high));
    bar(middle.x - apart) + &bar(middle.x + apart)
}

/// Down or hanging, or failing more than a few of its requests: a cell has no room for less.
fn is_failing(gauge: &InstanceGauge) -> bool {
    let answered = gauge.failed_rps + gauge.throughput_rps;
    let stopped = gauge.hangs || gauge.state == InstanceState::Down;
    stopped || gauge.failed_rps > FAILING_SHARE * answered
}

/// The class that shades a cell.
fn shade(gauge: Option<&InstanceGauge>) -> &'static str {
    const CLASSES: [&str; 9] = [
        "shade-0", "shade-1", "shade-2", "shade-3", "shade-4", "shade-5", "shade-6", "shade-7",
        "shade-8",
    ];
    match gauge {
        Some(gauge) if gauge.state == InstanceState::Down => "shade-down",
        Some(gauge) if gauge.hangs => "shade-hanging",
        Some(gauge) if gauge.state == InstanceState::Booting => "shade-booting",
        Some(gauge) => {
            let step = (gauge.utilisation.clamp(0.0, 1.0) * SHADES).round() as usize;
            CLASSES.get(step).copied().unwrap_or("shade-0")
        }
        None => "shade-0",
    }
}

/// Moves the focus so many cells on, within the grid.
fn move_focus(event: &KeyboardEvent, by: i32) {
    let Some(here) = event.target_dyn_into::<Element>() else {
        return;
    };
    let Some(cells) = here.parent_element().map(|group| group.children()) else {
        return;
    };
    let count = cells.length();
    let place = (0..count).find(|place| cells.item(*place).as_ref() == Some(&here));
    let next = place
        .and_then(|place| place.checked_add_signed(by))
        .and_then(|place| cells.item(place))
        .and_then(|cell| cell.dyn_into::<SvgElement>().ok());
    if let Some(next) = next {
        // A cell that is gone by now simply keeps the focus where it was.
        let _ = next.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_names_what_most_suffer() {
        let words = |words: &[&str]| most_frequent(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(words(&[]), None);
        let found = words(&["down", "waiting line full", "waiting line full"]);
        assert_eq!(found, Some(("waiting line full".into(), 2)));
    }
}
