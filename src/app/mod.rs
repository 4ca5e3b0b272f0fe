//! The page as a whole: one place that holds its state and fulfils what the reader wants.

mod badge;
mod booting;
mod breach;
mod breakage;
mod building;
mod dialog;
mod document;
mod experiments;
mod file;
mod header;
mod hearing;
mod icon;
mod keyboard;
mod legend;
mod listeners;
mod now;
mod opening;
mod panels;
mod run;
mod share;
mod stop;
mod story;
mod theme;
mod timeline;
mod traffic;
mod view;
mod wishes;
mod workers;

use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use headroom_scenario::step::LADDER;
use headroom_scenario::{Action, Scenario};
use js_sys::ArrayBuffer;
use web_sys::{DragEvent, KeyboardEvent, window};
use yew::prelude::*;

use crate::address::Place;
use crate::intent::{Behind, Dialog, Intent, Intents, Tab, Theme};
use crate::lab::{Answer, Findings};
use crate::port::Remote;
use crate::protocol::{Command, Message};
use crate::selection::Selection;
use crate::shared::Shared;
use crate::stage::StageHandle;
use document::Document;
use experiments::Experiments;
use listeners::listeners;
use run::Run;

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
            Msg::Learned(answer) => return self.learn(answer),
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
