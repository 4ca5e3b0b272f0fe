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
    /// Sets the rate at factor 1 of the curve, requests a second.
    SetRate { rate_rps: f64 },
    /// Replaces the traffic, all but its rate's past: keys, classes, clients.
    SetTraffic { traffic: Traffic },
    /// An instance dies at once, with all it holds.
    Kill { component: String, instance: u16 },
    /// A dead or slow instance works as it should again.
    Repair { component: String, instance: u16 },
    /// Everything on an instance takes `factor` times as long.
    Slow { component: String, instance: u16, factor: f64 },
    /// One more instance, which serves after its boot time.
    AddInstance { component: String },
    /// The instance takes no new requests, finishes those it has, and is gone.
    RemoveInstance { component: String, instance: u16 },
    /// Replaces a component's parameters; the kind must stay the same.
    Configure { component: String, kind: Kind },
    /// Changes the latency of a link, one way, in milliseconds.
    SetLatency { from: String, to: String, latency_ms: f64 },
}
