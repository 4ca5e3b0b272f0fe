//! What happens during a run: faults, repairs, edits and traffic changes, each stamped with its time.

use serde::{Deserialize, Serialize};

use crate::{Kind, Traffic};

/// An action and the simulated time at which it takes effect, before all else of that nanosecond.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimedAction {
    /// Simulated nanoseconds since the start. At most 2^53 - 1.
    pub at_ns: u64,
    /// What happens.
    pub action: Action,
}

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
    /// A dead or slow instance works as it should again.
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
    /// Changes the latency of a link.
    SetLatency {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
        /// Time one way, in milliseconds.
        latency_ms: f64,
    },
}

/// How many actions of a script are done by a moment, its own nanosecond included: the place of one more
/// that is done at that moment. O(log actions).
pub fn done_by(script: &[TimedAction], at_ns: u64) -> usize {
    script.partition_point(|timed| timed.at_ns <= at_ns)
}
