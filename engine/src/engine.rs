//! The engine: takes the next event, hands it to the component it is about, and keeps the books.

use std::hint::black_box;

use headroom_scenario::{Scenario, TimedAction, ValidScenario};

use crate::books::ring_view::RingView;
use crate::books::statistics::Statistics;
use crate::books::{conservation, narration, reporting, ring_view, snapshotting};
use crate::calendar::{Event, EventKind, What};
use crate::component::Component;
use crate::control::deploy::Deploy;
use crate::control::leaving::Leaving;
use crate::control::scaling::Scaling;
use crate::figures::report::Report;
use crate::figures::series::Bin;
use crate::figures::snapshot::{InstanceState, Snapshot};
use crate::mechanism::digest::Digest;
use crate::story::flight::Flight;
use crate::story::happening::{Happening, Mark, Tone};
use crate::story::trace::Trace;
use crate::time::SimTime;
use crate::world::World;
use crate::world::request::{Stage, flag};

/// Version of the engine: another version may run the same scenario differently.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Requests in flight from which on memory is fetched ahead: fewer fit the processor's cache anyway.
const CROWD: u64 = 4_000;
/// Events looked ahead at once in a crowd: enough that memory is read for many at the same time, few
/// enough that it is still in the cache when their turn comes.
const AHEAD_IN_CROWD: usize = 32;
/// Events looked ahead at once among few: more would be joined by most of what they schedule.
const AHEAD: usize = 8;

/// The last moment a run can reach.
const TIME_MAX_NS: u64 = u64::MAX - 1;

/// How far [`Engine::run_until`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The moment is reached.
    Reached,
    /// The budget of events is spent; there is more to do before that moment.
    BudgetSpent,
}

/// A run of a scenario. Cloning it is a checkpoint.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The scenario as its live edits have made it.
    pub(crate) scenario: Scenario,
    pub(crate) world: World,
    pub(crate) components: Vec<Component>,
    pub(crate) statistics: Statistics,
    pub(crate) digest: Digest,
    pub(crate) events: u64,
    /// Number of the clients.
    pub(crate) clients: usize,
    pub(crate) script: Vec<TimedAction>,
    pub(crate) script_next: usize,
    pub(crate) deploys: Vec<Deploy>,
    pub(crate) scalings: Vec<Scaling>,
    pub(crate) leaving: Vec<Leaving>,
}

impl Engine {
    /// The run of a scenario, before its first event.
    pub fn new(scenario: &ValidScenario) -> Self {
        let mut scenario: Scenario = (**scenario).clone();
        let script = std::mem::take(&mut scenario.script);
        let mut world = World::new(&scenario);
        let count = scenario.design.components.len();
        let mut components: Vec<Component> = (0..count)
            .map(|number| Component::new(number as u8, &scenario, &mut world))
            .collect();
        for component in &mut components {
            component.connect(&scenario, &mut world);
        }
        let is_clients = |component: &Component| matches!(component, Component::Clients(_));
        let clients = components.iter().position(is_clients).unwrap_or(0);
        let mut engine = Self {
            statistics: Statistics::new(count),
            scenario,
            world,
            components,
            digest: Digest::default(),
            events: 0,
            clients,
            script,
            script_next: 0,
            deploys: Vec::new(),
            scalings: Vec::new(),
            leaving: Vec::new(),
        };
        if let Component::Clients(clients) = &mut engine.components[engine.clients] {
            engine.world.popularity = Some(clients.popularity());
            clients.start(&mut engine.world);
        }
        for number in 0..count {
            engine.follow_autoscaling(number as u8);
        }
        engine
    }

    /// The moment the run has reached.
    pub fn now(&self) -> SimTime {
        SimTime(self.world.now_ns())
    }

    /// Events handled since the start.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Digest of every event so far.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    /// Digest of what became of every request that has ended: its number, its start, its end and its
    /// result. Two runs that differ only in how they were computed have the same.
    pub fn outcomes_digest(&self) -> u64 {
        self.world.outcomes.digest()
    }

    /// The scenario as its script and live edits have made it by now, without its script.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Handles one event, and says what it did. None when nothing will ever happen again.
    pub fn step(&mut self) -> Option<Happening> {
        self.world.tracer.narrate();
        let event = self.run(TIME_MAX_NS, self.events + 1)?;
        let notes = self.world.tracer.narrated();
        Some(narration::happening(
            &self.world,
            &self.scenario,
            &event,
            &notes,
        ))
    }

    /// Runs on to a moment, or until so many events are handled. Events of that very nanosecond are
    /// handled too.
    pub fn run_until(&mut self, until: SimTime, events_budget: u64) -> Progress {
        if events_budget == 0 {
            return Progress::BudgetSpent;
        }
        let until_ns = until.0.min(TIME_MAX_NS).max(self.world.now_ns());
        let last = self.events.saturating_add(events_budget);
        if self.run(until_ns, last).is_some() {
            return Progress::BudgetSpent;
        }
        self.world.calendar.advance_to(until_ns);
        Progress::Reached
    }

    /// Handles the events up to a moment, and returns the one whose number is `last`; none if there are
    /// not so many.
    #[inline(never)]
    fn run(&mut self, until_ns: u64, last: u64) -> Option<Event> {
        let mut end_ns = self.end_ns(until_ns);
        loop {
            if let Some(event) = self.next_event(end_ns) {
                self.handle(event);
                if self.events == last {
                    return Some(event);
                }
            } else if self.act_or_tick(until_ns) {
                end_ns = self.end_ns(until_ns);
            } else {
                return None;
            }
        }
    }

    /// The moment before which the run's own events come first: an action takes effect before all else
    /// of its nanosecond, and a tick after all before it.
    #[inline]
    fn end_ns(&self, until_ns: u64) -> u64 {
        let first_ns = self.action_ns().min(self.statistics.next_tick_ns());
        first_ns.min(until_ns + 1)
    }

    fn action_ns(&self) -> u64 {
        let next = self.script.get(self.script_next);
        next.map_or(u64::MAX, |timed| timed.at_ns)
    }

    /// Does the script's next action or the next tick, if one is due up to a moment.
    fn act_or_tick(&mut self, until_ns: u64) -> bool {
        let (action_ns, tick_ns) = (self.action_ns(), self.statistics.next_tick_ns());
        if action_ns.min(tick_ns) > until_ns {
            return false;
        }
        self.world.calendar.advance_to(action_ns.min(tick_ns));
        if action_ns <= tick_ns {
            self.act_by_script();
        } else {
            let design = &self.scenario.design;
            self.statistics
                .tick(&mut self.world, &mut self.components, design);
        }
        true
    }

    /// Finds the next events. With many requests in flight their records and tables do not fit the
    /// processor's cache, and each event would wait for memory by itself: the memory that these events
    /// need is read for all of them at once, which changes nothing. `cargo xtask bench` shows what this
    /// buys at 10^6 requests/s.
    #[inline(never)]
    fn look_ahead(&mut self) {
        let is_crowd = self.world.outcomes.in_flight >= CROWD;
        self.world
            .calendar
            .fill_window(if is_crowd { AHEAD_IN_CROWD } else { AHEAD });
        if is_crowd {
            black_box(self.read_ahead());
        }
    }

    fn read_ahead(&self) -> u32 {
        let ahead = self.world.calendar.ahead();
        let requests = &self.world.requests;
        let read = ahead
            .clone()
            .fold(0, |read, what| read ^ requests.peek(what.request));
        ahead.fold(read, |read, what| read ^ self.peek(what))
    }

    /// Reads what an event will need beside its request's record, and returns something of it.
    #[inline]
    fn peek(&self, what: What) -> u32 {
        let world = &self.world;
        let component = match what.kind {
            EventKind::Forward => world.wires[usize::from(what.place)].to,
            EventKind::WorkDone => what.place,
            EventKind::Back => world.wires[usize::from(what.place)].from,
            _ => return 0,
        };
        self.components[usize::from(component)].peek(world, what)
    }

    /// The next event or deadline before a moment. An answer of the deadline's nanosecond is in time.
    #[inline]
    fn next_event(&mut self, end_ns: u64) -> Option<Event> {
        if self.world.calendar.is_fill_due() {
            self.look_ahead();
        }
        let deadline_ns = self.world.deadlines.first_ns();
        let in_time_ns = deadline_ns.saturating_add(1);
        let event = self.world.calendar.pop_before(end_ns.min(in_time_ns));
        if event.is_none() && deadline_ns < end_ns {
            return self.next_deadline();
        }
        event
    }

    #[cold]
    fn next_deadline(&mut self) -> Option<Event> {
        let (at_ns, request) = self.world.deadlines.first()?;
        self.world.calendar.advance_to(at_ns);
        let place = self.clients as u8;
        let what = What {
            request,
            instance: 0,
            place,
            kind: EventKind::Deadline,
        };
        Some(Event {
            at_ns,
            sequence: u64::MAX,
            what,
        })
    }

    #[inline(always)]
    fn handle(&mut self, event: Event) {
        self.events += 1;
        event.fold_into(&mut self.digest);
        let What {
            request: id,
            instance,
            place,
            kind,
        } = event.what;
        let world = &mut self.world;
        match kind {
            EventKind::Forward => {
                world.enter(id, place, instance);
                let to = world.wires[usize::from(place)].to;
                self.components[usize::from(to)].deliver(world, id, instance);
            }
            EventKind::Back => self.come_back(event.what),
            EventKind::WorkDone => {
                let request = &world.requests[id];
                // The instance may have died since: then the work is void.
                if request.stage == Stage::Slot && request.mark == event.sequence {
                    self.components[usize::from(place)].work_done(world, id, instance);
                }
            }
            EventKind::Arrival => self.clients(|clients, world| clients.arrive(world, id != 0)),
            EventKind::Deadline => self.clients(|clients, world| clients.timed_out(world, id)),
            _ => self.handle_rare(event.what),
        }
    }

    /// Events of which there are few for each request, or none.
    fn handle_rare(&mut self, what: What) {
        let What {
            request,
            instance,
            place,
            kind,
        } = what;
        match kind {
            EventKind::Thought => self.clients(|clients, world| clients.thought(world, request)),
            EventKind::BackoffDone => {
                self.clients(|clients, world| clients.try_again(world, request));
            }
            EventKind::Resolved => self.resolve(request),
            EventKind::ProbeDue => {
                if let Component::LoadBalancer(balancer) = &mut self.components[usize::from(place)]
                {
                    balancer.probe_due(&mut self.world, instance, request);
                }
            }
            EventKind::Booted => self.boot(place, instance, request),
            EventKind::Deploy => self.go_on_deploying(place),
            EventKind::Scale => self.scale(place),
            EventKind::Leave => self.go_on_leaving(place, instance),
            EventKind::TakenOver => {
                if let Component::LoadBalancer(balancer) = &mut self.components[usize::from(place)]
                    && balancer.instance.incarnation == request
                {
                    balancer.take_over(&mut self.world);
                }
            }
            EventKind::Flush => {
                if let Component::Cache(cache) = &mut self.components[usize::from(place)] {
                    cache.flush(&mut self.world, instance, request);
                }
            }
            EventKind::LeaseOver => {
                if let Component::Cache(cache) = &mut self.components[usize::from(place)] {
                    cache.lease_over(&mut self.world, instance, request);
                }
            }
            EventKind::Forward
            | EventKind::Back
            | EventKind::WorkDone
            | EventKind::Arrival
            | EventKind::Deadline => unreachable!("handled before"),
        }
    }

    #[inline]
    fn come_back(&mut self, what: What) {
        let id = what.request;
        let world = &mut self.world;
        let from = usize::from(world.wires[usize::from(what.place)].from);
        if world.requests[id].depth == 0 && from != self.clients {
            // Who called has died, or was no request: it asked for itself.
            if world.requests[id].has(flag::INTERNAL) {
                self.components[from].answered_itself(world, id, what.instance);
            }
            world.release(id);
            return;
        }
        self.components[from].answered(world, id, what);
    }

    pub(crate) fn clients(
        &mut self,
        action: impl FnOnce(&mut crate::component::clients::Clients, &mut World),
    ) {
        if let Component::Clients(clients) = &mut self.components[self.clients] {
            action(clients, &mut self.world);
        }
    }

    fn resolve(&mut self, id: u32) {
        let mut directory = None;
        self.clients(|clients, world| {
            directory = clients.directory();
            clients.resolved(world, id);
        });
        let Some(number) = directory else { return };
        let mut wires = self.world.wires.iter_mut();
        if let Some(wire) = wires.find(|wire| wire.to == number) {
            wire.calls += 1;
        }
        if let Component::Dns(dns) = &mut self.components[usize::from(number)] {
            dns.looked_up(&mut self.world, number);
        }
    }

    fn boot(&mut self, place: u8, instance: u16, incarnation: u32) {
        let Some(booted) = self.components[usize::from(place)].instance_mut(instance) else {
            return;
        };
        if booted.state != InstanceState::Booting || booted.incarnation != incarnation {
            return;
        }
        self.settle();
        if let Some(booted) = self.components[usize::from(place)].instance_mut(instance) {
            booted.state = InstanceState::Up;
            booted.has_booted = true;
        }
        // That an autoscaler has started it is told already.
        if !self.is_scaled(place) {
            let words = format!("{} has booted", self.world.name(place, instance));
            self.world.mark(Tone::Good, words, place, Some(instance));
        }
        self.tell_balancers(place, |balancer, world| {
            balancer.instance_booted(world, instance)
        });
    }

    /// One request in `every` is traced and drawn from now on; 0 is none. Never changes the run.
    pub fn sample_every(&mut self, every: u64) {
        self.world.tracer.sample_every(every);
    }

    /// One request in how many is traced and drawn.
    pub fn sampling(&self) -> u64 {
        self.world.tracer.sampling()
    }

    /// Trips of sampled requests since the last call.
    pub fn drain_flights(&mut self) -> std::vec::Drain<'_, Flight> {
        self.world.tracer.drain_flights()
    }

    /// Traces of the latest sampled requests, oldest first.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.world.tracer.traces()
    }

    /// The trace of a sampled request, by its number.
    pub fn trace(&self, request: u64) -> Option<&Trace> {
        self.world.tracer.trace(request)
    }

    /// Marks of the time line from a moment on.
    pub fn marks_since(&self, at_ns: u64) -> &[Mark] {
        let marks = self.world.marks.all();
        &marks[marks.partition_point(|mark| mark.at_ns < at_ns)..]
    }

    /// Closed bins that start at a moment or later.
    pub fn bins_since(&self, start_ns: u64) -> Vec<Bin> {
        self.statistics.bins_since(start_ns)
    }

    /// What has passed since the last closed bin, as of the last report; none where nothing has.
    pub fn open_bin(&self) -> Option<Bin> {
        self.statistics.open_bin(&self.world, &self.components)
    }

    /// Bins of every length that were closed after a moment: for who keeps the history and goes on with it.
    pub fn bins_closed_after(&self, moment: SimTime) -> Vec<Bin> {
        self.statistics.bins_closed_after(moment.0)
    }

    /// The gauges now.
    pub fn snapshot(&self) -> Snapshot {
        snapshotting::snapshot(self)
    }

    /// The ring of a balancer or a cache, by its number in the design.
    pub fn ring(&self, component: usize) -> Option<RingView> {
        ring_view::ring(self, component)
    }

    /// The warm-up is over: reports count from here.
    pub fn begin_measurement(&mut self) {
        let design = &self.scenario.design;
        self.statistics
            .begin_measurement(&mut self.world, &mut self.components, design);
    }

    /// The run in figures, since the measurement began.
    pub fn report(&mut self) -> Report {
        self.settle();
        reporting::report(self)
    }

    /// Takes the figures out of the meters, before a report and before what changes the number of
    /// slots: those of a stretch are the same all through it.
    pub(crate) fn settle(&mut self) {
        let design = &self.scenario.design;
        self.statistics
            .settle(&mut self.world, &mut self.components, design);
    }

    /// Checks that nothing is lost: arrivals are completed, failed or in flight, for the whole design
    /// and for every instance. O(requests in flight).
    ///
    /// # Errors
    /// A sentence that says where the books do not balance.
    pub fn conservation(&self) -> Result<(), String> {
        conservation::check(self)
    }

    /// Requests started.
    pub fn arrived(&self) -> u64 {
        self.world.outcomes.arrived
    }

    /// Requests started and not ended.
    pub fn in_flight(&self) -> u64 {
        self.world.outcomes.in_flight
    }

    /// Bytes held by what grows with the requests in flight, for each of the most there were at once:
    /// records, deadlines, calendar. The wheel's spokes are the same for any number.
    pub fn bytes_per_request(&self) -> f64 {
        self.memory_bytes() as f64 / self.world.requests.most().max(1) as f64
    }

    /// All these bytes together.
    pub fn memory_bytes(&self) -> usize {
        self.world.requests.memory_bytes()
            + self.world.deadlines.memory_bytes()
            + self.world.calendar.memory_bytes()
    }
}
