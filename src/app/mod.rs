//! The page as a whole: one place that holds its state and fulfils what the reader wants.

mod badge;
mod choice;
mod dialog;
mod document;
mod entry;
mod experiments;
mod file;
mod header;
mod icon;
mod intent;
mod keyboard;
mod legend;
mod now;
mod panels;
mod run;
mod share;
mod stop;
mod story;
mod theme;
mod timeline;
mod traffic;
mod view;

use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use headroom_engine::ENGINE_VERSION;
use headroom_engine::snapshot::{InstanceGauge, InstanceState, Snapshot};
use headroom_scenario::fragment::{self, FragmentError};
use headroom_scenario::step::{self, LADDER};
use headroom_scenario::{Action, INTEGER_MAX, Kind, Link, Problem, Scenario, TimedAction};
use js_sys::{ArrayBuffer, Float64Array};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, KeyboardEvent, window};
use yew::prelude::*;

use crate::address::{self, Place};
use crate::deed;
use crate::host::Role;
use crate::lab::{Answer, Findings};
use crate::packed;
use crate::port::Remote;
use crate::protocol::{Command, Message, Speed};
use crate::sampling::Sampling;
use crate::selection::Selection;
use crate::shared::Shared;
use crate::stage::StageHandle;
pub use choice::Choice;
use document::{Document, Edit, agree_before_ns, edit_in_words};
pub use entry::Entry;
use experiments::Experiments;
use intent::{Behind, Damaged, Opening};
pub use intent::{Dialog, Intent, Intents, Tab, Theme};
use run::Run;

/// The address follows the design after so long without another change.
const FOLLOW_AFTER_MS: u32 = 400;
/// The lab is asked after so long without another change.
const ASK_AFTER_MS: u32 = 350;

/// Rates this close to one another are one drag of the slider.
const DRAG_WITHIN_MS: f64 = 700.0;

/// Renders the page.
pub fn start() {
    yew::Renderer::<App>::new().render();
}

/// How the page looks, the run aside.
#[derive(Clone, Debug, Default, PartialEq)]
struct Look {
    theme: Theme,
    tab: Tab,
    selection: Option<Selection>,
    request: Option<u64>,
    dialog: Option<Dialog>,
    announcement: String,
    notice: Option<String>,
    // A file is held over the page.
    awaits_drop: bool,
}

/// The page.
pub struct App {
    document: Shared<Document>,
    run: Shared<Run>,
    // The document that the run is of.
    loaded: Rc<Scenario>,
    look: Look,
    stage: StageHandle,
    intents: Intents,
    engine: Option<Remote>,
    // Commands that wait until the worker listens.
    waiting: Option<Vec<Command>>,
    lab: Option<Remote>,
    lab_ready: bool,
    findings: Findings,
    experiments: Experiments,
    // Actions that the worker has not answered yet.
    unanswered: VecDeque<Action>,
    // When the last rate took effect, by the wall clock: another one soon after is the same drag.
    rate_ms: f64,
    follow: Option<Timeout>,
    ask: Option<Timeout>,
    _listeners: Vec<EventListener>,
}

/// What happens to the page.
pub enum Msg {
    /// The reader wants something.
    Wanted(Intent),
    /// The engine's worker said something.
    Heard(Message, Option<ArrayBuffer>),
    /// The engine's worker can't be reached any more.
    EngineLost(String),
    /// The lab said something.
    Learned(Answer),
    /// The lab can't be reached any more.
    LabLost(String),
    /// A file is dragged over the page, or no more.
    Dragged(bool),
    /// A file was dropped.
    Dropped(DragEvent),
    /// A file was read.
    FileRead(Box<file::Read>),
    /// The address bar shows another fragment.
    AddressChanged,
    /// A key was pressed.
    Pressed(KeyboardEvent),
    /// The page came into sight or went out of it.
    SightChanged,
    /// Nothing has changed for a while: the address may follow.
    FollowNow,
    /// Nothing has changed for a while: the lab may be asked.
    AskNow,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut app = Self {
            document: Shared::new(Document::new(LADDER[0].scenario())),
            run: Shared::default(),
            loaded: Rc::default(),
            look: Look {
                theme: theme::stored(),
                ..Look::default()
            },
            stage: StageHandle::default(),
            intents: ctx.link().callback(Msg::Wanted),
            engine: None,
            waiting: Some(Vec::new()),
            lab: None,
            lab_ready: false,
            findings: Findings::default(),
            experiments: Experiments::default(),
            unanswered: VecDeque::new(),
            rate_ms: 0.0,
            follow: None,
            ask: None,
            _listeners: listeners(ctx),
        };
        app.start_engine(ctx);
        app.start_lab(ctx);
        app.begin(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Wanted(intent) => self.fulfil(ctx, intent),
            Msg::Heard(message, bulk) => return self.hear(ctx, message, bulk),
            Msg::EngineLost(reason) => self.engine_died(reason),
            Msg::Learned(answer) => return self.learn(ctx, answer),
            Msg::LabLost(reason) => self.lab_died(&reason),
            Msg::Dragged(over) => {
                return std::mem::replace(&mut self.look.awaits_drop, over) != over;
            }
            Msg::Dropped(event) => {
                self.look.awaits_drop = false;
                let open = ctx.link().callback(|file| Msg::FileRead(Box::new(file)));
                file::read_dropped(&event, open);
            }
            Msg::FileRead(file) => self.open_file(ctx, *file),
            Msg::AddressChanged => self.open_address(ctx, Behind::WhatWasOpen),
            Msg::Pressed(event) => match keyboard::intent(&event, &self.look, self.step()) {
                Some(intent) => {
                    event.prevent_default();
                    self.fulfil(ctx, intent);
                }
                None => return false,
            },
            Msg::SightChanged => {
                let hidden = window()
                    .and_then(|w| w.document())
                    .is_some_and(|document| document.hidden());
                self.send(Command::Hidden(hidden));
                return false;
            }
            Msg::FollowNow => {
                self.follow_now(Place::Same);
                return false;
            }
            Msg::AskNow => {
                self.ask_lab();
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        view::page(self, ctx.link())
    }
}

fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let Some((window, document)) =
        window().and_then(|window| Some((window.clone(), window.document()?)))
    else {
        return Vec::new();
    };
    let link = ctx.link();
    let on_hash = link.callback(|()| Msg::AddressChanged);
    let on_sight = link.callback(|()| Msg::SightChanged);
    let on_key = link.callback(Msg::Pressed);
    let on_drop = link.callback(Msg::Dropped);
    let [on_drag, on_leave] = [(); 2].map(|()| link.callback(Msg::Dragged));
    vec![
        EventListener::new(&window, "hashchange", move |_| on_hash.emit(())),
        EventListener::new(&document, "visibilitychange", move |_| on_sight.emit(())),
        answering(&document, "keydown", move |event| on_key.emit(event)),
        answering(&document, "dragover", move |event: DragEvent| {
            if file::is_dragged(&event) {
                // Left to itself, the browser would open the file in place of the page.
                event.prevent_default();
                on_drag.emit(true);
            }
        }),
        answering(&document, "dragleave", move |event: DragEvent| {
            // From one part of the page to another, it is still over the page.
            if event.related_target().is_none() {
                on_leave.emit(false);
            }
        }),
        answering(&document, "drop", move |event: DragEvent| {
            if file::is_dragged(&event) {
                event.prevent_default();
                on_drop.emit(event);
            }
        }),
    ]
}

/// A listener that may keep the browser from doing what it does by itself.
fn answering<E: JsCast + Clone>(
    document: &web_sys::Document,
    name: &'static str,
    mut answer: impl FnMut(E) + 'static,
) -> EventListener {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(document, name, options, move |event| {
        if let Some(event) = event.dyn_ref::<E>() {
            answer(event.clone());
        }
    })
}

/// Workers.
impl App {
    fn start_engine(&mut self, ctx: &Context<Self>) {
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

    fn start_lab(&mut self, ctx: &Context<Self>) {
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

    fn send(&mut self, command: Command) {
        match (&mut self.waiting, &self.engine) {
            (Some(waiting), _) => waiting.push(command),
            (None, Some(engine)) => engine.send(&command),
            (None, None) => {}
        }
    }

    fn engine_died(&mut self, reason: String) {
        self.engine = None;
        self.waiting = Some(Vec::new());
        let run = self.run.change();
        // What is said first tells most; what follows it is its echo.
        run.failure.get_or_insert(reason);
        run.playing = false;
    }

    fn lab_died(&mut self, reason: &str) {
        self.lab = None;
        self.look.notice = Some(format!(
            "What the design can take can't be measured any more: {reason}"
        ));
    }

    /// Runs the document from its start to a moment.
    fn load(&mut self, at_ns: u64) {
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
    fn load_view(&mut self) {
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

    fn watch(&mut self) {
        self.send(Command::Watch {
            panel: self.look.tab.panel(),
            request: self.look.request,
        });
    }
}

/// Documents.
impl App {
    /// Place of the step that the document came from.
    fn step(&self) -> Option<usize> {
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
    fn read_only(&self) -> bool {
        self.document.scenario.view.read_only
    }

    /// What the document is called: by its step, or by its own name.
    fn title(&self) -> &str {
        match self.step() {
            Some(place) => LADDER[place].title,
            None => story::name_of_own(&self.document.scenario.name),
        }
    }

    /// Opens what the address asks for when the page starts: there is nothing before it to go back to.
    fn begin(&mut self, ctx: &Context<Self>) {
        self.open_address(ctx, Behind::FirstStep);
        self.document.change().forget_past();
    }

    fn open_address(&mut self, ctx: &Context<Self>, behind: Behind) {
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

    fn open_file(&mut self, ctx: &Context<Self>, file: file::Read) {
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
    fn open(&mut self, ctx: &Context<Self>, scenario: Scenario) {
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

    fn open_step(&mut self, ctx: &Context<Self>, place: usize) {
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
    fn leave(&mut self) {
        if self.settle() || self.follow.is_some() {
            self.follow_now(Place::Same);
        }
    }

    fn follow_now(&mut self, place: Place) {
        self.follow = None;
        address::follow(&self.document.scenario, place);
    }

    /// Runs the document from its start.
    fn restart_run(&mut self) {
        let run = self.run.change();
        run.horizon_ns = 0;
        run.playing = true;
        self.send(Command::Play(true));
        self.load(0);
    }

    /// The document or its live design changed: the address follows, and the lab is asked.
    fn changed(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.follow = Some(Timeout::new(FOLLOW_AFTER_MS, move || {
            link.send_message(Msg::FollowNow)
        }));
        self.live_changed(ctx);
    }

    fn live_changed(&mut self, ctx: &Context<Self>) {
        self.experiments = Experiments::of(&self.document, self.step());
        let link = ctx.link().clone();
        self.ask = Some(Timeout::new(ASK_AFTER_MS, move || {
            link.send_message(Msg::AskNow)
        }));
    }

    fn ask_lab(&mut self) {
        let wishes = self.findings.wishes(self.experiments.questions());
        if let Some(lab) = self.lab.as_ref().filter(|_| self.lab_ready) {
            lab.send(&wishes);
        }
    }
}

/// What the workers say.
impl App {
    fn hear(&mut self, ctx: &Context<Self>, message: Message, bulk: Option<ArrayBuffer>) -> bool {
        let epoch = self.run.epoch;
        match message {
            Message::Ready => {
                let waiting = self.waiting.take().unwrap_or_default();
                waiting.into_iter().for_each(|command| self.send(command));
            }
            Message::Staged {
                epoch: of,
                now_ns,
                ns_per_ms,
                sampling,
            } if of == epoch => {
                self.stage_told(now_ns, ns_per_ms, sampling, bulk);
                return false;
            }
            Message::Published(mut publication) if publication.epoch == epoch => {
                // What a run passes on its way to a moment is nothing new.
                let is_on_its_way = self.run.seeking.is_some();
                let rings = bulk.and_then(|bytes| packed::unpack(&bytes));
                publication.rings = rings.unwrap_or_default();
                let fresh = self.run.change().take(*publication);
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
            } if of == epoch => {
                self.look.announcement = match &happening {
                    Some(happening) => happening.sentence.clone(),
                    None => "Nothing is left to happen.".into(),
                };
                self.run.change().happening = happening.map(Rc::new);
            }
            Message::Applied { epoch: of, at_ns } if of == epoch => {
                if let Some(action) = self.unanswered.pop_front() {
                    let edit = self.edit_of(&action);
                    self.document
                        .change()
                        .append(TimedAction { at_ns, action }, edit);
                    self.loaded = self.document.scenario.clone();
                    self.run.change().forget_marks_from(at_ns);
                    self.changed(ctx);
                }
            }
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
            Message::Panicked { reason } => self.engine_died(reason),
            // About a load that is no more.
            _ => return false,
        }
        true
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
        sampling: Sampling,
        bulk: Option<ArrayBuffer>,
    ) {
        let wall_ms = window()
            .and_then(|window| window.performance())
            .map_or(0.0, |clock| clock.now());
        let mut stage = self.stage.borrow_mut();
        stage.clock.tell(now_ns as f64, ns_per_ms, wall_ms);
        stage.sampling = sampling;
        if let Some(flights) = bulk {
            stage.push(Float64Array::new(&flights));
        }
        drop(stage);
        if self.run.sampling != sampling {
            self.run.change().sampling = sampling;
        }
    }

    fn learn(&mut self, _ctx: &Context<Self>, answer: Answer) -> bool {
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

/// What the reader wants.
impl App {
    fn fulfil(&mut self, ctx: &Context<Self>, intent: Intent) {
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
            Intent::Undo => {
                self.settle();
                let after = self.document.scenario.clone();
                if self.document.change().undo() {
                    let edit = edit_in_words(&self.document.scenario, &after);
                    self.look.announcement = format!("Undone: {edit}");
                    self.reload(ctx);
                }
            }
            Intent::Redo => {
                // After another edit there is nothing to do again.
                let before = self.document.scenario.clone();
                if self.settle() {
                    self.reload(ctx);
                } else if self.document.change().redo() {
                    let edit = edit_in_words(&before, &self.document.scenario);
                    self.look.announcement = format!("Done again: {edit}");
                    self.reload(ctx);
                }
            }
            Intent::SetSeed(Some(seed)) if seed == self.document.scenario.seed => {}
            Intent::SetSeed(seed) => {
                self.settle();
                let seed = seed.unwrap_or_else(fresh_seed);
                let scenario = Scenario {
                    seed,
                    ..Scenario::clone(&self.document.scenario)
                };
                self.document.change().edit(scenario, Edit::New);
                self.restart_run();
                self.changed(ctx);
            }
        }
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
    fn reload(&mut self, ctx: &Context<Self>) {
        self.load(self.moment_ns());
        self.changed(ctx);
    }

    /// The moment on screen, in nanoseconds: no earlier than what has been done to the design shown,
    /// which the worker tells before its figures.
    fn moment_ns(&self) -> u64 {
        let done = self.document.done().last();
        self.run.now_ns().max(done.map_or(0, |timed| timed.at_ns))
    }

    /// The document with all that has been done to the run, answered by the worker or not.
    fn settled(&self) -> Rc<Scenario> {
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
            self.send(Command::Apply {
                action: Box::new(action.clone()),
            });
        }
    }

    /// Kills the busiest server, or, when something is broken, repairs it all.
    fn break_or_repair(&mut self) {
        let broken = self.broken();
        if broken.is_empty()
            && let Some((component, instance)) = self.busiest()
        {
            self.apply(&Action::Kill {
                component,
                instance,
            });
        }
        broken.iter().for_each(|repair| self.apply(repair));
    }

    /// What mends all that is broken: instances that are dead, hanging or slow, and links.
    fn broken(&self) -> Vec<Action> {
        let snapshot = self.run.snapshot.as_deref();
        snapshot.map_or_else(Vec::new, |snapshot| {
            repairs(snapshot, &self.document.live.design.links)
        })
    }

    /// The busiest server that is up.
    fn busiest(&self) -> Option<(String, u16)> {
        let snapshot = self.run.snapshot.as_deref()?;
        let services = self
            .document
            .live
            .design
            .components
            .iter()
            .zip(&snapshot.components);
        let servers = services
            .filter(|(component, _)| matches!(component.kind, Kind::Service(_)))
            .flat_map(|(component, gauge)| {
                gauge
                    .instances
                    .iter()
                    .zip(0..)
                    .map(move |(i, number)| (component, i, number))
            });
        servers
            .filter(|(_, instance, _)| instance.state == InstanceState::Up)
            .max_by(|(_, a, _), (_, b, _)| a.utilisation.total_cmp(&b.utilisation))
            .map(|(component, _, number)| (component.id.clone(), number))
    }
}

/// What mends all that is broken at a moment.
fn repairs(snapshot: &Snapshot, links: &[Link]) -> Vec<Action> {
    let instances = snapshot.components.iter().flat_map(|component| {
        let instances = component.instances.iter().zip(0..);
        let broken = instances.filter(|(instance, _)| is_broken(instance));
        broken.map(|(_, instance)| Action::Repair {
            component: component.id.clone(),
            instance,
        })
    });
    let links = links.iter().zip(&snapshot.links);
    let links = links
        .filter(|(_, gauge)| !gauge.impairments.is_empty())
        .map(|(link, _)| deed::repair(&link.from, &link.to));
    instances.chain(links).collect()
}

fn is_broken(instance: &InstanceGauge) -> bool {
    match instance.state {
        InstanceState::Down => true,
        InstanceState::Gone => false,
        InstanceState::Up | InstanceState::Booting | InstanceState::Draining => {
            instance.hangs || instance.slow_factor != 1.0
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::snapshot::{ComponentGauge, LinkGauge};
    use headroom_scenario::Impairment;

    #[test]
    fn whatever_is_broken_can_be_mended_at_once() {
        let well = crate::diagram::idle();
        let with = |change: fn(&mut InstanceGauge)| {
            let mut gauge = well.clone();
            change(&mut gauge);
            gauge
        };
        let instances = vec![
            well.clone(),
            with(|gauge| gauge.state = InstanceState::Down),
            with(|gauge| gauge.hangs = true),
            with(|gauge| gauge.slow_factor = 3.0),
            with(|gauge| (gauge.state, gauge.slow_factor) = (InstanceState::Gone, 3.0)),
        ];
        let web = ComponentGauge {
            id: "web".into(),
            instances,
            ..ComponentGauge::default()
        };
        let lossy = LinkGauge {
            impairments: vec![Impairment::Loss { share: 0.05 }],
            ..LinkGauge::default()
        };
        let snapshot = Snapshot {
            components: vec![web],
            links: vec![LinkGauge::default(), lossy],
            ..Snapshot::default()
        };
        let link = |to: &str| Link {
            from: "web".into(),
            to: to.into(),
            ..Link::default()
        };
        let found = repairs(&snapshot, &[link("cache"), link("db")]);
        let repair = |instance| Action::Repair {
            component: "web".into(),
            instance,
        };
        let expected = [repair(1), repair(2), repair(3), deed::repair("web", "db")];
        assert_eq!(found, expected);
    }
}
