//! Figures over time, kept bounded: smoothed gauges for the eye, bins for the charts, totals for the
//! report. Nothing here is read by a mechanism.

use std::collections::VecDeque;

use crate::component::Component;
use crate::histogram::LatencyHistogram;
use crate::meter::{Tally, ratio};
use crate::outcome::Outcomes;
use crate::reason::Reason;
use crate::series::{Bin, ComponentBin};
use crate::snapshot::{Percentiles, SMOOTHING_S};
use crate::time::{NS_PER_S, ms_from_ns};
use crate::world::World;

/// Gauges move this often.
pub const TICK_NS: u64 = NS_PER_S / 10;
/// Ticks in the finest bin: one second.
const TICKS_PER_BIN: u64 = 10;
/// Seconds whose latencies make the percentiles of a snapshot.
const RECENT_BINS: usize = 5;
/// The grains of the history: length in finest bins, and how many are kept. Ten minutes by the
/// second, two hours by ten seconds, and a day by the minute.
const GRAINS: [(u64, usize); 3] = [(1, 600), (10, 720), (60, 1_440)];

/// A value that follows what it is shown, with the time constant of [`SMOOTHING_S`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoothed(f64);

impl Smoothed {
    #[inline]
    fn follow(&mut self, value: f64, step: f64) {
        self.0 += (value - self.0) * step;
    }
}

/// What is known of an instance, or of a component as a whole.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Since the last tick.
    tick: Tally,
    /// Since the measurement began.
    pub total: Tally,
    /// Since the start of the run.
    pub dropped: u64,
    utilisation: Smoothed,
    throughput_rps: Smoothed,
    failed_rps: [Smoothed; Reason::COUNT],
    wait_ms: Smoothed,
    hits: Smoothed,
    lookups: Smoothed,
}

/// Counts of all requests over one stretch, with its latencies.
#[derive(Clone, Debug)]
struct Stretch {
    start_ns: u64,
    bins: u64,
    arrived: u64,
    completed: u64,
    retries: u64,
    failed: [u64; Reason::COUNT],
    latency: LatencyHistogram,
    components: Vec<Tally>,
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
            ..
        } = *outcomes;
        Counts {
            arrived,
            completed,
            failed,
            in_flight,
            retries,
        }
    }
}

/// All figures of a run.
#[derive(Clone, Debug)]
pub struct Statistics {
    settled_ns: u64,
    tick_ns: u64,
    ticks: u64,
    /// Share of the smoothing that has had data, so that gauges start at the truth and not at 0.
    weight: f64,
    step: f64,
    at_tick: Counts,
    at_bin: Counts,
    /// By component, by instance.
    pub instances: Vec<Vec<Figures>>,
    /// By component.
    pub components: Vec<Figures>,
    arrived_rps: Smoothed,
    completed_rps: Smoothed,
    failed_rps: Smoothed,
    retried_rps: Smoothed,
    /// Share of those that ended in a tick who failed, and whether any ended: a tick weighs as much as
    /// another, or a burst of failures would outweigh the few good answers of the calm after it.
    failed_share: Smoothed,
    any_ended: Smoothed,
    open: LatencyHistogram,
    bin: Vec<Tally>,
    recent: VecDeque<LatencyHistogram>,
    building: [Stretch; GRAINS.len()],
    history: [VecDeque<Bin>; GRAINS.len()],
    /// When the measurement began, and what the counts were then.
    pub measured_from_ns: u64,
    /// The counts then.
    pub at_measurement: Counts,
    /// Latencies since then, but for those not yet taken from the outcomes.
    measured: LatencyHistogram,
}

impl Statistics {
    /// No figures yet, of so many components.
    pub fn new(components: usize) -> Self {
        let stretch = Stretch::new(0, components);
        Self {
            settled_ns: 0,
            tick_ns: TICK_NS,
            ticks: 0,
            weight: 0.0,
            step: 1.0 - libm::exp(-(TICK_NS as f64 / NS_PER_S as f64) / SMOOTHING_S),
            at_tick: Counts::default(),
            at_bin: Counts::default(),
            instances: vec![Vec::new(); components],
            components: vec![Figures::default(); components],
            arrived_rps: Smoothed::default(),
            completed_rps: Smoothed::default(),
            failed_rps: Smoothed::default(),
            retried_rps: Smoothed::default(),
            failed_share: Smoothed::default(),
            any_ended: Smoothed::default(),
            open: LatencyHistogram::new(),
            bin: vec![Tally::default(); components],
            recent: VecDeque::new(),
            building: std::array::from_fn(|_| stretch.clone()),
            history: std::array::from_fn(|_| VecDeque::new()),
            measured_from_ns: 0,
            at_measurement: Counts::default(),
            measured: LatencyHistogram::new(),
        }
    }

    /// When the next tick is due.
    #[inline]
    pub fn next_tick_ns(&self) -> u64 {
        self.tick_ns
    }

    /// Takes everything counted until now out of the meters.
    pub fn settle(&mut self, world: &mut World, components: &mut [Component]) {
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
                let slots = if instance.listens() {
                    component.slots()
                } else {
                    0
                };
                let meter = &mut world.meters[number].instances[index];
                let ahead = component.ahead(index, now_ns);
                let tally = meter.drain(now_ns, length_ns, slots, ahead);
                figures[index].add(&tally);
                whole.add_beside(&tally);
            }
            whole.waiting_max = world.meters[number].waiting.drain();
            self.components[number].add(&whole);
            self.bin[number].add_after(&whole);
        }
        self.open.merge(&world.outcomes.latency);
        self.measured.merge(&world.outcomes.latency);
        world.outcomes.latency.clear();
    }

    /// Moves the gauges on, and closes the bins that are full.
    pub fn tick(&mut self, world: &mut World, components: &mut [Component]) {
        self.settle(world, components);
        self.ticks += 1;
        self.tick_ns += TICK_NS;
        self.weight += (1.0 - self.weight) * self.step;
        let all = self
            .instances
            .iter_mut()
            .flatten()
            .chain(&mut self.components);
        all.for_each(|figures| figures.follow(self.step));
        let now = Counts::of(&world.outcomes);
        let tick_s = TICK_NS as f64 / NS_PER_S as f64;
        let rate = |new: u64, old: u64| (new - old) as f64 / tick_s;
        let before = self.at_tick;
        self.arrived_rps
            .follow(rate(now.arrived, before.arrived), self.step);
        self.completed_rps
            .follow(rate(now.completed, before.completed), self.step);
        self.retried_rps
            .follow(rate(now.retries, before.retries), self.step);
        let failed = |counts: &Counts| counts.failed.iter().sum::<u64>();
        self.failed_rps
            .follow(rate(failed(&now), failed(&before)), self.step);
        let new_failed = (failed(&now) - failed(&before)) as f64;
        let new_ended = new_failed + (now.completed - before.completed) as f64;
        let any_ended = if new_ended > 0.0 { 1.0 } else { 0.0 };
        self.failed_share
            .follow(ratio(new_failed, new_ended), self.step);
        self.any_ended.follow(any_ended, self.step);
        self.at_tick = now;
        if self.ticks.is_multiple_of(TICKS_PER_BIN) {
            self.close_bin(world, now);
        }
    }

    /// The measurement begins here: what came before was warm-up.
    pub fn begin_measurement(&mut self, world: &mut World, components: &mut [Component]) {
        self.settle(world, components);
        let all = self
            .instances
            .iter_mut()
            .flatten()
            .chain(&mut self.components);
        all.for_each(|figures| figures.total = Tally::default());
        self.measured.clear();
        self.measured_from_ns = world.now_ns();
        self.at_measurement = Counts::of(&world.outcomes);
    }

    /// Latencies of the measurement, as far as settled.
    pub fn latency(&self) -> &LatencyHistogram {
        &self.measured
    }

    /// Rates of arrivals, completions, failures and retries, smoothed.
    pub fn rates_rps(&self) -> [f64; 4] {
        [
            self.arrived_rps,
            self.completed_rps,
            self.failed_rps,
            self.retried_rps,
        ]
        .map(|rate| self.even(rate))
    }

    /// Share of ended requests that failed, smoothed; 0 while none has ended.
    pub fn failed_share(&self) -> f64 {
        ratio(self.failed_share.0, self.any_ended.0)
    }

    /// Percentiles of the last few full seconds and the one that is open.
    pub fn recent_percentiles(&self, outcomes: &Outcomes) -> Percentiles {
        let mut latency = self.open.clone();
        latency.merge(&outcomes.latency);
        self.recent.iter().for_each(|bin| latency.merge(bin));
        percentiles(&latency)
    }

    /// A smoothed value, evened out for the little data there is at the start of a run.
    pub fn even(&self, value: Smoothed) -> f64 {
        ratio(value.0, self.weight)
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

    /// The bin that is open, as far as settled; none where no time has passed in it and nothing happened.
    pub fn open_bin(&self, world: &World) -> Option<Bin> {
        let stretch = self.since_bin(Counts::of(&world.outcomes));
        let bin = Bin {
            length_ns: world.now_ns() - stretch.start_ns,
            ..stretch.bin()
        };
        let ended = bin.completed + bin.failed.iter().sum::<u64>();
        (bin.length_ns > 0 || bin.arrived + ended > 0).then_some(bin)
    }

    /// What has been settled since the last bin was closed.
    fn since_bin(&self, now: Counts) -> Stretch {
        let before = &self.at_bin;
        Stretch {
            start_ns: self.building[0].start_ns,
            bins: 1,
            arrived: now.arrived - before.arrived,
            completed: now.completed - before.completed,
            retries: now.retries - before.retries,
            failed: std::array::from_fn(|reason| now.failed[reason] - before.failed[reason]),
            latency: self.open.clone(),
            components: self.bin.clone(),
        }
    }

    fn close_bin(&mut self, world: &World, now: Counts) {
        let stretch = self.since_bin(now);
        self.at_bin = now;
        self.open.clear();
        self.bin.fill(Tally::default());
        for (grain, &(length, kept)) in GRAINS.iter().enumerate() {
            let building = &mut self.building[grain];
            building.add_after(&stretch);
            if building.bins == length {
                let components = building.components.len();
                let next = Stretch::new(world.now_ns(), components);
                let closed = std::mem::replace(building, next);
                if self.history[grain].len() == kept {
                    self.history[grain].pop_front();
                }
                self.history[grain].push_back(closed.bin());
            }
        }
        if self.recent.len() == RECENT_BINS {
            self.recent.pop_front();
        }
        self.recent.push_back(stretch.latency);
    }
}

impl Figures {
    fn add(&mut self, tally: &Tally) {
        self.tick.add_after(tally);
        self.total.add_after(tally);
        self.dropped += tally.dropped;
    }

    fn follow(&mut self, step: f64) {
        let tick = std::mem::take(&mut self.tick);
        let per_s = |count: u64| ratio(count as f64, tick.length_ns / NS_PER_S as f64);
        self.utilisation.follow(tick.utilisation(), step);
        self.throughput_rps.follow(per_s(tick.answered), step);
        for (smoothed, count) in self.failed_rps.iter_mut().zip(tick.failed) {
            smoothed.follow(per_s(count), step);
        }
        if tick.started > 0 {
            self.wait_ms.follow(tick.wait_ms_mean(), step);
        }
        self.hits.follow(tick.hits as f64, step);
        self.lookups.follow((tick.hits + tick.misses) as f64, step);
    }

    /// Share of slots busy, smoothed.
    pub fn utilisation(&self, statistics: &Statistics) -> f64 {
        statistics.even(self.utilisation)
    }

    /// Calls answered well a second, smoothed.
    pub fn throughput_rps(&self, statistics: &Statistics) -> f64 {
        statistics.even(self.throughput_rps)
    }

    /// Calls answered badly a second, smoothed, by reason, most frequent first. Reasons too rare to
    /// matter are left out.
    pub fn failing(&self, statistics: &Statistics) -> Vec<(Reason, f64)> {
        const NOTICED_RPS: f64 = 0.05;
        let rates = self.failed_rps.iter().map(|&rate| statistics.even(rate));
        let noticed = Reason::ALL
            .into_iter()
            .zip(rates)
            .filter(|(_, rate)| *rate >= NOTICED_RPS);
        let mut failing: Vec<(Reason, f64)> = Vec::new();
        for (reason, rate) in noticed {
            let place = failing.partition_point(|(_, before)| *before >= rate);
            failing.insert(place, (reason, rate));
        }
        failing
    }

    /// Mean wait lately, in milliseconds.
    pub fn wait_ms_mean(&self, statistics: &Statistics) -> f64 {
        statistics.even(self.wait_ms)
    }

    /// Share of look-ups that hit lately.
    pub fn hit_ratio(&self) -> f64 {
        ratio(self.hits.0, self.lookups.0)
    }
}

impl Stretch {
    fn new(start_ns: u64, components: usize) -> Self {
        Self {
            start_ns,
            bins: 0,
            arrived: 0,
            completed: 0,
            retries: 0,
            failed: [0; Reason::COUNT],
            latency: LatencyHistogram::new(),
            components: vec![Tally::default(); components],
        }
    }

    fn add_after(&mut self, other: &Stretch) {
        self.bins += other.bins;
        self.arrived += other.arrived;
        self.completed += other.completed;
        self.retries += other.retries;
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
        self.latency.merge(&other.latency);
        for (mine, theirs) in self.components.iter_mut().zip(&other.components) {
            mine.add_after(theirs);
        }
    }

    fn bin(&self) -> Bin {
        Bin {
            start_ns: self.start_ns,
            length_ns: self.bins * TICKS_PER_BIN * TICK_NS,
            arrived: self.arrived,
            completed: self.completed,
            retries: self.retries,
            failed: self.failed,
            latency_ms: percentiles(&self.latency),
            components: self.components.iter().map(component_bin).collect(),
        }
    }
}

fn component_bin(tally: &Tally) -> ComponentBin {
    ComponentBin {
        utilisation: tally.utilisation() as f32,
        servers: tally.serving_mean() as f32,
        queue_mean: ratio(tally.waiting_area_ns, tally.length_ns) as f32,
        queue_max: tally.waiting_max,
        started: tally.started as u32,
        wait_ms_mean: tally.wait_ms_mean() as f32,
        dropped: tally.dropped as u32,
        answered: (tally.answered + tally.failed_total()) as u32,
        hits: tally.hits as u32,
        misses: tally.misses as u32,
        sessions_lost: tally.sessions_lost as u32,
    }
}

fn percentiles(latency: &LatencyHistogram) -> Percentiles {
    let at = |share| ms_from_ns(latency.quantile(share));
    Percentiles {
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
    }
}
