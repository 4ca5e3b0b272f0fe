//! Documents that are opened in place of one another, and what follows from another design: the address, the
//! questions to the lab.

use gloo::timers::callback::Timeout;
use headroom_engine::ENGINE_VERSION;
use headroom_scenario::fragment::{self, FragmentError};
use headroom_scenario::step::{self, LADDER};
use headroom_scenario::{Problem, Scenario};
use yew::Context;

use super::document::{self, Edit};
use super::experiments::Experiments;
use super::{App, Msg, file};
use crate::address::{self, Place};
use crate::intent::{Behind, Damaged, Dialog, Opening, Tab};
use crate::protocol::Command;

/// The address follows the design after so long without another change.
const FOLLOW_AFTER_MS: u32 = 400;
/// The lab is asked after so long without another change.
const ASK_AFTER_MS: u32 = 350;

impl App {
    /// Place of the step that the document came from.
    pub(super) fn step(&self) -> Option<usize> {
        self.document
            .scenario
            .step
            .as_deref()
            .and_then(step::find)
            .map(step::Step::index)
    }

    /// Whether the step on screen is about who is sent where.
    pub(super) fn shows_ring(&self) -> bool {
        self.document.scenario.step.as_deref() == Some("hash-ring")
    }

    /// Whether the document may be changed.
    pub(super) fn read_only(&self) -> bool {
        self.document.scenario.view.read_only
    }

    /// What the document is called.
    pub(super) fn title(&self) -> &str {
        document::title(&self.document.scenario)
    }

    /// Opens what the address asks for when the page starts: there is nothing before it to go back to.
    pub(super) fn begin(&mut self, ctx: &Context<Self>) {
        self.open_address(ctx, Behind::FirstStep);
        self.document.change().forget_past();
    }

    pub(super) fn open_address(&mut self, ctx: &Context<Self>, behind: Behind) {
        let Some(fragment) = address::current() else {
            return self.open(ctx, LADDER[0].scenario());
        };
        match fragment::decode(&fragment) {
            Ok(opened) => self.open(ctx, opened.scenario.into_inner()),
            Err(error) => {
                if behind == Behind::FirstStep {
                    self.open(ctx, LADDER[0].scenario());
                }
                // The address keeps the link until the reader changes something.
                self.follow = None;
                let problems = match &error {
                    FragmentError::Invalid(problems) => &problems[..],
                    _ => &[],
                };
                let what = Opening::Link(fragment);
                self.refuse(what, error.to_string(), problems, behind);
            }
        }
    }

    pub(super) fn open_file(&mut self, ctx: &Context<Self>, file: file::Read) {
        match file.scenario {
            Ok(scenario) => {
                self.leave();
                self.open(ctx, scenario.into_inner());
                self.follow_now(Place::Next);
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
    pub(super) fn open(&mut self, ctx: &Context<Self>, scenario: Scenario) {
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
        self.changed(ctx);
    }

    pub(super) fn open_step(&mut self, ctx: &Context<Self>, place: usize) {
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
        self.changed(ctx);
        self.follow_now(Place::Next);
    }

    /// Another document is about to be opened: the address of this one shows it as it is.
    pub(super) fn leave(&mut self) {
        if self.settle() || self.follow.is_some() {
            self.follow_now(Place::Same);
        }
    }

    pub(super) fn follow_now(&mut self, place: Place) {
        self.follow = None;
        address::follow(&self.document.scenario, place);
    }

    /// Runs the document from its start.
    pub(super) fn restart_run(&mut self) {
        let run = self.run.change();
        run.horizon_ns = 0;
        run.playing = true;
        self.send(Command::Play(true));
        self.load(0);
    }

    /// The document or its live design changed: the address follows, and the lab is asked.
    pub(super) fn changed(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.follow = Some(Timeout::new(FOLLOW_AFTER_MS, move || {
            link.send_message(Msg::FollowNow)
        }));
        self.live_changed(ctx);
    }

    pub(super) fn live_changed(&mut self, ctx: &Context<Self>) {
        self.experiments = Experiments::of(&self.document, self.step());
        let link = ctx.link().clone();
        self.ask = Some(Timeout::new(ASK_AFTER_MS, move || {
            link.send_message(Msg::AskNow)
        }));
    }
}
