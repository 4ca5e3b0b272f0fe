//! The workers: how they are started, and how what is said to and by them travels.

use js_sys::{ArrayBuffer, Float64Array};
use web_sys::window;
use yew::Context;

use super::{App, Msg};
use crate::host::Role;
use crate::lab::Answer;
use crate::packed;
use crate::port::Remote;
use crate::protocol::{Command, Message};
use crate::sampling::Sampling;

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
        self.state.engine_died(reason);
    }

    pub(super) fn lab_died(&mut self, reason: &str) {
        self.lab = None;
        self.state.lab_died(reason);
    }

    /// The engine's worker says something; whether there is anything to be drawn anew.
    pub(super) fn hear(&mut self, message: Message, bulk: Option<ArrayBuffer>) -> bool {
        match message {
            Message::Ready => {
                let waiting = self.waiting.take().unwrap_or_default();
                waiting.into_iter().for_each(|command| self.send(command));
                true
            }
            Message::Panicked { reason } => {
                self.engine_died(reason);
                true
            }
            Message::Staged {
                epoch,
                now_ns,
                ns_per_ms,
                moving,
                sampling,
            } => {
                if epoch == self.state.run.epoch {
                    self.stage_told(now_ns, ns_per_ms, moving, sampling, bulk);
                }
                false
            }
            Message::Published(mut publication) => {
                let rings = bulk.and_then(|bytes| packed::unpack(&bytes));
                publication.rings = rings.unwrap_or_default();
                self.tell_state(Message::Published(publication))
            }
            of_the_run => self.tell_state(of_the_run),
        }
    }

    fn tell_state(&mut self, message: Message) -> bool {
        self.state.hear(message, js_sys::Date::now())
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
        if self.state.run.sampling != sampling {
            self.state.run.change().sampling = sampling;
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
                self.state.findings.learn(question, finding);
                true
            }
            Answer::Progress { question, progress } => {
                self.state.findings.go_on(question, progress);
                true
            }
            Answer::Panicked { reason } => {
                self.lab_died(&reason);
                true
            }
        }
    }

    pub(super) fn ask_lab(&mut self) {
        let wishes = self
            .state
            .findings
            .wishes(self.state.experiments.questions());
        if let Some(lab) = self.lab.as_ref().filter(|_| self.lab_ready) {
            lab.send(&wishes);
        }
    }
}
