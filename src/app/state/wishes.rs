//! What the reader wants, fulfilled.

use headroom_scenario::{Action, Scenario};

use super::State;
use super::effect::Effect;
use crate::app::breakage::busiest;
use crate::app::document::{Edit, edit_in_words};
use crate::app::timeline;
use crate::intent::{Intent, Tab};
use crate::protocol::Command;
use crate::selection::Selection;
use crate::speed::Speed;

impl State {
    /// Does what the reader wants.
    pub fn fulfil(&mut self, intent: Intent) {
        match intent {
            Intent::Play(playing) => self.play(playing),
            Intent::TogglePlay => self.play(!self.run.playing),
            Intent::OneEvent => {
                self.run.change().playing = false;
                self.tell(Command::OneEvent);
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
                self.live_changed();
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
                self.effects.push(Effect::Wear(theme));
            }
            Intent::Show(dialog) => self.look.dialog = dialog,
            Intent::Announce(words) => self.look.announcement = words,
            Intent::Dismiss => self.look.notice = None,
            Intent::Restart => {
                self.run.change().failure = None;
                self.effects.push(Effect::StartEngine);
                let speed = self.run.speed;
                self.tell(Command::SetSpeed(speed));
                self.watch();
                self.restart_run();
            }
            Intent::OpenStep(place) => self.open_step(place),
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
                self.reload();
            }
            Intent::Undo => self.undo(),
            Intent::Redo => self.redo(),
            Intent::SetSeed(Some(seed)) if seed == self.document.scenario.seed => {}
            Intent::SetSeed(Some(seed)) => self.set_seed(seed),
            Intent::SetSeed(None) => self.effects.push(Effect::DrawSeed),
        }
    }

    fn undo(&mut self) {
        self.settle();
        let after = self.document.scenario.clone();
        if self.document.change().undo() {
            let edit = edit_in_words(&self.document.scenario, &after);
            self.look.announcement = format!("Undone: {edit}");
            self.reload();
        }
    }

    /// After another edit there is nothing to do again.
    fn redo(&mut self) {
        let before = self.document.scenario.clone();
        if self.settle() {
            self.reload();
        } else if self.document.change().redo() {
            let edit = edit_in_words(&before, &self.document.scenario);
            self.look.announcement = format!("Done again: {edit}");
            self.reload();
        }
    }

    fn set_seed(&mut self, seed: u64) {
        self.settle();
        let scenario = Scenario {
            seed,
            ..Scenario::clone(&self.document.scenario)
        };
        self.document.change().edit(scenario, Edit::New);
        self.restart_run();
        self.changed();
    }

    fn play(&mut self, playing: bool) {
        let run = self.run.change();
        run.playing = playing;
        run.happening = None;
        self.tell(Command::Play(playing));
    }

    fn set_speed(&mut self, speed: Speed) {
        self.run.change().speed = speed;
        self.tell(Command::SetSpeed(speed));
    }

    fn select(&mut self, selection: Option<Selection>) {
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
            self.tell(Command::Apply {
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
}

#[cfg(test)]
mod tests {
    use super::super::tests::{loaded, opened, told};
    use super::*;
    use crate::protocol::Message;
    use headroom_scenario::step::LADDER;

    fn applied(state: &mut State, at_ns: u64) {
        let epoch = state.run.epoch;
        assert!(state.hear(Message::Applied { epoch, at_ns }, at_ns as f64));
    }

    fn kill() -> Action {
        Action::Kill {
            component: "web".into(),
            instance: 0,
        }
    }

    #[test]
    fn what_is_done_live_can_be_undone_and_done_again_at_the_moment_on_screen() {
        let mut state = opened();
        let before = state.document.scenario.clone();
        state.fulfil(Intent::Apply(kill()));
        let action = Box::new(kill());
        assert_eq!(
            state.take_effects(),
            [Effect::Tell(Command::Apply { action })]
        );
        assert_eq!(
            state.document.scenario, before,
            "until the worker has done it"
        );
        applied(&mut state, 40);
        let after = state.document.scenario.clone();
        assert_eq!(after.script.len(), before.script.len() + 1);
        state.take_effects();

        state.fulfil(Intent::Undo);
        let effects = state.take_effects();
        assert_eq!(loaded(&effects), Some((&*before, 0)));
        assert!(effects.contains(&Effect::FollowSoon));
        assert!(state.look.announcement.starts_with("Undone: "));

        state.fulfil(Intent::Redo);
        let effects = state.take_effects();
        assert_eq!(loaded(&effects).map(|(run, _)| run), Some(&*after));
        assert!(state.look.announcement.starts_with("Done again: "));
        state.fulfil(Intent::Redo);
        assert_eq!(state.take_effects(), [], "there is nothing more");
    }

    #[test]
    fn what_the_worker_has_not_answered_is_written_down_before_the_run_is_loaded_anew() {
        let mut state = opened();
        state.fulfil(Intent::Apply(kill()));
        state.take_effects();
        state.fulfil(Intent::Seek(9));
        let effects = state.take_effects();
        let (run, at_ns) = loaded(&effects).expect("it is loaded");
        assert_eq!(at_ns, 9);
        assert_eq!(run.script.last().map(|timed| &timed.action), Some(&kill()));
        assert!(state.unanswered.is_empty());
    }

    #[test]
    fn a_document_written_anew_runs_anew_and_the_same_one_goes_on() {
        let mut state = opened();
        let same = Scenario::clone(&state.document.scenario);
        state.fulfil(Intent::Rewrite(Box::new(same.clone())));
        assert_eq!(state.take_effects(), []);
        let mut other = same;
        other.traffic.rate_rps += 1.0;
        state.fulfil(Intent::Rewrite(Box::new(other.clone())));
        assert_eq!(loaded(&state.take_effects()), Some((&other, 0)));
        assert!(state.document.can_undo());
    }

    #[test]
    fn what_holds_already_is_not_asked_for() {
        let mut state = opened();
        let rate_rps = state.document.live.traffic.rate_rps;
        state.fulfil(Intent::Apply(Action::SetRate { rate_rps }));
        assert_eq!(state.take_effects(), []);
    }

    #[test]
    fn a_design_that_is_shared_to_be_read_is_not_changed() {
        let mut state = opened();
        state.open_address(
            Some("step=cache&readonly=1".into()),
            crate::intent::Behind::WhatWasOpen,
        );
        assert!(state.read_only());
        state.take_effects();
        for intent in [
            Intent::Apply(kill()),
            Intent::Break,
            Intent::SetSeed(None),
            Intent::Rewrite(Box::new(LADDER[1].scenario())),
        ] {
            state.look.notice = None;
            state.fulfil(intent);
            assert_eq!(state.take_effects(), []);
            assert!(state.look.notice.is_some());
        }
    }

    #[test]
    fn a_seed_is_drawn_outside_and_runs_the_document_from_its_start() {
        let mut state = opened();
        state.fulfil(Intent::SetSeed(None));
        assert_eq!(state.take_effects(), [Effect::DrawSeed]);
        let seed = state.document.scenario.seed;
        state.fulfil(Intent::SetSeed(Some(seed)));
        assert_eq!(state.take_effects(), [], "it has that one");
        state.fulfil(Intent::SetSeed(Some(seed + 1)));
        let effects = state.take_effects();
        let run = loaded(&effects).map(|(run, at_ns)| (run.seed, at_ns));
        assert_eq!(run, Some((seed + 1, 0)));
    }

    #[test]
    fn what_is_selected_opens_its_parameters_but_an_instance_its_menu() {
        let mut state = opened();
        let instance = Selection::Instance("web".into(), 0);
        state.fulfil(Intent::Select(Some(instance)));
        assert_eq!(state.look.tab, Tab::Figures);
        state.fulfil(Intent::Select(Some(Selection::Component("web".into()))));
        assert_eq!(state.look.tab, Tab::Inspector);
        assert_eq!(
            told(&state.take_effects()).len(),
            1,
            "the panel that is watched"
        );
    }

    #[test]
    fn a_dead_engine_is_started_before_it_is_told_anything() {
        let mut state = opened();
        state.engine_died("it broke".into());
        state.engine_died("an echo".into());
        assert_eq!(state.run.failure.as_deref(), Some("it broke"));
        assert!(!state.run.playing);
        state.fulfil(Intent::Restart);
        let effects = state.take_effects();
        assert_eq!(effects[0], Effect::StartEngine);
        assert!(loaded(&effects).is_some());
        assert!(state.run.playing && state.run.failure.is_none());
    }
}
