//! Many instances: a cell each, the fuller the stronger.

use headroom_engine::snapshot::{ComponentGauge, InstanceGauge, InstanceState};
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgElement};
use yew::prelude::*;

use super::super::geometry::Rect;
use super::super::layout::Grid;
use super::super::scene::{Pick, Scene, px, state_name, words};
use super::{Tone, badge_of, card, instance_label};
use crate::copies::Copy;
use crate::format;
use crate::lettering::Lettering;
use crate::selection::Selection;

/// A cell is marked from this share of failed requests on.
const FAILING_SHARE: f64 = 0.05;

/// Steps of shade between idle and full.
const SHADES: f64 = 8.0;

/// An instance is told apart that is so many shades busier than the mean, or where so many times as many
/// wait as at the mean one, a few aside.
const HOT_SHADES: f64 = 2.0;
const HOT_WAITING: u64 = 4;
const FEW: u64 = 10;

/// What the summary is set in, and where it begins and ends.
const WORDS: Lettering = Lettering::plain(11.0);
const MARGIN: f64 = 12.0;

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
    let present = grid.instances.iter().copied();
    let present = present.filter_map(|number| Some((number, gauges.get(usize::from(number))?)));
    let hot = hottest(present);
    let told = hot.and_then(|instance| {
        let share = format!(
            " {}",
            format::gauge(gauges.get(usize::from(instance))?.utilisation)
        );
        let room =
            frame.width - 2.0 * MARGIN - WORDS.width("> 99.9 % busy · ") - WORDS.width(&share);
        let name = scene.component(number).instance_title(instance);
        Some(WORDS.cut_name(&name, room) + &share)
    });
    let shared = (grid.per_cell > 1).then(|| format!("1 cell = {}", grid.per_cell));
    let beside = told
        .or(shared)
        .unwrap_or_else(|| format!("{} wait", format::count(waiting)));
    let summary = format!("{} busy · {beside}", format::gauge(busy));
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
    let replication = scene.gauge(number).and_then(ComponentGauge::replication);
    let primary = replication.map(|copies| copies.primary);
    // Who stands for each cell: of several the one that matters most.
    let cells: Vec<u16> = grid
        .instances
        .chunks(grid.per_cell)
        .filter_map(|shared| speaker(shared, selected, gauges))
        .collect();
    let entry = selected.or_else(|| cells.first().copied());
    let hot_cell = |instance: u16| {
        let places = grid.instances.iter().position(|other| *other == instance);
        places.map(|place| place / grid.per_cell)
    };
    let hot_cell = hot.and_then(hot_cell);
    html! {
        <g>
            { card(frame) }
            { words("soft", frame.x + MARGIN, frame.y + 22.0, summary) }
            <g role="group" aria-label={group} data-testid={format!("grid-{}", component.id)}>
                { for cells.iter().enumerate().map(|(place, instance)| {
                    let cell = Cell {
                        rect: grid.cell(place),
                        columns: grid.columns,
                        entry: entry == Some(*instance),
                        selected: selected == Some(*instance),
                        hot: hot_cell == Some(place),
                    };
                    draw_cell(scene, number, *instance, cell)
                }) }
            </g>
            { for cells.iter().enumerate().filter(|(_, instance)| primary == Some(**instance)).map(|(place, _)| {
                let middle = grid.cell(place).center();
                words("title middle", middle.x, middle.y + 5.0, "P")
            }) }
            { for cells.iter().enumerate().filter(|(_, instance)| hangs(**instance)).map(|(place, _)| html! {
                <path class="pause-bars" aria-hidden="true" d={bars(&grid.cell(place))} />
            }) }
        </g>
    }
}

/// Who stands for a cell that several share: the one that is selected, else one that fails, else the busiest.
fn speaker(shared: &[u16], selected: Option<u16>, gauges: &[InstanceGauge]) -> Option<u16> {
    let weight = |instance: &u16| {
        let gauge = gauges.get(usize::from(*instance));
        let busy = gauge.map_or(0.0, |gauge| gauge.utilisation);
        (
            selected == Some(*instance),
            gauge.is_some_and(is_failing),
            busy,
        )
    };
    let heavier = |a: &&u16, b: &&u16| {
        let (a, b) = (weight(a), weight(b));
        (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
    };
    shared.iter().rev().max_by(heavier).copied()
}

/// Which of them is busy, or waited at, as the mean one is not.
fn hottest<'a>(gauges: impl Iterator<Item = (u16, &'a InstanceGauge)> + Clone) -> Option<u16> {
    let load = |gauge: &InstanceGauge| (gauge.utilisation, u64::from(gauge.queue_depth));
    let loads = gauges.clone().map(|(_, gauge)| load(gauge));
    let (busy, waiting) = loads.fold((0.0, 0), |sum, load| (sum.0 + load.0, sum.1 + load.1));
    let count = gauges.clone().count().max(1);
    let (number, hottest) = gauges.max_by(|(_, a), (_, b)| {
        let (a, b) = (load(a), load(b));
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
    })?;
    let (hot_busy, hot_waiting) = load(hottest);
    let is_hot = (hot_busy - busy / count as f64) * SHADES >= HOT_SHADES
        || hot_waiting > FEW + HOT_WAITING * waiting / count as u64;
    is_hot.then_some(number)
}

/// How many fail, or which one does, and why most of them do: a cell has no room for its reason. Where none
/// fails, the same of what is not as it should be.
pub fn mark(scene: &Scene<'_>, number: usize, instances: &[u16]) -> Option<(Tone, String)> {
    let gauges = instances.iter();
    let badges: Vec<(u16, Tone, String)> = gauges
        .filter_map(|instance| {
            let gauge = scene.instance(number, *instance)?;
            let (tone, words) = badge_of(gauge, scene.reasons())?;
            (tone != Tone::Bad || is_failing(gauge)).then_some((*instance, tone, words))
        })
        .collect();
    [Tone::Bad, Tone::Warning].into_iter().find_map(|tone| {
        let said = badges.iter().filter(|(_, of, _)| *of == tone);
        let said = said.map(|(instance, _, words)| (words.clone(), *instance));
        let (words, first, count) = most_frequent(said)?;
        let who = match count {
            1 => scene.component(number).instance_title(first),
            _ => format!("{count} of {}", instances.len()),
        };
        Some((tone, format!("{who}: {words}")))
    })
}

/// What most of them say, who says it first, and how many do.
fn most_frequent(reasons: impl Iterator<Item = (String, u16)>) -> Option<(String, u16, usize)> {
    let mut counts: Vec<(String, u16, usize)> = Vec::new();
    for (reason, instance) in reasons {
        match counts.iter_mut().find(|(known, ..)| *known == reason) {
            Some((.., count)) => *count += 1,
            None => counts.push((reason, instance, 1)),
        }
    }
    counts.into_iter().max_by_key(|(.., count)| *count)
}

/// Where a cell is, and what it is to the reader.
struct Cell {
    rect: Rect,
    columns: usize,
    /// The one that the tab key reaches.
    entry: bool,
    selected: bool,
    hot: bool,
}

fn draw_cell(scene: &Scene<'_>, number: usize, instance: u16, cell: Cell) -> Html {
    let name = scene.component(number).instance_name(instance);
    let gauge = scene.instance(number, instance);
    let replication = scene.gauge(number).and_then(ComponentGauge::replication);
    let role = replication.and_then(|all| Copy::of(all, instance)?.role());
    let on_pick = scene.on_pick.clone();
    let pick = Pick::Instance(number, instance);
    let onclick = {
        let on_pick = on_pick.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_pick.emit((pick, Some(event)));
        })
    };
    let columns = cell.columns as i32;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                on_pick.emit((pick, None));
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
        (cell.hot || gauge.is_some_and(is_impaired)).then_some("hot"),
        gauge.is_some_and(is_failing).then_some("failing")
    );
    let rect = cell.rect;
    html! {
        <rect {class} x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
            height={px(rect.height)} rx={px((rect.width / 5.0).min(4.0))}
            role="button" tabindex={if cell.entry { "0" } else { "-1" }}
            aria-pressed={if cell.selected { "true" } else { "false" }}
            aria-label={instance_label(&name, role.unwrap_or("instance"), gauge, scene.state_words(number, gauge))}
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
    gauge.is_stopped() || gauge.failed_rps > FAILING_SHARE * answered
}

/// Up, and slower than it should be, or sent nothing.
fn is_impaired(gauge: &InstanceGauge) -> bool {
    matches!(badge_of(gauge, |_| ""), Some((Tone::Warning, _)))
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
        let words =
            |words: &[&str]| most_frequent(words.iter().map(|word| (*word).to_owned()).zip(0..));
        assert_eq!(words(&[]), None);
        let found = words(&["down", "waiting line full", "waiting line full"]);
        assert_eq!(found, Some(("waiting line full".into(), 1, 2)));
    }

    #[test]
    fn of_several_in_a_cell_the_one_that_matters_stands_for_all() {
        let mut gauges = vec![super::super::idle(); 4];
        assert_eq!(speaker(&[0, 1, 2, 3], None, &gauges), Some(0));
        gauges[2].utilisation = 0.9;
        assert_eq!(speaker(&[0, 1, 2, 3], None, &gauges), Some(2));
        gauges[3].state = InstanceState::Down;
        assert_eq!(speaker(&[0, 1, 2, 3], None, &gauges), Some(3));
        assert_eq!(speaker(&[0, 1, 2, 3], Some(1), &gauges), Some(1));
    }

    #[test]
    fn one_that_is_hot_is_found_among_a_thousand() {
        let mut gauges = vec![super::super::idle(); 1_000];
        let hot = |gauges: &[InstanceGauge]| hottest((0..).zip(gauges));
        for (number, gauge) in gauges.iter_mut().enumerate() {
            gauge.utilisation = 0.3 + number as f64 % 10.0 / 100.0;
            gauge.queue_depth = number as u32 % 3;
        }
        assert_eq!(hot(&gauges), None, "chance is no heat");
        gauges[411].utilisation = 0.9;
        assert_eq!(hot(&gauges), Some(411));
        for gauge in &mut gauges {
            gauge.utilisation = 1.0;
        }
        assert_eq!(hot(&gauges), None, "all are");
        gauges[600].queue_depth = 90;
        assert_eq!(hot(&gauges), Some(600));
        assert_eq!(hot(&[]), None);
    }
}
