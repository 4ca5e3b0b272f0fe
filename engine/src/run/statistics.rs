//! Figures over time, kept bounded: gauges of the last few seconds, bins for the charts, totals for the
//! report. Nothing here is read by a mechanism.

use std::collections::VecDeque;

use headroom_scenario::{Design, Objectives, price};

use crate::component::Component;
use crate::component::part::Part;
use crate::figures::meter::{Tally, ratio};
use crate::figures::outcome::Outcomes;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::series::{Bin, ComponentBin, CopyBin, GRAINS};
use crate::figures::snapshot::{InstanceState, Percentiles, RECENT_S};
use crate::mechanism::histogram::LatencyHistogram;
use crate::time::{NS_PER_S, ms_from_ns, ns_from_ms};
use crate::world::World;

/// The meters are drained this often.
pub const TICK_NS: u64 = NS_PER_S / 10;
/// Ticks in the finest bin: one second.
const TICKS_PER_BIN: u64 = 10;

/// What is known of an instance, or of a component as a whole.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// In the second that is not over yet.
    open: Tally,
    /// In each of the last few full seconds.
    seconds: VecDeque<Tally>,
    /// Since the measurement began.
    pub total: Tally,
    /// Since the start of the run.
    pub dropped: u64,
}

/// Counts of all requests over one stretch, with its latencies.
#[derive(Clone, Debug)]
struct Stretch {
    start_ns: u64,
    seconds: u64,
    arrived: u64,
    completed: u64,
    retries: u64,
    writes_unknown: u64,
    writes_applied_again: u64,
    failed: [u64; Reason::COUNT],
    /// At its end.
    overdue: u64,
    latency: LatencyHistogram,
    components: Vec<Tally>,
    /// By link, calls that came over it: kept of single seconds alone.
    calls: Vec<u32>,
    /// At its end.
    copies: Vec<CopyBin>,
}

/// Counts as they stood at some moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Requests started.
    pub arrived: u64,
    /// Answered well.
    pub completed: u64,
    /// Given up, by number of reason.
    pub failed: [u64; Reason::COUNT],
    /// Started and not ended.
    pub in_flight: u64,
    /// Further attempts.
    pub retries: u64,
    /// Writes given up of which nobody knows whether they were applied.
    pub writes_unknown: u64,
    /// Writes applied once more by another attempt.
    pub writes_applied_again: u64,
}

impl Counts {
    /// The counts now.
    pub fn of(outcomes: &Outcomes) -> Self {
        let Outcomes {
            arrived,
            completed,
            failed,
            in_flight,
            retries,
            writes_unknown,
            writes_applied_again,
            ..
        } = *outcomes;
        Counts {
            arrived,
            completed,
            failed,
            in_flight,
            retries,
            writes_unknown,
            writes_applied_again,
        }
    }
}

/// All figures of a run.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Who has waited for longer than this is overdue.
    overdue_from_ns: u64,
    settled_ns: u64,
    tick_ns: u64,
    ticks: u64,
    /// Counts at the start of the second that is not over yet.
    at_second: Counts,
    /// By component: what its kind had counted when the meters were last drained.
    own: Vec<OwnCounts>,
    /// By component, by instance.
    pub instances: Vec<Vec<Figures>>,
    /// By component.
    pub components: Vec<Figures>,
    /// Latencies of the second that is not over yet, but for those not yet taken from the outcomes.
    open: LatencyHistogram,
    /// The last few full seconds.
    recent: VecDeque<Stretch>,
    building: [Stretch; GRAINS.len()],
    history: [VecDeque<Bin>; GRAINS.len()],
    /// When the measurement began, and what the counts were then.
    pub measured_from_ns: u64,
    /// The counts then.
    pub at_measurement: Counts,
    /// The integral of the number in flight then, in nanoseconds.
    pub in_flight_area_ns_before: u64,
    /// Latencies since then, but for those not yet taken from the outcomes.
    measured: LatencyHistogram,
}

impl Statistics {
    /// No figures yet, of so many components.
    pub fn new(components: usize, objectives: &Objectives) -> Self {
        let stretch = Stretch::new(0, components);
        Self {
            overdue_from_ns: ns_from_ms(objectives.latency_p99_ms),
            settled_ns: 0,
            tick_ns: TICK_NS,
            ticks: 0,
            at_second: Counts::default(),
            own: vec![OwnCounts::default(); components],
            instances: vec![Vec::new(); components],
            components: vec![Figures::default(); components],
            open: LatencyHistogram::new(),
            recent: VecDeque::new(),
            building: std::array::from_fn(|_| stretch.clone()),
            history: std::array::from_fn(|_| VecDeque::new()),
            measured_from_ns: 0,
            at_measurement: Counts::default(),
            in_flight_area_ns_before: 0,
            measured: LatencyHistogram::new(),
        }
    }

    /// One more component, as of now.
    pub fn open(&mut self) {
        self.own.push(OwnCounts::default());
        self.instances.push(Vec::new());
        self.components.push(Figures::default());
        for stretch in &mut self.building {
            stretch.components.push(Tally::default());
        }
    }

    /// When the next tick is due.
    #[inline]
    pub fn next_tick_ns(&self) -> u64 {
        self.tick_ns
    }

    /// Takes everything counted until now out of the meters. The design is the one of the stretch that
    /// ends here: its prices hold for all of it.
    pub fn settle(&mut self, world: &mut World, components: &mut [Component], design: &Design) {
        let now_ns = world.now_ns();
        let length_ns = now_ns - self.settled_ns;
        self.settled_ns = now_ns;
        for (number, component) in components.iter_mut().enumerate() {
            component.catch_up(world);
            let instances = component.instances();
            let figures = &mut self.instances[number];
            figures.resize_with(instances.len(), Figures::default);
            let mut whole = Tally {
                length_ns: length_ns as f64,
                ..Tally::default()
            };
            for (index, instance) in instances.iter().enumerate() {
                let (slots, serving_ns) = if instance.listens() {
                    (component.slots(), length_ns)
                } else {
                    (0, 0)
                };
                let meter = &mut world.meters[number].instances[index];
                let ahead = component.ahead(index as u16, now_ns);
                let tally = Tally {
                    serving_area_ns: serving_ns as f64,
                    ..meter.drain(now_ns, length_ns, slots, ahead)
                };
                figures[index].add(&tally);
                whole.add_beside(&tally);
            }
            let meter = &mut world.meters[number];
            whole.waiting_max = meter.waiting.drain();
            (whole.rented_area_ns, _) = meter.rented.drain(now_ns);
            let kind = &design.components[number].kind;
            whole.usd_area_ns = price::usd_month(kind, whole.rented_mean()) * whole.length_ns;
            let own = component.own_counts();
            whole.own = own.since(&self.own[number]);
            self.own[number] = own;
            self.components[number].add(&whole);
        }
        self.open.merge(&world.outcomes.latency);
        self.measured.merge(&world.outcomes.latency);
        world.outcomes.latency.clear();
    }

    /// Drains the meters, and closes the second and whatever else is full with it.
    pub fn tick(&mut self, world: &mut World, components: &mut [Component], design: &Design) {
        self.settle(world, components, design);
        self.ticks += 1;
        self.tick_ns += TICK_NS;
        if self.ticks.is_multiple_of(TICKS_PER_BIN) {
            self.close_second(world, components);
        }
    }

    /// The measurement begins here: what came before was warm-up.
    pub fn begin_measurement(
        &mut self,
        world: &mut World,
        components: &mut [Component],
        design: &Design,
    ) {
        self.settle(world, components, design);
        let now_ns = world.now_ns();
        let parts = components.iter_mut();
        parts.for_each(|part| part.begin_measurement(now_ns));
        let all = self
            .instances
            .iter_mut()
            .flatten()
            .chain(&mut self.components);
        all.for_each(|figures| figures.total = Tally::default());
        self.measured.clear();
        self.measured_from_ns = world.now_ns();
        self.at_measurement = Counts::of(&world.outcomes);
        self.in_flight_area_ns_before = world.outcomes.in_flight_area_ns(world.now_ns());
    }

    /// How long the measurement has lasted, as far as settled.
    pub fn measured_ns(&self) -> u64 {
        self.settled_ns - self.measured_from_ns
    }

    /// Latencies of the measurement, as far as settled.
    pub fn latency(&self) -> &LatencyHistogram {
        &self.measured
    }

    /// The last few full seconds as one bin. While no second is over, what there is of the first.
    pub fn recent(&self, world: &World, components: &[Component]) -> Bin {
        let mut stretch = match self.recent.front() {
            Some(first) => Stretch::new(first.start_ns, 0),
            None => self.since_second(world, components),
        };
        for second in &self.recent {
            stretch.add_after(second);
        }
        stretch.components = self.components.iter().map(Figures::recent).collect();
        let length_ns = match self.recent.len() {
            0 => world.now_ns(),
            seconds => seconds as u64 * NS_PER_S,
        };
        stretch.bin(components, length_ns)
    }

    /// By link of the design: calls that came over it a second, in the last few full seconds, as far as it has been
    /// there; while none is over, what came in the first.
    pub fn calls_rps(&self, world: &World) -> Vec<f64> {
        let rate = |calls: f64, from_ns: u64, to_ns: u64| {
            let length_ns = to_ns.saturating_sub(from_ns);
            ratio(calls, length_ns as f64 / NS_PER_S as f64)
        };
        let wires = world.wires.iter().enumerate();
        let rates = wires.map(|(link, wire)| {
            let end_ns = self.building[0].start_ns;
            let first = self.recent.front();
            let Some(first) = first.filter(|_| wire.since_ns < end_ns) else {
                return rate(wire.calls.into(), wire.since_ns, world.now_ns());
            };
            let seconds = self.recent.iter();
            let calls = seconds.filter_map(|second| second.calls.get(link));
            let calls = calls.map(|calls| f64::from(*calls)).sum();
            rate(calls, first.start_ns.max(wire.since_ns), end_ns)
        });
        rates.collect()
    }

    /// What has been settled of the second that is not over yet, the figures of components left out.
    fn since_second(&self, world: &World, components: &[Component]) -> Stretch {
        let mut stretch = Stretch::new(self.building[0].start_ns, 0);
        stretch.count(&Counts::of(&world.outcomes), &self.at_second);
        stretch.overdue = self.overdue(world);
        stretch.latency = self.open.clone();
        stretch.calls = world.wires.iter().map(|wire| wire.calls).collect();
        stretch.copies = copies(world, components);
        stretch
    }

    /// How many are overdue now. Nothing is noted of them while they wait: who asks, once a second, looks at all.
    fn overdue(&self, world: &World) -> u64 {
        if world.outcomes.in_flight == 0 {
            return 0;
        }
        let overdue = world
            .requests
            .overdue_ns(world.now_ns(), self.overdue_from_ns);
        overdue.count() as u64
    }

    /// Closed bins from a moment on, in order: coarse ones for the past that the fine ones have left.
    pub fn bins_since(&self, start_ns: u64) -> Vec<Bin> {
        let mut bins: Vec<Bin> = Vec::new();
        let mut from_ns = start_ns;
        for grain in (0..GRAINS.len()).rev() {
            let finer_from_ns = match grain {
                0 => u64::MAX,
                _ => self.history[grain - 1]
                    .front()
                    .map_or(u64::MAX, |bin| bin.start_ns),
            };
            let usable = self.history[grain].iter().filter(|bin| {
                bin.start_ns >= from_ns && bin.start_ns + bin.length_ns <= finer_from_ns
            });
            bins.extend(usable.cloned());
            from_ns = bins
                .last()
                .map_or(from_ns, |bin| bin.start_ns + bin.length_ns);
        }
        bins
    }

    /// Bins of every grain that were closed after a moment, the finest first, each grain in order.
    pub fn bins_closed_after(&self, moment_ns: u64) -> Vec<Bin> {
        let all = self.history.iter().flatten();
        all.filter(|bin| bin.end_ns() > moment_ns)
            .cloned()
            .collect()
    }

    /// The second that is not over yet, as far as settled.
    pub fn open_bin(&self, world: &World, components: &[Component]) -> Bin {
        let mut stretch = self.since_second(world, components);
        stretch.components = self.components.iter().map(|figures| figures.open).collect();
        let length_ns = world.now_ns() - stretch.start_ns;
        stretch.bin(components, length_ns)
    }

    fn close_second(&mut self, world: &mut World, components: &[Component]) {
        let mut second = self.since_second(world, components);
        second.seconds = 1;
        self.at_second = Counts::of(&world.outcomes);
        self.open.clear();
        world.wires.iter_mut().for_each(|wire| wire.calls = 0);
        self.instances
            .iter_mut()
            .flatten()
            .for_each(Figures::close_second);
        second.components = self.components.iter().map(|figures| figures.open).collect();
        self.components.iter_mut().for_each(Figures::close_second);
        for (place, grain) in GRAINS.iter().enumerate() {
            let building = &mut self.building[place];
            building.add_after(&second);
            if building.seconds == grain.length_s {
                let next = Stretch::new(world.now_ns(), building.components.len());
                let closed = std::mem::replace(building, next);
                keep(
                    &mut self.history[place],
                    closed.bin(components, grain.length_s * NS_PER_S),
                    grain.kept,
                );
            }
        }
        keep(&mut self.recent, second, RECENT_S);
    }
}

/// Adds one at the end; of more than so many, the first has to go.
fn keep<T>(row: &mut VecDeque<T>, latest: T, most: usize) {
    if row.len() == most {
        row.pop_front();
    }
    row.push_back(latest);
}

impl Figures {
    #[inline]
    fn add(&mut self, tally: &Tally) {
        self.open.add_after(tally);
        self.total.add_after(tally);
        self.dropped += tally.dropped;
    }

    fn close_second(&mut self) {
        let second = std::mem::take(&mut self.open);
        keep(&mut self.seconds, second, RECENT_S);
    }

    /// In the last few full seconds; while none is over, what there is of the first.
    pub fn recent(&self) -> Tally {
        if self.seconds.is_empty() {
            return self.open;
        }
        let mut recent = Tally::default();
        self.seconds
            .iter()
            .for_each(|second| recent.add_after(second));
        recent
    }
}

impl Stretch {
    fn new(start_ns: u64, components: usize) -> Self {
        Self {
            start_ns,
            seconds: 0,
            arrived: 0,
            completed: 0,
            retries: 0,
            writes_unknown: 0,
            writes_applied_again: 0,
            failed: [0; Reason::COUNT],
            overdue: 0,
            latency: LatencyHistogram::new(),
            components: vec![Tally::default(); components],
            calls: Vec::new(),
            copies: Vec::new(),
        }
    }

    /// What came between two moments.
    fn count(&mut self, now: &Counts, before: &Counts) {
        self.arrived = now.arrived - before.arrived;
        self.completed = now.completed - before.completed;
        self.retries = now.retries - before.retries;
        self.writes_unknown = now.writes_unknown - before.writes_unknown;
        self.writes_applied_again = now.writes_applied_again - before.writes_applied_again;
        self.failed = std::array::from_fn(|reason| now.failed[reason] - before.failed[reason]);
    }

    fn add_after(&mut self, other: &Stretch) {
        self.seconds += other.seconds;
        self.arrived += other.arrived;
        self.completed += other.completed;
        self.retries += other.retries;
        self.writes_unknown += other.writes_unknown;
        self.writes_applied_again += other.writes_applied_again;
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
        self.overdue = other.overdue;
        self.copies.clone_from(&other.copies);
        self.latency.merge(&other.latency);
        for (mine, theirs) in self.components.iter_mut().zip(&other.components) {
            mine.add_after(theirs);
        }
    }

    /// As a bin of that length, which ends now.
    fn bin(&self, components: &[Component], length_ns: u64) -> Bin {
        Bin {
            start_ns: self.start_ns,
            length_ns,
            arrived: self.arrived,
            completed: self.completed,
            retries: self.retries,
            writes_unknown: self.writes_unknown,
            writes_applied_again: self.writes_applied_again,
            failed: self.failed,
            overdue: self.overdue,
            latency_ms: percentiles(&self.latency),
            components: self
                .components
                .iter()
                .zip(components)
                .map(|(tally, component)| component_bin(tally, component, length_ns))
                .collect(),
            copies: self.copies.clone(),
        }
    }
}

fn component_bin(tally: &Tally, component: &Component, length_ns: u64) -> ComponentBin {
    let own = |own| tally.own.get(own) as u32;
    let (sessions, sessions_lost) = component.sessions();
    ComponentBin {
        utilisation: tally.utilisation() as f32,
        servers: tally.serving_mean() as f32,
        usd_month: tally.usd_month_over(length_ns) as f32,
        queue_mean: ratio(tally.waiting_area_ns, tally.length_ns) as f32,
        queue_max: tally.waiting_max,
        started: tally.started as u32,
        wait_ms_mean: tally.wait_ms_mean() as f32,
        dropped: tally.dropped as u32,
        answered: tally.answered as u32,
        hits: tally.hits as u32,
        misses: tally.misses as u32,
        stale_hits: own(Own::StaleHits),
        evictions: own(Own::Evictions),
        writes_lost: own(Own::WritesLost),
        reads: own(Own::Reads),
        writes: own(Own::Writes),
        stale_reads: own(Own::StaleReads),
        session_calls: own(Own::SessionCalls),
        login_calls: own(Own::LoginCalls),
        sessions,
        sessions_lost,
    }
}

/// How far the copies of databases are behind now: those that are there and have their data, dead or alive.
fn copies(world: &World, components: &[Component]) -> Vec<CopyBin> {
    let mut copies = Vec::new();
    for (component, part) in components.iter().enumerate() {
        let Some(replication) = part.replication(world) else {
            continue;
        };
        let all = (0u16..).zip(replication.copies.iter().zip(part.instances()));
        let there = all.filter(|(_, (copy, instance))| {
            instance.state != InstanceState::Gone && copy.seeded_share == 1.0
        });
        copies.extend(there.map(|(instance, (copy, _))| CopyBin {
            component: component as u8,
            instance,
            lag_ms: copy.lag_ms as f32,
            lag_writes: copy.lag_writes,
        }));
    }
    copies
}

fn percentiles(latency: &LatencyHistogram) -> Percentiles {
    let at = |share| ms_from_ns(latency.quantile(share));
    Percentiles {
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
    }
}
