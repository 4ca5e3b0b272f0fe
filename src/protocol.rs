//! What the page and its workers say to each other.
//!
//! All of it travels as JavaScript values, scenarios and actions too (see [`crate::part`]). Bulk follows its message in a buffer
//! that is transferred: flights as numbers (see [`crate::stage::STRIDE`]), rings as bytes (see
//! [`crate::packed`]).

use headroom_engine::happening::{Happening, Mark};
use headroom_engine::ring_view::RingView;
use headroom_engine::series::Bin;
use headroom_engine::snapshot::Snapshot;
use headroom_engine::trace::Trace;
use headroom_scenario::{Action, Panel, Scenario};
use serde::{Deserialize, Serialize};

use crate::sampling::Sampling;
use crate::speed::Speed;

/// From the page to the engine's worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Runs a scenario from its start to a moment, and goes on from there.
    Load {
        /// Number of this load; everything said about an earlier one is out of date.
        epoch: u32,
        /// The document.
        #[serde(deserialize_with = "crate::part::deserialize")]
        scenario: Box<Scenario>,
        /// The moment to run to first, in simulated nanoseconds.
        at_ns: u64,
    },
    /// Lets time pass, or stops it.
    Play(bool),
    /// Handles one event, and says what happened.
    OneEvent,
    /// How fast time passes while it does.
    SetSpeed(Speed),
    /// Does something to the running design. Each is answered by [`Message::Applied`] or
    /// [`Message::ActionRefused`], in order.
    Apply {
        /// The action.
        #[serde(deserialize_with = "crate::part::deserialize")]
        action: Box<Action>,
    },
    /// What the reader looks at, so that the worker sends no more than that.
    Watch {
        /// The open panel.
        panel: Panel,
        /// The request whose trace is open.
        request: Option<u64>,
    },
    /// Nobody sees the page: nothing runs, and nothing is caught up later.
    Hidden(bool),
}

/// From the engine's worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Ready for commands.
    Ready,
    /// The document has problems, so nothing runs.
    Refused {
        /// The load it answers.
        epoch: u32,
        /// What is wrong, in the order of the document.
        problems: Vec<String>,
    },
    /// On the way to the moment asked for.
    Seeking {
        /// The load it is about.
        epoch: u32,
        /// Simulated time reached.
        now_ns: u64,
        /// Simulated time to reach.
        until_ns: u64,
    },
    /// The figures, a few times a second; the rings follow, if there are any.
    Published(Box<Publication>),
    /// What one event did, or that there is none left.
    Happened {
        /// The load it is about.
        epoch: u32,
        /// What happened.
        happening: Option<Happening>,
    },
    /// A live action took effect: to be appended to the script.
    Applied {
        /// The load it is about.
        epoch: u32,
        /// When, in simulated nanoseconds.
        at_ns: u64,
    },
    /// A live action was refused.
    ActionRefused {
        /// The load it is about.
        epoch: u32,
        /// Why.
        reason: String,
    },
    /// The time on stage; the flights since the last such message follow.
    Staged {
        /// The load it is about.
        epoch: u32,
        /// Simulated time reached.
        now_ns: u64,
        /// Simulated nanoseconds that pass per millisecond while time passes.
        ns_per_ms: f64,
        /// Whether it passes.
        moving: bool,
        /// How many requests one flight stands for.
        sampling: Sampling,
    },
    /// The engine panicked; this worker does nothing any more.
    Panicked {
        /// Where and why.
        reason: String,
    },
}

/// What the page draws, except what moves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// The load it is about.
    pub epoch: u32,
    /// The gauges.
    pub snapshot: Snapshot,
    /// Stretches of the run closed since the last publication, of every length that the history keeps.
    pub bins: Vec<Bin>,
    /// All marks, when there are new ones.
    pub marks: Option<Vec<Mark>>,
    /// Speed reached, in simulated seconds per second, once it is known.
    pub reached: Option<f64>,
    /// The machine does not keep the speed asked for.
    pub behind: bool,
    /// Rings, while their panel is open. They follow the message.
    #[serde(skip)]
    pub rings: Vec<RingView>,
    /// The trace that is open.
    pub trace: Option<Trace>,
    /// Requests traced lately, latest first, while their panel is open.
    pub recent: Vec<Trace>,
}
