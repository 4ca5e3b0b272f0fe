//! Where the words of links stand: beside their wires, and on nothing else.

use super::dots::RADIUS;
use super::flights::LANE;
use super::geometry::{Point, Rect};
use super::layout::Layout;
use super::scene::{boxed, px};
use crate::lettering::Lettering;
use crate::order::sort_by;
use yew::prelude::*;

/// Height of a label of one line, that of each further line, and room kept around it.
const HEIGHT: f64 = 16.0;
const LINE: f64 = 13.0;
const AROUND: f64 = 2.0;
/// From the middle of a wire to the edge of words beside it at least: as far as dots reach.
const BESIDE_MIN: f64 = 8.0;
/// So much further beside a wire words stand where else they would be on its dots.
const FURTHER: [f64; 3] = [0.0, 8.0, 24.0];
/// The same of words that must stand anywhere, where all that is nearer is taken.
const FURTHEST: [f64; 2] = [48.0, 80.0];
/// As bad as to run over so many places of wires: words so far away are hardly taken for those of a wire.
const FAR: f64 = 40.0;
/// As bad as to run over so many places of wires: words that stand nearer to another link's wire are taken
/// for those of that.
const MISREAD: f64 = 8.0;
/// Words that stand by so little further from another link's wire may be taken for those of that.
const HARDLY: f64 = 12.0;
/// Places along a wire, the best first: where a wire is in the middle, it is the most by itself.
const PARTS: [f64; 9] = [0.5, 0.44, 0.56, 0.36, 0.64, 0.28, 0.72, 0.2, 0.8];
/// Of a link's many wires so many are tried, outermost ones included.
const WIRES_TRIED: usize = 5;
/// Places at which a wire is looked at for whether it runs under a label.
const SAMPLES: usize = 24;

/// Less of a label than this under something or out of sight is a rounding error, in square pixels.
const NOTHING: f64 = 0.01;

/// What words are set in.
pub const WORDS: Lettering = Lettering::plain(11.0);

/// The forms that words can take, the best first, each of so many lines.
pub struct Forms {
    /// The lines of each.
    pub lines: Vec<Vec<String>>,
    /// Room at both ends of a line together.
    pub ends: f64,
}

impl Forms {
    /// How wide and how high each is.
    pub fn sizes(&self) -> Vec<(f64, f64)> {
        self.lines.iter().map(|lines| self.size(lines)).collect()
    }

    fn size(&self, lines: &[String]) -> (f64, f64) {
        let wide = lines.iter().map(|line| WORDS.width(line));
        let wide = wide.fold(0.0, f64::max) + self.ends;
        (wide, HEIGHT + (lines.len() - 1) as f64 * LINE)
    }

    /// Draws the one for which a place is, on a ground of its own.
    pub fn draw(&self, place: &Rect) -> Html {
        let fits = |lines: &&Vec<String>| {
            let (wide, high) = self.size(lines);
            wide < place.width + NOTHING && high + 2.0 * AROUND < place.height + NOTHING
        };
        let lines = self.lines.iter().find(fits).into_iter().flatten();
        let (x, top) = (place.center().x, place.y + AROUND);
        let high = place.height - 2.0 * AROUND;
        html! {
            <>
                { boxed("", &Rect::new(place.x, top, place.width, high), 8.0) }
                { for lines.zip(0u8..).map(|(line, number)| html! {
                    <text x={px(x)} y={px(top + 12.0 + f64::from(number) * LINE)}>{ line.clone() }</text>
                }) }
            </>
        }
    }
}

/// Words that want a place.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Numbers of the wires that they are about.
    pub wires: Vec<usize>,
    /// How wide and how high they are, in each form that they can take, the best first.
    pub sizes: Vec<(f64, f64)>,
    /// From the middle of a wire to its edge.
    pub beside: f64,
    /// Whether they are there even where they cover something.
    pub need: Need,
}

/// Whether words are there even where they cover something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No: who wants them finds them elsewhere.
    Nothing,
    /// No, nor where they might be taken for those of another wire.
    Clear,
    /// At their wires, or they tell nothing.
    Near,
    /// Wherever there is room.
    Anywhere,
}

/// A place for each wish, if there is one: on no component, on none of the other `words` of the drawing,
/// on no other label, and off the wires and their dots if it can be.
pub fn places(
    layout: &Layout,
    widths: &[f64],
    words: &[Rect],
    wishes: &[Wish],
) -> Vec<Option<Rect>> {
    let mut ground = Ground::of(layout, widths, words);
    wishes
        .iter()
        .map(|wish| {
            let place = ground.best(layout, wish)?;
            ground.taken.push(place);
            Some(place)
        })
        .collect()
}

/// What is there already.
struct Ground {
    all: Rect,
    taken: Vec<Rect>,
    /// Places on wires: the wire's number, and how far its dots reach.
    wires: Vec<(usize, Point, f64)>,
}

impl Ground {
    fn of(layout: &Layout, widths: &[f64], words: &[Rect]) -> Self {
        let places = layout.places.iter();
        let mut taken: Vec<Rect> = places
            .flat_map(|place| [place.frame, place.words])
            .collect();
        taken.extend(words);
        taken.push(layout.badge);
        let wires = layout.wires.iter().enumerate().flat_map(|(number, wire)| {
            let part = |sample: usize| (sample as f64 + 0.5) / SAMPLES as f64;
            let reach = reach(widths.get(number).copied().unwrap_or(0.0));
            (0..SAMPLES).map(move |sample| (number, wire.curve.at(part(sample)), reach))
        });
        Self {
            all: Rect::new(0.0, 0.0, layout.extent.0, layout.extent.1),
            taken,
            wires: wires.collect(),
        }
    }

    fn best(&self, layout: &Layout, wish: &Wish) -> Option<Rect> {
        let candidates = candidates(layout, wish);
        let rated = candidates
            .into_iter()
            .enumerate()
            .filter_map(|(order, (far, at))| {
                let cost = far + self.cost(&at, wish)?;
                Some((cost + order as f64 * 0.01, at))
            });
        let mut rated: Vec<(f64, Rect)> = rated.collect();
        sort_by(&mut rated, |a, b| a.0.total_cmp(&b.0));
        // To which wire words are nearest takes a look at all of them: only for the few best.
        let (cost, best) = *rated.first()?;
        let mut affordable = rated
            .iter()
            .take_while(|(other, _)| *other < cost + MISREAD);
        let well_read = affordable.find(|(_, at)| !self.is_nearer_to_others(at, wish));
        let at_any_rate = (wish.need != Need::Clear).then_some(best);
        well_read.map(|(_, at)| *at).or(at_any_rate)
    }

    /// How bad a place is; none where words must not stand.
    fn cost(&self, at: &Rect, wish: &Wish) -> Option<f64> {
        let covered: f64 = self.taken.iter().map(|taken| at.overlap(taken)).sum();
        let outside = at.width * at.height - at.overlap(&self.all);
        if covered + outside > NOTHING && matches!(wish.need, Need::Nothing | Need::Clear) {
            return None;
        }
        let crossed = self
            .wires
            .iter()
            .filter(|(_, place, reach)| is_near(at, *place, *reach));
        let crossed: f64 = crossed
            .map(|(wire, ..)| if wish.wires.contains(wire) { 1.0 } else { 3.0 })
            .sum();
        Some(crossed + 10.0 * (covered + 100.0 * outside))
    }

    /// Whether a wire that the words are not about is as near to them as their own, or hardly further.
    fn is_nearer_to_others(&self, at: &Rect, wish: &Wish) -> bool {
        let [own, others] = [true, false].map(|own| {
            let wires = self.wires.iter();
            let wires = wires.filter(|(wire, ..)| wish.wires.contains(wire) == own);
            let distances = wires.map(|(_, place, _)| at.distance_squared(*place));
            distances.fold(f64::INFINITY, f64::min).sqrt()
        });
        others < own + HARDLY
    }
}

/// Boxes beside and on the wires of a wish, better ones first, and how bad each is for being far away.
fn candidates(layout: &Layout, wish: &Wish) -> Vec<(f64, Rect)> {
    let curve = |wire: &usize| layout.wires[*wire].curve;
    let curves: Vec<_> = wish.wires.iter().map(curve).collect();
    let tried = curves.len().min(WIRES_TRIED);
    let spread = |number: usize| match tried {
        0 | 1 => 0,
        _ => number * (curves.len() - 1) / (tried - 1),
    };
    let nearest = (wish.beside + AROUND).max(BESIDE_MIN);
    // Words that can be fewer are rather that than away from their wire.
    let apart = if wish.sizes.len() > 1 { 1.0 } else { 0.0 };
    let mut boxes = Vec::new();
    for (wide, high) in &wish.sizes {
        let (wide, high) = (*wide, *high + 2.0 * AROUND);
        for part in PARTS {
            for curve in (0..tried).map(|number| &curves[spread(number)]) {
                let Point { x, y } = curve.at(part);
                let furthest = FURTHEST.into_iter().filter(|_| wish.need == Need::Anywhere);
                let furthest = furthest.map(|further| (further, FAR));
                let near = FURTHER
                    .into_iter()
                    .map(|further| (further, further * apart));
                let places = near
                    .chain(furthest)
                    .flat_map(|(further, far)| {
                        let beside = nearest + further;
                        let (up, aside) = (high / 2.0 + beside - AROUND, wide / 2.0 + beside);
                        let around = [(0.0, -up), (0.0, up), (aside, 0.0), (-aside, 0.0)];
                        around.map(|by| (far, by))
                    })
                    .chain([(0.0, (0.0, 0.0))]);
                boxes.extend(places.map(|(far, (dx, dy))| {
                    let corner = Point::new(x + dx - wide / 2.0, y + dy - high / 2.0);
                    (far, Rect::new(corner.x, corner.y, wide, high))
                }));
            }
        }
    }
    boxes
}

/// Whether the words of a label are nearer to a place than that.
fn is_near(label: &Rect, place: Point, reach: f64) -> bool {
    let margin = reach - AROUND;
    let within = |at: f64, from: f64, to: f64| (from - margin..to + margin).contains(&at);
    within(place.x, label.x, label.right()) && within(place.y, label.y, label.bottom())
}

/// How far from the middle of a wire of that width its dots reach.
fn reach(width: f64) -> f64 {
    (width / 2.0).max(LANE) + RADIUS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::layout::layout;
    use headroom_scenario::step::LADDER;

    /// Boxes of windows from a wide screen to a small phone.
    const BOXES: [(f64, f64); 8] = [
        (1_240.0, 860.0),
        (772.0, 732.0),
        (720.0, 660.0),
        (620.0, 640.0),
        (768.0, 520.0),
        (600.0, 420.0),
        (390.0, 420.0),
        (320.0, 380.0),
    ];

    fn wish(layout: &Layout, link: usize, width: f64, need: Need) -> Option<Wish> {
        let wires: Vec<usize> = layout.wires_of(link).collect();
        (!wires.is_empty()).then_some(Wish {
            wires,
            sizes: vec![(width, HEIGHT)],
            beside: 4.0,
            need,
        })
    }

    #[test]
    fn that_nothing_passes_over_one_wire_is_said_where_it_is_that_of_no_other() {
        let step = LADDER.iter().find(|step| step.name == "load-balancer");
        let design = step.expect("there is one").scenario().design;
        let number = |from: &str| design.links.iter().position(|link| link.from == from);
        let link = number("lb").expect("it is linked");
        for box_size in BOXES {
            let layout = layout(&design, None, box_size);
            let widths = vec![8.0; layout.wires.len()];
            let wires: Vec<usize> = layout.wires_of(link).collect();
            assert!(wires.len() > 2);
            for wire in &wires {
                let alone = Wish {
                    wires: vec![*wire],
                    sizes: vec![(24.0, HEIGHT)],
                    beside: 0.0,
                    need: Need::Clear,
                };
                let place = places(&layout, &widths, &[], &[alone])[0];
                if box_size.0 > 1_000.0 {
                    assert!(place.is_some(), "in {box_size:?}");
                }
                let Some(place) = place else { continue };
                let distance = |wire: usize| {
                    let curve = layout.wires[wire].curve;
                    let samples = (0..=100).map(|at| curve.at(f64::from(at) / 100.0));
                    let distances = samples.map(|point| place.distance_squared(point));
                    distances.fold(f64::INFINITY, f64::min).sqrt()
                };
                let others = (0..layout.wires.len()).filter(|other| other != wire);
                let others = others.map(distance).fold(f64::INFINITY, f64::min);
                assert!(others > distance(*wire) + HARDLY / 2.0, "in {box_size:?}");
            }
        }
    }

    fn wishes(layout: &Layout, links: usize, width: f64, need: Need) -> Vec<Wish> {
        let links = 0..links;
        links
            .filter_map(|link| wish(layout, link, width, need))
            .collect()
    }

    #[test]
    fn no_label_covers_a_component_its_words_or_another_label() {
        for step in LADDER {
            let design = step.scenario().design;
            for box_size in BOXES {
                let layout = layout(&design, None, box_size);
                let wishes = wishes(&layout, design.links.len(), 46.0, Need::Nothing);
                let found = places(&layout, &[], &[], &wishes);
                let placed: Vec<Rect> = found.into_iter().flatten().collect();
                for (number, label) in placed.iter().enumerate() {
                    let others = placed[..number].iter();
                    let drawn = layout.places.iter();
                    let drawn = drawn.flat_map(|place| [&place.frame, &place.words]);
                    for taken in others.chain(drawn) {
                        let name = step.name;
                        assert_eq!(label.overlap(taken), 0.0, "{name} in {box_size:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_link_of_every_step_has_its_label_on_a_desk_and_on_a_phone() {
        for step in LADDER {
            let design = step.scenario().design;
            // Nothing passes from a cache to a database while the servers fill it.
            let passed = design.links.iter().enumerate();
            let passed = passed.filter(|(_, link)| link.from != "cache");
            let passed: Vec<usize> = passed.map(|(link, _)| link).collect();
            let boxes = [
                (1_240.0, 860.0),
                (749.0, 733.0),
                (768.0, 520.0),
                (390.0, 420.0),
            ];
            let widths = [39.0, 46.2, 49.2];
            for (box_size, width) in boxes
                .iter()
                .flat_map(|size| widths.map(|width| (*size, width)))
            {
                let layout = layout(&design, None, box_size);
                let wish = |link: &usize| wish(&layout, *link, width, Need::Nothing);
                let wishes: Vec<Wish> = passed.iter().filter_map(wish).collect();
                let found = places(&layout, &[], &[], &wishes);
                let missing = found.iter().filter(|place| place.is_none()).count();
                assert_eq!(missing, 0, "{} in {box_size:?}, {width} wide", step.name);
            }
        }
    }

    #[test]
    fn with_reduced_motion_there_is_always_a_label_and_it_is_within_the_drawing() {
        for step in LADDER {
            let design = step.scenario().design;
            for box_size in BOXES {
                let layout = layout(&design, None, box_size);
                let wishes = wishes(&layout, design.links.len(), 60.0, Need::Anywhere);
                let found = places(&layout, &[], &[], &wishes);
                for place in found {
                    let place = place.expect("there is always one");
                    let scale = layout.fit.scale;
                    assert!(place.x >= 0.0 && place.right() * scale <= box_size.0);
                }
            }
        }
    }

    #[test]
    fn a_label_stands_by_its_own_wires() {
        let design = LADDER[LADDER.len() - 1].scenario().design;
        let layout = layout(&design, None, (772.0, 732.0));
        let wishes = wishes(&layout, design.links.len(), 46.0, Need::Nothing);
        for (wish, place) in wishes.iter().zip(places(&layout, &[], &[], &wishes)) {
            let Some(place) = place else { continue };
            let curves = wish.wires.iter().map(|wire| layout.wires[*wire].curve);
            let places =
                curves.flat_map(|curve| (0..=40).map(move |at| curve.at(f64::from(at) / 40.0)));
            let near = places
                .map(|at| at.distance_squared(place.center()).sqrt())
                .fold(f64::INFINITY, f64::min);
            assert!(near < 40.0, "{wish:?}");
        }
    }

    #[test]
    fn words_of_a_selected_link_stand_at_it_in_every_window() {
        // What passes and how long it takes; one below the other; what passes alone.
        let sizes = |long: f64| vec![(long, HEIGHT), (54.0, HEIGHT + LINE), (46.0, HEIGHT)];
        for step in LADDER {
            let design = step.scenario().design;
            for (box_size, long) in BOXES
                .iter()
                .flat_map(|size| [75.0, 95.0, 120.0].map(|long| (*size, long)))
            {
                let layout = layout(&design, None, box_size);
                for selected in 0..design.links.len() {
                    let Some(first) = wish(&layout, selected, long, Need::Near) else {
                        continue;
                    };
                    let first = Wish {
                        sizes: sizes(long),
                        ..first
                    };
                    let others = (0..design.links.len()).filter(|link| *link != selected);
                    let others = others.filter_map(|link| wish(&layout, link, 46.0, Need::Nothing));
                    let wishes: Vec<Wish> = std::iter::once(first).chain(others).collect();
                    let at = places(&layout, &[], &[], &wishes)[0].expect("it is there");
                    let name = format!("link {selected} of {} in {box_size:?}", step.name);
                    let apart = apart(&layout, &wishes[0], &at);
                    assert!(apart < 33.0, "{name}: {apart} away");
                    let drawn = layout.places.iter();
                    let drawn = drawn.flat_map(|place| [&place.frame, &place.words]);
                    let covered: f64 = drawn.map(|taken| at.overlap(taken)).sum();
                    assert!(covered < 60.0, "{name}: {covered} covered");
                }
            }
        }
    }

    /// How far it is from the words of a wish to its wires.
    fn apart(layout: &Layout, wish: &Wish, at: &Rect) -> f64 {
        let curves = wish.wires.iter().map(|wire| layout.wires[*wire].curve);
        let places =
            curves.flat_map(|curve| (0..=40).map(move |part| curve.at(f64::from(part) / 40.0)));
        let apart = places.map(|place| {
            let dx = (at.x - place.x).max(place.x - at.right()).max(0.0);
            let dy = (at.y - place.y).max(place.y - at.bottom()).max(0.0);
            dx.hypot(dy)
        });
        apart.fold(f64::INFINITY, f64::min)
    }
}
