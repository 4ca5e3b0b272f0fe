//! Documents that are opened in place of one another.

use headroom_engine::ENGINE_VERSION;
use headroom_scenario::fragment::{self, FragmentError};
use headroom_scenario::step::LADDER;
use headroom_scenario::{Problem, Scenario};

use super::State;
use super::effect::Effect;
use crate::address::Place;
use crate::app::document::Edit;
use crate::app::file;
use crate::intent::{Behind, Damaged, Dialog, Opening, Tab};

impl State {
    /// Opens what the address asks for when the page starts: there is nothing before it to go back to.
    pub fn begin(&mut self, fragment: Option<String>) {
        self.open_address(fragment, Behind::FirstStep);
        self.document.change().forget_past();
    }

    /// Opens what a fragment of the address holds; the first step where there is none.
    pub fn open_address(&mut self, fragment: Option<String>, behind: Behind) {
        let Some(fragment) = fragment else {
            return self.open(LADDER[0].scenario());
        };
        match fragment::decode(&fragment) {
            Ok(opened) => self.open(opened.scenario.into_inner()),
            Err(error) => {
                if behind == Behind::FirstStep {
                    self.open(LADDER[0].scenario());
                }
                // The address keeps the link until the reader changes something.
                self.follows_soon = false;
                self.effects.push(Effect::KeepAddress);
                let problems = match &error {
                    FragmentError::Invalid(problems) => &problems[..],
                    _ => &[],
                };
                let what = Opening::Link(fragment);
                self.refuse(what, error.to_string(), problems, behind);
            }
        }
    }

    /// Opens what a file holds.
    pub fn open_file(&mut self, file: file::Read) {
        match file.scenario {
            Ok(scenario) => {
                self.leave();
                self.open(scenario.into_inner());
                self.follow(Place::Next);
            }
            Err(problems) => {
                let reason = Problem::sentence(&format!("The file {}", file.name), &problems);
                self.refuse(Opening::File, reason, &problems, Behind::WhatWasOpen);
            }
        }
    }

    /// Says why something did not open.
    fn refuse(&mut self, what: Opening, reason: String, problems: &[Problem], behind: Behind) {
        let problems = problems.iter().map(ToString::to_string).collect();
        self.look.dialog = Some(Dialog::Damaged(Damaged {
            what,
            reason,
            problems,
            behind,
        }));
    }

    /// Opens a document in place of the one on screen, which can be had back.
    fn open(&mut self, scenario: Scenario) {
        self.settle();
        let made_by = &scenario.engine;
        self.look.notice = (!made_by.is_empty() && made_by != ENGINE_VERSION).then(|| {
            format!("Made with engine {made_by}; this is {ENGINE_VERSION}. The run may differ from its sender's.")
        });
        self.look.dialog = None;
        self.look.request = None;
        if scenario != *self.document.scenario {
            self.document.change().edit(scenario, Edit::New);
        }
        self.load_view();
        self.changed();
    }

    /// Opens a step of the ladder.
    pub(super) fn open_step(&mut self, place: usize) {
        let Some(step) = LADDER.get(place) else {
            return;
        };
        self.leave();
        let mut scenario = step.scenario();
        // Whoever has turned the load or drawn a seed goes on with it: what differs is the step.
        scenario.seed = self.document.scenario.seed;
        if let Some(before) = self.step() {
            let rate_rps = self.document.live.traffic.rate_rps;
            if rate_rps != LADDER[before].scenario().traffic.rate_rps {
                scenario.traffic.rate_rps = rate_rps;
            }
        }
        self.look.selection = None;
        self.look.request = None;
        self.document.change().edit(scenario, Edit::New);
        if self.shows_ring() {
            self.look.tab = Tab::Ring;
        } else if matches!(self.look.tab, Tab::Inspector | Tab::Ring | Tab::Trace) {
            self.look.tab = Tab::Figures;
        }
        self.watch();
        self.look.announcement = format!("Step {} of {}: {}", place + 1, LADDER.len(), step.title);
        self.restart_run();
        self.changed();
        self.follow(Place::Next);
    }

    /// Another document is about to be opened: the address of this one shows it as it is.
    fn leave(&mut self) {
        if self.settle() || self.follows_soon {
            self.follow(Place::Same);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{loaded, opened, told};
    use super::*;
    use crate::intent::{Intent, Theme};
    use crate::protocol::Command;
    use headroom_scenario::Action;

    #[test]
    fn the_page_begins_with_the_first_step_and_nothing_to_undo() {
        let mut state = State::new(Theme::Dark);
        state.begin(None);
        let effects = state.take_effects();
        assert_eq!(loaded(&effects), Some((&LADDER[0].scenario(), 0)));
        assert!(effects.ends_with(&[Effect::FollowSoon, Effect::AskSoon]));
        assert!(!state.document.can_undo());
        assert_eq!(state.look.theme, Theme::Dark);
        assert_eq!(state.take_effects(), [], "each is carried out once");
    }

    #[test]
    fn a_link_opens_at_the_moment_and_in_the_state_that_it_asks_for() {
        let mut state = State::new(Theme::default());
        let link = "step=cache&at=42.5&paused=1&panel=queues";
        state.begin(Some(link.into()));
        let effects = state.take_effects();
        assert_eq!(
            loaded(&effects).map(|(_, at_ns)| at_ns),
            Some(42_500_000_000)
        );
        assert!(told(&effects).contains(&&Command::Play(false)));
        assert!(!state.run.playing);
        assert_eq!(state.look.tab, Tab::Queues);
    }

    #[test]
    fn a_link_that_does_not_open_stays_in_the_address_and_says_why() {
        let mut state = opened();
        state.fulfil(Intent::SetSeed(Some(7)));
        let before = state.document.scenario.clone();
        state.take_effects();
        state.open_address(Some("step=none-such".into()), Behind::WhatWasOpen);
        assert_eq!(state.take_effects(), [Effect::KeepAddress]);
        assert_eq!(state.document.scenario, before);
        let Some(Dialog::Damaged(damaged)) = &state.look.dialog else {
            panic!("it is said");
        };
        assert_eq!(damaged.what, Opening::Link("step=none-such".into()));
        assert!(!damaged.reason.is_empty());
    }

    #[test]
    fn a_step_is_opened_with_the_readers_load_and_seed_and_what_was_left_is_in_the_address() {
        let mut state = opened();
        state.fulfil(Intent::SetSeed(Some(7)));
        let rate_rps = 321.0;
        state.fulfil(Intent::Apply(Action::SetRate { rate_rps }));
        let action = Action::SetRate { rate_rps };
        state.hear(
            crate::protocol::Message::Applied {
                epoch: state.run.epoch,
                at_ns: 5,
            },
            0.0,
        );
        let left = state.document.scenario.clone();
        assert_eq!(left.script.last().map(|timed| &timed.action), Some(&action));
        state.take_effects();

        state.fulfil(Intent::OpenStep(1));
        let effects = state.take_effects();
        assert_eq!(effects[0], Effect::Follow(left, Place::Same));
        let opened = state.document.scenario.clone();
        assert_eq!(effects.last(), Some(&Effect::Follow(opened, Place::Next)));
        let (run, at_ns) = loaded(&effects).expect("it runs");
        assert_eq!((run.seed, run.traffic.rate_rps, at_ns), (7, rate_rps, 0));
        assert_eq!(run.step, LADDER[1].scenario().step);
        assert!(state.document.can_undo());
        assert!(state.look.announcement.starts_with("Step 2 of"));
    }

    #[test]
    fn there_is_no_step_after_the_last() {
        let mut state = opened();
        state.fulfil(Intent::OpenStep(LADDER.len()));
        assert_eq!(state.take_effects(), []);
    }
}
