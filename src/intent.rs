//! What the reader wants: everything that a control, a key or a part of the picture can ask for.

use headroom_scenario::{Action, Panel, Scenario};
use yew::Callback;

use crate::selection::Selection;
use crate::speed::Speed;

/// A wish of the reader's. [`crate::app::App`] fulfils them, in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Lets time pass, or stops it.
    Play(bool),
    /// The other of the two.
    TogglePlay,
    /// One event, with its sentence.
    OneEvent,
    /// How fast time passes.
    SetSpeed(Speed),
    /// The next speed up or down.
    ShiftSpeed(i8),
    /// To a moment, in simulated nanoseconds.
    Seek(u64),
    /// Does something to the running design.
    Apply(Action),
    /// Breaks the busiest server, or repairs what is broken.
    Break,
    /// Replaces the document from its start on, and replays it to this moment.
    Rewrite(Box<Scenario>),
    /// Opens a step of the ladder, by its place.
    OpenStep(usize),
    /// Takes the last edit back.
    Undo,
    /// Does it again.
    Redo,
    /// Another seed; none draws one.
    SetSeed(Option<u64>),
    /// Selects a part of the design, or nothing.
    Select(Option<Selection>),
    /// Opens a panel at the right.
    ShowTab(Tab),
    /// Opens the trace of a request.
    OpenTrace(u64),
    /// Light, dark, or as the system has it.
    SetTheme(Theme),
    /// Opens a dialog, or closes it.
    Show(Option<Dialog>),
    /// Says something in the live region.
    Announce(String),
    /// Takes the notice away.
    Dismiss,
    /// Starts the engine's worker anew, after it died.
    Restart,
}

/// How intents get from a control to the app.
pub type Intents = Callback<Intent>;

/// A tab of the panel at the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Figures and charts.
    #[default]
    Figures,
    /// The consistent-hash ring.
    Ring,
    /// The waiting lines.
    Queues,
    /// The copies of the databases.
    Data,
    /// One request's way.
    Trace,
    /// The parameters of what is selected.
    Inspector,
}

impl Tab {
    /// All of them, in their order on screen.
    pub const ALL: [Tab; 6] = [
        Tab::Figures,
        Tab::Ring,
        Tab::Queues,
        Tab::Data,
        Tab::Trace,
        Tab::Inspector,
    ];

    /// Its label.
    pub const fn words(self) -> &'static str {
        match self {
            Tab::Figures => "Figures",
            Tab::Ring => "Ring",
            Tab::Queues => "Queues",
            Tab::Data => "Data",
            Tab::Trace => "Trace",
            Tab::Inspector => "Inspector",
        }
    }

    /// As it stands in a link; the inspector opens by what is selected.
    pub const fn panel(self) -> Panel {
        match self {
            Tab::Figures | Tab::Inspector => Panel::Figures,
            Tab::Ring => Panel::Ring,
            Tab::Queues => Panel::Queues,
            Tab::Data => Panel::Data,
            Tab::Trace => Panel::Trace,
        }
    }

    /// As a link has it.
    pub const fn of(panel: Panel) -> Self {
        match panel {
            Panel::Figures => Tab::Figures,
            Panel::Ring => Tab::Ring,
            Panel::Queues => Tab::Queues,
            Panel::Data => Tab::Data,
            Panel::Trace => Tab::Trace,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The next one in the round that its button goes.
    pub const fn next(self) -> Self {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }

    /// As stored, and as the style sheet knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub fn named(name: &str) -> Self {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }
}

/// A dialog over the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// The link, the file, the frame to embed.
    Share,
    /// The keys.
    Keys,
    /// A link or a file that could not be opened.
    Damaged(Damaged),
}

/// What could not be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Damaged {
    /// What it was.
    pub what: Opening,
    /// Why it did not open, as a sentence.
    pub reason: String,
    /// All problems of a scenario that has any.
    pub problems: Vec<String>,
    /// What stands behind: a design that was open before, or the first step, with which the page began.
    pub behind: Behind,
}

/// What was to be opened.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// A link: its fragment, kept as it came.
    Link(String),
    /// A file.
    File,
}

/// What stands behind the dialog that says that something did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The first step of the ladder, for want of anything else.
    FirstStep,
    /// What was open before, as it was.
    WhatWasOpen,
}
