//! The page as a whole: its state, what happens to it, and what is done in the browser as it changes.

mod badge;
mod booting;
mod breach;
mod breakage;
mod building;
mod dialog;
mod document;
mod doing;
mod experiments;
mod file;
mod header;
mod icon;
mod keyboard;
mod legend;
mod listeners;
mod now;
mod panels;
mod run;
mod share;
mod state;
mod stop;
mod story;
mod theme;
mod timeline;
mod traffic;
mod view;
mod workers;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::ArrayBuffer;
use web_sys::{DragEvent, KeyboardEvent, window};
use yew::prelude::*;

use crate::address::{self, Place};
use crate::intent::{Behind, Intent, Intents};
use crate::lab::Answer;
use crate::port::Remote;
use crate::protocol::{Command, Message};
use crate::stage::StageHandle;
use listeners::listeners;
use state::State;

/// Renders the page.
pub fn start() {
    yew::Renderer::<App>::new().render();
}

/// The page.
pub struct App {
    state: State,
    stage: StageHandle,
    intents: Intents,
    engine: Option<Remote>,
    // Commands that wait until the worker listens.
    waiting: Option<Vec<Command>>,
    lab: Option<Remote>,
    lab_ready: bool,
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
            state: State::new(theme::stored()),
            stage: StageHandle::default(),
            intents: ctx.link().callback(Msg::Wanted),
            engine: None,
            waiting: Some(Vec::new()),
            lab: None,
            lab_ready: false,
            follow: None,
            ask: None,
            _listeners: listeners(ctx),
        };
        app.start_engine(ctx);
        app.start_lab(ctx);
        app.state.begin(address::current());
        app.carry_out(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let is_changed = self.take(ctx, msg);
        self.carry_out(ctx);
        is_changed
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        view::page(self, ctx.link())
    }
}

impl App {
    /// Takes in what happens; whether there is anything to be drawn anew.
    fn take(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let state = &mut self.state;
        match msg {
            Msg::Wanted(intent) => state.fulfil(intent),
            Msg::Heard(message, bulk) => return self.hear(message, bulk),
            Msg::EngineLost(reason) => self.engine_died(reason),
            Msg::Learned(answer) => return self.learn(answer),
            Msg::LabLost(reason) => self.lab_died(&reason),
            Msg::Dragged(over) => {
                return std::mem::replace(&mut state.look.awaits_drop, over) != over;
            }
            Msg::Dropped(event) => {
                state.look.awaits_drop = false;
                let open = ctx.link().callback(|file| Msg::FileRead(Box::new(file)));
                file::read_dropped(&event, open);
            }
            Msg::FileRead(file) => state.open_file(*file),
            Msg::AddressChanged => state.open_address(address::current(), Behind::WhatWasOpen),
            Msg::Pressed(event) => match keyboard::intent(&event, &state.look, state.step()) {
                Some(intent) => {
                    event.prevent_default();
                    state.fulfil(intent);
                }
                None => return false,
            },
            Msg::SightChanged => {
                let document = window().and_then(|window| window.document());
                state.tell(Command::Hidden(document.is_some_and(|it| it.hidden())));
                return false;
            }
            Msg::FollowNow => {
                state.follow(Place::Same);
                return false;
            }
            Msg::AskNow => {
                self.ask_lab();
                return false;
            }
        }
        true
    }
}
