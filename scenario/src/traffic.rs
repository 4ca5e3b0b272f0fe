//! Who sends what, how often, with which keys, and how clients behave when it goes wrong.

use serde::{Deserialize, Serialize};

/// The load on a design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Requests a second at factor 1 of the curve, all regions together. Unused in a closed loop.
    pub rate_rps: f64,
    /// How the rate changes over time.
    pub curve: Curve,
    /// Where users are. Shares need not sum to one.
    pub regions: Vec<Region>,
    /// What they ask for. Weights need not sum to one.
    pub classes: Vec<Class>,
    /// The keys that requests carry.
    pub keys: Keys,
    /// Number of distinct users; a request's user is drawn uniformly. In a closed loop there are at least
    /// those at work.
    pub users: u32,
    /// What a client does when an answer is late or bad.
    pub client: ClientBehaviour,
}

impl Traffic {
    /// Users there are: in a closed loop at least those at work.
    pub fn population(&self) -> u32 {
        match self.client.loop_model {
            LoopModel::Open => self.users,
            LoopModel::Closed { users, .. } => users.max(self.users),
        }
    }
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            rate_rps: 100.0,
            curve: Curve::Steady,
            regions: vec![Region::default()],
            classes: vec![Class::default()],
            keys: Keys::default(),
            users: 10_000,
            client: ClientBehaviour::default(),
        }
    }
}

/// The rate over time, as a factor on the traffic's rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Curve {
    /// Factor 1 for ever.
    #[default]
    Steady,
    /// From one factor to another in a straight line between two times, constant outside.
    Ramp {
        /// Factor until the start.
        from: f64,
        /// Factor from the end on.
        to: f64,
        /// When the change starts, in seconds.
        start_s: f64,
        /// When the change ends, in seconds.
        end_s: f64,
    },
    /// Factor 1, but another for a while.
    Spike {
        /// Factor during the spike.
        factor: f64,
        /// When the spike starts, in seconds.
        start_s: f64,
        /// How long it lasts, in seconds.
        length_s: f64,
    },
    /// `1 + depth * sin(2 pi t / period)`: day and night.
    Diurnal {
        /// Swing around factor 1; 1 is down to nothing and up to twice.
        depth: f64,
        /// Length of a day, in seconds.
        period_s: f64,
    },
    /// One factor after the other; the last one stays.
    Stepped {
        /// Factors in order of time.
        factors: Vec<f64>,
        /// How long each holds, in seconds.
        every_s: f64,
    },
}

impl Curve {
    /// Its factor at a moment, in seconds.
    pub fn factor(&self, at_s: f64) -> f64 {
        match self {
            Self::Steady => 1.0,
            Self::Ramp {
                from,
                to,
                start_s,
                end_s,
            } => {
                // Before its end a ramp has some length.
                let share = if at_s < *end_s {
                    ((at_s - start_s) / (end_s - start_s)).max(0.0)
                } else {
                    1.0
                };
                from + (to - from) * share
            }
            Self::Spike {
                factor,
                start_s,
                length_s,
            } => {
                if at_s >= *start_s && at_s < start_s + length_s {
                    *factor
                } else {
                    1.0
                }
            }
            Self::Diurnal { depth, period_s } => {
                1.0 + depth * libm::sin(std::f64::consts::TAU * (at_s / period_s))
            }
            Self::Stepped { factors, every_s } => {
                let index = ((at_s / every_s) as usize).min(factors.len() - 1);
                factors[index]
            }
        }
    }

    /// The largest factor it ever has.
    pub fn peak(&self) -> f64 {
        match self {
            Self::Steady => 1.0,
            Self::Ramp { from, to, .. } => from.max(*to),
            Self::Spike { factor, .. } => factor.max(1.0),
            Self::Diurnal { depth, .. } => 1.0 + depth,
            Self::Stepped { factors, .. } => factors.iter().copied().fold(0.0, f64::max),
        }
    }

    /// When it is there for the first time, in seconds.
    pub fn peaks_from_s(&self) -> f64 {
        match self {
            Self::Steady => 0.0,
            Self::Ramp {
                from, to, end_s, ..
            } => {
                if to > from {
                    *end_s
                } else {
                    0.0
                }
            }
            Self::Spike {
                factor, start_s, ..
            } => {
                if *factor > 1.0 {
                    *start_s
                } else {
                    0.0
                }
            }
            Self::Diurnal { period_s, .. } => period_s / 4.0,
            Self::Stepped { factors, every_s } => {
                let peak = self.peak();
                let steps = factors.iter().take_while(|factor| **factor < peak);
                steps.count() as f64 * every_s
            }
        }
    }
}

/// A region users send from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Region {
    /// Unique name, such as `us-east`.
    pub id: String,
    /// Share of the traffic, as a weight.
    pub share: f64,
    /// Network round trip between its users and the site, in milliseconds.
    pub round_trip_ms: f64,
}

impl Default for Region {
    fn default() -> Self {
        Self {
            id: "home".into(),
            share: 1.0,
            round_trip_ms: 40.0,
        }
    }
}

/// A kind of request in the mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Class {
    /// Unique name, such as `read`.
    pub id: String,
    /// What it does to the tiers behind.
    pub kind: ClassKind,
    /// Share of the mix, as a weight.
    pub weight: f64,
    /// CPU time at a service, as a multiple of the service's own mean.
    pub work: f64,
    /// Reads that a cache can answer, those of a search excepted; without a cache each is one database
    /// query.
    pub lookups: u8,
    /// Queries that always go to the database: reads, or writes when the class is a write.
    pub queries: u8,
    /// Cost of one of its queries, as a multiple of the database's own mean.
    pub query_work: f64,
    /// Its look-ups and queries that a server makes at the same time; a write makes them one after the other.
    #[serde(skip_serializing_if = "Class::is_in_turn")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub at_once: u8,
    /// Static classes only: how long the copy in a user's browser stays fresh, in seconds. Until then the
    /// browser answers by itself; 0 keeps no copy.
    #[serde(skip_serializing_if = "Class::keeps_no_copy")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub fresh_s: f64,
}

impl Class {
    fn is_in_turn(at_once: &u8) -> bool {
        *at_once == 1
    }

    fn keeps_no_copy(fresh_s: &f64) -> bool {
        *fresh_s == 0.0
    }
}

impl Default for Class {
    fn default() -> Self {
        Self {
            id: "read".into(),
            kind: ClassKind::Read,
            weight: 1.0,
            work: 1.0,
            lookups: 0,
            queries: 0,
            query_work: 1.0,
            at_once: 1,
            fresh_s: 0.0,
        }
    }
}

/// What a class is, and so which rules of behaviour hold for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// A file: HTML asset, image, script.
    Static,
    /// Reads data.
    #[default]
    Read,
    /// Changes data.
    Write,
    /// Starts work that the user need not wait for where a broker takes it; without one, the answer comes
    /// when the work is done.
    Task,
    /// Joins data: each of its look-ups and queries is one query that the database answers, and no cache.
    Search,
}

/// The keys that requests carry: rank r is drawn with probability proportional to r^-exponent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Number of distinct keys.
    pub count: u32,
    /// Zipf exponent; 0 is uniform.
    pub zipf_exponent: f64,
    /// Size of one key's value, in KB (10^3 bytes): how many of them fit into a machine's memory, and what
    /// each takes of a narrow link.
    #[serde(skip_serializing_if = "Keys::are_usual_values")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub value_kb: f64,
}

impl Keys {
    const USUAL_VALUE_KB: f64 = 1.0;

    fn are_usual_values(value_kb: &f64) -> bool {
        *value_kb == Self::USUAL_VALUE_KB
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            count: 100_000,
            zipf_exponent: 0.9,
            value_kb: Self::USUAL_VALUE_KB,
        }
    }
}

/// What a client does when an answer is late or bad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ClientBehaviour {
    /// What makes the next request.
    #[serde(rename = "loop")]
    pub loop_model: LoopModel,
    /// How long one attempt waits for its answer, in milliseconds, looking up the name and logging in
    /// included; 0 waits for ever.
    pub timeout_ms: f64,
    /// What follows a failed attempt.
    pub retries: Retries,
}

impl Default for ClientBehaviour {
    fn default() -> Self {
        Self {
            loop_model: LoopModel::Open,
            timeout_ms: 3_000.0,
            retries: Retries::default(),
        }
    }
}

/// What makes the next request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LoopModel {
    /// Arrivals form a Poisson process, whatever the answers do.
    #[default]
    Open,
    /// Each user thinks, asks, waits for the answer, and thinks again; think times are exponential.
    Closed {
        /// Users at work, each with one request at a time.
        users: u32,
        /// Mean time between an answer and the next request, in milliseconds.
        think_time_ms: f64,
    },
}

/// What follows a failed attempt, whatever it failed by and whether it reads or writes: exponential backoff
/// with jitter, within a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Retries {
    /// Most further attempts after the first, when it is answered badly or not in time; 0 is none. Writes are
    /// tried again too.
    pub max: u8,
    /// Wait before the first retry, in milliseconds.
    pub backoff_ms: f64,
    /// Each further wait is this many times the one before, up to a day.
    pub multiplier: f64,
    /// Share of the wait that is drawn uniformly: 0 is none, 1 is full jitter.
    pub jitter: f64,
    /// Retries allowed as a share of first attempts, all clients together; 1 is one each, and 0 is none.
    pub budget: f64,
    /// Most retries that the budget saves up while all is well: a fault finds no more of them at once. A
    /// run starts with none saved.
    #[serde(skip_serializing_if = "Retries::saves_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub saved_max: u32,
}

impl Retries {
    const USUAL_SAVED_MAX: u32 = 1_000;

    fn saves_as_usual(saved_max: &u32) -> bool {
        *saved_max == Self::USUAL_SAVED_MAX
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            max: 2,
            backoff_ms: 200.0,
            multiplier: 2.0,
            jitter: 1.0,
            budget: 1.0,
            saved_max: Self::USUAL_SAVED_MAX,
        }
    }
}

/// The law of a random time; its mean stands beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution {
    /// Always the mean.
    Constant,
    /// Exponential: squared coefficient of variation 1.
    #[default]
    Exponential,
    /// Sum of k exponentials: squared coefficient of variation 1/k.
    Erlang {
        /// Number of exponentials.
        k: u8,
    },
    /// Two exponentials with balanced means: the squared coefficient of variation can be chosen.
    Hyperexponential {
        /// Squared coefficient of variation, 1 or more; the larger, the heavier the tail.
        cs2: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_of_no_length_is_a_step() {
        let ramp = |start_s, end_s| Curve::Ramp {
            from: 1.0,
            to: 3.0,
            start_s,
            end_s,
        };
        assert_eq!(
            [4.0, 5.0, 6.0].map(|at_s| ramp(5.0, 5.0).factor(at_s)),
            [1.0, 3.0, 3.0]
        );
        assert_eq!(ramp(0.0, 0.0).factor(0.0), 3.0);
        assert_eq!(
            [0.0, 2.0, 3.0, 4.0, 9.0].map(|at_s| ramp(2.0, 4.0).factor(at_s)),
            [1.0, 1.0, 2.0, 3.0, 3.0]
        );
    }

    #[test]
    fn a_curve_is_at_its_peak_from_then_on_and_not_before() {
        let curves = [
            Curve::Ramp {
                from: 1.0,
                to: 3.0,
                start_s: 2.0,
                end_s: 4.0,
            },
            Curve::Spike {
                factor: 5.0,
                start_s: 4.0,
                length_s: 1.0,
            },
            Curve::Diurnal {
                depth: 0.5,
                period_s: 16.0,
            },
            Curve::Stepped {
                factors: vec![1.0, 2.0, 0.5],
                every_s: 4.0,
            },
        ];
        for curve in curves {
            assert_eq!(curve.peaks_from_s(), 4.0, "{curve:?}");
            assert_eq!(curve.factor(4.0), curve.peak(), "{curve:?}");
            assert!(curve.factor(3.0) < curve.peak(), "{curve:?}");
        }
    }
}
