//! The engine: a run in one place or in several, and what is seen of it.
//!
//! Places run side by side in windows that are no longer than what the fastest link between two of them takes, and
//! exchange what has crossed at the end of each. A run in one place has no windows.

use std::borrow::Cow;

use headroom_scenario::{Action, Scenario, TimedAction, ValidScenario};

use crate::books::ring_view::RingView;
use crate::books::{conservation, gathering, reporting, ring_view, snapshotting};
use crate::figures::report::Report;
use crate::figures::series::Bin;
use crate::figures::snapshot::Snapshot;
use crate::mechanism::digest::Digest;
use crate::place::{Place, Progress, TIME_MAX_NS};
use crate::run::Run;
use crate::run::statistics::TICK_NS;
use crate::story::flight::Flight;
use crate::story::happening::{Happening, Mark};
use crate::story::trace::Trace;
use crate::time::SimTime;

/// Who brings the places of a run forward: what comes of it is the same, whoever it is.
pub trait Crew {
    /// Runs each of the places to the end of a window, in any order or at the same time.
    fn run(&mut self, places: &mut [Place], end: SimTime);
}

/// One after the other.
#[derive(Clone, Copy, Debug)]
pub struct InTurn;

impl Crew for InTurn {
    fn run(&mut self, places: &mut [Place], end: SimTime) {
        places.iter_mut().for_each(|place| place.run_window(end));
    }
}

/// A run of a scenario, driven by its script and by live edits. Cloning it is a checkpoint.
#[derive(Clone, Debug)]
pub struct Engine {
    /// One for each site of the design, and one where it has fewer than two.
    pub(crate) places: Vec<Place>,
}

impl Engine {
    /// The run of a scenario, before its first event.
    pub fn new(scenario: &ValidScenario) -> Self {
        let mut scenario: Scenario = (**scenario).clone();
        let script = std::mem::take(&mut scenario.script);
        let count = scenario.design.sites.len().max(1);
        let place = |number| Place::new(scenario.clone(), script.clone(), number as u8);
        Self {
            places: (0..count).map(place).collect(),
        }
    }

    /// The place of the users.
    fn users(&self) -> &Place {
        let clients = self.places[0].run.clients_number;
        &self.places[self.place_of(clients)]
    }

    fn place_of(&self, component: usize) -> usize {
        self.places[0].run.world.border.place_of(component)
    }

    /// The moment the run has reached.
    pub fn now(&self) -> SimTime {
        let reached = self.places.iter().map(|place| place.run.world.now_ns());
        SimTime(reached.max().unwrap_or(0))
    }

    /// Events handled since the start.
    pub fn events(&self) -> u64 {
        self.places.iter().map(|place| place.run.events).sum()
    }

    /// Applies a live edit or a fault: it takes effect in the first nanosecond not yet begun, after
    /// what the script has for that nanosecond, and is returned with that stamp, for the script. What
    /// the script has still to do is done as before, so that a replay is the same run.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the action, and what would be right.
    pub fn apply(&mut self, action: &Action) -> Result<TimedAction, String> {
        let at_ns = self.now().0 + u64::from(self.events() > 0);
        let [first, others @ ..] = &mut self.places[..] else {
            unreachable!("a run has a place")
        };
        let timed = first.control.apply(at_ns, action)?;
        for place in others {
            place.control.apply(at_ns, action)?;
        }
        Ok(timed)
    }

    /// Digest of every event so far.
    pub fn digest(&self) -> u64 {
        let mut digests = self.places.iter().map(|place| place.run.digest.value());
        let first = digests.next().unwrap_or(0);
        digests.fold(first, |all, of_place| {
            let mut digest = Digest::default();
            digest.mix(all);
            digest.mix(of_place);
            digest.value()
        })
    }

    /// Digest of what became of every request that has ended: its number, its start, its end and its
    /// result. Two runs that differ only in how they were computed have the same.
    pub fn outcomes_digest(&self) -> u64 {
        self.users().run.world.outcomes.digest()
    }

    /// The scenario as its script and live edits have made it by now, without its script.
    pub fn scenario(&self) -> &Scenario {
        &self.places[0].run.scenario
    }

    /// In how many places it runs.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// Handles one event, and says what it did. None when nothing will ever happen again.
    pub fn step(&mut self) -> Option<Happening> {
        if let [place] = &mut self.places[..] {
            return place.step(TIME_MAX_NS);
        }
        loop {
            let next_ns = self.next_ns();
            if next_ns == u64::MAX {
                return None;
            }
            let happening = self.places.iter_mut().find_map(|place| place.step(next_ns));
            self.hand_over();
            if happening.is_some() {
                return happening;
            }
        }
    }

    /// Runs on to a moment, or until so many events are handled. Events of that very nanosecond are
    /// handled too. [`SimTime::NEVER`] is reached when nothing will ever happen again.
    ///
    /// In several places the budget is looked at between windows.
    pub fn run_until(&mut self, until: SimTime, events_budget: u64) -> Progress {
        self.run_until_by(&mut InTurn, until, events_budget)
    }

    /// The same, where a crew brings the places forward.
    pub fn run_until_by(
        &mut self,
        crew: &mut impl Crew,
        until: SimTime,
        events_budget: u64,
    ) -> Progress {
        if let [place] = &mut self.places[..] {
            return place.run_until(until, events_budget);
        }
        let until_ns = until.0.min(TIME_MAX_NS).max(self.now().0);
        let last = self.events().saturating_add(events_budget);
        while self.events() < last {
            let end_ns = self.window_end_ns(until_ns);
            crew.run(&mut self.places, SimTime(end_ns));
            self.hand_over();
            if end_ns == until_ns {
                return Progress::Reached;
            }
        }
        Progress::BudgetSpent
    }

    /// The last moment up to which nothing that is sent from now on arrives in another place. What an action does
    /// may make a link faster: a window ends with it.
    fn window_end_ns(&self, until_ns: u64) -> u64 {
        let next_ns = self.next_ns();
        if next_ns == u64::MAX {
            return until_ns;
        }
        let action_ns = self.places[0].action_ns();
        if action_ns == next_ns {
            return until_ns.min(action_ns);
        }
        let least_ns = self.places[0].run.world.least_crossing_ns();
        let arrives_ns = next_ns.saturating_add(least_ns);
        let tick_ns = self.next_tick_ns();
        until_ns.min(arrives_ns.min(action_ns).min(tick_ns) - 1)
    }

    /// When the next thing happens, of itself or by the script; `u64::MAX` where nothing ever will.
    fn next_ns(&self) -> u64 {
        let events = self.places.iter().map(Place::next_ns);
        let action_ns = self.places[0].action_ns();
        events.fold(action_ns, u64::min)
    }

    /// The next tick that is not the first thing of the next window: what that counts is settled by then.
    fn next_tick_ns(&self) -> u64 {
        let run = &self.places[0].run;
        let next_ns = run.statistics.next_tick_ns();
        match next_ns > run.world.now_ns() + 1 {
            true => next_ns,
            false => next_ns + TICK_NS,
        }
    }

    /// What has crossed is on its way in the place that it goes to, and what was written is known in the others.
    fn hand_over(&mut self) {
        for from in 0..self.places.len() {
            let written = self.places[from].run.world.take_written();
            for place in &mut self.places {
                place.run.hear(from, &written);
            }
            for crossing in self.places[from].run.world.border.take_sent() {
                let world = &mut self.places[usize::from(crossing.to)].run.world;
                world.border.expect(crossing, &mut world.calendar);
            }
        }
    }

    /// Runs on to a moment, of whose nanosecond nothing is handled yet, or until so many events are handled.
    pub fn run_before(&mut self, moment: SimTime, events_budget: u64) -> Progress {
        self.run_before_by(&mut InTurn, moment, events_budget)
    }

    /// The same, where a crew brings the places forward.
    pub fn run_before_by(
        &mut self,
        crew: &mut impl Crew,
        moment: SimTime,
        events_budget: u64,
    ) -> Progress {
        if let [place] = &mut self.places[..] {
            return place.run_before(moment, events_budget);
        }
        let moment = moment.min(SimTime(TIME_MAX_NS));
        if moment <= self.now() {
            return Progress::Reached;
        }
        let before = SimTime(moment.0 - 1);
        if self.run_until_by(crew, before, events_budget) == Progress::BudgetSpent {
            return Progress::BudgetSpent;
        }
        for place in &mut self.places {
            place.run_before(moment, u64::MAX);
        }
        Progress::Reached
    }

    /// One request in `every` is traced and drawn from now on; 0 is none. Never changes the run.
    pub fn sample_every(&mut self, every: u64) {
        for place in &mut self.places {
            place.run.world.tracer.sample_every(every);
        }
    }

    /// One request in how many is traced and drawn.
    pub fn sampling(&self) -> u64 {
        self.users().run.world.tracer.sampling()
    }

    /// Trips of sampled requests since the last call.
    pub fn drain_flights(&mut self) -> impl Iterator<Item = Flight> {
        let places = self.places.iter_mut();
        places.flat_map(|place| place.run.world.tracer.drain_flights())
    }

    /// Traces of the latest sampled requests, oldest first.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.users().run.world.tracer.traces()
    }

    /// The trace of a sampled request, by its number.
    pub fn trace(&self, request: u64) -> Option<&Trace> {
        self.users().run.world.tracer.trace(request)
    }

    /// Marks of the time line from a moment on.
    pub fn marks_since(&self, at_ns: u64) -> Cow<'_, [Mark]> {
        if let [place] = &self.places[..] {
            return place.run.world.marks.since(at_ns).into();
        }
        let marks = gathering::whole(self.runs(), |run| run.world.marks.since(at_ns).to_vec());
        marks.into()
    }

    /// Closed bins that start at a moment or later.
    pub fn bins_since(&self, start_ns: u64) -> Vec<Bin> {
        gathering::whole(self.runs(), |run| run.statistics.bins_since(start_ns))
    }

    /// What has passed since the last closed bin, as of the last report; none where nothing has.
    pub fn open_bin(&self) -> Option<Bin> {
        let open = gathering::whole(self.runs(), |run| {
            run.statistics.open_bin(&run.world, &run.components)
        });
        (open.length_ns > 0 || open.has_counts()).then_some(open)
    }

    /// Bins of every length that were closed after a moment: for who keeps the history and goes on with it.
    pub fn bins_closed_after(&self, moment: SimTime) -> Vec<Bin> {
        gathering::whole(self.runs(), |run| {
            run.statistics.bins_closed_after(moment.0)
        })
    }

    /// The gauges now.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = gathering::whole(self.runs(), snapshotting::snapshot);
        snapshot.digest = format!("{:016x}", self.digest());
        snapshot
    }

    /// The ring of a balancer or a cache, by its number in the design.
    pub fn ring(&self, component: usize) -> Option<RingView> {
        ring_view::ring(&self.places[self.place_of(component)].run, component)
    }

    /// The warm-up is over: reports count from here.
    pub fn begin_measurement(&mut self) {
        for place in &mut self.places {
            let run = &mut place.run;
            let design = &run.scenario.design;
            run.statistics
                .begin_measurement(&mut run.world, &mut run.components, design);
        }
    }

    /// The run in figures, since the measurement began.
    pub fn report(&mut self) -> Report {
        for place in &mut self.places {
            place.run.settle();
        }
        let mut report = gathering::whole(self.runs(), reporting::report);
        report.digest = format!("{:016x}", self.digest());
        report
    }

    /// Checks that nothing is lost: arrivals are completed, failed or in flight, for the whole design
    /// and for every instance. O(requests in flight).
    ///
    /// # Errors
    /// A sentence that says where the books do not balance.
    pub fn conservation(&self) -> Result<(), String> {
        self.runs().try_for_each(conservation::check)?;
        conservation::check_borders(self.runs())
    }

    /// Requests started.
    pub fn arrived(&self) -> u64 {
        self.users().run.world.outcomes.arrived
    }

    /// Requests started and not ended.
    pub fn in_flight(&self) -> u64 {
        self.users().run.world.outcomes.in_flight
    }

    /// Bytes held by what grows with the requests in flight, for each of the most there were at once:
    /// records, deadlines, calendar.
    pub fn bytes_per_request(&self) -> f64 {
        let most: usize = self.runs().map(|run| run.world.requests.most()).sum();
        self.memory_bytes() as f64 / most.max(1) as f64
    }

    /// All these bytes together.
    pub fn memory_bytes(&self) -> usize {
        self.runs().map(|run| run.world.memory_bytes()).sum()
    }

    fn runs(&self) -> impl Iterator<Item = &Run> + Clone {
        self.places.iter().map(|place| &place.run)
    }
}
