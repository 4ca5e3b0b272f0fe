//! The copies of a database: a drum for each, the primary marked, and the log on its way from it to the others.

use headroom_engine::replication::{ReplicationGauge, Role};
use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use yew::prelude::*;

use super::super::geometry::{Point, Rect};
use super::super::layout::{Block, Flow, Form};
use super::super::scene::{Part, Pick, Scene, boxed, px, words};
use super::{PAUSE, Tone, badge_of, database, instance_label, pause};
use crate::copies::{self, Copy};
use crate::format;
use crate::lettering::Lettering;

/// Half the height of a drum's lid.
const LID: f64 = 10.0;
/// Room for the words below a drum.
const WORDS: f64 = 46.0;
/// Words below a drum are no wider, and on a narrow drawing.
const WORDS_WIDTH: f64 = 112.0;
const WORDS_WIDTH_NARROW: f64 = 86.0;
/// Between the words of one copy and the drum of the next, where they stand below each other.
const GAP: f64 = 20.0;
/// From the middle of a copy to that of the next, where they stand side by side.
const PITCH: f64 = 90.0;
/// Room for the wires of the log, beside the copies or below them.
const LOG: f64 = 16.0;
/// How round the corners of those wires are.
const BEND: f64 = 8.0;
/// The bar of what is applied.
const BAR: f64 = 76.0;

/// What their names, the word of their role and the line below are set in.
const NAME: Lettering = Lettering::bold(13.0);
const ROLE: Lettering = Lettering::bold(11.0);
const LINE: Lettering = Lettering::plain(11.0);
/// Beside the word of a role, and between it and the name.
const INSIDE: f64 = 7.0;
const APART: f64 = 6.0;

/// Their room. Requests arrive at one side, the log at the other.
pub fn block(copies: Vec<u16>, flow: Flow) -> Block {
    if Block::folds(copies.len(), flow) {
        return named(Block::grid(copies, flow), flow);
    }
    let count = copies.len() as f64;
    let (size, drum, pitch) = match flow {
        Flow::Rightwards => {
            let pitch = 66.0 + WORDS + GAP;
            let size = (WORDS_WIDTH + LOG, count * pitch - GAP);
            let drum = Rect::new((WORDS_WIDTH - 96.0) / 2.0, 0.0, 96.0, 66.0);
            (size, drum, Point::new(0.0, pitch))
        }
        Flow::Downwards => {
            let size = (count * PITCH, 58.0 + WORDS + LOG);
            let drum = Rect::new((PITCH - 76.0) / 2.0, 0.0, 76.0, 58.0);
            (size, drum, Point::new(PITCH, 0.0))
        }
    };
    let cards = copies.into_iter().zip(0u16..).map(|(number, place)| {
        let place = f64::from(place);
        let (x, y) = (drum.x + place * pitch.x, drum.y + place * pitch.y);
        (number, Rect { x, y, ..drum })
    });
    named(Block::cards(size, cards.collect()), flow)
}

/// Its name is where no wire arrives.
fn named(block: Block, flow: Flow) -> Block {
    match flow {
        Flow::Rightwards => block,
        Flow::Downwards => block.named_below(),
    }
}

/// One of them.
pub fn draw(scene: &Scene<'_>, number: usize, instance: u16, rect: &Rect) -> Html {
    let component = scene.component(number);
    let name = component.instance_title(instance);
    let gauge = scene.instance(number, instance);
    let copy = copy_of(scene, number, instance);
    let down = gauge.is_some_and(|gauge| gauge.state == InstanceState::Down);
    let hangs = gauge.is_some_and(|gauge| gauge.hangs);
    let busy = gauge.map_or(0.0, |gauge| gauge.utilisation).clamp(0.0, 1.0);
    let role = copy.and_then(Copy::role);
    // Of what is dead the drum says that, and the line how far it has come.
    let stopped = gauge.and_then(copies::stopped).filter(|_| !down);
    let line = stopped.map(str::to_owned);
    let line = line.or_else(|| Some(copy?.progress())).unwrap_or_default();
    let middle = rect.center();
    let drawing = html! {
        <>
            { database::drum(rect, LID, if down { 0.0 } else { busy }) }
            if down {
                { words("title middle", middle.x, middle.y + 11.0, "down") }
            } else if hangs {
                { pause(gauge, middle.x + PAUSE / 2.0, middle.y + 1.0) }
            } else {
                { words("big middle", middle.x, middle.y + 13.0, format::gauge(busy)) }
            }
            { told_below(scene.narrow(), &name, role, &line, rect, down) }
            { for copy.map(|copy| applied_bar(copy, middle.x, rect.bottom() + 39.0)) }
        </>
    };
    let what = role.unwrap_or("replica");
    let part = Part {
        pick: Pick::Instance(number, instance),
        label: format!(
            "{}, {line}",
            instance_label(&name, what, gauge, scene.state_words(number, gauge))
        ),
        rect,
        radius: 14.0,
        dim: down,
        tooltip: (NAME.width(&name) > words_width(scene.narrow())).then(|| name.clone()),
    };
    scene.part(part, drawing)
}

/// The badge of one of them, where it is not as it should be. How far a new one is stands below it.
pub fn mark(scene: &Scene<'_>, number: usize, instance: u16) -> Option<(Tone, String)> {
    let gauge = scene.instance(number, instance)?;
    let copy = copy_of(scene, number, instance);
    let own = copy.and_then(|copy| match copy.gauge.role {
        Role::FormerPrimary => Some("still takes writes"),
        Role::Primary if copy.all.is_degraded => Some("waits for no replica"),
        Role::Primary | Role::Replica | Role::Seeding => None,
    });
    let own = own.map(|words| (Tone::Warning, words.to_owned()));
    let own = match gauge.is_cut_off {
        true => Some((Tone::Bad, "cut off".to_owned())),
        false => own,
    };
    match badge_of(gauge, scene.reasons()) {
        Some((Tone::Quiet, _)) if gauge.state == InstanceState::Booting => own,
        Some(mark) => Some(mark),
        None => own,
    }
}

/// The log, from the primary to each of the others, in step with what is written there.
pub fn log(scene: &Scene<'_>, number: usize) -> Html {
    let place = scene.place(number);
    let Some(replication) = replication(scene, number) else {
        return Html::default();
    };
    let Some(from) = place.form.rect(replication.primary) else {
        return Html::default();
    };
    let is = |instance: u16, so: fn(&InstanceGauge) -> bool| {
        scene.instance(number, instance).is_some_and(so)
    };
    let is_up = |instance: u16| is(instance, |gauge| !gauge.is_stopped());
    let is_cut = |instance: u16| is(instance, |gauge| gauge.is_cut_off);
    let recent = scene.snapshot.map(|snapshot| &snapshot.recent.components);
    let written = recent.and_then(|parts| parts.get(number));
    let sends =
        scene.moves && is_up(replication.primary) && written.is_some_and(|part| part.writes > 0);
    let Form::Cards(cards) = &place.form else {
        return Html::default();
    };
    let followers = cards
        .iter()
        .filter(|(copy, _)| *copy != replication.primary);
    // On one path the writes on their way to all of them keep step.
    let mut on_the_way = String::new();
    let wires: Html = followers
        .map(|(copy, to)| {
            let (course, tip) = course(&from, to, &place.frame, scene.layout.flow);
            let is_cut = is_cut(*copy) || is_cut(replication.primary);
            if sends && is_up(*copy) && !is_cut {
                on_the_way += &course;
            }
            html! {
                <>
                    <path class={classes!("log-wire", is_cut.then_some("cut-off"))} d={course} />
                    if is_cut {
                        <path class="log-cross" d={cross(to, scene.layout.flow)} />
                    }
                    <path class="log-tip" d={tip} />
                </>
            }
        })
        .collect();
    html! {
        <g class="log" aria-hidden="true" data-testid="log">
            { wires }
            if !on_the_way.is_empty() {
                <path class="log-writes" d={on_the_way} />
            }
        </g>
    }
}

/// The course of the log from a drum to another, and the tip at its end: beside the drums where they stand below
/// each other, else below their words.
fn course(from: &Rect, to: &Rect, frame: &Rect, flow: Flow) -> (String, String) {
    match flow {
        Flow::Rightwards => {
            let (start, end, far) = (from.center().y, to.center().y, frame.right() - 1.0);
            let down = if end > start { BEND } else { -BEND };
            let course = format!(
                "M{} {}H{}q{b} 0 {b} {}V{}q0 {} {} {}H{}",
                px(from.right()),
                px(start),
                px(far - BEND),
                px(down),
                px(end - down),
                px(down),
                px(-BEND),
                px(down),
                px(to.right() + 5.0),
                b = px(BEND),
            );
            let tip = format!("M{} {}l6 -4v8z", px(to.right()), px(end));
            (course, tip)
        }
        Flow::Downwards => {
            let (start, end, far) = (from.center().x, to.center().x, frame.bottom() - 1.0);
            let top = from.bottom() + WORDS;
            let right = if end > start { BEND } else { -BEND };
            let course = format!(
                "M{} {}V{}q0 {b} {} {b}H{}q{} 0 {} {}V{}",
                px(start),
                px(top),
                px(far - BEND),
                px(right),
                px(end - right),
                px(right),
                px(right),
                px(-BEND),
                px(top + 4.0),
                b = px(BEND),
            );
            let tip = format!("M{} {}l-4 6h8z", px(end), px(top - 1.0));
            (course, tip)
        }
    }
}

/// The sign of a log that is cut, before the drum at its end.
fn cross(to: &Rect, flow: Flow) -> String {
    let at = match flow {
        Flow::Rightwards => Point::new(to.right() + 13.0, to.center().y),
        Flow::Downwards => Point::new(to.center().x, to.bottom() + WORDS + 10.0),
    };
    format!("M{} {}l7 7m0 -7l-7 7", px(at.x - 3.5), px(at.y - 3.5))
}

fn copy_of<'a>(scene: &Scene<'a>, number: usize, instance: u16) -> Option<Copy<'a>> {
    Copy::of(replication(scene, number)?, instance)
}

fn replication<'a>(scene: &Scene<'a>, number: usize) -> Option<&'a ReplicationGauge> {
    scene.gauge(number)?.replication()
}

fn words_width(narrow: bool) -> f64 {
    match narrow {
        true => WORDS_WIDTH_NARROW,
        false => WORDS_WIDTH,
    }
}

/// What stands below a drum: its name, what it is, and how far. Where there is no room for its role beside the name,
/// that stands below it, in place of how far it is.
fn told_below(
    narrow: bool,
    name: &str,
    role: Option<&'static str>,
    line: &str,
    rect: &Rect,
    down: bool,
) -> Html {
    let (x, title_y, line_y) = (rect.center().x, rect.bottom() + 18.0, rect.bottom() + 33.0);
    let room = words_width(narrow);
    let beside = role.filter(|_| !narrow);
    let line = match narrow {
        true => line.split(" · ").next().unwrap_or_default(),
        false => line,
    };
    let below = match role.filter(|_| narrow) {
        Some(role) => pill(role, x - pill_width(role) / 2.0, line_y),
        None => words("soft middle", x, line_y, LINE.cut(line, room)),
    };
    html! {
        <>
            { title(name, beside, x, title_y, down, room) }
            { below }
        </>
    }
}

/// The name of a copy, and its role beside it.
fn title(name: &str, role: Option<&'static str>, x: f64, y: f64, down: bool, room: f64) -> Html {
    let class = match (down, role.is_some()) {
        (true, true) => "title struck",
        (true, false) => "title middle struck",
        (false, true) => "title",
        (false, false) => "title middle",
    };
    let beside = role.map_or(0.0, |role| pill_width(role) + APART);
    let name = NAME.cut_name(name, room - beside);
    let wide = NAME.width(&name);
    let left = x - (wide + beside) / 2.0;
    html! {
        <>
            if let Some(role) = role {
                { words(class, left, y, name) }
                { pill(role, left + wide + APART, y) }
            } else {
                { words(class, x, y, name) }
            }
        </>
    }
}

fn pill_width(role: &str) -> f64 {
    ROLE.width(role) + 2.0 * INSIDE
}

/// A role, on the line of that height.
fn pill(role: &'static str, left: f64, y: f64) -> Html {
    let rect = Rect::new(left, y - 12.0, pill_width(role), 16.0);
    html! {
        <g class={classes!("role", (role == "primary").then_some("primary"))}>
            { boxed("", &rect, 8.0) }
            { words("middle", rect.center().x, y - 0.5, role) }
        </g>
    }
}

/// What of the end of the log a copy has applied, and what it has received; of a new one, how much of its snapshot
/// is copied.
fn applied_bar(copy: Copy<'_>, x: f64, y: f64) -> Html {
    if copy.gauge.role == Role::Primary {
        return Html::default();
    }
    let stretch = copies::stretch(copy.all);
    let [received, applied] = match copy.is_seeded() {
        true => [copy.gauge.received, copy.gauge.applied].map(|at| copy.share(at, stretch)),
        false => [0.0, copy.gauge.seeded_share],
    };
    let bar = |class: &'static str, share: f64| {
        let rect = Rect::new(x - BAR / 2.0, y, BAR * share, 4.0);
        boxed(class, &rect, 2.0)
    };
    html! {
        <>
            { bar("log-all", 1.0) }
            { bar("log-received", received) }
            { bar("log-applied", applied) }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path_check::assert_draws;

    #[test]
    fn the_log_runs_from_the_primary_wherever_it_stands() {
        for flow in [Flow::Rightwards, Flow::Downwards] {
            let place = block(vec![0, 1, 2], flow).at(Point::new(10.0, 20.0));
            let drums: Vec<Rect> = (0..3).filter_map(|copy| place.form.rect(copy)).collect();
            for (from, to) in [(0, 1), (0, 2), (1, 0), (2, 0), (1, 2)] {
                let (course, tip) = course(&drums[from], &drums[to], &place.frame, flow);
                assert_draws(&course);
                assert_draws(&tip);
                assert_draws(&cross(&drums[to], flow));
            }
        }
    }
}
