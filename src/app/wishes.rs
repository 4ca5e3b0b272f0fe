//! What the reader wants, fulfilled.

use std::rc::Rc;

use headroom_scenario::{Action, INTEGER_MAX, Scenario};
use yew::Context;

use super::breakage::{busiest, repairs};
use super::document::{Edit, edit_in_words};
use super::{App, theme, timeline};
use crate::intent::{Intent, Tab};
use crate::protocol::Command;
use crate::selection::Selection;
use crate::speed::Speed;

impl App {
    pub(super) fn fulfil(&mut self, ctx: &Context<Self>, intent: Intent) {
        match intent {
            Intent::Play(playing) => self.play(playing),
            Intent::TogglePlay => self.play(!self.run.playing),
            Intent::OneEvent => {
                self.run.change().playing = false;
                self.send(Command::OneEvent);
            }
            Intent::SetSpeed(speed) => self.set_speed(speed),
            Intent::ShiftSpeed(by) => {
                let place = timeline::speed_place(self.run.speed) as isize + isize::from(by);
                let place = place.clamp(0, timeline::SPEEDS.len() as isize - 1) as usize;
                self.set_speed(timeline::SPEEDS[place].0);
            }
            Intent::Seek(at_ns) => {
                self.settle();
                self.load(at_ns);
                // Another moment may be before what was done, or after it.
                self.live_changed(ctx);
            }
            Intent::Select(selection) => self.select(selection),
            Intent::ShowTab(tab) => {
                self.look.tab = tab;
                self.watch();
            }
            Intent::OpenTrace(request) => {
                self.look.tab = Tab::Trace;
                self.look.request = Some(request);
                self.watch();
            }
            Intent::SetTheme(theme) => {
                self.look.theme = theme;
                theme::apply(theme);
            }
            Intent::Show(dialog) => self.look.dialog = dialog,
            Intent::Announce(words) => self.look.announcement = words,
            Intent::Dismiss => self.look.notice = None,
            Intent::Restart => {
                self.run.change().failure = None;
                self.start_engine(ctx);
                let speed = self.run.speed;
                self.send(Command::SetSpeed(speed));
                self.watch();
                self.restart_run();
            }
            Intent::OpenStep(place) => self.open_step(ctx, place),
            Intent::Apply(_) | Intent::Break | Intent::Rewrite(_) | Intent::SetSeed(_)
                if self.read_only() =>
            {
                self.look.notice =
                    Some("This design was shared to be read: it can't be changed here.".into());
            }
            Intent::Apply(action) => self.apply(&action),
            Intent::Break => self.break_or_repair(),
            Intent::Rewrite(scenario) if *scenario == *self.document.scenario => {}
            Intent::Rewrite(scenario) => {
                self.document.change().edit(*scenario, Edit::New);
                self.reload(ctx);
            }
            Intent::Undo => self.undo(ctx),
            Intent::Redo => self.redo(ctx),
            Intent::SetSeed(Some(seed)) if seed == self.document.scenario.seed => {}
            Intent::SetSeed(seed) => self.set_seed(ctx, seed.unwrap_or_else(fresh_seed)),
        }
    }

    fn undo(&mut self, ctx: &Context<Self>) {
        self.settle();
        let after = self.document.scenario.clone();
        if self.document.change().undo() {
            let edit = edit_in_words(&self.document.scenario, &after);
            self.look.announcement = format!("Undone: {edit}");
            self.reload(ctx);
        }
    }

    /// After another edit there is nothing to do again.
    fn redo(&mut self, ctx: &Context<Self>) {
        let before = self.document.scenario.clone();
        if self.settle() {
            self.reload(ctx);
        } else if self.document.change().redo() {
            let edit = edit_in_words(&before, &self.document.scenario);
            self.look.announcement = format!("Done again: {edit}");
            self.reload(ctx);
        }
    }

    fn set_seed(&mut self, ctx: &Context<Self>, seed: u64) {
        self.settle();
        let scenario = Scenario {
            seed,
            ..Scenario::clone(&self.document.scenario)
        };
        self.document.change().edit(scenario, Edit::New);
        self.restart_run();
        self.changed(ctx);
    }

    fn play(&mut self, playing: bool) {
        let run = self.run.change();
        run.playing = playing;
        run.happening = None;
        self.send(Command::Play(playing));
    }

    fn set_speed(&mut self, speed: Speed) {
        self.run.change().speed = speed;
        self.send(Command::SetSpeed(speed));
    }

    /// Replays the changed document to the moment on screen.
    pub(super) fn reload(&mut self, ctx: &Context<Self>) {
        self.load(self.moment_ns());
        self.changed(ctx);
    }

    /// The moment on screen, in nanoseconds: no earlier than what has been done to the design shown,
    /// which the worker tells before its figures.
    pub(super) fn moment_ns(&self) -> u64 {
        let done = self.document.done().last();
        self.run.now_ns().max(done.map_or(0, |timed| timed.at_ns))
    }

    /// The document with all that has been done to the run, answered by the worker or not.
    pub(super) fn settled(&self) -> Rc<Scenario> {
        self.document.settled(&self.unanswered, self.moment_ns())
    }

    /// Writes down what the worker has not answered yet, if there is any: the run is about to be
    /// loaded anew, and no edit is to be lost with the old one.
    pub(super) fn settle(&mut self) -> bool {
        let (now_ns, settled) = (self.moment_ns(), self.settled());
        self.unanswered.clear();
        if settled == self.document.scenario {
            return false;
        }
        let document = self.document.change();
        document.edit(Scenario::clone(&settled), Edit::New);
        document.advance_to(now_ns);
        true
    }

    pub(super) fn select(&mut self, selection: Option<Selection>) {
        // An instance has its own menu on the diagram; its component's parameters stay a tab away.
        if matches!(
            selection,
            Some(Selection::Component(_) | Selection::Link { .. })
        ) && self.look.tab != Tab::Inspector
        {
            self.look.tab = Tab::Inspector;
            self.watch();
        }
        self.look.selection = selection;
    }

    fn apply(&mut self, action: &Action) {
        self.look.notice = None;
        if self.document.scenario.script.len() >= headroom_scenario::SCRIPT_MAX {
            self.look.notice = Some(
                "This run has as many actions as a document holds. Start it anew to go on.".into(),
            );
            return;
        }
        if self.document.problems.is_empty() && !self.document.holds(&self.unanswered, action) {
            self.unanswered.push_back(action.clone());
            self.send(Command::Apply {
                action: Box::new(action.clone()),
            });
        }
    }

    /// Kills the busiest server, or, when something is broken, repairs it all.
    fn break_or_repair(&mut self) {
        let broken = self.broken();
        if broken.is_empty()
            && let Some(snapshot) = self.run.snapshot.as_deref()
            && let Some((component, instance)) = busiest(&self.document.live.design, snapshot)
        {
            self.apply(&Action::Kill {
                component,
                instance,
            });
        }
        broken.iter().for_each(|repair| self.apply(repair));
    }

    /// What mends all that is broken: instances that are dead, hanging or slow, and links.
    pub(super) fn broken(&self) -> Vec<Action> {
        let snapshot = self.run.snapshot.as_deref();
        snapshot.map_or_else(Vec::new, |snapshot| {
            repairs(snapshot, &self.document.live.design.links)
        })
    }
}

/// A seed that nobody has seen before, short enough to be told.
fn fresh_seed() -> u64 {
    const SEEDS: u64 = 1_000_000;
    let mut bytes = [0; 8];
    // Where the browser gives no randomness, the clock is as good for a seed.
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes) % SEEDS,
        Err(_) => (js_sys::Date::now() as u64 & INTEGER_MAX) % SEEDS,
    }
}
