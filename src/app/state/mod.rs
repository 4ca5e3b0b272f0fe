//! The page as it is, the browser aside: what is wished for and what the workers say turns it into what it is next,
//! and leaves [effects](Effect) for the page to carry out.

pub mod effect;
mod hearing;
mod loading;
mod opening;
mod wishes;

use std::collections::VecDeque;
use std::rc::Rc;

use headroom_scenario::step::{self, LADDER};
use headroom_scenario::{Action, Scenario};

use crate::address::Place;
use crate::app::breakage::repairs;
use crate::app::document::{self, Document, Edit};
use crate::app::experiments::Experiments;
use crate::app::run::Run;
use crate::intent::{Dialog, Tab, Theme};
use crate::lab::Findings;
use crate::protocol::Command;
use crate::selection::Selection;
use crate::shared::Shared;
use effect::Effect;

/// How the page looks, the run aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Its colours.
    pub theme: Theme,
    /// The open panel.
    pub tab: Tab,
    /// What is selected.
    pub selection: Option<Selection>,
    /// The request whose trace is open.
    pub request: Option<u64>,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// The last words for readers of the screen.
    pub announcement: String,
    /// What the reader is told until they have seen it.
    pub notice: Option<String>,
    /// A file is held over the page.
    pub awaits_drop: bool,
}

/// All that the page shows.
pub struct State {
    /// The document, with what can be undone.
    pub document: Shared<Document>,
    /// What the engine's worker has told of its run.
    pub run: Shared<Run>,
    /// The document that the run is of.
    loaded: Rc<Scenario>,
    /// How the page looks.
    pub look: Look,
    /// What the lab has found.
    pub findings: Findings,
    /// What it is to find.
    pub experiments: Experiments,
    /// Actions that the worker has not answered yet.
    pub unanswered: VecDeque<Action>,
    /// When the last rate took effect, by the wall clock: another one soon after is the same drag.
    rate_ms: f64,
    /// The address does not show the document yet, and soon will.
    follows_soon: bool,
    /// What is to be done, in order.
    effects: Vec<Effect>,
}

impl State {
    /// The first step, before it is run.
    pub fn new(theme: Theme) -> Self {
        Self {
            document: Shared::new(Document::new(LADDER[0].scenario())),
            run: Shared::default(),
            loaded: Rc::default(),
            look: Look {
                theme,
                ..Look::default()
            },
            findings: Findings::default(),
            experiments: Experiments::default(),
            unanswered: VecDeque::new(),
            rate_ms: 0.0,
            follows_soon: false,
            effects: Vec::new(),
        }
    }

    /// What is to be done since this was last asked.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The engine's worker is told something.
    pub fn tell(&mut self, command: Command) {
        self.effects.push(Effect::Tell(command));
    }

    /// Place of the step that the document came from.
    pub fn step(&self) -> Option<usize> {
        self.document
            .scenario
            .step
            .as_deref()
            .and_then(step::find)
            .map(step::Step::index)
    }

    /// Whether the step on screen is about who is sent where.
    fn shows_ring(&self) -> bool {
        self.document.scenario.step.as_deref() == Some("hash-ring")
    }

    /// Whether the document may be changed.
    pub fn read_only(&self) -> bool {
        self.document.scenario.view.read_only
    }

    /// What the document is called.
    pub fn title(&self) -> &str {
        document::title(&self.document.scenario)
    }

    /// The moment on screen, in nanoseconds: no earlier than what has been done to the design shown,
    /// which the worker tells before its figures.
    fn moment_ns(&self) -> u64 {
        let done = self.document.done().last();
        self.run.now_ns().max(done.map_or(0, |timed| timed.at_ns))
    }

    /// The document with all that has been done to the run, answered by the worker or not.
    pub fn settled(&self) -> Rc<Scenario> {
        self.document.settled(&self.unanswered, self.moment_ns())
    }

    /// Writes down what the worker has not answered yet, if there is any: the run is about to be
    /// loaded anew, and no edit is to be lost with the old one.
    fn settle(&mut self) -> bool {
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

    /// What mends all that is broken: instances that are dead, hanging or slow, and links.
    pub fn broken(&self) -> Vec<Action> {
        let snapshot = self.run.snapshot.as_deref();
        snapshot.map_or_else(Vec::new, |snapshot| {
            repairs(snapshot, &self.document.live.design.links)
        })
    }

    /// The address shows the document as it is.
    pub fn follow(&mut self, place: Place) {
        self.follows_soon = false;
        let scenario = self.document.scenario.clone();
        self.effects.push(Effect::Follow(scenario, place));
    }

    /// The document or its live design changed: the address follows, and the lab is asked.
    fn changed(&mut self) {
        self.follows_soon = true;
        self.effects.push(Effect::FollowSoon);
        self.live_changed();
    }

    /// The live design changed: the lab is asked.
    fn live_changed(&mut self) {
        self.experiments = Experiments::of(&self.document, self.step());
        self.effects.push(Effect::AskSoon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page on its first step, with nothing to be done.
    pub fn opened() -> State {
        let mut state = State::new(Theme::default());
        state.begin(None);
        state.take_effects();
        state
    }

    /// What the worker is told by what is to be done.
    pub fn told(effects: &[Effect]) -> Vec<&Command> {
        let told = effects.iter().map(|effect| match effect {
            Effect::Tell(command) => Some(command),
            _ => None,
        });
        told.flatten().collect()
    }

    /// The document and the moment that the worker is told to run.
    pub fn loaded(effects: &[Effect]) -> Option<(&Scenario, u64)> {
        told(effects).into_iter().find_map(|command| match command {
            Command::Load {
                scenario, at_ns, ..
            } => Some((&**scenario, *at_ns)),
            _ => None,
        })
    }
}
