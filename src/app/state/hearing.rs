//! What the engine's worker says of the run, taken in.

use std::rc::Rc;

use headroom_engine::happening::Happening;
use headroom_scenario::{Action, TimedAction};

use super::State;
use crate::app::document::Edit;
use crate::protocol::{Message, Publication};

/// Rates this close to one another are one drag of the slider.
const DRAG_WITHIN_MS: f64 = 450.0;

impl State {
    /// Takes in what it says, and when that is by the wall clock; whether there is anything to be drawn anew.
    pub fn hear(&mut self, message: Message, wall_ms: f64) -> bool {
        let epoch = self.run.epoch;
        match message {
            Message::Published(publication) if publication.epoch == epoch => {
                self.published(*publication);
            }
            Message::Seeking {
                epoch: of,
                now_ns,
                until_ns,
            } if of == epoch => {
                self.run.change().seeking = Some((now_ns, until_ns));
            }
            Message::Happened {
                epoch: of,
                happening,
            } if of == epoch => self.happened(happening),
            Message::Applied { epoch: of, at_ns } if of == epoch => self.applied(at_ns, wall_ms),
            Message::ActionRefused { epoch: of, reason } if of == epoch => {
                self.unanswered.pop_front();
                self.look.notice = Some(reason);
            }
            Message::Refused {
                epoch: of,
                problems,
            } if of == epoch => {
                self.look.notice = Some(problems.join(" "));
            }
            // About a load that is no more.
            _ => return false,
        }
        true
    }

    fn published(&mut self, publication: Publication) {
        // What a run passes on its way to a moment is nothing new.
        let is_on_its_way = self.run.seeking.is_some();
        let fresh = self.run.change().take(publication);
        if let Some(mark) = fresh.filter(|_| !is_on_its_way) {
            self.look.announcement = mark.in_full().to_owned();
        }
        // What is done live is stamped with the nanosecond after this, and shown at once.
        let next_ns = self.run.now_ns() + 1;
        if self.document.is_out_of_date(next_ns) {
            self.document.change().advance_to(next_ns);
            self.live_changed();
        }
    }

    fn happened(&mut self, happening: Option<Happening>) {
        self.look.announcement = match &happening {
            Some(happening) => happening.sentence.clone(),
            None => "Nothing is left to happen.".into(),
        };
        self.run.change().happening = happening.map(Rc::new);
    }

    /// A live action took effect: it is a part of the document from now on.
    fn applied(&mut self, at_ns: u64, wall_ms: f64) {
        let Some(action) = self.unanswered.pop_front() else {
            return;
        };
        let edit = self.edit_of(&action, wall_ms);
        self.document
            .change()
            .append(TimedAction { at_ns, action }, edit);
        self.loaded = self.document.scenario.clone();
        self.run.change().forget_marks_from(at_ns);
        self.changed();
    }

    /// Loads that follow one another closely are one drag of the slider.
    fn edit_of(&mut self, action: &Action, wall_ms: f64) -> Edit {
        if !self.document.turns_load(action) {
            return Edit::New;
        }
        let before_ms = std::mem::replace(&mut self.rate_ms, wall_ms);
        if self.rate_ms - before_ms < DRAG_WITHIN_MS {
            Edit::Drag
        } else {
            Edit::New
        }
    }

    /// The engine's worker does nothing any more.
    pub fn engine_died(&mut self, reason: String) {
        let run = self.run.change();
        // What is said first tells most; what follows it is its echo.
        run.failure.get_or_insert(reason);
        run.playing = false;
    }

    /// The lab does nothing any more.
    pub fn lab_died(&mut self, reason: &str) {
        self.look.notice = Some(format!(
            "What the design can take can't be measured any more: {reason}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::opened;
    use super::*;
    use crate::app::state::effect::Effect;
    use crate::intent::Intent;
    use headroom_engine::snapshot::Snapshot;

    fn rates(state: &mut State, rates: &[(f64, f64)]) {
        for &(rate_rps, wall_ms) in rates {
            state.fulfil(Intent::Apply(Action::SetRate { rate_rps }));
            let epoch = state.run.epoch;
            let at_ns = wall_ms as u64;
            state.hear(Message::Applied { epoch, at_ns }, wall_ms);
        }
    }

    #[test]
    fn rates_close_to_one_another_are_one_edit_and_others_are_not() {
        let mut state = opened();
        rates(
            &mut state,
            &[(10.0, 1_000.0), (20.0, 1_400.0), (30.0, 1_800.0)],
        );
        state.fulfil(Intent::Undo);
        assert!(!state.document.can_undo(), "it was one drag");
        let mut state = opened();
        rates(&mut state, &[(10.0, 1_000.0), (20.0, 1_500.0)]);
        state.fulfil(Intent::Undo);
        assert!(state.document.can_undo(), "they were two");
    }

    #[test]
    fn what_is_said_of_a_load_that_is_no_more_changes_nothing() {
        let mut state = opened();
        let rate_rps = 10.0;
        state.fulfil(Intent::Apply(Action::SetRate { rate_rps }));
        let (epoch, before) = (state.run.epoch - 1, state.document.scenario.clone());
        assert!(!state.hear(Message::Applied { epoch, at_ns: 3 }, 0.0));
        assert_eq!(state.document.scenario, before);
        assert_eq!(state.unanswered.len(), 1);
    }

    #[test]
    fn an_action_that_is_refused_is_no_part_of_the_document_and_says_why() {
        let mut state = opened();
        let (epoch, before) = (state.run.epoch, state.document.scenario.clone());
        state.fulfil(Intent::Apply(Action::SetRate { rate_rps: 10.0 }));
        let reason = "not now".to_owned();
        assert!(state.hear(Message::ActionRefused { epoch, reason }, 0.0));
        assert_eq!(state.document.scenario, before);
        assert!(state.unanswered.is_empty());
        assert_eq!(state.look.notice.as_deref(), Some("not now"));
    }

    #[test]
    fn the_live_design_follows_the_script_as_time_passes_and_the_lab_is_asked() {
        let mut state = opened();
        rates(&mut state, &[(10.0, 1_000.0)]);
        state.fulfil(Intent::Seek(0));
        state.take_effects();
        assert_ne!(state.document.live.traffic.rate_rps, 10.0);
        let publication = Publication {
            epoch: state.run.epoch,
            snapshot: Snapshot {
                now_ns: 2_000,
                ..Snapshot::default()
            },
            ..Publication::default()
        };
        assert!(state.hear(Message::Published(Box::new(publication)), 0.0));
        assert_eq!(state.document.live.traffic.rate_rps, 10.0);
        assert_eq!(state.take_effects(), [Effect::AskSoon]);
    }
}
