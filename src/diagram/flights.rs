//! The trips that are drawn: a ring of the latest, and where each is at a moment.

use std::ops::Range;

use headroom_engine::flight::Flight;

use super::geometry::{Curve, Point};
use super::layout::Layout;

/// Trips kept at most: more than are ever under way on a screen.
pub const KEPT_MAX: usize = 16_384;

/// On screen no dot is faster than so many pixels a second: a third of a millisecond in a data
/// center would pass between two frames.
pub const FASTEST_PX_PER_S: f64 = 250.0;

/// Time steps back by no more than so many seconds of the screen's.
const STEP_BACK_MAX_S: f64 = 0.25;

/// Requests keep to one side of their wire and answers to the other, by so much.
pub const LANE: f64 = 2.7;

/// The way of one trip, as far as drawing it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trip {
    /// The trip.
    pub flight: Flight,
    /// Its wire in the layout; none when an end of it is not drawn.
    pub wire: Option<u16>,
    /// How far beside its wire: the broader the wire, the further apart its dots.
    pub aside: f64,
}

/// The latest trips, the oldest overwritten first.
#[derive(Debug, Default)]
pub struct Flights {
    trips: Vec<Trip>,
    next: usize,
    // How many of the oldest are over.
    over: usize,
    // How broad each wire is.
    widths: Vec<f64>,
}

/// How many dots there are to see, and how close together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Crowd {
    /// So many.
    pub dots: usize,
    /// Dots for each pixel of wire, as the mean dot has them around it.
    pub per_px: f64,
}

/// Slots of the ring that have changed: `count` from `first` on, over the end and on from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The first slot.
    pub first: usize,
    /// How many.
    pub count: usize,
}

impl Flights {
    /// Takes in a batch of numbers as the worker sends them.
    pub fn take(&mut self, batch: &[f64], stride: usize, layout: &Layout) -> Changed {
        let first = if self.trips.len() < KEPT_MAX {
            self.trips.len()
        } else {
            self.next
        };
        let mut count = 0;
        for numbers in batch.chunks_exact(stride) {
            self.put(read(numbers), layout);
            count += 1;
        }
        Changed {
            first,
            count: count.min(KEPT_MAX),
        }
    }

    fn put(&mut self, flight: Flight, layout: &Layout) {
        let wire = wire_of(&flight, layout);
        let trip = Trip {
            flight,
            wire,
            aside: aside(self.width(wire), flight.request),
        };
        if self.trips.len() < KEPT_MAX {
            self.trips.push(trip);
            self.next = self.trips.len() % KEPT_MAX;
        } else {
            self.trips[self.next] = trip;
            self.next = (self.next + 1) % KEPT_MAX;
            self.over = self.over.saturating_sub(1);
        }
    }

    /// Forgets all: another run is shown.
    pub fn clear(&mut self) {
        self.trips.clear();
        self.next = 0;
        self.over = 0;
    }

    /// How broad the wires are from now on: trips that set out are spread by it.
    pub fn set_widths(&mut self, widths: Vec<f64>) {
        self.widths = widths;
    }

    fn width(&self, wire: Option<u16>) -> f64 {
        let width = wire.and_then(|wire| self.widths.get(wire as usize));
        width.copied().unwrap_or(0.0)
    }

    /// The drawing has changed: every trip takes the wire it has now.
    pub fn rewire(&mut self, layout: &Layout) {
        for trip in &mut self.trips {
            trip.wire = wire_of(&trip.flight, layout);
        }
        self.over = 0;
    }

    /// Takes note of the oldest trips that are over.
    pub fn retire(&mut self, layout: &Layout, view: View) {
        // A pause steps back to where the worker is.
        let view = View {
            now_ns: view.now_ns - view.speed * STEP_BACK_MAX_S * 1e9,
            ..view
        };
        while self.over < self.trips.len() {
            let slot = (self.oldest() + self.over) % self.trips.len();
            if !self.trips[slot].is_over(layout, view) {
                return;
            }
            self.over += 1;
        }
    }

    fn oldest(&self) -> usize {
        if self.trips.len() < KEPT_MAX {
            0
        } else {
            self.next
        }
    }

    /// The slots of the trips that are not all over, older ones first.
    pub fn stretches(&self) -> [Range<usize>; 2] {
        let first = self.oldest() + self.over;
        let end = self.trips.len();
        if first < end {
            [first..end, 0..self.oldest()]
        } else {
            [first - end..self.oldest(), 0..0]
        }
    }

    /// All trips, by slot.
    pub fn trips(&self) -> &[Trip] {
        &self.trips
    }

    /// The trip whose dot is nearest to a place and within reach.
    pub fn nearest(&self, layout: &Layout, at: Point, reach: f64, view: View) -> Option<&Trip> {
        self.trips
            .iter()
            .filter_map(|trip| {
                let distance = trip.place(layout, view)?.distance_squared(at);
                (distance <= reach * reach).then_some((trip, distance))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(trip, _)| trip)
    }

    /// How many dots there are to see, and how close together.
    pub fn under_way(&self, layout: &Layout, view: View) -> Crowd {
        let mut on_wire = vec![0u32; layout.wires.len()];
        for trip in &self.trips {
            if let (Some(wire), true) = (trip.wire, trip.place(layout, view).is_some()) {
                on_wire[wire as usize] += 1;
            }
        }
        let dots: u32 = on_wire.iter().sum();
        let around = on_wire.iter().zip(&layout.wires);
        let around = around.map(|(on, wire)| f64::from(*on).powi(2) / wire.curve.length().max(1.0));
        Crowd {
            dots: dots as usize,
            per_px: around.sum::<f64>() / f64::from(dots.max(1)),
        }
    }
}

/// The moment that is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Simulated nanoseconds.
    pub now_ns: f64,
    /// Simulated seconds per second of the screen.
    pub speed: f64,
}

impl View {
    /// How long a trip is on screen at least for each pixel of its wire, in simulated nanoseconds.
    pub fn seen_ns_per_px(&self) -> f64 {
        self.speed * 1e9 / FASTEST_PX_PER_S
    }
}

impl Trip {
    /// How far along its wire it is, 0 to 1, while it is under way.
    pub fn part(&self, curve: &Curve, view: View) -> Option<f64> {
        let start = self.flight.start_ns as f64;
        let shortest = curve.length() * view.seen_ns_per_px();
        let length = (self.flight.end_ns as f64 - start).max(shortest);
        let gone = view.now_ns - start;
        (gone >= 0.0 && gone <= length && length > 0.0).then(|| gone / length)
    }

    /// Whether it has arrived, or can't be drawn at all.
    fn is_over(&self, layout: &Layout, view: View) -> bool {
        let wire = self.wire.and_then(|wire| layout.wires.get(wire as usize));
        let start_ns = self.flight.start_ns as f64;
        wire.is_none_or(|wire| view.now_ns > start_ns && self.part(&wire.curve, view).is_none())
    }

    /// Where its dot is, while it is under way.
    pub fn place(&self, layout: &Layout, view: View) -> Option<Point> {
        let curve = &layout.wires.get(self.wire? as usize)?.curve;
        let part = self.part(curve, view)?;
        Some(if self.is(Flight::BACK) {
            curve.beside(1.0 - part, LANE, self.aside - LANE)
        } else {
            curve.beside(part, -LANE, LANE - self.aside)
        })
    }

    /// Whether it has a flag.
    pub fn is(&self, flag: u8) -> bool {
        self.flight.flags & flag != 0
    }
}

/// How far beside a wire of that width the dot of a request keeps.
fn aside(width: f64, request: u64) -> f64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let lot = (request.wrapping_mul(GOLDEN) >> 40) as f64 / (1u64 << 24) as f64;
    LANE + lot * (width / 2.0 - LANE).max(0.0)
}

fn wire_of(flight: &Flight, layout: &Layout) -> Option<u16> {
    layout
        .wire(flight.link, flight.from_instance, flight.to_instance)
        .and_then(|wire| u16::try_from(wire).ok())
}

/// Simulated time for which a crowd is under way.
const CROWD_NS: f64 = 30e9;

/// So many made-up trips over all wires and of all classes as a batch, all under way for the next
/// half minute: a crowd to measure the painting by. The later in the run, the more evenly they are
/// spread along the wires.
pub fn crowd(count: usize, classes: usize, layout: &Layout, now_ns: f64) -> Vec<f64> {
    let ways = ways(layout);
    (0..count)
        .flat_map(|number| {
            let start_ns = now_ns * number as f64 / count as f64;
            let [link, from, to] = ways[number % ways.len()];
            let turn = number / ways.len();
            let back = (turn % 2) as f64 * f64::from(Flight::BACK);
            let class = (turn / 2 % classes.max(1)) as f64;
            let instances = f64::from(from) * 65_536.0 + f64::from(to);
            [
                start_ns,
                now_ns + CROWD_NS,
                number as f64,
                f64::from(link),
                instances,
                class * 256.0 + back,
            ]
        })
        .collect()
}

/// A link with its ends for every wire, name look-ups included.
fn ways(layout: &Layout) -> Vec<[u16; 3]> {
    let mut ways = vec![[0; 3]; layout.wires.len().max(1)];
    // A component drawn as cards has few instances, and any other one wire for all of them.
    const INSTANCES: u16 = 16;
    let links = layout.wires.iter().filter_map(|wire| wire.link).max();
    let links = links.map_or(0, |last| last as u16 + 1);
    for link in (0..links).chain([u16::MAX]) {
        for from in (0..INSTANCES).rev() {
            for to in (0..INSTANCES).rev() {
                if let Some(wire) = layout.wire(link, from, to) {
                    ways[wire] = [link, from, to];
                }
            }
        }
    }
    ways
}

/// One flight from the numbers that carry it.
fn read(numbers: &[f64]) -> Flight {
    let at = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
    let instances = at(4) as u64;
    let class_and_flags = at(5) as u32;
    Flight {
        start_ns: at(0) as u64,
        end_ns: at(1) as u64,
        request: at(2) as u64,
        link: at(3) as u16,
        from_instance: (instances >> 16) as u16,
        to_instance: (instances & 0xffff) as u16,
        class: (class_and_flags >> 8) as u8,
        flags: (class_and_flags & 0xff) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::layout::layout;
    use headroom_scenario::{Clients, Component, Design, Kind, Link, Service};

    fn design() -> Design {
        let component = |id: &str, kind| Component {
            id: id.to_string(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        };
        Design {
            sites: Vec::new(),
            components: vec![
                component("users", Kind::Clients(Clients::default())),
                component("web", Kind::Service(Service::default())),
            ]
            .into(),
            links: vec![Link {
                from: "users".to_string(),
                to: "web".to_string(),
                latency_ms: 1.0,
                ..Default::default()
            }]
            .into(),
        }
    }

    fn flight(start_ns: f64, end_ns: f64, flags: u8) -> [f64; 6] {
        [start_ns, end_ns, 41.0, 0.0, 0.0, 256.0 + f64::from(flags)]
    }

    #[test]
    fn a_dot_is_where_simulated_time_says() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        flights.take(&flight(1e9, 2e9, 0), 6, &layout);
        flights.take(&flight(1e9, 2e9, Flight::BACK), 6, &layout);
        let slow = |now_ns| View { now_ns, speed: 0.1 };
        let curve = layout.wires[0].curve;
        let [there, back] = flights.trips() else {
            panic!("two trips were taken in");
        };
        assert_eq!(there.place(&layout, slow(0.9e9)), None);
        assert_eq!(
            there.place(&layout, slow(1.25e9)),
            Some(curve.beside(0.25, -LANE, 0.0))
        );
        assert_eq!(
            back.place(&layout, slow(1.25e9)),
            Some(curve.beside(0.75, LANE, 0.0))
        );
        assert_eq!(there.place(&layout, slow(2.1e9)), None);
        assert_eq!(there.flight.class, 1);
    }

    #[test]
    fn a_trip_too_short_to_see_is_drawn_longer_but_leaves_on_time() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        flights.take(&flight(1e9, 1.0003e9, 0), 6, &layout);
        let trip = flights.trips()[0];
        let curve = layout.wires[0].curve;
        let seen_ns = curve.length() / FASTEST_PX_PER_S * 1e9;
        let real_time = |now_ns| View { now_ns, speed: 1.0 };
        assert_eq!(trip.part(&curve, real_time(1e9 - 1.0)), None);
        let half_way = trip.part(&curve, real_time(1e9 + seen_ns / 2.0)).unwrap();
        assert!((half_way - 0.5).abs() < 1e-9);
        let slow_motion = View {
            now_ns: 1.000_15e9,
            speed: 0.0001,
        };
        assert!((trip.part(&curve, slow_motion).unwrap() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_oldest_trips_make_room() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        let batch: Vec<f64> = (0..KEPT_MAX + 10)
            .flat_map(|number| flight(number as f64, number as f64 + 5.0, 0))
            .collect();
        let changed = flights.take(&batch, 6, &layout);
        assert_eq!(flights.trips().len(), KEPT_MAX);
        assert_eq!(changed.count, KEPT_MAX);
        assert_eq!(flights.trips()[9].flight.start_ns, KEPT_MAX as u64 + 9);
        let changed = flights.take(&flight(7.0, 8.0, 0), 6, &layout);
        assert_eq!(
            changed,
            Changed {
                first: 10,
                count: 1
            }
        );
        assert_eq!(flights.trips()[10].flight.start_ns, 7);
    }

    #[test]
    fn trips_that_are_over_are_drawn_no_more() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        let view = |now_ns| View { now_ns, speed: 0.1 };
        for start_ns in [0.0, 1e9, 2e9] {
            flights.take(&flight(start_ns, start_ns + 1e9, 0), 6, &layout);
        }
        assert_eq!(flights.stretches(), [0..3, 0..0]);
        flights.retire(&layout, view(1.5e9));
        assert_eq!(flights.stretches(), [1..3, 0..0]);
        flights.retire(&layout, view(9e9));
        assert_eq!(flights.stretches(), [0..0, 0..0]);
        let batch: Vec<f64> = (0..KEPT_MAX)
            .flat_map(|number| flight(9e9, if number < 100 { 9.1e9 } else { 10e9 }, 0))
            .collect();
        flights.take(&batch, 6, &layout);
        assert_eq!(flights.stretches(), [3..KEPT_MAX, 0..3]);
        flights.retire(&layout, view(9.5e9));
        assert_eq!(flights.stretches(), [103..KEPT_MAX, 0..3]);
    }

    #[test]
    fn a_click_finds_the_nearest_dot_within_reach() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        flights.take(&flight(0.0, 1e9, 0), 6, &layout);
        let view = View {
            now_ns: 0.5e9,
            speed: 0.1,
        };
        let at = layout.wires[0].curve.at(0.5);
        let near = Point::new(at.x + 5.0, at.y);
        assert!(flights.nearest(&layout, near, 8.0, view).is_some());
        let far = Point::new(at.x, at.y + 30.0);
        assert!(flights.nearest(&layout, far, 8.0, view).is_none());
        assert_eq!(flights.under_way(&layout, view).dots, 1);
    }

    #[test]
    fn a_crowd_is_under_way_for_half_a_minute() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        flights.take(&crowd(10_000, 3, &layout, 100e9), 6, &layout);
        for now_ns in [100e9, 115e9, 129e9] {
            assert_eq!(
                flights.under_way(&layout, View { now_ns, speed: 1.0 }).dots,
                10_000
            );
        }
    }

    #[test]
    fn the_broader_a_wire_the_further_its_dots_are_spread_but_never_off_it() {
        assert_eq!(aside(0.0, 7), LANE);
        assert_eq!(aside(2.0 * LANE, 7), LANE);
        let asides: Vec<f64> = (0..1_000).map(|number| aside(20.0, number * 20)).collect();
        assert!(asides.iter().all(|aside| (LANE..10.0).contains(aside)));
        let mean = asides.iter().sum::<f64>() / 1_000.0;
        assert!((mean - (LANE + 10.0) / 2.0).abs() < 0.2);
    }

    #[test]
    fn a_crowd_is_told_by_the_dots_around_a_dot() {
        let layout = layout(&design(), None, (772.0, 732.0));
        let mut flights = Flights::default();
        for _ in 0..50 {
            flights.take(&flight(0.0, 1e9, 0), 6, &layout);
        }
        let view = View {
            now_ns: 0.5e9,
            speed: 0.1,
        };
        let crowd = flights.under_way(&layout, view);
        let length = layout.wires[0].curve.length();
        assert_eq!(crowd.dots, 50);
        assert!((crowd.per_px - 50.0 / length).abs() < 1e-9);
    }

    #[test]
    fn numbers_of_any_kind_make_some_flight() {
        let odd = read(&[f64::NAN, -1.0, 1e300, 1e9]);
        assert_eq!(odd.start_ns, 0);
        assert_eq!(odd.link, u16::MAX);
    }
}
