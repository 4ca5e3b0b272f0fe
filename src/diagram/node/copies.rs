//! The copies of a database: a drum for each, the primary marked, and the log on its way from it to the others.

use headroom_engine::replication::{CopyGauge, ReplicationGauge, Role};
use headroom_engine::snapshot::{InstanceGauge, InstanceState};
use yew::prelude::*;

use super::super::geometry::{Point, Rect};
use super::super::layout::{Block, Flow};
use super::super::scene::{Part, Pick, Scene, boxed, px, words};
use super::{PAUSE, Tone, badge_of, database, instance_label, pause};
use crate::format;
use crate::lettering::Lettering;

/// Half the height of a drum's lid.
const LID: f64 = 10.0;
/// Room for the words below a drum.
const WORDS: f64 = 46.0;
/// Words below a drum are no wider.
const WORDS_WIDTH: f64 = 112.0;
/// Between the words of one copy and the drum of the next, where they stand below each other.
const GAP: f64 = 20.0;
/// From the middle of a copy to that of the next, where they stand side by side.
const PITCH: f64 = 118.0;
/// Room for the wires of the log, beside the copies or below them.
const LOG: f64 = 16.0;
/// How round the corners of those wires are.
const BEND: f64 = 8.0;
/// The bar of what is applied, and the shortest stretch of the log that is all of it.
const BAR: f64 = 76.0;
const STRETCH_LEAST: u64 = 50;

/// What their names, the word of their role and the line below are set in.
const NAME: Lettering = Lettering::bold(13.0);
const ROLE: Lettering = Lettering::bold(10.0);
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
            let drum = Rect::new((PITCH - 88.0) / 2.0, 0.0, 88.0, 58.0);
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
    let replication = replication(scene, number);
    let copy = replication.and_then(|of| of.copies.get(usize::from(instance)));
    let down = gauge.is_some_and(|gauge| gauge.state == InstanceState::Down);
    let hangs = gauge.is_some_and(|gauge| gauge.hangs);
    let busy = gauge.map_or(0.0, |gauge| gauge.utilisation).clamp(0.0, 1.0);
    let role = role_words(replication, copy, instance);
    let line = state_line(replication, copy, gauge);
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
            { title(&name, role, middle.x, rect.bottom() + 18.0, down) }
            { words("soft middle", middle.x, rect.bottom() + 33.0, LINE.cut(&line, WORDS_WIDTH)) }
            { applied_bar(replication, copy, middle.x, rect.bottom() + 39.0) }
        </>
    };
    let what = role.map_or("replica", |(_, words)| words);
    let part = Part {
        pick: Pick::Instance(number, instance),
        label: format!(
            "{}, {line}",
            instance_label(&name, what, gauge, scene.state_words(number, gauge))
        ),
        rect,
        radius: 14.0,
        dim: down,
        tooltip: (NAME.width(&name) > WORDS_WIDTH).then(|| name.clone()),
    };
    scene.part(part, drawing)
}

/// The badge of one of them, where it is not as it should be. How far a new one is stands below it.
pub fn mark(scene: &Scene<'_>, number: usize, instance: u16) -> Option<(Tone, String)> {
    let gauge = scene.instance(number, instance)?;
    let replication = replication(scene, number);
    let copy = replication.and_then(|of| of.copies.get(usize::from(instance)));
    let role = copy.map_or(Role::Replica, |copy| copy.role);
    let own = match role {
        Role::FormerPrimary => Some("still takes writes"),
        Role::Primary if replication.is_some_and(|of| of.is_degraded) => {
            Some("waits for no replica")
        }
        Role::Primary | Role::Replica | Role::Seeding => None,
    };
    let own = own.map(|words| (Tone::Warning, words.to_owned()));
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
    let is_up = |instance: u16| {
        let gauge = scene.instance(number, instance);
        gauge.is_some_and(|gauge| !gauge.is_stopped())
    };
    let recent = scene.snapshot.map(|snapshot| &snapshot.recent.components);
    let written = recent.and_then(|parts| parts.get(number));
    let sends =
        scene.moves && is_up(replication.primary) && written.is_some_and(|part| part.writes > 0);
    let followers = place.form.instances();
    let followers = followers
        .iter()
        .filter(|copy| **copy != replication.primary);
    html! {
        <g class="log" aria-hidden="true" data-testid="log">
            { for followers.filter_map(|copy| {
                let to = place.form.rect(*copy)?;
                let (course, tip) = course(&from, &to, &place.frame, scene.layout.flow);
                Some(html! {
                    <>
                        <path class="log-wire" d={course.clone()} />
                        if sends && is_up(*copy) {
                            <path class="log-writes" d={course} />
                        }
                        <path class="log-tip" d={tip} />
                    </>
                })
            }) }
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

fn replication<'a>(scene: &Scene<'a>, number: usize) -> Option<&'a ReplicationGauge> {
    scene.gauge(number)?.replication()
}

/// What a copy is, where it is not simply a replica, and the class of that word.
fn role_words(
    replication: Option<&ReplicationGauge>,
    copy: Option<&CopyGauge>,
    instance: u16,
) -> Option<(&'static str, &'static str)> {
    let (replication, copy) = (replication?, copy?);
    if replication.promoted == Some(instance) {
        return Some(("role promoted", "promoted"));
    }
    match copy.role {
        Role::Primary => Some(("role primary", "primary")),
        Role::FormerPrimary => Some(("role former", "old primary")),
        Role::Seeding => Some(("role", "new")),
        Role::Replica => None,
    }
}

/// The name of a copy, and its role beside it.
fn title(
    name: &str,
    role: Option<(&'static str, &'static str)>,
    x: f64,
    y: f64,
    down: bool,
) -> Html {
    let class = if down { "title struck" } else { "title" };
    let beside = role.map_or(0.0, |(_, words)| ROLE.width(words) + 2.0 * INSIDE + APART);
    let name = NAME.cut_name(name, WORDS_WIDTH - beside);
    let wide = NAME.width(&name);
    let left = x - (wide + beside) / 2.0;
    html! {
        <>
            { words(class, left, y, name) }
            if let Some((class, words)) = role {
                <g {class}>
                    { boxed("", &Rect::new(left + wide + APART, y - 12.0, beside - APART, 16.0), 8.0) }
                    { self::words("middle", left + wide + APART + (beside - APART) / 2.0, y - 0.5, words) }
                </g>
            }
        </>
    }
}

/// How far a copy is: `6 behind · 12 ms`.
fn state_line(
    replication: Option<&ReplicationGauge>,
    copy: Option<&CopyGauge>,
    gauge: Option<&InstanceGauge>,
) -> String {
    let (Some(replication), Some(copy)) = (replication, copy) else {
        return String::new();
    };
    match copy.role {
        Role::Primary => format!("write {}", format::count(replication.position)),
        _ if gauge.is_some_and(|gauge| gauge.state == InstanceState::Draining) => "leaving".into(),
        Role::Seeding if copy.seeded_share < 1.0 => seeding_words(copy),
        Role::Seeding | Role::Replica | Role::FormerPrimary => {
            match replication.position.saturating_sub(copy.applied) {
                0 => "up to date".into(),
                behind => format!(
                    "{} behind · {}",
                    format::short_rate(behind as f64),
                    format::ms(copy.lag_ms)
                ),
            }
        }
    }
}

fn seeding_words(copy: &CopyGauge) -> String {
    match copy.seeded_share {
        share if share < 1.0 => format!("seeding {}", format::gauge(share)),
        _ => "catching up".into(),
    }
}

/// What of the end of the log a copy has applied, and what it has received.
fn applied_bar(
    replication: Option<&ReplicationGauge>,
    copy: Option<&CopyGauge>,
    x: f64,
    y: f64,
) -> Html {
    let (Some(replication), Some(copy)) = (replication, copy) else {
        return Html::default();
    };
    if copy.role == Role::Primary {
        return Html::default();
    }
    let stretch = stretch(replication);
    let part = |position: u64| {
        let behind = replication.position.saturating_sub(position) as f64;
        let share = match copy.role {
            Role::Seeding if copy.seeded_share < 1.0 => copy.seeded_share,
            _ => 1.0 - behind / stretch as f64,
        };
        BAR * share.clamp(0.0, 1.0)
    };
    let bar =
        |class: &'static str, wide: f64| boxed(class, &Rect::new(x - BAR / 2.0, y, wide, 4.0), 2.0);
    html! {
        <>
            { bar("log-all", BAR) }
            { bar("log-received", part(copy.received)) }
            { bar("log-applied", part(copy.applied)) }
        </>
    }
}

/// How many writes at the end of the log a bar shows: the same for all copies, so that they can be compared.
fn stretch(replication: &ReplicationGauge) -> u64 {
    let followers = replication.copies.iter();
    let behind = followers
        .filter(|copy| copy.role == Role::Replica)
        .map(|copy| replication.position.saturating_sub(copy.applied));
    let most = behind.max().unwrap_or(0);
    let mut stretch = STRETCH_LEAST;
    while stretch < most {
        stretch *= 10;
    }
    stretch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path_check::assert_draws;

    fn gauge(copies: Vec<CopyGauge>) -> ReplicationGauge {
        ReplicationGauge {
            position: 1_000,
            copies,
            ..ReplicationGauge::default()
        }
    }

    fn copy(role: Role, applied: u64) -> CopyGauge {
        CopyGauge {
            role,
            applied,
            received: applied,
            lag_ms: 12.0,
            seeded_share: 1.0,
            is_read: true,
        }
    }

    #[test]
    fn a_copy_says_how_far_it_is() {
        let mut seeding = copy(Role::Seeding, 0);
        seeding.seeded_share = 0.4;
        let copies = [
            (copy(Role::Primary, 1_000), "write 1,000"),
            (copy(Role::Replica, 1_000), "up to date"),
            (copy(Role::Replica, 994), "6 behind · 12 ms"),
            (copy(Role::FormerPrimary, 990), "10 behind · 12 ms"),
            (copy(Role::Seeding, 900), "100 behind · 12 ms"),
            (seeding, "seeding 40 %"),
        ];
        for (copy, expected) in copies {
            let of = gauge(vec![copy.clone()]);
            let line = state_line(Some(&of), Some(&copy), None).replace('\u{a0}', " ");
            assert_eq!(line, expected);
        }
    }

    #[test]
    fn only_who_is_no_mere_replica_has_a_role_beside_its_name() {
        let mut of = gauge(vec![copy(Role::Primary, 1_000), copy(Role::Replica, 990)]);
        let word = |of: &ReplicationGauge, place: u16| {
            let role = role_words(Some(of), of.copies.get(usize::from(place)), place);
            role.map(|(_, words)| words)
        };
        assert_eq!((word(&of, 0), word(&of, 1)), (Some("primary"), None));
        of.promoted = Some(1);
        assert_eq!(word(&of, 1), Some("promoted"));
        of.copies[0].role = Role::FormerPrimary;
        assert_eq!(word(&of, 0), Some("old primary"));
    }

    #[test]
    fn one_bar_is_as_long_as_the_furthest_behind_needs() {
        let of = |applied| {
            gauge(vec![
                copy(Role::Primary, 1_000),
                copy(Role::Replica, applied),
            ])
        };
        assert_eq!(stretch(&of(990)), 50);
        assert_eq!(stretch(&of(400)), 5_000);
    }

    #[test]
    fn the_log_runs_from_the_primary_wherever_it_stands() {
        for flow in [Flow::Rightwards, Flow::Downwards] {
            let place = block(vec![0, 1, 2], flow).at(Point::new(10.0, 20.0));
            let drums: Vec<Rect> = (0..3).filter_map(|copy| place.form.rect(copy)).collect();
            for (from, to) in [(0, 1), (0, 2), (1, 0), (2, 0), (1, 2)] {
                let (course, tip) = course(&drums[from], &drums[to], &place.frame, flow);
                assert_draws(&course);
                assert_draws(&tip);
            }
        }
    }
}
