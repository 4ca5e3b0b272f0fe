//! What a user does to a running design: faults, repairs, edits and traffic changes.

use serde::{Deserialize, Serialize};

use crate::number::written;
use crate::{Change, Kind, Traffic};

/// Something a user does to a running design. Instances are numbered from 0; `web/1` is number 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Sets the rate at factor 1 of the curve.
    SetRate {
        /// Requests a second.
        rate_rps: f64,
    },
    /// Replaces the traffic, all but its rate's past: keys, classes, clients.
    SetTraffic {
        /// The traffic from now on.
        traffic: Traffic,
    },
    /// An instance dies at once, with all it holds.
    Kill {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// An instance answers nothing from now on, and takes nothing up: what comes waits at its door, and
    /// what it was at stands still. Repaired, it goes on where it stood; killed, it has lost all of that.
    Hang {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// An instance dies for good, its disk with it. What is repaired under its number is a new machine,
    /// which has nothing.
    Destroy {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// A copy of a database is cut off from the others, and from who watches over them. Its callers still reach it.
    CutOff {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// A copy of a database becomes the primary: in turn with the one there is, if that answers, and without it
    /// where it does not.
    Promote {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// A dead, hanging or slow instance works as it should again, and one that was cut off is reached.
    Repair {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// Everything on an instance takes longer.
    Slow {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
        /// How many times as long; 1 is as usual.
        factor: f64,
    },
    /// One more instance, which serves after its boot time.
    AddInstance {
        /// Id of its component.
        component: String,
    },
    /// The instance takes no new requests, finishes those it has, and is gone.
    RemoveInstance {
        /// Id of its component.
        component: String,
        /// Its number, from 0.
        instance: u16,
    },
    /// A new version of a service: batch by batch, its instances take nothing new, finish what they
    /// have, and start anew.
    Deploy {
        /// Its id.
        component: String,
        /// Most instances that are out at once.
        batch: u16,
        /// Pause from when a batch serves again until the next one, in seconds.
        pause_s: f64,
        /// Longest time that an instance is given to finish what it has, in seconds.
        drain_s: f64,
    },
    /// Replaces a component's parameters, all but those of its start: the number of its instances, and the
    /// data on its disk, must be as they are.
    Configure {
        /// Its id.
        component: String,
        /// The parameters from now on; the kind must stay the same.
        kind: Kind,
    },
    /// Components and links come and go, all in the same moment.
    Edit {
        /// What changes, in order. The design must be able to run once all of it is done.
        changes: Vec<Change>,
    },
    /// Changes the latency of a link.
    SetLatency {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
        /// Time one way, in milliseconds.
        latency_ms: f64,
    },
    /// Changes how long the caller waits for answers over a link. Calls under way wait as long as they would
    /// have.
    SetTimeout {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
        /// Milliseconds; 0 waits for ever.
        timeout_ms: f64,
    },
    /// A link carries worse than it should. Another impairment of the same sort takes its place; those of
    /// other sorts stay.
    ImpairLink {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
        /// What is wrong with it.
        impairment: Impairment,
    },
    /// A link carries as it should again. What was held up on it arrives.
    RepairLink {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
    },
}

/// What may be wrong with a link. Both ways suffer alike, but for a cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Impairment {
    /// Everything takes longer.
    Delay {
        /// How much longer one way, in milliseconds.
        delay_ms: f64,
    },
    /// Some of what is sent is lost, and sent again when nothing was heard of it for some time.
    Loss {
        /// The share that is lost.
        share: f64,
    },
    /// It carries only so much: what is sent waits its turn.
    Bandwidth {
        /// Megabits a second, each way.
        mbps: f64,
    },
    /// Nothing arrives.
    Cut {
        /// Which way.
        direction: Direction,
    },
}

impl Impairment {
    /// What is wrong, in a few words: `loses 5 %`.
    pub fn words(self) -> String {
        match self {
            Impairment::Delay { delay_ms } => format!("{} ms slower", written(delay_ms)),
            Impairment::Loss { share } => format!("loses {} %", written(share * 100.0)),
            Impairment::Bandwidth { mbps } => format!("carries {} Mbit/s", written(mbps)),
            Impairment::Cut { direction } => match direction {
                Direction::Both => "cut".into(),
                Direction::Calls => "cut for calls".into(),
                Direction::Answers => "cut for answers".into(),
            },
        }
    }
}

/// The ways of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Neither calls nor answers.
    #[default]
    Both,
    /// No calls, from the caller to the called.
    Calls,
    /// No answers, from the called to the caller.
    Answers,
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The users.
    Traffic,
    /// What the design consists of.
    Design,
    /// A component, by its id.
    Component(&'a str),
    /// An instance of a component, by its number.
    Instance(&'a str, u16),
    /// A link, by the ids of its ends.
    Link(&'a str, &'a str),
}

/// What sort of thing an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It changes what the document says.
    Edit,
    /// It breaks something.
    Fault,
    /// It mends something.
    Repair,
    /// Instances come or go.
    Resize,
    /// A new version comes, and is there when it has passed.
    Deploy,
}

impl Action {
    /// What it is done to.
    pub fn target(&self) -> Target<'_> {
        match self {
            Action::SetRate { .. } | Action::SetTraffic { .. } => Target::Traffic,
            Action::Edit { .. } => Target::Design,
            Action::Kill {
                component,
                instance,
            }
            | Action::Hang {
                component,
                instance,
            }
            | Action::Destroy {
                component,
                instance,
            }
            | Action::CutOff {
                component,
                instance,
            }
            | Action::Promote {
                component,
                instance,
            }
            | Action::Repair {
                component,
                instance,
            }
            | Action::Slow {
                component,
                instance,
                ..
            }
            | Action::RemoveInstance {
                component,
                instance,
            } => Target::Instance(component, *instance),
            Action::AddInstance { component }
            | Action::Deploy { component, .. }
            | Action::Configure { component, .. } => Target::Component(component),
            Action::SetLatency { from, to, .. }
            | Action::SetTimeout { from, to, .. }
            | Action::ImpairLink { from, to, .. }
            | Action::RepairLink { from, to } => Target::Link(from, to),
        }
    }

    /// The ids by which it names what it is done to.
    pub fn ids_mut(&mut self) -> Vec<&mut String> {
        match self {
            Action::SetRate { .. } | Action::SetTraffic { .. } => Vec::new(),
            Action::Kill { component, .. }
            | Action::Hang { component, .. }
            | Action::Destroy { component, .. }
            | Action::CutOff { component, .. }
            | Action::Promote { component, .. }
            | Action::Repair { component, .. }
            | Action::Slow { component, .. }
            | Action::RemoveInstance { component, .. }
            | Action::AddInstance { component }
            | Action::Deploy { component, .. }
            | Action::Configure { component, .. } => vec![component],
            Action::Edit { changes } => changes.iter_mut().flat_map(Change::ids_mut).collect(),
            Action::SetLatency { from, to, .. }
            | Action::SetTimeout { from, to, .. }
            | Action::ImpairLink { from, to, .. }
            | Action::RepairLink { from, to } => vec![from, to],
        }
    }

    /// The component whose instances it makes more or fewer, and by how many.
    pub fn resizes(&self) -> Option<(&str, i16)> {
        match self {
            Action::AddInstance { component } => Some((component, 1)),
            Action::RemoveInstance { component, .. } => Some((component, -1)),
            Action::SetRate { .. }
            | Action::SetTraffic { .. }
            | Action::Kill { .. }
            | Action::Hang { .. }
            | Action::Destroy { .. }
            | Action::CutOff { .. }
            | Action::Promote { .. }
            | Action::Repair { .. }
            | Action::Slow { .. }
            | Action::Deploy { .. }
            | Action::Configure { .. }
            | Action::Edit { .. }
            | Action::SetLatency { .. }
            | Action::SetTimeout { .. }
            | Action::ImpairLink { .. }
            | Action::RepairLink { .. } => None,
        }
    }

    /// What sort of thing it is.
    pub fn sort(&self) -> Sort {
        match self {
            Action::SetRate { .. }
            | Action::SetTraffic { .. }
            | Action::Configure { .. }
            | Action::Edit { .. }
            | Action::SetLatency { .. }
            | Action::SetTimeout { .. } => Sort::Edit,
            Action::Kill { .. }
            | Action::Hang { .. }
            | Action::Destroy { .. }
            | Action::CutOff { .. }
            | Action::Slow { .. }
            | Action::ImpairLink { .. } => Sort::Fault,
            Action::Repair { .. } | Action::Promote { .. } | Action::RepairLink { .. } => {
                Sort::Repair
            }
            Action::AddInstance { .. } | Action::RemoveInstance { .. } => Sort::Resize,
            Action::Deploy { .. } => Sort::Deploy,
        }
    }
}
