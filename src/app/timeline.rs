//! The time line: play, one event, speed, seed, and the run's moments with their marks.

use std::rc::Rc;

use headroom_engine::happening::{Mark, Tone};
use headroom_scenario::{INTEGER_MAX, read_whole};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::icon;
use crate::bunch;
use crate::choice::Choice;
use crate::entry::Entry;
use crate::format;
use crate::intent::{Intent, Intents};
use crate::lettering::Lettering;
use crate::order::sort_by_key;
use crate::speed::Speed;

/// Speeds to choose from, slow motion first.
pub const SPEEDS: [(Speed, &str); 11] = [
    (Speed::Times(0.001), "1/1000 ×"),
    (Speed::Times(0.01), "1/100 ×"),
    (Speed::Times(0.1), "1/10 ×"),
    (Speed::Times(0.25), "1/4 ×"),
    (Speed::Times(0.5), "1/2 ×"),
    (Speed::Times(1.0), "real time"),
    (Speed::Times(2.0), "2 ×"),
    (Speed::Times(5.0), "5 ×"),
    (Speed::Times(10.0), "10 ×"),
    (Speed::Times(100.0), "100 ×"),
    (Speed::FlatOut, "flat out"),
];

/// Place of the speed that is nearest.
pub fn speed_place(speed: Speed) -> usize {
    let distance = |(candidate, _): &(Speed, &str)| match (speed, *candidate) {
        (Speed::FlatOut, Speed::FlatOut) => 0.0,
        (Speed::Times(asked), Speed::Times(times)) => (asked.max(1e-9) / times).ln().abs(),
        _ => f64::INFINITY,
    };
    let nearest =
        (0..SPEEDS.len()).min_by(|a, b| distance(&SPEEDS[*a]).total_cmp(&distance(&SPEEDS[*b])));
    nearest.unwrap_or_default()
}

/// What the time line shows.
#[derive(Clone, PartialEq, Properties)]
pub struct TimelineProps {
    /// Time passes.
    pub playing: bool,
    /// How fast it is meant to.
    pub speed: Speed,
    /// Simulated seconds per second reached.
    pub reached: Option<f64>,
    /// The machine does not keep the speed asked for.
    pub behind: bool,
    /// Simulated time, in nanoseconds.
    pub now_ns: u64,
    /// The latest moment that the run has been at, in nanoseconds.
    pub horizon_ns: u64,
    /// On the way to a moment: reached, and to be reached.
    pub seeking: Option<(u64, u64)>,
    /// Faults, edits and their consequences, ahead as far as they are known.
    pub marks: Rc<Vec<Mark>>,
    /// The moment before which all marks are known.
    pub marks_known_before_ns: u64,
    /// The marks that the script will make.
    pub scheduled: Rc<Vec<Mark>>,
    /// Seed of the run.
    pub seed: u64,
    /// Nothing can be edited.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The time line below the diagram.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    html! {
        <section class="timeline" aria-label="Time">
            <div class="controls">
                { transport(props) }
                { moment(props) }
                <div class="controls-end">
                    { speed(props) }
                    <Seed seed={props.seed} read_only={props.read_only} intents={props.intents.clone()} />
                </div>
            </div>
            <Track now_ns={props.now_ns} horizon_ns={props.horizon_ns} seeking={props.seeking}
                marks={props.marks.clone()} marks_known_before_ns={props.marks_known_before_ns} scheduled={props.scheduled.clone()}
                intents={props.intents.clone()} />
        </section>
    }
}

fn transport(props: &TimelineProps) -> Html {
    let wish = |intent: Intent| {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(intent.clone()))
    };
    let (label, title) = if props.playing {
        ("Pause", "Pause (Space)")
    } else {
        ("Play", "Play (Space)")
    };
    html! {
        <>
            <button class="play" data-control="play" aria-label={label} {title} onclick={wish(Intent::TogglePlay)}>
                { if props.playing { icon::pause() } else { icon::play() } }
            </button>
            <button class="btn icon-only" data-control="one-event" aria-label="One event" title="One event (.)"
                onclick={wish(Intent::OneEvent)}>{ icon::one_event() }</button>
        </>
    }
}

/// The moment, and how fast it passes.
fn moment(props: &TimelineProps) -> Html {
    let is_slow = matches!(props.speed, Speed::Times(times) if times < 0.02);
    let clock = if is_slow {
        format::clock_fine(props.now_ns)
    } else {
        format::clock(props.now_ns)
    };
    let pace = match (props.seeking, props.reached) {
        (Some((now_ns, until_ns)), _) => Some((
            false,
            format!(
                "running to {} … {}",
                format::short_clock(until_ns),
                format::gauge(now_ns as f64 / until_ns as f64)
            ),
        )),
        (None, Some(reached)) if props.behind || props.speed == Speed::FlatOut => Some((
            props.behind,
            format!("running at {}× real time", multiple(reached)),
        )),
        _ => None,
    };
    html! {
        <div class="moment">
            <b data-testid="clock" data-value={(props.now_ns as f64 / 1e9).to_string()}>{ clock }</b>
            if let Some((is_behind, words)) = pace {
                <span class={classes!("pace", is_behind.then_some("behind"))} data-testid="figure-speed" data-value={props.reached.map(|times| times.to_string())}>{ words }</span>
            }
        </div>
    }
}

/// `0.7`, `12`: two figures.
fn multiple(times: f64) -> String {
    match times {
        t if t >= 9.95 => format::count(t.round() as u64),
        t if t >= 0.095 => format::decimal(t, 1),
        t => format::decimal(t, 3),
    }
}

fn speed(props: &TimelineProps) -> Html {
    let choose = {
        let intents = props.intents.clone();
        Callback::from(move |place: usize| {
            let chosen = SPEEDS.get(place);
            if let Some((speed, _)) = chosen {
                intents.emit(Intent::SetSpeed(*speed));
            }
            chosen.is_some()
        })
    };
    html! {
        <Choice control="speed" label="Speed" title="Speed ([ slower, ] faster)"
            words={SPEEDS.map(|(_, words)| words).to_vec()} place={speed_place(props.speed)} {choose} />
    }
}

/// What the seed control shows.
#[derive(Clone, PartialEq, Properties)]
pub struct SeedProps {
    /// Seed of the run.
    pub seed: u64,
    /// Nothing can be edited.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The seed: typed, or drawn anew.
#[component]
pub fn Seed(props: &SeedProps) -> Html {
    let commit = {
        let intents = props.intents.clone();
        Callback::from(move |text: String| {
            intents.emit(Intent::SetSeed(Some(parse_seed(text.trim())?)));
            Ok(())
        })
    };
    let onclick = {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(Intent::SetSeed(None)))
    };
    html! {
        <div class="seed">
            <label for="seed">{ "seed" }</label>
            <Entry id="seed" control="seed" mode="numeric" value={props.seed.to_string()} disabled={props.read_only} {commit} />
            <button class="btn icon-only quiet" data-control="new-seed" aria-label="Draw another seed" title="Draw another seed"
                disabled={props.read_only} {onclick}>{ icon::dice() }</button>
        </div>
    }
}

/// A seed as it was typed, or what is wrong with it and what would be right.
fn parse_seed(text: &str) -> Result<u64, String> {
    let seed = read_whole(text).filter(|seed| *seed <= INTEGER_MAX);
    seed.ok_or_else(|| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = match is_whole {
            true if digits != text => "is below 0",
            true => "is too large",
            false => "is no whole number",
        };
        format!(
            "The seed {wrong}: give 0 to {}.",
            format::count(INTEGER_MAX)
        )
    })
}

/// What the track shows.
#[derive(Clone, PartialEq, Properties)]
pub struct TrackProps {
    /// Simulated time, in nanoseconds.
    pub now_ns: u64,
    /// The latest moment that the run has been at.
    pub horizon_ns: u64,
    /// On the way to a moment.
    pub seeking: Option<(u64, u64)>,
    /// Faults, edits and their consequences, ahead as far as they are known.
    pub marks: Rc<Vec<Mark>>,
    /// The moment before which all marks are known.
    pub marks_known_before_ns: u64,
    /// The marks that the script will make.
    pub scheduled: Rc<Vec<Mark>>,
    /// Where wishes go.
    pub intents: Intents,
}

/// The run from its start on, with its marks; dragged, it goes to another moment.
#[component]
pub fn Track(props: &TrackProps) -> Html {
    let dragged = use_state(|| None::<u64>);
    let frame = use_node_ref();
    let width_px = use_state(|| 700.0_f64);
    {
        let (frame, width_px) = (frame.clone(), width_px.clone());
        use_effect_with(props.now_ns / 500_000_000, move |_| {
            if let Some(element) = frame.cast::<Element>() {
                let measured = element.get_bounding_client_rect().width();
                if (measured - *width_px).abs() > 1.0 && measured > 0.0 {
                    width_px.set(measured);
                }
            }
        });
    }
    let pointed = use_state_eq(|| None::<String>);
    let moment_ns = props.seeking.map_or(props.now_ns, |(_, until)| until);
    let marks = shown(props, moment_ns);
    let last_ns = marks.last().map_or(0, |shown| shown.mark.at_ns);
    let span_ms = span_ms(props.horizon_ns, last_ns);
    let at_ns = dragged.unwrap_or(moment_ns);
    let placed = placed(&marks, span_ms, *width_px);
    let onmousemove = {
        let (pointed, width_px) = (pointed.clone(), *width_px);
        let told: Vec<(f64, String)> = placed
            .iter()
            .map(|placed| (placed.x / 100.0 * width_px, placed.told()))
            .collect();
        Callback::from(move |event: MouseEvent| {
            let x = f64::from(event.offset_x()) - THUMB_PX / 2.0;
            let near = told.iter().filter(|(at, _)| (at - x).abs() <= REACH_PX);
            let told: Vec<&str> = near.map(|(_, told)| told.as_str()).collect();
            pointed.set((!told.is_empty()).then(|| told.join("\n")));
        })
    };
    let share = |ns: u64| (ns as f64 / 1e6 / span_ms as f64).min(1.0) * 100.0;
    let oninput = {
        let dragged = dragged.clone();
        Callback::from(move |event: InputEvent| dragged.set(Some(moment_of(&event))))
    };
    let onchange = {
        let (dragged, intents) = (dragged.clone(), props.intents.clone());
        Callback::from(move |event: Event| {
            dragged.set(None);
            intents.emit(Intent::Seek(moment_of(&event)));
        })
    };
    html! {
        <div class="range track-line" ref={frame}>
            <svg class="range-track" aria-hidden="true">
                <line class="track" x1="0" y1="26" x2="100%" y2="26" />
                <line class="track-seen" x1="0" y1="26" x2={format!("{:.2}%", share(props.horizon_ns))} y2="26" />
                <line class="track-fill" x1="0" y1="26" x2={format!("{:.2}%", share(at_ns))} y2="26" />
                { for placed.iter().map(mark) }
            </svg>
            <input type="range" data-control="moment" min="0" max={span_ms.to_string()} step="any" value={(at_ns / 1_000_000).to_string()}
                aria-label="Moment of the run" aria-valuetext={format::clock(at_ns)} title={(*pointed).clone()}
                {oninput} {onchange} {onmousemove} />
            <ul class="visually-hidden" aria-label="Marks of the run">
                { for marks.iter().map(|shown| html! {
                    <li data-testid="mark" data-ahead={shown.ahead.to_string()}>{ shown.told() }</li>
                }) }
            </ul>
            <div class="track-ends" aria-hidden="true">
                <span>{ "0:00" }</span><span>{ format::short_clock(span_ms * 1_000_000) }</span>
            </div>
        </div>
    }
}

fn moment_of(event: &impl TargetCast) -> u64 {
    let input: HtmlInputElement = event.target_unchecked_into();
    (input.value_as_number().max(0.0) * 1e6) as u64
}

/// A mark as it stands at the moment on screen.
#[derive(Clone, Copy)]
struct Shown<'a> {
    mark: &'a Mark,
    /// It has not happened yet.
    ahead: bool,
    /// It is something that was done, and not what followed.
    done: bool,
}

impl Shown<'_> {
    /// All there is to say of it, with its moment.
    fn told(self) -> String {
        let ahead = if self.ahead { ", ahead" } else { "" };
        let clock = format::clock(self.mark.at_ns);
        format!("{clock}{ahead}: {}", self.mark.in_full())
    }
}

/// The marks in order of time: those of the run as far as it is known, then what its script has still
/// to do. Of very many, those nearest to the moment.
fn shown(props: &TrackProps, moment_ns: u64) -> Vec<Shown<'_>> {
    let known_before_ns = props.marks_known_before_ns;
    let known = props.marks.iter();
    let to_come = props.scheduled.iter();
    let marks: Vec<Shown<'_>> = known
        .chain(to_come.filter(|mark| mark.at_ns >= known_before_ns))
        .map(|mark| Shown {
            mark,
            ahead: mark.at_ns > moment_ns,
            done: props.scheduled.contains(mark),
        })
        .collect();
    let happened = marks.iter().filter(|shown| !shown.ahead).count();
    let first = happened.saturating_sub(MARKS_MAX);
    let end = marks.len().min(happened + MARKS_MAX);
    marks[first..end].to_vec()
}

/// The length of the track, in milliseconds: a round one, with room ahead, that the last mark is on.
fn span_ms(horizon_ns: u64, last_ns: u64) -> u64 {
    const MINUTE_MS: u64 = 60_000;
    let needed_ms = (horizon_ns / 1_000_000 * 10 / 9).max(last_ns / 1_000_000);
    let rounds = [1, 2, 5, 10, 20, 30, 60].map(|minutes| minutes * MINUTE_MS);
    let fitting = rounds.into_iter().find(|round| needed_ms <= *round);
    fitting.unwrap_or_else(|| needed_ms.next_power_of_two().max(60 * MINUTE_MS))
}

/// A mark where it is drawn, or several that stand together.
struct Placed<'a> {
    /// The one that speaks for them.
    shown: Shown<'a>,
    /// All of them.
    all: &'a [Shown<'a>],
    /// Its words, as many as the track has room for.
    words: String,
    /// From the left, as a share of the track in percent.
    x: f64,
    /// From where to where its words would stand with room around them, in pixels.
    words_px: (f64, f64),
    /// Its words' line, if there is room for them.
    line: Option<Line>,
    /// Where its words stand.
    side: Side,
}

impl Placed<'_> {
    /// All there is to say of them, one below the other.
    fn told(&self) -> String {
        let told: Vec<String> = self.all.iter().map(|shown| shown.told()).collect();
        told.join("\n")
    }
}

/// Where words stand: at their mark, or at an end of the track.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, PartialEq)]
enum Line {
    Above,
    Below,
}

/// What a mark's words are set in, and room between two, in pixels.
const WORDS: Lettering = Lettering::plain(11.0);
const GAP_PX: f64 = 10.0;
/// Most marks drawn of what has happened, and of what is ahead.
const MARKS_MAX: usize = 60;
/// A mark so near to the pointer is meant.
const REACH_PX: f64 = 6.0;
/// Width of the slider's thumb, by half of which it reaches over the track at both ends.
const THUMB_PX: f64 = 16.0;
/// Marks so near to one another are drawn as one, and edits so near.
const CLOSE_PX: f64 = 1.0;
const CLOSE_EDITS_PX: f64 = 6.0;

/// Gives each mark its words where they overlap no others: above the line, else below it, else as
/// a title only. What was done has the right of way over what followed, the last that went bad (or, before
/// any has, the first that will) over the rest, then what went wrong, then the latest.
fn placed<'a>(marks: &'a [Shown<'a>], span_ms: u64, width_px: f64) -> Vec<Placed<'a>> {
    let px_per_ns = width_px / span_ms as f64 / 1e6;
    let joins = |first: &Shown<'_>, next: &Shown<'_>| {
        let apart_px = (next.mark.at_ns - first.mark.at_ns) as f64 * px_per_ns;
        let are_close = bunch::are_close(first.mark, next.mark, apart_px, CLOSE_PX, CLOSE_EDITS_PX);
        first.ahead == next.ahead && are_close
    };
    let mut placed: Vec<Placed<'a>> = bunch::bunches(marks, joins)
        .into_iter()
        .filter_map(|range| unplaced(&marks[range], span_ms, width_px))
        .collect();
    let is_bad = |placed: &Placed<'_>| placed.shown.mark.tone == Tone::Bad;
    let last = placed
        .iter()
        .rposition(|placed| is_bad(placed) && !placed.shown.ahead);
    let last = last.or_else(|| placed.iter().position(is_bad));
    let mut order: Vec<usize> = (0..placed.len()).rev().collect();
    sort_by_key(&mut order, |number| {
        let is_wrong = matches!(placed[*number].shown.mark.tone, Tone::Bad | Tone::Warning);
        (
            !placed[*number].shown.done,
            Some(*number) != last,
            !is_wrong,
        )
    });
    let mut taken: [Vec<(f64, f64)>; 2] = Default::default();
    for number in order {
        let placed = &mut placed[number];
        let (from, to) = placed.words_px;
        // Neutral marks are edits: the reader made them, and there are many while one drags.
        let lines = match placed.shown.mark.tone {
            Tone::Neutral => [Line::Below, Line::Above],
            Tone::Bad | Tone::Warning | Tone::Good => [Line::Above, Line::Below],
        };
        placed.line = lines.into_iter().find(|line| {
            // The ends of the line below carry the axis.
            let free = *line == Line::Above || (from > 24.0 && to < width_px - 34.0);
            let taken = &taken[*line as usize];
            free && taken.iter().all(|(a, b)| to <= *a || from >= *b)
        });
        if let Some(line) = placed.line {
            taken[line as usize].push((from, to));
        }
    }
    placed
}

/// Marks that stand together, with the stretch that their words would take, on the track as far as they can be.
fn unplaced<'a>(all: &'a [Shown<'a>], span_ms: u64, width_px: f64) -> Option<Placed<'a>> {
    let first = all.first()?;
    let shown = Shown {
        mark: bunch::speaker(all.iter().map(|shown| shown.mark))?,
        done: all.iter().any(|shown| shown.done),
        ..*first
    };
    let share = (first.mark.at_ns as f64 / 1e6 / span_ms as f64).min(1.0);
    let at = share * width_px;
    let words = WORDS.cut(&bunch::words(shown.mark, all.len()), width_px);
    let half = WORDS.width(&words) / 2.0;
    let centre = at.clamp(
        half.min(width_px / 2.0),
        (width_px - half).max(width_px / 2.0),
    );
    let side = if at < half {
        Side::Left
    } else if at > width_px - half {
        Side::Right
    } else {
        Side::Middle
    };
    Some(Placed {
        shown,
        all,
        words,
        x: share * 100.0,
        words_px: (centre - half - GAP_PX, centre + half + GAP_PX),
        line: None,
        side,
    })
}

fn mark(placed: &Placed<'_>) -> Html {
    let mark = placed.shown.mark;
    let tone = match mark.tone {
        Tone::Bad => "bad",
        Tone::Warning => "warn",
        Tone::Good => "ok",
        Tone::Neutral => "neutral",
    };
    let x = format!("{:.2}%", placed.x);
    // Words that would leave the track begin or end with it.
    let (words_x, anchor) = match placed.side {
        Side::Left => ("0".into(), "start"),
        Side::Right => ("100%".into(), "end"),
        Side::Middle => (x.clone(), "middle"),
    };
    let small = mark.tone == Tone::Neutral;
    html! {
        <g class={classes!("mark", tone, placed.shown.ahead.then_some("ahead"))}>
            <circle cx={x} cy="26" r={if small { "3.5" } else { "5" }} />
            if let Some(line) = placed.line {
                <text x={words_x} y={if line == Line::Above { "12" } else { "46" }} text-anchor={anchor}>{ &placed.words }</text>
            }
        </g>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark_at(second: u64, words: &str) -> Mark {
        Mark {
            at_ns: second * 1_000_000_000,
            tone: Tone::Bad,
            words: words.into(),
            details: String::new(),
            component: None,
            instance: None,
        }
    }

    fn happened(marks: &[Mark]) -> Vec<Shown<'_>> {
        let shown = |mark| Shown {
            mark,
            ahead: false,
            done: false,
        };
        marks.iter().map(shown).collect()
    }

    fn track(marks: Vec<Mark>, known_before_s: u64, scheduled: Vec<Mark>) -> TrackProps {
        TrackProps {
            now_ns: 0,
            horizon_ns: 0,
            seeking: None,
            marks: Rc::new(marks),
            marks_known_before_ns: known_before_s * 1_000_000_000,
            scheduled: Rc::new(scheduled),
            intents: Intents::noop(),
        }
    }

    fn at_moment(props: &TrackProps, second: u64) -> Vec<(&str, bool)> {
        let shown = shown(props, second * 1_000_000_000);
        let told = shown
            .iter()
            .map(|shown| (shown.mark.words.as_str(), shown.ahead));
        told.collect()
    }

    #[test]
    fn what_is_scheduled_stands_ahead_until_it_has_happened() {
        let script = || vec![mark_at(10, "web/1 dies"), mark_at(30, "web/1 works again")];
        let fresh = track(Vec::new(), 1, script());
        assert_eq!(
            at_moment(&fresh, 0),
            [("web/1 dies", true), ("web/1 works again", true)]
        );
        let dead = vec![mark_at(10, "web/1 dies"), mark_at(16, "web/1 out")];
        let later = track(dead, 20, script());
        assert_eq!(
            at_moment(&later, 20),
            [
                ("web/1 dies", false),
                ("web/1 out", false),
                ("web/1 works again", true)
            ]
        );
        let back = [
            ("web/1 dies", true),
            ("web/1 out", true),
            ("web/1 works again", true),
        ];
        assert_eq!(at_moment(&later, 5), back, "going back keeps the marks");
    }

    #[test]
    fn of_very_many_marks_those_nearest_to_the_moment_are_drawn() {
        let marks: Vec<Mark> = (0..200).map(|second| mark_at(second, "x")).collect();
        let props = track(marks, 200, Vec::new());
        let shown = shown(&props, 100_000_000_000);
        assert_eq!(shown.len(), 2 * MARKS_MAX);
        assert_eq!(shown[0].mark.at_ns, 41_000_000_000);
    }

    #[test]
    fn words_longer_than_the_track_are_cut_off_and_told_in_full() {
        let long = Mark {
            details: "cache: TTL 300 → 2 s, all of it".into(),
            ..mark_at(
                20,
                "cache: TTL 300 → 2 s, room 10,000 → 50 entries, +2 more",
            )
        };
        let marks = [long];
        let happened = happened(&marks);
        let placed = placed(&happened, 60_000, 200.0);
        assert_eq!(placed[0].words, "cache: TTL 300 → 2 s, room 10,0…");
        assert_eq!(
            placed[0].shown.told(),
            "00:20.000: cache: TTL 300 → 2 s, all of it"
        );
        let (from, to) = placed[0].words_px;
        assert!(from >= -GAP_PX && to <= 200.0 + GAP_PX);
    }

    #[test]
    fn words_of_marks_never_overlap() {
        let marks = [
            mark_at(20, "web/2 dies"),
            mark_at(21, "web/2 out"),
            mark_at(22, "web/1 dies"),
            mark_at(50, "web/2 back"),
        ];
        let happened = happened(&marks);
        let lines: Vec<_> = placed(&happened, 60_000, 700.0)
            .iter()
            .map(|placed| placed.line)
            .collect();
        assert!(
            lines
                == [
                    None,
                    Some(Line::Below),
                    Some(Line::Above),
                    Some(Line::Above)
                ]
        );
    }

    #[test]
    fn the_last_that_went_bad_is_told_in_words_whatever_follows_from_it() {
        let with = |tone, second, words| Mark {
            tone,
            ..mark_at(second, words)
        };
        let marks = [
            mark_at(10, "web/1 dies"),
            mark_at(20, "web/2 dies"),
            with(Tone::Warning, 21, "web/2 out after 2 failed checks"),
            with(Tone::Warning, 22, "web/1 out after 2 failed checks"),
            with(Tone::Warning, 23, "web/3 out after 2 failed checks"),
        ];
        for width_px in [320.0, 700.0, 1_400.0] {
            let happened = happened(&marks);
            assert!(placed(&happened, 60_000, width_px)[1].line.is_some());
            let ahead: Vec<Shown<'_>> = marks
                .iter()
                .map(|mark| Shown {
                    mark,
                    ahead: true,
                    done: true,
                })
                .collect();
            assert!(placed(&ahead, 60_000, width_px)[0].line.is_some());
        }
    }

    #[test]
    fn what_was_done_keeps_its_words_before_what_followed() {
        let with = |tone, second, words| Mark {
            tone,
            ..mark_at(second, words)
        };
        let script = vec![mark_at(6, "Database hangs"), mark_at(30, "web/2 dies")];
        let marks = vec![
            script[0].clone(),
            with(Tone::Warning, 9, "web/1 out after 2 failed checks"),
            with(Tone::Warning, 10, "web/2 out after 2 failed checks"),
            with(Tone::Good, 14, "web/1 in after 2 good checks"),
            script[1].clone(),
        ];
        let props = track(marks, 40, script);
        for width_px in [320.0, 700.0, 1_400.0] {
            let marks = shown(&props, 40_000_000_000);
            let placed = placed(&marks, 60_000, width_px);
            for done in [0, 4] {
                assert!(placed[done].line.is_some(), "{done} of {width_px}");
            }
        }
    }

    #[test]
    fn what_went_wrong_has_the_right_of_way() {
        let good = |second, words| Mark {
            tone: Tone::Good,
            ..mark_at(second, words)
        };
        let marks = [
            mark_at(20, "web/2 dies"),
            good(21, "web/4 in after 2 good checks"),
            good(22, "web/5 in after 2 good checks"),
        ];
        let happened = happened(&marks);
        let placed = placed(&happened, 60_000, 700.0);
        let lines: Vec<_> = placed.iter().map(|placed| placed.line).collect();
        assert!(lines == [Some(Line::Above), None, Some(Line::Below)]);
        assert!(
            placed
                .iter()
                .map(|placed| &placed.words)
                .eq(marks.iter().map(|mark| &mark.words))
        );
    }

    #[test]
    fn all_that_happened_in_one_moment_is_told() {
        let edit = |words| Mark {
            tone: Tone::Neutral,
            ..mark_at(20, words)
        };
        let marks = [edit("Load balancer added"), edit("web/2 boots")];
        let happened = happened(&marks);
        let placed = placed(&happened, 60_000, 700.0);
        assert_eq!(placed.len(), 1, "one circle");
        assert_eq!(placed[0].words, "Load balancer added, +1 more");
        let told = "00:20.000: Load balancer added\n00:20.000: web/2 boots";
        assert_eq!(placed[0].told(), told);
    }

    #[test]
    fn a_seed_that_cannot_be_is_refused_with_what_can() {
        assert_eq!(parse_seed("4711"), Ok(4_711));
        assert_eq!(parse_seed("9007199254740991"), Ok(INTEGER_MAX));
        let larger = "The seed is too large: give 0 to 9,007,199,254,740,991.";
        for text in ["9007199254740992", "18446744073709551617"] {
            assert_eq!(parse_seed(text).unwrap_err(), larger);
        }
        let other = "The seed is no whole number: give 0 to 9,007,199,254,740,991.";
        let below = "The seed is below 0: give 0 to 9,007,199,254,740,991.";
        assert_eq!(parse_seed("-1").unwrap_err(), below);
        for text in ["", "-", "1.5", "seven"] {
            assert_eq!(parse_seed(text).unwrap_err(), other);
        }
    }

    #[test]
    fn the_track_has_room_ahead() {
        assert_eq!(span_ms(0, 0), 60_000);
        assert_eq!(span_ms(53_000_000_000, 0), 60_000);
        assert_eq!(span_ms(55_000_000_000, 0), 120_000);
        assert!(span_ms(10_000_000_000_000, 0) > 10_000_000);
        assert_eq!(span_ms(0, 90_000_000_000), 120_000);
    }

    #[test]
    fn any_speed_has_a_place_among_those_to_choose_from() {
        assert_eq!(SPEEDS[speed_place(Speed::Times(1.0))].1, "real time");
        assert_eq!(SPEEDS[speed_place(Speed::Times(0.9))].1, "real time");
        assert_eq!(SPEEDS[speed_place(Speed::Times(1e9))].1, "100 ×");
        assert_eq!(SPEEDS[speed_place(Speed::FlatOut)].1, "flat out");
    }
}
