//! The workers: how they are started, and what they are sent.

use headroom_scenario::Scenario;
use yew::Context;

use super::document::agree_before_ns;
use super::{App, Msg};
use crate::host::Role;
use crate::intent::Tab;
use crate::port::Remote;
use crate::protocol::Command;
use crate::selection::Selection;
use crate::speed::Speed;

impl App {
    pub(super) fn start_engine(&mut self, ctx: &Context<Self>) {
        let heard = ctx
            .link()
            .callback(|(message, bulk)| Msg::Heard(message, bulk));
        let lost = ctx.link().callback(Msg::EngineLost);
        self.waiting = Some(Vec::new());
        match Remote::start(
            Role::Engine,
            move |message, bulk| heard.emit((message, bulk)),
            move |reason| lost.emit(reason),
        ) {
            Ok(remote) => self.engine = Some(remote),
            Err(reason) => self.engine_died(reason),
        }
    }

    pub(super) fn start_lab(&mut self, ctx: &Context<Self>) {
        let learned = ctx.link().callback(Msg::Learned);
        let lost = ctx.link().callback(Msg::LabLost);
        match Remote::start(
            Role::Lab,
            move |answer, _| learned.emit(answer),
            move |reason| lost.emit(reason),
        ) {
            Ok(remote) => self.lab = Some(remote),
            Err(reason) => self.lab_died(&reason),
        }
    }

    pub(super) fn send(&mut self, command: Command) {
        match (&mut self.waiting, &self.engine) {
            (Some(waiting), _) => waiting.push(command),
            (None, Some(engine)) => engine.send(&command),
            (None, None) => {}
        }
    }

    pub(super) fn engine_died(&mut self, reason: String) {
        self.engine = None;
        self.waiting = Some(Vec::new());
        let run = self.run.change();
        // What is said first tells most; what follows it is its echo.
        run.failure.get_or_insert(reason);
        run.playing = false;
    }

    pub(super) fn lab_died(&mut self, reason: &str) {
        self.lab = None;
        self.look.notice = Some(format!(
            "What the design can take can't be measured any more: {reason}"
        ));
    }

    /// Runs the document from its start to a moment.
    pub(super) fn load(&mut self, at_ns: u64) {
        let epoch = self.run.epoch + 1;
        let document = self.document.scenario.clone();
        let same_before_ns = agree_before_ns(&self.loaded, &document);
        self.loaded = document;
        self.run.change().begin(epoch, at_ns, same_before_ns);
        self.unanswered.clear();
        self.stage.borrow_mut().restart(epoch);
        self.document.change().advance_to(at_ns);
        if self.document.problems.is_empty() {
            self.send(Command::Load {
                epoch,
                scenario: Box::new(Scenario::clone(&self.document.scenario)),
                at_ns,
            });
        }
    }

    /// Runs the document as it was first opened: from the moment and in the state its view asks for.
    pub(super) fn load_view(&mut self) {
        let view = self.document.scenario.view.clone();
        self.look.selection = view.selected.map(Selection::Component);
        if let Some(panel) = view.panel {
            self.look.tab = Tab::of(panel);
        } else if self.shows_ring() {
            self.look.tab = Tab::Ring;
        }
        let run = self.run.change();
        run.playing = !view.paused;
        run.horizon_ns = 0;
        if view.speed > 0.0 {
            run.speed = Speed::Times(view.speed);
        }
        let (playing, speed) = (run.playing, run.speed);
        self.send(Command::SetSpeed(speed));
        self.send(Command::Play(playing));
        self.watch();
        self.load(view.at_ns);
    }

    pub(super) fn watch(&mut self) {
        self.send(Command::Watch {
            panel: self.look.tab.panel(),
            request: self.look.request,
        });
    }

    pub(super) fn ask_lab(&mut self) {
        let wishes = self.findings.wishes(self.experiments.questions());
        if let Some(lab) = self.lab.as_ref().filter(|_| self.lab_ready) {
            lab.send(&wishes);
        }
    }
}
