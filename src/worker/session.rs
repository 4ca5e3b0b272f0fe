//! One run in the worker: its engine, its pace, and what the page has been told of it.

use std::cmp::Reverse;

use headroom_engine::happening::Mark;
use headroom_engine::series::Bin;
use headroom_engine::time::SimTime;
use headroom_engine::{Engine, Progress};
use headroom_scenario::{Action, INTEGER_MAX, Panel, Scenario, TimedAction};

use super::checkpoints::Checkpoints;
use super::flights::FlightPacker;
use super::pace::Pace;
use super::turns::Next;
use crate::order::sort_by_key;
use crate::packed;
use crate::port::Home;
use crate::protocol::{Command, Message, Publication};
use crate::sampling::Sampling;
use crate::speed::Speed;

/// A turn ends after so long, so that the page's commands are heard.
const TURN_MS: f64 = 10.0;
/// Time between two turns of a run that keeps pace.
const REST_MS: i32 = 8;
/// Events between two looks at the wall clock.
const EVENTS_BETWEEN_LOOKS: u64 = 2_048;
/// The stage is told some twenty times a second.
const STAGE_EVERY_MS: f64 = 50.0;
/// Figures are published some six times a second.
const PUBLISH_EVERY_MS: f64 = 160.0;
/// The longest way on a screen takes a dot about so long.
const IN_SIGHT_MS: f64 = 2_000.0;
/// Traces sent for the list of recent requests.
const RECENT_MAX: usize = 24;

/// The worker's state.
pub struct Session {
    home: Home,
    run: Option<Run>,
    speed: Speed,
    playing: bool,
    hidden: bool,
    panel: Panel,
    request: Option<u64>,
    flights: FlightPacker,
}

struct Run {
    epoch: u32,
    /// As it was loaded, its script aside.
    document: Scenario,
    engine: Engine,
    sampling: Sampling,
    script: Vec<TimedAction>,
    checkpoints: Checkpoints,
    pace: Pace,
    seek_until: Option<SimTime>,
    /// Actions that came on the way to the moment asked for: they take effect there, in order.
    held: Vec<Action>,
    binned_until_ns: u64,
    /// Number and last of the marks told.
    marks_told: Option<(usize, Option<Mark>)>,
    staged_ms: f64,
    published_ms: f64,
}

impl Session {
    /// Nothing runs yet.
    pub fn new(home: Home) -> Self {
        Self {
            home,
            run: None,
            speed: Speed::Times(1.0),
            playing: true,
            hidden: false,
            panel: Panel::default(),
            request: None,
            flights: FlightPacker::default(),
        }
    }

    /// Does what the page asks.
    pub fn obey(&mut self, command: Command, wall_ms: f64) {
        let in_time = matches!(command, Command::Watch { .. } | Command::Apply { .. });
        match command {
            Command::Load {
                epoch,
                scenario,
                at_ns,
            } => self.load(epoch, *scenario, at_ns, wall_ms),
            Command::Play(playing) => self.playing = playing,
            Command::OneEvent => self.one_event(),
            Command::SetSpeed(speed) => self.speed = speed,
            Command::Apply { action } => self.apply(*action),
            Command::Watch { panel, request } => (self.panel, self.request) = (panel, request),
            Command::Hidden(hidden) => self.hidden = hidden,
        }
        // Where the passing of time changed, it starts anew from here and owes nothing.
        if let Some(run) = self.run.as_mut().filter(|_| !in_time) {
            run.pace.restart(self.speed, wall_ms);
        }
        self.choose_sampling();
        self.tell(wall_ms);
    }

    /// Runs for a turn.
    pub fn turn(&mut self, now_ms: impl Fn() -> f64) -> Next {
        let wall_ms = now_ms();
        let Some(run) = self.run.as_mut().filter(|_| !self.hidden) else {
            return Next::Never;
        };
        if let Some(until) = run.seek_until {
            return self.seek_on(until, now_ms);
        }
        if !self.playing {
            return Next::Never;
        }
        let from = run.engine.now();
        let until =
            SimTime((from.0 as f64 + run.pace.grant_ns(wall_ms)).min(INTEGER_MAX as f64) as u64);
        let reached = run.until(until, wall_ms + TURN_MS, &mut self.flights, &now_ms);
        let wall_ms = now_ms();
        run.pace.advanced(from.0, run.engine.now().0, wall_ms);
        run.checkpoints.keep(&run.engine, &run.script);
        if wall_ms - run.staged_ms >= STAGE_EVERY_MS {
            self.stage(wall_ms);
        }
        if self
            .run
            .as_ref()
            .is_some_and(|run| wall_ms - run.published_ms >= PUBLISH_EVERY_MS)
        {
            self.publish(wall_ms);
        }
        if reached && self.speed != Speed::FlatOut {
            Next::In(REST_MS)
        } else {
            Next::Soon
        }
    }

    fn load(&mut self, epoch: u32, document: Scenario, at_ns: u64, wall_ms: f64) {
        let scenario = match document.validate() {
            Ok(scenario) => scenario,
            Err(problems) => {
                self.run = None;
                let problems = problems.iter().map(ToString::to_string).collect();
                return self.home.send(&Message::Refused { epoch, problems });
            }
        };
        let before = self.run.take().map(|run| run.checkpoints);
        // What set out shortly before the moment is still to be seen at it.
        let in_sight_ns = (Pace::new(self.speed, wall_ms).ns_per_ms() * IN_SIGHT_MS) as u64;
        let engine = before
            .as_ref()
            .and_then(|checkpoints| {
                checkpoints.before(&scenario, at_ns.saturating_sub(in_sight_ns))
            })
            .unwrap_or_else(|| Engine::new(&scenario));
        let mut checkpoints = match before {
            Some(checkpoints) => checkpoints.carry_on(&scenario),
            None => Checkpoints::new(&scenario),
        };
        checkpoints.forget_after(at_ns);
        self.flights.clear();
        self.run = Some(Run {
            epoch,
            engine,
            sampling: Sampling::default(),
            script: scenario.script.clone(),
            document: Scenario {
                script: Vec::new(),
                ..scenario.into_inner()
            },
            checkpoints,
            pace: Pace::new(self.speed, wall_ms),
            seek_until: (at_ns > 0).then_some(SimTime(at_ns)),
            held: Vec::new(),
            binned_until_ns: 0,
            marks_told: None,
            staged_ms: 0.0,
            published_ms: 0.0,
        });
    }

    /// Runs on towards the moment asked for.
    fn seek_on(&mut self, until: SimTime, now_ms: impl Fn() -> f64) -> Next {
        let Some(run) = &mut self.run else {
            return Next::Never;
        };
        let wall_ms = now_ms();
        let reached = run.until(until, wall_ms + TURN_MS, &mut self.flights, &now_ms);
        run.checkpoints.keep(&run.engine, &run.script);
        if !reached {
            if wall_ms - run.staged_ms >= STAGE_EVERY_MS {
                run.staged_ms = wall_ms;
                let now_ns = run.engine.now().0;
                self.home.send(&Message::Seeking {
                    epoch: run.epoch,
                    now_ns,
                    until_ns: until.0,
                });
            }
            self.choose_sampling();
            return Next::Soon;
        }
        run.seek_until = None;
        run.pace.restart(self.speed, wall_ms);
        for action in std::mem::take(&mut run.held) {
            self.apply(action);
        }
        self.choose_sampling();
        self.tell(wall_ms);
        Next::Soon
    }

    fn one_event(&mut self) {
        self.playing = false;
        let Some(run) = self.run.as_mut().filter(|run| run.seek_until.is_none()) else {
            return;
        };
        let happening = run.engine.step();
        self.flights.pack(run.engine.drain_flights());
        self.home.send(&Message::Happened {
            epoch: run.epoch,
            happening,
        });
    }

    fn apply(&mut self, action: Action) {
        let Some(run) = &mut self.run else { return };
        if run.seek_until.is_some() {
            run.held.push(action);
            return;
        }
        let epoch = run.epoch;
        let message = match run.engine.apply(&action) {
            Ok(timed) => {
                let at_ns = timed.at_ns;
                let at = run.script.partition_point(|earlier| earlier.at_ns <= at_ns);
                run.script.insert(at, timed);
                // Where time stands still, what is done is seen all the same.
                run.engine.run_until(SimTime(at_ns), u64::MAX);
                self.flights.pack(run.engine.drain_flights());
                Message::Applied { epoch, at_ns }
            }
            Err(reason) => Message::ActionRefused { epoch, reason },
        };
        self.home.send(&message);
    }

    fn choose_sampling(&mut self) {
        if let Some(run) = &mut self.run {
            let offered_rps = run.engine.snapshot().offered_rps;
            run.sampling = Sampling::of(&run.document, offered_rps, self.speed);
            if run.sampling.drawn != run.engine.sampling() {
                run.engine.sample_every(run.sampling.drawn);
            }
        }
    }

    /// Tells the page all there is, now.
    fn tell(&mut self, wall_ms: f64) {
        if self
            .run
            .as_ref()
            .is_some_and(|run| run.seek_until.is_none())
        {
            self.stage(wall_ms);
            self.publish(wall_ms);
        }
    }

    fn stage(&mut self, wall_ms: f64) {
        let Some(run) = &mut self.run else { return };
        run.staged_ms = wall_ms;
        let message = Message::Staged {
            epoch: run.epoch,
            now_ns: run.engine.now().0,
            ns_per_ms: run.pace.ns_per_ms(),
            moving: self.playing && !self.hidden,
            sampling: run.sampling,
        };
        match self.flights.take() {
            Some(batch) => self.home.send_with(&message, &batch.buffer()),
            None => self.home.send(&message),
        }
    }

    fn publish(&mut self, wall_ms: f64) {
        self.choose_sampling();
        let Some(run) = &mut self.run else { return };
        run.published_ms = wall_ms;
        let snapshot = run.engine.snapshot();
        let bins = run.engine.bins_closed_after(SimTime(run.binned_until_ns));
        if let Some(last_ns) = bins.iter().map(Bin::end_ns).max() {
            run.binned_until_ns = last_ns;
        }
        // Their number alone does not tell: the last one may have been replaced, or the oldest gone.
        let marks = run.engine.marks_since(0);
        let state = Some((marks.len(), marks.last().cloned()));
        let marks = (state != run.marks_told).then(|| marks.into_owned());
        run.marks_told = state;
        let rings: Vec<_> = match self.panel {
            Panel::Ring => (0..snapshot.components.len())
                .filter_map(|component| run.engine.ring(component))
                .collect(),
            _ => Vec::new(),
        };
        let (trace, recent) = match self.panel {
            Panel::Trace => (
                self.request
                    .and_then(|request| run.engine.trace(request))
                    .cloned(),
                recent(&run.engine),
            ),
            _ => (None, Vec::new()),
        };
        let bulk = (!rings.is_empty()).then(|| packed::pack(&rings));
        let message = Message::Published(Box::new(Publication {
            epoch: run.epoch,
            snapshot,
            bins,
            marks,
            reached: run.pace.reached().filter(|_| self.playing),
            behind: run.pace.behind() && self.playing,
            trace,
            recent,
            ..Publication::default()
        }));
        match bulk {
            Some(bulk) => self.home.send_with(&message, &bulk),
            None => self.home.send(&message),
        }
    }
}

/// The requests traced lately that have ended, latest first.
fn recent(engine: &Engine) -> Vec<headroom_engine::trace::Trace> {
    let mut ended: Vec<_> = engine
        .traces()
        .filter(|trace| trace.end_ns.is_some())
        .collect();
    sort_by_key(&mut ended, |trace| (Reverse(trace.end_ns), trace.request));
    ended.into_iter().take(RECENT_MAX).cloned().collect()
}

impl Run {
    /// Runs to the moment or to the deadline, whichever comes first; true when to the moment.
    fn until(
        &mut self,
        until: SimTime,
        deadline_ms: f64,
        flights: &mut FlightPacker,
        now_ms: &impl Fn() -> f64,
    ) -> bool {
        loop {
            let progress = self.engine.run_until(until, EVENTS_BETWEEN_LOOKS);
            flights.pack(self.engine.drain_flights());
            match progress {
                Progress::Reached => return true,
                Progress::BudgetSpent if now_ms() >= deadline_ms => return false,
                Progress::BudgetSpent => {}
            }
        }
    }
}
