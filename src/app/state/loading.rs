//! The run on screen, loaded anew: what the engine's worker is told of it.

use headroom_scenario::Scenario;

use super::State;
use super::effect::Effect;
use crate::app::document::agree_before_ns;
use crate::intent::Tab;
use crate::protocol::Command;
use crate::selection::Selection;
use crate::speed::Speed;

impl State {
    /// Runs the document from its start to a moment.
    pub(super) fn load(&mut self, at_ns: u64) {
        let epoch = self.run.epoch + 1;
        let document = self.document.scenario.clone();
        let same_before_ns = agree_before_ns(&self.loaded, &document);
        self.loaded = document;
        self.run.change().begin(epoch, at_ns, same_before_ns);
        self.unanswered.clear();
        self.effects.push(Effect::ClearStage(epoch));
        self.document.change().advance_to(at_ns);
        if self.document.problems.is_empty() {
            self.tell(Command::Load {
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
        self.tell(Command::SetSpeed(speed));
        self.tell(Command::Play(playing));
        self.watch();
        self.load(view.at_ns);
    }

    /// The worker sends what the reader looks at, and no more.
    pub(super) fn watch(&mut self) {
        self.tell(Command::Watch {
            panel: self.look.tab.panel(),
            request: self.look.request,
        });
    }

    /// Runs the document from its start.
    pub(super) fn restart_run(&mut self) {
        let run = self.run.change();
        run.horizon_ns = 0;
        run.playing = true;
        self.tell(Command::Play(true));
        self.load(0);
    }

    /// Replays the changed document to the moment on screen.
    pub(super) fn reload(&mut self) {
        self.load(self.moment_ns());
        self.changed();
    }
}
