//! A place: a run that takes its events one after the other, and hands each to the component it is about.

mod outlook;

use headroom_scenario::{Scenario, TimedAction};

use crate::books::narration;
use crate::calendar::{Event, EventKind, What};
use crate::component::Component;
use crate::component::part::Part;
use crate::control::Control;
use crate::figures::snapshot::InstanceState;
use crate::place::outlook::Outlook;
use crate::run::Run;
use crate::story::happening::{Happening, Tone};
use crate::time::SimTime;
use crate::world::border::PlaceNumber;
use crate::world::request::{Hop, Origin};

/// The last moment a run can reach.
pub(crate) const TIME_MAX_NS: u64 = u64::MAX - 1;

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The moment is reached.
    Reached,
    /// The budget of events is spent; there is more to do before that moment.
    BudgetSpent,
}

/// A run of a scenario, with what is done to it, of which the components happen that are in this place: the others
/// are there with their parameters alone.
#[derive(Debug)]
pub struct Place {
    pub(crate) run: Run,
    pub(crate) control: Control,
    outlook: Outlook,
}

// Derived, it would be compiled anew by every crate that clones one, all its parts with it.
impl Clone for Place {
    fn clone(&self) -> Self {
        Self {
            run: self.run.clone(),
            control: self.control.clone(),
            outlook: self.outlook,
        }
    }
}

impl Place {
    /// The run of a scenario and of what its script does, before its first event.
    pub(crate) fn new(scenario: Scenario, script: Vec<TimedAction>, number: PlaceNumber) -> Self {
        let mut control = Control::of(scenario.clone(), script);
        let mut run = Run::new(scenario, number);
        for number in 0..run.components.len() {
            control.follow_autoscaling(&mut run, number as u8);
        }
        Self {
            run,
            control,
            outlook: Outlook::default(),
        }
    }

    /// Handles one event up to a moment, and says what it did. None where there is none.
    pub(crate) fn step(&mut self, until_ns: u64) -> Option<Happening> {
        self.run.world.tracer.narrate();
        let event = self.advance(until_ns, self.run.events + 1);
        let narration = self.run.world.tracer.narrated();
        let event = event?;
        Some(narration::happening(&self.run.world, &event, narration))
    }

    /// Runs on to a moment, or until so many events are handled. Events of that very nanosecond are
    /// handled too. [`SimTime::NEVER`] is reached when nothing will ever happen again.
    pub(crate) fn run_until(&mut self, until: SimTime, events_budget: u64) -> Progress {
        if events_budget == 0 {
            return Progress::BudgetSpent;
        }
        let until_ns = until.0.min(TIME_MAX_NS).max(self.run.world.now_ns());
        let last = self.run.events.saturating_add(events_budget);
        if self.advance(until_ns, last).is_some() {
            return Progress::BudgetSpent;
        }
        if until_ns < TIME_MAX_NS {
            self.run.world.calendar.advance_to(until_ns);
        }
        Progress::Reached
    }

    /// Runs on to a moment, of whose nanosecond nothing is handled yet, or until so many events are handled.
    pub(crate) fn run_before(&mut self, moment: SimTime, events_budget: u64) -> Progress {
        let moment_ns = moment.0.min(TIME_MAX_NS);
        if moment_ns <= self.run.world.now_ns() {
            return Progress::Reached;
        }
        let before = SimTime(moment_ns - 1);
        if self.run_until(before, events_budget) == Progress::BudgetSpent {
            return Progress::BudgetSpent;
        }
        self.run.world.calendar.advance_to(moment_ns);
        if self.run.statistics.next_tick_ns() == moment_ns {
            self.tick();
        }
        Progress::Reached
    }

    /// Handles the events up to a moment, and returns the one whose number is `last`; none if there are
    /// not so many.
    #[inline(never)]
    fn advance(&mut self, until_ns: u64, last: u64) -> Option<Event> {
        loop {
            let end_ns = self.end_ns(until_ns);
            let seen_ns = self.look_ahead(end_ns);
            self.run.world.stop_at(seen_ns);
            loop {
                let event = if self.run.world.calendar.is_due() {
                    self.run.world.calendar.pop()
                } else if let Some(event) = self.next_deadline(seen_ns) {
                    event
                } else {
                    break;
                };
                self.handle(event);
                if self.run.events == last {
                    return Some(event);
                }
            }
            if self.run.world.next_ns() >= end_ns && !self.act_or_tick(until_ns) {
                return None;
            }
        }
    }

    /// The moment before which the run's own events come first: a tick ends a stretch before anything of
    /// its nanosecond, and an action takes effect before all else of that.
    #[inline]
    fn end_ns(&self, until_ns: u64) -> u64 {
        let first_ns = self.action_ns().min(self.run.statistics.next_tick_ns());
        first_ns.min(until_ns + 1)
    }

    /// Runs on to a moment, whose nanosecond is the last of a window.
    pub fn run_window(&mut self, end: SimTime) {
        self.run_until(end, u64::MAX);
    }

    /// Events handled since the start.
    pub fn events(&self) -> u64 {
        self.run.events
    }

    /// When the next event is; `u64::MAX` where there will be none.
    pub(crate) fn next_ns(&self) -> u64 {
        self.run.world.next_ns()
    }

    /// When the script does the next thing; `u64::MAX` where it has nothing left to do.
    pub(crate) fn action_ns(&self) -> u64 {
        let next = self.control.next_timed();
        next.map_or(u64::MAX, |timed| timed.at_ns)
    }

    /// Whether nothing will ever happen again: all users wait for what does not come.
    fn is_over(&self) -> bool {
        let world = &self.run.world;
        let is_quiet =
            world.calendar.next_ns() == u64::MAX && world.first_deadline_ns() == u64::MAX;
        is_quiet && self.control.next_timed().is_none()
    }

    /// Does the script's next action or the next tick, if one is due up to a moment.
    fn act_or_tick(&mut self, until_ns: u64) -> bool {
        let (action_ns, tick_ns) = (self.action_ns(), self.run.statistics.next_tick_ns());
        if action_ns.min(tick_ns) > until_ns || until_ns == TIME_MAX_NS && self.is_over() {
            return false;
        }
        self.run.world.calendar.advance_to(action_ns.min(tick_ns));
        if tick_ns <= action_ns {
            self.tick();
        } else {
            self.control.act_by_script(&mut self.run);
        }
        true
    }

    /// Takes the figures of the stretch that ends now.
    fn tick(&mut self) {
        let design = &self.run.scenario.design;
        self.run
            .statistics
            .tick(&mut self.run.world, &mut self.run.components, design);
    }

    /// The next deadline, if it is before a moment and before all other events. An answer of its nanosecond is in
    /// time.
    #[inline(never)]
    fn next_deadline(&mut self, end_ns: u64) -> Option<Event> {
        let world = &mut self.run.world;
        let next_ns = world.first_deadline_ns();
        if next_ns >= end_ns.min(world.calendar.next_ns()) {
            return None;
        }
        let (at_ns, what) = world.first_deadline(self.run.clients_number as u8)?;
        world.calendar.advance_to(at_ns);
        Some(Event {
            at_ns,
            sequence: u64::MAX,
            what,
        })
    }

    #[inline(always)]
    fn handle(&mut self, event: Event) {
        self.run.events += 1;
        event.fold_into(&mut self.run.digest);
        if !self.run.standstill.is_over() && self.run.puts_aside(event) {
            return;
        }
        let What {
            request: id,
            instance,
            place,
            kind,
        } = event.what;
        let world = &mut self.run.world;
        match kind {
            EventKind::Forward => {
                if let Some(to) = world.enter(id, place, instance) {
                    self.run.components[usize::from(to)].deliver(world, id, instance);
                }
            }
            EventKind::Back => self.come_back(event.what),
            EventKind::WorkDone => {
                let request = &world.requests[id];
                // The instance may have died since: then the work is void.
                if request.end_of_work() == Some(event.sequence) {
                    self.run.components[usize::from(place)].work_done(world, id, instance);
                }
            }
            EventKind::Arrival => self
                .run
                .clients(|clients, world| clients.arrive(world, id != 0)),
            EventKind::Deadline => self
                .run
                .clients(|clients, world| clients.timed_out(world, id)),
            _ => self.handle_rare(event.what),
        }
    }

    /// Events of which there are few for each request, or none.
    #[inline(never)]
    fn handle_rare(&mut self, what: What) {
        let What {
            request,
            instance,
            place,
            kind,
        } = what;
        match kind {
            EventKind::CallDeadline => self.time_call_out(request, instance as u8),
            EventKind::Thought => self
                .run
                .clients(|clients, world| clients.thought(world, request)),
            EventKind::BackoffDone => {
                self.run
                    .clients(|clients, world| clients.try_again(world, request));
            }
            EventKind::Resolved => self.resolve(request),
            EventKind::Booted => self.boot(place, instance, request),
            EventKind::Deploy => self.control.go_on_deploying(&mut self.run, place),
            EventKind::Scale => self.control.scale(&mut self.run, place),
            EventKind::Leave => self.control.go_on_leaving(&mut self.run, place, instance),
            EventKind::TakenOver => self.run.take_over(place, instance),
            EventKind::Crossed => self.run.world.take_in(what),
            EventKind::SetOut | EventKind::Passed => self.run.world.go_on_carrying(what),
            EventKind::Timer => {
                self.run.components[usize::from(place)].timer(&mut self.run.world, what);
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
        let world = &mut self.run.world;
        let from = usize::from(world.wires[usize::from(what.place)].from);
        let depth = world.requests[id].depth;
        world.close_call(what.place, what.instance);
        world.clear_call_deadline(id, depth);
        let origin = world.requests[id].origin;
        if depth > 0 || matches!(origin, Origin::User | Origin::Request) {
            let called = Hop::from(what);
            return self.run.components[from].answered(world, id, called);
        }
        if origin == Origin::Component {
            self.run.components[from].answered_itself(world, id, what.instance);
        }
        world.release(id);
    }

    /// The answer to a call has not come in time: its caller goes on without. At the limit of records it goes
    /// on waiting.
    fn time_call_out(&mut self, id: u32, depth: u8) {
        let world = &mut self.run.world;
        let request = &world.requests[id];
        // What the called asks of others for it meanwhile is another call.
        if request.depth <= depth + 1 {
            let Hop { link, instance } = request.hop(depth);
            let called = usize::from(world.wires[usize::from(link)].to);
            self.run.components[called].not_answered(world, id, instance);
        }
        if let Some((heir, called)) = world.time_call_out(id, depth) {
            let caller = world.wires[usize::from(called.link)].from;
            let caller = &mut self.run.components[usize::from(caller)];
            caller.call_timed_out(world, heir, called);
        }
    }

    fn resolve(&mut self, id: u32) {
        let mut directory = None;
        self.run.clients(|clients, world| {
            directory = clients.directory();
            clients.resolved(world, id);
        });
        let Some(number) = directory else { return };
        let mut wires = self.run.world.wires.iter_mut();
        if let Some(wire) = wires.find(|wire| wire.to == number) {
            wire.calls += 1;
        }
        if let Component::Dns(dns) = &mut self.run.components[usize::from(number)] {
            dns.looked_up(&mut self.run.world, number);
        }
    }

    fn boot(&mut self, place: u8, instance: u16, incarnation: u32) {
        let Some(booted) = self.run.components[usize::from(place)].instance_mut(instance) else {
            return;
        };
        if booted.state != InstanceState::Booting || booted.incarnation != incarnation {
            return;
        }
        self.run.settle();
        if let Some(booted) = self.run.components[usize::from(place)].instance_mut(instance) {
            booted.state = InstanceState::Up;
            booted.has_booted = true;
        }
        self.run.components[usize::from(place)].booted(&mut self.run.world, instance);
        self.control.note_booted(&self.run, place, instance);
        // That an autoscaler has started it is told already.
        if !self.control.is_scaled(place) {
            let words = format!("{} has booted", self.run.world.name(place, instance));
            self.run
                .world
                .mark(Tone::Good, words, place, Some(instance));
        }
        self.run.tell_balancers(place, |balancer, world| {
            balancer.instance_booted(world, instance)
        });
    }
}
