//! One chart: lines or stacked bars over simulated time, labelled directly, with a read-out that
//! follows the pointer or the arrow keys.

use headroom_engine::happening::{Mark, Tone};
use headroom_engine::time::NS_PER_S;
use web_sys::Element;
use yew::prelude::*;

use super::scale::{Scale, axis, nudged};
use crate::bunch;
use crate::format;
use crate::lettering::Lettering;
use crate::order::sort_by_key;

/// Extent of a drawing, in its own units.
const WIDTH: f64 = 316.0;
const HEIGHT: f64 = 118.0;
/// The part of it that is plot.
const PLOT: (f64, f64, f64, f64) = (42.0, 14.0, 180.0, 100.0);
/// The top of an axis of latencies is at least so many times its bottom.
const LATENCY_SPREAD_MIN: f64 = 8.0;
/// Where the words of the axis end.
const AXIS_WORDS_X: f64 = 37.0;
/// A mark this near to a moment is told with it.
const NEAR_NS: u64 = 1_000_000_000;
/// At most so many steps make an axis of rates; about so many ticks one of latencies.
const STEPS_MAX: usize = 4;
const TICKS: usize = 3;
/// Between two direct labels.
const LABEL_APART: f64 = 13.0;

/// What the figures of a chart are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Something a second, from nothing up.
    Rate,
    /// Milliseconds, over several powers of ten.
    Latency,
    /// Shares of one.
    Share,
    /// Small shares of one, from nothing up.
    Part,
    /// US dollars, from nothing up.
    Dollars,
    /// So many of something, from nothing up.
    Number,
}

impl Measure {
    fn words(self, figure: f64) -> String {
        match self {
            _ if figure.is_nan() => "–".to_string(),
            // Beside a chart there is room for so much.
            Measure::Rate if figure >= 9_999.5 => format!("{}/s", format::short_rate(figure)),
            Measure::Rate => format!("{}/s", format::rate(figure)),
            Measure::Latency => format::ms(figure),
            Measure::Share | Measure::Part => format::share(figure),
            Measure::Dollars => format::usd(figure),
            Measure::Number => format::rate(figure),
        }
    }

    /// As wide as figures get beside a chart, but for few.
    const fn widest(self) -> &'static str {
        match self {
            Measure::Rate => "9,999/s",
            Measure::Latency => "999 ms",
            Measure::Share | Measure::Part => "99.9 %",
            Measure::Dollars => "$99,999",
            Measure::Number => "9,999",
        }
    }

    /// A figure of the axis: as short as it can be.
    fn tick_words(self, figure: f64) -> String {
        match self {
            Measure::Rate | Measure::Number => format::short_rate(figure),
            Measure::Latency => format::ms(figure),
            Measure::Share => format::gauge(figure),
            Measure::Part => format!("{}\u{a0}%", format::plain(figure * 100.0)),
            Measure::Dollars => format!("${}", format::short_rate(figure)),
        }
    }

    fn scale(self, largest: f64, smallest: f64) -> Scale {
        let range = (PLOT.3, PLOT.1);
        match self {
            Measure::Rate | Measure::Number | Measure::Part | Measure::Dollars => {
                Scale::linear((0.0, axis(largest, STEPS_MAX).0), range)
            }
            Measure::Share => Scale::linear((0.0, 1.0), range),
            Measure::Latency => {
                let (low, high) = (smallest * 0.8, largest * 1.25);
                // Small differences are not blown up to look like large ones.
                let spread = (LATENCY_SPREAD_MIN / (high / low)).sqrt().max(1.0);
                Scale::logarithmic((low / spread, high * spread), range)
            }
        }
    }

    fn ticks(self, scale: &Scale, largest: f64) -> Vec<f64> {
        match self {
            Measure::Share => vec![0.0, 0.5, 1.0],
            Measure::Rate | Measure::Number | Measure::Part | Measure::Dollars => {
                scale.multiples(axis(largest, STEPS_MAX).1)
            }
            Measure::Latency => scale.ticks(TICKS),
        }
    }
}

/// How figures are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// A line each.
    Lines,
    /// Bars on top of each other: the parts of a whole.
    Stacked,
}

/// One line, or one part of the bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it shows.
    pub name: AttrValue,
    /// The same where there is little room: beside its line.
    pub label: AttrValue,
    /// The class that gives it its colour and its dashes.
    pub class: &'static str,
    /// A figure for each bin; not a number where there is none.
    pub figures: Vec<f64>,
    /// The figure of the last few seconds, which the gauges beside the charts are of.
    pub lately: f64,
}

/// A chart.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What it shows.
    pub title: AttrValue,
    /// How far back: `last 60 s`.
    pub since: AttrValue,
    /// Which seconds the figures beside the lines are of: `last 5 s`.
    pub lately: AttrValue,
    /// Its name for tests.
    pub hook: AttrValue,
    /// What the figures are.
    pub measure: Measure,
    /// How they are drawn.
    pub drawing: Drawing,
    /// Start and length of each bin, in simulated nanoseconds.
    pub stretches: Vec<(u64, u64)>,
    /// Left and right edge.
    pub span: (u64, u64),
    /// The figures.
    pub series: Vec<Series>,
    /// Faults, repairs, edits.
    pub marks: Vec<Mark>,
    /// Their words are written above the plot.
    pub marks_named: bool,
    /// What is said while there is nothing to draw.
    pub empty: AttrValue,
}

/// The chart.
#[component]
pub fn Chart(props: &Props) -> Html {
    let node = use_node_ref();
    let cursor = use_state_eq(|| None::<usize>);
    let count = props.stretches.len();
    let place = cursor.filter(|place| *place < count);
    if props.series.is_empty() || count == 0 {
        return html! {
            <section class="chart" data-testid={format!("chart-{}", props.hook)}>
                <h2 class="eyebrow">{ props.title.clone() }</h2>
                <p class="nothing">{ props.empty.clone() }</p>
            </section>
        };
    }
    let picture = Picture::of(props);
    let onpointermove = {
        let (node, cursor) = (node.clone(), cursor.clone());
        let places = picture.places.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(x) = place_of(&node, &event) {
                cursor.set(nearest(&places, x));
            }
        })
    };
    let onpointerleave = {
        let cursor = cursor.clone();
        Callback::from(move |_: PointerEvent| cursor.set(None))
    };
    let onkeydown = {
        let cursor = cursor.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(next) = moved(&event.key(), *cursor, count) {
                event.prevent_default();
                cursor.set(next);
            }
        })
    };
    let onblur = {
        let cursor = cursor.clone();
        Callback::from(move |_: FocusEvent| cursor.set(None))
    };
    let seen = place.unwrap_or(count - 1);
    html! {
        <section class="chart" data-testid={format!("chart-{}", props.hook)}>
            <h2 class="eyebrow">{ props.title.clone() }<span class="at">{ read_out_time(props, place) }</span></h2>
            <svg ref={node} viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="slider" tabindex="0"
                aria-label={picture.summary(props)} aria-orientation="horizontal"
                aria-valuemin="0" aria-valuemax={(count - 1).to_string()}
                aria-valuenow={seen.to_string()} aria-valuetext={read_out(props, seen)}
                data-control="chart" data-of={props.hook.clone()}
                {onpointermove} {onpointerleave} {onkeydown} {onblur}>
                { picture.axes(props) }
                { picture.marks(props) }
                { picture.figures(props) }
                { picture.labels(props, place) }
                if place.is_some() {
                    { picture.cursor(props, seen) }
                }
            </svg>
            if !is_roomy(props) {
                <ul class="key" aria-hidden="true">
                    { for props.series.iter().map(|series| html! {
                        <li><svg class="labels" width="9" height="7">{ swatch(props, series, 0.0, 3.5) }</svg>{ series.name.clone() }</li>
                    }) }
                </ul>
            }
        </section>
    }
}

/// Where the pointer is, in units of the drawing.
fn place_of(node: &NodeRef, event: &PointerEvent) -> Option<f64> {
    let rect = node.cast::<Element>()?.get_bounding_client_rect();
    let part = (f64::from(event.client_x()) - rect.left()) / rect.width();
    Some(part * WIDTH)
}

fn nearest(places: &[f64], x: f64) -> Option<usize> {
    if x > PLOT.2 + 12.0 {
        return None;
    }
    (0..places.len()).min_by(|a, b| (places[*a] - x).abs().total_cmp(&(places[*b] - x).abs()))
}

/// Where a key moves the read-out; the outer option is whether it does.
fn moved(key: &str, cursor: Option<usize>, count: usize) -> Option<Option<usize>> {
    let last = count.checked_sub(1)?;
    let here = cursor.unwrap_or(last).min(last);
    match key {
        "ArrowLeft" | "ArrowDown" => Some(Some(here.saturating_sub(1))),
        "ArrowRight" | "ArrowUp" => Some(Some((here + 1).min(last))),
        "PageDown" => Some(Some(here.saturating_sub(10))),
        "PageUp" => Some(Some((here + 10).min(last))),
        "Home" => Some(Some(0)),
        "End" => Some(Some(last)),
        "Escape" => Some(None),
        _ => None,
    }
}

fn read_out_time(props: &Props, place: Option<usize>) -> String {
    let Some(stretch) = place.and_then(|place| props.stretches.get(place)) else {
        return props.lately.to_string();
    };
    let then = props.marks.iter().filter(|mark| is_near(mark, *stretch));
    let count = then.clone().count();
    let mut text = moment(*stretch);
    if let Some(mark) = bunch::speaker(then) {
        text += &format!(" · {}", bunch::words(mark, count));
    }
    text
}

/// The middle of a bin, in nanoseconds.
fn middle_ns((start_ns, length_ns): (u64, u64)) -> u64 {
    start_ns + length_ns / 2
}

/// When a bin was: `at 0:42`, or from when to when, where it is longer than a second.
fn moment((start_ns, length_ns): (u64, u64)) -> String {
    let at = format::short_clock(start_ns);
    if length_ns > NS_PER_S {
        format!("{at} to {}", format::short_clock(start_ns + length_ns))
    } else {
        format!("at {at}")
    }
}

/// Whether something happened in a bin, or just before or after it.
fn is_near(mark: &Mark, (start_ns, length_ns): (u64, u64)) -> bool {
    let near_ns = NEAR_NS.saturating_sub(length_ns / 2);
    (start_ns.saturating_sub(near_ns)..=start_ns + length_ns + near_ns).contains(&mark.at_ns)
}

/// Every figure of one moment in words, with what happened then.
fn read_out(props: &Props, place: usize) -> String {
    let mut words: Vec<String> = props
        .series
        .iter()
        .filter_map(|series| {
            let figure = series.figures.get(place)?;
            Some(format!("{} {}", series.name, props.measure.words(*figure)))
        })
        .collect();
    if let Some(stretch) = props.stretches.get(place) {
        words.insert(0, moment(*stretch));
        let then = |mark: &&Mark| is_near(mark, *stretch);
        words.extend(
            props
                .marks
                .iter()
                .filter(then)
                .map(|mark| mark.words.clone()),
        );
    }
    words.join(", ")
}

/// A chart's figures brought to their places.
struct Picture {
    time: Scale,
    figure: Scale,
    largest: f64,
    /// The middle of each bin.
    places: Vec<f64>,
    /// How wide each bin is.
    widths: Vec<f64>,
    /// Upper edges of each series' figures: the figures themselves, or what is stacked so far.
    tops: Vec<Vec<f64>>,
}

impl Picture {
    fn of(props: &Props) -> Self {
        let tops = match props.drawing {
            Drawing::Lines => props
                .series
                .iter()
                .map(|series| series.figures.clone())
                .collect(),
            Drawing::Stacked => stacked(&props.series),
        };
        let known = || {
            tops.iter()
                .flatten()
                .copied()
                .filter(|figure| figure.is_finite())
        };
        let largest = known().fold(0.0, f64::max);
        let smallest = known()
            .filter(|figure| *figure > 0.0)
            .fold(f64::INFINITY, f64::min);
        let span = (props.span.0 as f64, props.span.1 as f64);
        let time = Scale::linear(span, (PLOT.0, PLOT.2));
        Self {
            time,
            largest,
            figure: props
                .measure
                .scale(largest.max(1e-3), smallest.min(largest.max(1e-3))),
            places: props
                .stretches
                .iter()
                .map(|stretch| time.place(middle_ns(*stretch) as f64))
                .collect(),
            widths: props
                .stretches
                .iter()
                .map(|(start_ns, length_ns)| {
                    time.place((start_ns + length_ns) as f64) - time.place(*start_ns as f64)
                })
                .collect(),
            tops,
        }
    }

    /// Everything a sentence can hold.
    fn summary(&self, props: &Props) -> String {
        let parts: Vec<String> = props
            .series
            .iter()
            .map(|series| {
                let known = series.figures.iter().copied();
                let highest = known
                    .filter(|figure| figure.is_finite())
                    .fold(f64::NAN, f64::max);
                format!(
                    "{} {}, at most {}",
                    series.name,
                    props.measure.words(series.lately),
                    props.measure.words(highest)
                )
            })
            .collect();
        format!(
            "{}, {}, {}: {}",
            props.title,
            props.since,
            props.lately,
            parts.join("; ")
        )
    }

    fn axes(&self, props: &Props) -> Html {
        let seconds = Scale::linear(
            (props.span.0 as f64 / 1e9, props.span.1 as f64 / 1e9),
            (PLOT.0, PLOT.2),
        );
        html! {
            <g class="axes" aria-hidden="true">
                { for props.measure.ticks(&self.figure, self.largest).into_iter().map(|tick| {
                    let y = self.figure.place(tick);
                    html! {
                        <>
                            <line x1={u(PLOT.0)} x2={u(PLOT.2)} y1={u(y)} y2={u(y)} />
                            <text class="figure" x={u(AXIS_WORDS_X)} y={u(y + 3.5)}>
                                { props.measure.tick_words(tick) }
                            </text>
                        </>
                    }
                }) }
                { for time_ticks(&seconds).into_iter().map(|tick| html! {
                    <text class="time" x={u(seconds.place(tick))} y={u(HEIGHT - 5.0)}>
                        { format::short_clock((tick * 1e9) as u64) }
                    </text>
                }) }
            </g>
        }
    }

    fn figures(&self, props: &Props) -> Html {
        match props.drawing {
            Drawing::Lines => html! {
                { for props.series.iter().zip(&self.tops).map(|(series, tops)| html! {
                    <path class={classes!("line", series.class)} d={self.line(tops)} />
                }) }
            },
            Drawing::Stacked => {
                let mut floor = vec![0.0; self.places.len()];
                html! {
                    { for props.series.iter().zip(&self.tops).map(|(series, tops)| {
                        let d = self.bars(&floor, tops);
                        floor.clone_from(tops);
                        html! { <path class={classes!("bars", series.class)} {d} /> }
                    }) }
                }
            }
        }
    }

    /// A line through the figures, broken where there are none.
    fn line(&self, tops: &[f64]) -> String {
        let mut path = String::new();
        let mut drawing = false;
        for (x, top) in self.places.iter().zip(tops) {
            if top.is_finite() {
                let letter = if drawing { 'L' } else { 'M' };
                path += &format!("{letter}{:.1} {:.1}", x, self.figure.place(*top));
                if !drawing {
                    // A figure alone is a point still.
                    path += "h0.1";
                }
            }
            drawing = top.is_finite();
        }
        path
    }

    fn bars(&self, floor: &[f64], tops: &[f64]) -> String {
        let mut path = String::new();
        let bars = self.places.iter().zip(&self.widths);
        for (((x, width), low), high) in bars.zip(floor).zip(tops) {
            if high > low {
                let wide = (width * 0.82).clamp(1.2, 10.0);
                let (bottom, top) = (self.figure.place(*low), self.figure.place(*high));
                path += &format!(
                    "M{:.1} {bottom:.1}V{top:.1}h{wide:.1}V{bottom:.1}Z",
                    x - wide / 2.0
                );
            }
        }
        path
    }

    /// Names and figures at the right edge, beside the ends of their lines but never on each other.
    fn labels(&self, props: &Props, place: Option<usize>) -> Html {
        let seen = place.unwrap_or(self.places.len() - 1);
        let wishes: Vec<f64> = (0..props.series.len())
            .map(|number| self.middle(props, number, seen))
            .collect();
        // The words of marks may reach over the plot's right edge.
        let top = PLOT.1 + if props.marks_named { 6.0 } else { -4.0 };
        let places = nudged(&wishes, LABEL_APART, (top, HEIGHT - 10.0));
        let is_roomy = is_roomy(props);
        html! {
            <g class="labels" aria-hidden="true">
                { for props.series.iter().zip(places).map(|(series, y)| {
                    let figure = match place {
                        Some(place) => series.figures.get(place).copied().unwrap_or(f64::NAN),
                        None => series.lately,
                    };
                    html! {
                        <g>
                            if series.label != series.name { <title>{ series.name.clone() }</title> }
                            { swatch(props, series, PLOT.2 + 5.0, y) }
                            <text x={u(LABEL_X)} y={u(y + 3.7)}>
                                if is_roomy { { series.label.clone() }{ " " } }
                                <tspan>{ props.measure.words(figure) }</tspan>
                            </text>
                        </g>
                    }
                }) }
            </g>
        }
    }

    /// Where a label would like to be: at the end of its line, or the middle of its bar.
    fn middle(&self, props: &Props, number: usize, seen: usize) -> f64 {
        let at = |number: usize| self.tops[number].get(seen).copied().unwrap_or(f64::NAN);
        match props.drawing {
            Drawing::Lines => self.figure.place(at(number)),
            Drawing::Stacked => {
                let floor = number.checked_sub(1).map_or(0.0, at);
                self.figure.place((floor + at(number)) / 2.0)
            }
        }
    }

    fn cursor(&self, props: &Props, seen: usize) -> Html {
        let x = self.places[seen];
        html! {
            <g class="cursor" aria-hidden="true">
                <line x1={u(x)} x2={u(x)} y1={u(PLOT.1)} y2={u(PLOT.3)} />
                if props.drawing == Drawing::Lines {
                    { for self.tops.iter().filter_map(|tops| {
                        let top = tops.get(seen).copied().filter(|top| top.is_finite())?;
                        Some(html! {
                            <circle cx={u(x)} cy={u(self.figure.place(top))} r="2.6" />
                        })
                    }) }
                }
            </g>
        }
    }

    /// Marks as hairlines; their words where there is room for them.
    fn marks(&self, props: &Props) -> Html {
        let within = |mark: &&Mark| mark.at_ns >= props.span.0 && mark.at_ns <= props.span.1;
        let marks: Vec<&Mark> = props.marks.iter().filter(within).collect();
        let lines = hairlines(&marks, |mark| self.time.place(mark.at_ns as f64));
        let words = if props.marks_named {
            roomy(&lines)
        } else {
            vec![None; lines.len()]
        };
        html! {
            <g class="marks" aria-hidden="true">
                { for lines.into_iter().zip(words).map(|(MarkLine { x, tone, words }, place)| html! {
                    <g class={tone_class(tone)}>
                        <line x1={u(x)} x2={u(x)} y1={u(PLOT.1 - 3.0)} y2={u(PLOT.3)} />
                        if let Some(start) = place {
                            <text x={u(start)} y="9">{ words }</text>
                        }
                    </g>
                }) }
            </g>
        }
    }
}

/// A hairline for one mark, or for several that stand close together.
struct MarkLine {
    x: f64,
    tone: Tone,
    words: String,
}

/// Marks so close together are drawn as one, and edits so close, lest many of them hatch the plot.
const CLOSE: f64 = 1.5;
const CLOSE_EDITS: f64 = 9.0;

fn hairlines(marks: &[&Mark], place: impl Fn(&Mark) -> f64) -> Vec<MarkLine> {
    let joins = |first: &&Mark, next: &&Mark| {
        bunch::are_close(first, next, place(next) - place(first), CLOSE, CLOSE_EDITS)
    };
    bunch::bunches(marks, joins)
        .into_iter()
        .filter_map(|range| {
            let (x, count) = (place(marks[range.start]), range.len());
            let mark = bunch::speaker(marks[range].iter().copied())?;
            Some(MarkLine {
                x,
                tone: mark.tone,
                words: bunch::words(mark, count),
            })
        })
        .collect()
}

/// Whether there is room for all names beside their lines or bars, each before its figure. Else they
/// stand below the chart.
fn is_roomy(props: &Props) -> bool {
    let room = room(props.measure);
    let mut names = props.series.iter().map(|series| &series.label);
    names.all(|name| Lettering::plain(LABEL_SIZE).width(name) <= room)
}

/// Room for a name before any figure.
fn room(measure: Measure) -> f64 {
    let figure = Lettering::bold(LABEL_SIZE).width(measure.widest());
    WIDTH - LABEL_X - LABEL_SPACE - figure
}

/// A piece of a series' line or bars, before its name.
fn swatch(props: &Props, series: &Series, x: f64, y: f64) -> Html {
    let (class, d) = match props.drawing {
        Drawing::Lines => ("line", format!("M{x:.1} {y:.1}h9")),
        Drawing::Stacked => ("bars", format!("M{x:.1} {:.1}h9v7h-9Z", y - 3.5)),
    };
    html! { <path class={classes!(class, series.class)} {d} /> }
}

/// Size of the letters of a label, where its words start, and the space before its figure.
const LABEL_SIZE: f64 = 11.0;
const LABEL_X: f64 = PLOT.2 + 17.0;
const LABEL_SPACE: f64 = 3.8;

/// About how wide a letter of a mark's words is.
const LETTER: f64 = 5.4;

/// Where the words of each mark start, if there is room for them. What broke is named before what
/// follows from it, and what is later before what is earlier.
fn roomy(marks: &[MarkLine]) -> Vec<Option<f64>> {
    let mut order: Vec<usize> = (0..marks.len()).rev().collect();
    sort_by_key(&mut order, |number| marks[*number].tone != Tone::Bad);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut starts = vec![None; marks.len()];
    for number in order {
        let MarkLine { x, words, .. } = &marks[number];
        let wide = words.chars().count() as f64 * LETTER;
        let start = x.min(PLOT.2 + 60.0 - wide).max(0.0);
        let free = taken
            .iter()
            .all(|(from, to)| start + wide + 8.0 < *from || *to + 8.0 < start);
        if free && start <= x + 1.0 {
            taken.push((start, start + wide));
            starts[number] = Some(start);
        }
    }
    starts
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "mark-bad",
        Tone::Warning => "mark-warning",
        Tone::Good => "mark-good",
        Tone::Neutral => "mark-neutral",
    }
}

/// Whole minutes and the like, apart enough to be read.
fn time_ticks(seconds: &Scale) -> Vec<f64> {
    let (left, right) = (PLOT.0 + 14.0, PLOT.2 - 10.0);
    [
        5.0,
        10.0,
        20.0,
        30.0,
        60.0,
        120.0,
        300.0,
        600.0,
        1_800.0,
        3_600.0,
        14_400.0,
        43_200.0,
        86_400.0,
        604_800.0,
        2_592_000.0,
    ]
    .into_iter()
    .map(|every| seconds.multiples(every))
    .find(|ticks| ticks.len() <= 5)
    .unwrap_or_default()
    .into_iter()
    .filter(|tick| (left..=right).contains(&seconds.place(*tick)))
    .collect()
}

/// What is stacked up to and with each series.
fn stacked(series: &[Series]) -> Vec<Vec<f64>> {
    let mut sum: Vec<f64> = Vec::new();
    series
        .iter()
        .map(|series| {
            sum.resize(series.figures.len(), 0.0);
            for (sum, figure) in sum.iter_mut().zip(&series.figures) {
                *sum += if figure.is_finite() { *figure } else { 0.0 };
            }
            sum.clone()
        })
        .collect()
}

/// A length as an attribute.
fn u(length: f64) -> AttrValue {
    AttrValue::from(format!("{length:.1}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::reason::Reason;
    use headroom_scenario::step::LADDER;

    fn series(figures: &[f64]) -> Series {
        Series {
            name: "p50".into(),
            label: "p50".into(),
            class: "",
            figures: figures.to_vec(),
            lately: 0.0,
        }
    }

    #[test]
    fn bars_stand_on_each_other() {
        let tops = stacked(&[series(&[1.0, 2.0]), series(&[f64::NAN, 3.0])]);
        assert_eq!(tops, [vec![1.0, 2.0], vec![1.0, 5.0]]);
    }

    #[test]
    fn arrow_keys_move_the_read_out_and_stop_at_the_ends() {
        assert_eq!(moved("ArrowLeft", None, 10), Some(Some(8)));
        assert_eq!(moved("ArrowRight", Some(9), 10), Some(Some(9)));
        assert_eq!(moved("Home", Some(5), 10), Some(Some(0)));
        assert_eq!(moved("Escape", Some(5), 10), Some(None));
        assert_eq!(moved("a", Some(5), 10), None);
        assert_eq!(moved("Home", None, 0), None);
    }

    #[test]
    fn words_of_marks_never_cover_each_other_and_faults_are_named_first() {
        let mark = |tone, x| MarkLine {
            x,
            tone,
            words: "web/2 dies".to_string(),
        };
        let marks = [
            mark(Tone::Bad, 60.0),
            mark(Tone::Warning, 64.0),
            mark(Tone::Good, 160.0),
        ];
        assert_eq!(roomy(&marks), [Some(60.0), None, Some(160.0)]);
    }

    #[test]
    fn many_edits_in_a_row_hatch_nothing_and_say_how_many_they_are() {
        let edit = |at_ns, tone| Mark {
            details: String::new(),
            at_ns,
            tone,
            words: "Cache added".to_string(),
            component: None,
            instance: None,
        };
        let mut marks: Vec<Mark> = (0..60).map(|at| edit(at, Tone::Neutral)).collect();
        let place = |mark: &Mark| mark.at_ns as f64;
        let lines = hairlines(&marks.iter().collect::<Vec<_>>(), place);
        assert_eq!(lines.len(), 6);
        assert!(lines.windows(2).all(|pair| pair[1].x - pair[0].x > 9.0));
        assert_eq!(lines[0].words, "Cache added, +9 more");
        marks.push(edit(62, Tone::Bad));
        let lines = hairlines(&marks.iter().collect::<Vec<_>>(), place);
        assert_eq!(lines[6].tone, Tone::Bad, "a fault has its own");
    }

    #[test]
    fn figures_of_an_axis_are_short() {
        let rate = |figure| Measure::Rate.tick_words(figure);
        assert_eq!(rate(1_500.0), "1,500");
        assert_eq!(rate(500_000.0), "500k");
        assert_eq!(rate(1_500_000.0), "1.5M");
        assert_eq!(Measure::Rate.words(1_234_000.0), "1.2M/s");
        assert_eq!(Measure::Dollars.tick_words(1_500_000.0), "$1.5M");
    }

    #[test]
    fn the_usual_names_have_room_beside_their_lines_before_any_figure() {
        let fits = |name: &str, measure| Lettering::plain(LABEL_SIZE).width(name) <= room(measure);
        for reason in Reason::ALL {
            assert!(
                fits(format::short_reason(reason), Measure::Rate),
                "{reason:?}"
            );
        }
        for step in LADDER {
            let components = step.scenario().design.components.into_present().into_iter();
            for component in components.filter(|component| component.kind.facts().works) {
                let name = component.title();
                assert!(fits(name, Measure::Share), "{name}");
            }
        }
        assert!(!fits("orders-of-all-our-customers-2024", Measure::Share));
    }

    #[test]
    fn no_figure_is_wider_than_the_room_that_is_left_for_it() {
        let bold = Lettering::bold(LABEL_SIZE);
        let fits = |measure: Measure, figure| {
            bold.width(&measure.words(figure)) <= bold.width(measure.widest())
        };
        for figure in [
            0.0, 0.04, 1.5, 99.9, 999.4, 9_999.4, 9_999.6, 14_213.0, 99_940.0, 999_400.0,
        ] {
            assert!(fits(Measure::Rate, figure), "{figure}/s");
        }
        for share in [0.0, 0.001, 0.007, 0.5, 0.999, 1.0] {
            assert!(fits(Measure::Share, share), "{share}");
        }
    }

    #[test]
    fn the_pointer_finds_the_nearest_bin() {
        assert_eq!(nearest(&[10.0, 20.0, 30.0], 24.0), Some(1));
        assert_eq!(
            nearest(&[10.0], 300.0),
            None,
            "beside the plot is beside it"
        );
    }
}
