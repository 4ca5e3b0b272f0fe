//! What the workers say.

use std::rc::Rc;

use headroom_engine::happening::Happening;
use headroom_scenario::{Action, TimedAction};
use js_sys::{ArrayBuffer, Float64Array};
use web_sys::window;
use yew::Context;

use super::App;
use super::document::Edit;
use crate::lab::Answer;
use crate::packed;
use crate::protocol::{Message, Publication};
use crate::sampling::Sampling;

/// Rates this close to one another are one drag of the slider.
const DRAG_WITHIN_MS: f64 = 450.0;

impl App {
    pub(super) fn hear(
        &mut self,
        ctx: &Context<Self>,
        message: Message,
        bulk: Option<ArrayBuffer>,
    ) -> bool {
        let epoch = self.run.epoch;
        match message {
            Message::Ready => {
                let waiting = self.waiting.take().unwrap_or_default();
                waiting.into_iter().for_each(|command| self.send(command));
            }
            Message::Panicked { reason } => self.engine_died(reason),
            Message::Staged {
                epoch: of,
                now_ns,
                ns_per_ms,
                moving,
                sampling,
            } if of == epoch => {
                self.stage_told(now_ns, ns_per_ms, moving, sampling, bulk);
                return false;
            }
            Message::Published(publication) if publication.epoch == epoch => {
                self.published(ctx, *publication, bulk);
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
            Message::Applied { epoch: of, at_ns } if of == epoch => self.applied(ctx, at_ns),
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

    fn published(
        &mut self,
        ctx: &Context<Self>,
        mut publication: Publication,
        bulk: Option<ArrayBuffer>,
    ) {
        // What a run passes on its way to a moment is nothing new.
        let is_on_its_way = self.run.seeking.is_some();
        let rings = bulk.and_then(|bytes| packed::unpack(&bytes));
        publication.rings = rings.unwrap_or_default();
        let fresh = self.run.change().take(publication);
        if let Some(mark) = fresh.filter(|_| !is_on_its_way) {
            self.look.announcement = mark.in_full().to_owned();
        }
        // What is done live is stamped with the nanosecond after this, and shown at once.
        let next_ns = self.run.now_ns() + 1;
        if self.document.is_out_of_date(next_ns) {
            self.document.change().advance_to(next_ns);
            self.live_changed(ctx);
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
    fn applied(&mut self, ctx: &Context<Self>, at_ns: u64) {
        let Some(action) = self.unanswered.pop_front() else {
            return;
        };
        let edit = self.edit_of(&action);
        self.document
            .change()
            .append(TimedAction { at_ns, action }, edit);
        self.loaded = self.document.scenario.clone();
        self.run.change().forget_marks_from(at_ns);
        self.changed(ctx);
    }

    /// Loads that follow one another closely are one drag of the slider.
    fn edit_of(&mut self, action: &Action) -> Edit {
        if !self.document.turns_load(action) {
            return Edit::New;
        }
        let before_ms = std::mem::replace(&mut self.rate_ms, js_sys::Date::now());
        if self.rate_ms - before_ms < DRAG_WITHIN_MS {
            Edit::Drag
        } else {
            Edit::New
        }
    }

    fn stage_told(
        &mut self,
        now_ns: u64,
        ns_per_ms: f64,
        moving: bool,
        sampling: Sampling,
        bulk: Option<ArrayBuffer>,
    ) {
        let wall_ms = window()
            .and_then(|window| window.performance())
            .map_or(0.0, |clock| clock.now());
        let mut stage = self.stage.borrow_mut();
        stage.clock.tell(now_ns as f64, ns_per_ms, moving, wall_ms);
        stage.sampling = sampling;
        if let Some(flights) = bulk {
            stage.push(Float64Array::new(&flights));
        }
        drop(stage);
        if self.run.sampling != sampling {
            self.run.change().sampling = sampling;
        }
    }

    pub(super) fn learn(&mut self, answer: Answer) -> bool {
        match answer {
            Answer::Ready => {
                self.lab_ready = true;
                self.ask_lab();
                false
            }
            Answer::Found { question, finding } => {
                self.findings.learn(question, finding);
                true
            }
            Answer::Progress { question, progress } => {
                self.findings.go_on(question, progress);
                true
            }
            Answer::Panicked { reason } => {
                self.lab_died(&reason);
                true
            }
        }
    }
}
