//! What is wrong with links, drawn on their wires: a gap with a cross where one is cut, else a sign of what it
//! suffers from, and beside them a few words.

use headroom_engine::snapshot::LinkGauge;
use headroom_scenario::{Direction, Impairment};
use yew::prelude::*;

use super::geometry::{Curve, Point, Rect};
use super::labels::{Forms, WORDS};
use super::layout::Layout;
use super::scene::{Scene, px};
use crate::deed::link_words;
use crate::format;
use crate::mathematics::sin_cos;

/// Half the room that a sign takes up on its wire.
const HALF: f64 = 8.0;
/// The same along its wire of a cut for one way only, which has an arrow.
const HALF_WITH_ARROW: f64 = 11.0;
/// Places along a wire for a sign, the best first.
const PARTS: [f64; 7] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];
/// Room at both ends of words together.
const ENDS: f64 = 8.0;

/// The sign of what is worst with a link, on one of its wires.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    wire: usize,
    worst: Impairment,
    at: Point,
    /// Which way calls go there: the angle from rightwards, clockwise.
    heading: f64,
    /// What it covers.
    pub place: Rect,
}

/// The signs of all that is wrong: where their wires run free of `words` and of components, if they do.
pub fn signs(scene: &Scene<'_>, words: &[Rect]) -> Vec<Sign> {
    let links = scene.scenario.design.links.present();
    let impaired =
        links.filter_map(|(link, _)| Some((link, *scene.link(link)?.impairments.first()?)));
    let signs = impaired.flat_map(|(link, worst)| {
        let wires = scene.layout.wires_of(link);
        wires.map(move |wire| Sign::new(scene.layout, words, wire, worst))
    });
    signs.collect()
}

impl Sign {
    fn new(layout: &Layout, words: &[Rect], wire: usize, worst: Impairment) -> Self {
        let curve = &layout.wires[wire].curve;
        let half = match worst {
            Impairment::Cut {
                direction: Direction::Calls | Direction::Answers,
            } => HALF_WITH_ARROW,
            Impairment::Cut {
                direction: Direction::Both,
            }
            | Impairment::Delay { .. }
            | Impairment::Loss { .. }
            | Impairment::Bandwidth { .. } => HALF,
        };
        let frames = layout.places.iter();
        let frames = frames.flat_map(|place| [&place.frame, &place.words]);
        let taken: Vec<&Rect> = frames.chain(words).collect();
        let covered = |part: f64| -> f64 {
            let place = around(curve, part, half);
            taken.iter().map(|taken| place.overlap(taken)).sum()
        };
        // Of several that are as good, the first.
        let best = PARTS
            .into_iter()
            .min_by(|one, other| covered(*one).total_cmp(&covered(*other)));
        let part = best.unwrap_or(0.5);
        Self {
            wire,
            worst,
            at: curve.at(part),
            heading: heading(curve, part),
            place: around(curve, part, half),
        }
    }

    /// Draws it.
    pub fn draw(&self, widths: &[f64]) -> Html {
        let Point { x, y } = self.at;
        let shift = format!("translate({} {})", px(x), px(y));
        let turned = format!("{shift} rotate({})", px(self.heading.to_degrees()));
        match self.worst {
            Impairment::Cut { direction } => {
                let width = widths.get(self.wire).copied().unwrap_or(0.0);
                self.cut(direction, turned, width)
            }
            Impairment::Delay { .. } | Impairment::Loss { .. } | Impairment::Bandwidth { .. } => {
                html! {
                    <g key={self.key()} class="sign" transform={shift} data-testid="sign">
                        <circle r={px(HALF)} />
                        <path d={picture(self.worst)} transform="translate(-5 -5)" />
                    </g>
                }
            }
        }
    }

    /// What it is among all that stands at the wires.
    fn key(&self) -> String {
        format!("sign-{}", self.wire)
    }

    /// A cut: the wire has a gap where nothing comes through. Where only one way is cut, an arrow that way runs
    /// against the cross, and the wire goes on.
    fn cut(&self, direction: Direction, turned: String, width: f64) -> Html {
        let (arrow, cross) = match direction {
            Direction::Both => (None, "M-4.5 -4.5l9 9M-4.5 4.5l9 -9"),
            Direction::Calls => (Some("M-10 -4.5v9l6.5 -4.5z"), "M1 -4.5l9 9M1 4.5l9 -9"),
            Direction::Answers => (Some("M10 -4.5v9l-6.5 -4.5z"), "M-10 -4.5l9 9M-10 4.5l9 -9"),
        };
        html! {
            <g key={self.key()} class="cut" transform={turned} data-testid="cut">
                if arrow.is_none() { <path class="gap" d="M-7.5 0h15" stroke-width={px(width + 5.0)} /> }
                <path class="halo" d={cross} />
                if let Some(arrow) = arrow { <path class="arrow" d={arrow} /> }
                <path class="cross" d={cross} />
            </g>
        }
    }
}

/// What a sign covers that reaches so far along its wire.
fn around(curve: &Curve, part: f64, along: f64) -> Rect {
    let (Point { x, y }, (sin, cos)) = (curve.at(part), sin_cos(heading(curve, part)));
    let wide = along * cos.abs() + HALF * sin.abs();
    let high = along * sin.abs() + HALF * cos.abs();
    Rect::new(x - wide, y - high, 2.0 * wide, 2.0 * high)
}

/// Which way a wire goes at a part of it: the angle from rightwards, clockwise.
fn heading(curve: &Curve, part: f64) -> f64 {
    const STEP: f64 = 0.01;
    let (before, after) = (curve.at(part - STEP), curve.at(part + STEP));
    (after.y - before.y).atan2(after.x - before.x)
}

/// The picture of an impairment, ten wide and ten high.
fn picture(impairment: Impairment) -> &'static str {
    match impairment {
        // The hands of a clock.
        Impairment::Delay { .. } => "M5 1.8v3.4l2.4 1.8",
        // A way with pieces missing.
        Impairment::Loss { .. } => "M.6 5h1.8M4.1 5h1.8M7.6 5h1.8",
        // The neck of a bottle.
        Impairment::Bandwidth { .. } => "M1 1.8l3 2h2l3 -2M1 8.2l3 -2h2l3 2",
        Impairment::Cut { .. } => "M1.5 1.5l7 7M1.5 8.5l7 -7",
    }
}

/// How the wires of a link look with what is wrong with it.
pub fn look(gauge: Option<&LinkGauge>) -> Option<&'static str> {
    let mut impairments = gauge?.impairments.iter();
    let is_lossy = |impairment: &Impairment| matches!(impairment, Impairment::Loss { .. });
    impairments.any(is_lossy).then_some("lossy")
}

/// What is said beside an impaired link.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What is wrong, the worst first, and what is held up by it.
    words: Vec<String>,
    /// All of it, where the words leave something out.
    full: String,
    is_cut: bool,
}

impl Trouble {
    /// What is wrong; where there is little room, only the worst and how much more there is.
    pub fn of(gauge: &LinkGauge, narrow: bool) -> Option<Self> {
        let worst = gauge.impairments.first()?;
        let shown = gauge.impairments.len().min(if narrow { 1 } else { 2 });
        let left_out = gauge.impairments.len() - shown;
        let all = link_words(gauge);
        let more = (left_out > 0).then(|| format!("{left_out} more"));
        let held = format::short_rate(gauge.held as f64);
        let held = (gauge.held > 0).then(|| format!("{held} held"));
        let shown = all[..shown].iter().cloned();
        Some(Self {
            words: shown.chain(more).chain(held).collect(),
            full: all.join(", "),
            is_cut: matches!(worst, Impairment::Cut { .. }),
        })
    }

    /// Its lines, as broad as can be first: all in one; one each; and each broken in two.
    pub fn forms(&self) -> Forms {
        let broken = self.words.iter().flat_map(|words| broken(words));
        Forms {
            lines: vec![
                vec![self.words.join(" · ")],
                self.words.clone(),
                broken.collect(),
            ],
            ends: ENDS,
        }
    }

    /// Draws it in the form for which its place is.
    pub fn draw(&self, of: &str, place: &Rect, onclick: Callback<MouseEvent>) -> Html {
        let class = if self.is_cut {
            "trouble bad"
        } else {
            "trouble"
        };
        html! {
            <g key={format!("trouble-{of}")} {class} data-testid="trouble" data-of={of.to_owned()} {onclick}>
                <title>{ self.full.clone() }</title>
                { self.forms().draw(place) }
            </g>
        }
    }
}

/// Words in two lines, the longer of which is as short as can be.
fn broken(words: &str) -> Vec<String> {
    let spaces = words.match_indices(' ').map(|(at, _)| at);
    let halves = spaces.map(|at| (&words[..at], &words[at + 1..]));
    let longer = |(first, second): &(&str, &str)| WORDS.width(first).max(WORDS.width(second));
    let best = halves.min_by(|one, other| longer(one).total_cmp(&longer(other)));
    match best {
        Some((first, second)) => vec![first.to_owned(), second.to_owned()],
        None => vec![words.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::labels::{self, Need, Wish};
    use crate::diagram::layout::layout;
    use crate::path_check::assert_draws;
    use headroom_scenario::step::LADDER;

    const CUT: Impairment = Impairment::Cut {
        direction: Direction::Both,
    };
    const CUT_FOR_CALLS: Impairment = Impairment::Cut {
        direction: Direction::Calls,
    };
    const LOSS: Impairment = Impairment::Loss { share: 0.05 };
    const DELAY: Impairment = Impairment::Delay { delay_ms: 100.0 };
    const FULL: Impairment = Impairment::Bandwidth { mbps: 10.0 };

    fn gauge(impairments: &[Impairment], held: u64) -> LinkGauge {
        LinkGauge {
            calls_rps: 10.0,
            impairments: impairments.to_vec(),
            held,
        }
    }

    fn words(impairments: &[Impairment], held: u64, narrow: bool) -> String {
        let trouble = Trouble::of(&gauge(impairments, held), narrow);
        trouble.map_or_else(String::new, |trouble| trouble.words.join(" · "))
    }

    #[test]
    fn what_is_wrong_is_said_worst_first_and_in_as_many_words_as_there_is_room_for() {
        assert_eq!(Trouble::of(&gauge(&[], 0), false), None);
        assert_eq!(words(&[LOSS], 0, false), "loses 5 %");
        assert_eq!(words(&[CUT], 120, true), "cut · 120 held");
        let all = [CUT, DELAY, LOSS, FULL];
        assert_eq!(words(&all, 0, false), "cut · 100 ms slower · 2 more");
        assert_eq!(words(&all, 0, true), "cut · 3 more");
        let full = Trouble::of(&gauge(&all, 0), true).map(|trouble| trouble.full);
        let expected = "cut, 100 ms slower, loses 5 %, carries 10 Mbit/s";
        assert_eq!(full.as_deref(), Some(expected));
    }

    #[test]
    fn words_are_broken_where_both_halves_are_short() {
        assert_eq!(broken("100 ms slower"), ["100 ms", "slower"]);
        assert_eq!(broken("carries 10 Mbit/s"), ["carries", "10 Mbit/s"]);
        assert_eq!(broken("cut"), ["cut"]);
        let sizes = Trouble::of(&gauge(&[FULL], 120), false).map(|trouble| trouble.forms().sizes());
        let sizes = sizes.unwrap_or_default();
        assert!(sizes[0].0 > sizes[1].0 && sizes[1].0 > sizes[2].0);
        assert_eq!(
            sizes.iter().map(|(_, high)| *high).collect::<Vec<_>>(),
            [16.0, 29.0, 55.0]
        );
    }

    #[test]
    fn each_impairment_has_a_picture_of_its_own() {
        let mut pictures = [CUT, DELAY, LOSS, FULL].map(picture).to_vec();
        pictures.iter().for_each(|path| assert_draws(path));
        pictures.sort_unstable();
        pictures.dedup();
        assert_eq!(pictures.len(), 4);
    }

    #[test]
    fn a_cross_lies_along_its_wire() {
        let level = Curve::rightwards(Point::new(0.0, 50.0), Point::new(100.0, 50.0));
        assert!(heading(&level, 0.5).abs() < 1e-9);
        let down = Curve::upright(Point::new(50.0, 0.0), Point::new(50.0, 100.0));
        assert!((heading(&down, 0.5).to_degrees() - 90.0).abs() < 1e-9);
        let place = around(&down, 0.5, 11.0);
        assert!((place.width - 16.0).abs() < 1e-9 && (place.height - 22.0).abs() < 1e-9);
    }

    /// Windows from a wide screen to a small phone.
    const BOXES: [(f64, f64); 5] = [
        (1_240.0, 860.0),
        (749.0, 733.0),
        (620.0, 640.0),
        (390.0, 420.0),
        (320.0, 380.0),
    ];

    #[test]
    fn no_cross_and_no_words_of_trouble_cover_a_component() {
        for step in LADDER {
            let design = step.scenario().design;
            for box_size in BOXES {
                let layout = layout(&design, None, box_size);
                let narrow = layout.flow == crate::diagram::layout::Flow::Downwards;
                for link in 0..design.links.len() {
                    let wires: Vec<usize> = layout.wires_of(link).collect();
                    let name = format!("{} link {link} in {box_size:?}", step.name);
                    let covers = |place: &Rect| -> f64 {
                        let places = layout.places.iter();
                        places.map(|at| at.frame.overlap(place)).sum()
                    };
                    let mut crosses = Vec::new();
                    for wire in &wires {
                        let cut = Sign::new(&layout, &[], *wire, CUT_FOR_CALLS);
                        assert!(covers(&cut.place) < 0.1, "the cross of {name}");
                        crosses.push(cut.place);
                    }
                    if wires.is_empty() {
                        continue;
                    }
                    let trouble = Trouble::of(&gauge(&[FULL], 120), narrow).expect("it is full");
                    let wish = Wish {
                        wires,
                        sizes: trouble.forms().sizes(),
                        beside: 4.0,
                        need: Need::Anywhere,
                    };
                    let place = labels::places(&layout, &[], &crosses, &[wish])[0];
                    let place = place.expect("there is always one");
                    assert!(covers(&place) < 0.1, "the words of {name}");
                }
            }
        }
    }
}
