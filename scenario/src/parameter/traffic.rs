//! Of the traffic, and of its classes and regions.

use super::{Field, Input, Parameters, Value};
use crate::limits;
use crate::{Class, ClassKind, Curve, LoopModel, Region, Traffic};

fn retries(of: &Traffic) -> bool {
    of.client.retries.max > 0
}

impl Parameters for Traffic {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            rate_rps,
            "Rate",
            "requests/s",
            RATE_RPS,
            "Set by the slider, and by each edit of it in the script."
        )
        .when(|_| false),
        field!(
            "curve",
            "Rate over time",
            "",
            Input::Choice(&["steady", "ramp", "spike", "day and night", "stepped"]),
            "How the rate changes during the run.",
            |of| Some(Value::Choice(match of.curve {
                Curve::Steady => 0,
                Curve::Ramp { .. } => 1,
                Curve::Spike { .. } => 2,
                Curve::Diurnal { .. } => 3,
                Curve::Stepped { .. } => 4,
            })),
            |of, value| if let Value::Choice(place) = value {
                of.curve = match place {
                    1 => Curve::Ramp {
                        from: 1.0,
                        to: 2.0,
                        start_s: 0.0,
                        end_s: 60.0,
                    },
                    2 => Curve::Spike {
                        factor: 3.0,
                        start_s: 30.0,
                        length_s: 10.0,
                    },
                    3 => Curve::Diurnal {
                        depth: 0.5,
                        period_s: 60.0,
                    },
                    4 => Curve::Stepped {
                        factors: vec![1.0, 1.5, 2.0],
                        every_s: 20.0,
                    },
                    _ => Curve::Steady,
                };
            }
        ),
        variant_number!(
            "curve.ramp.from",
            curve,
            Curve::Ramp.from,
            "From",
            "× rate",
            CURVE_FACTOR,
            "Factor on the rate before the ramp."
        )
        .said("ramp from", "× rate"),
        variant_number!(
            "curve.ramp.to",
            curve,
            Curve::Ramp.to,
            "To",
            "× rate",
            CURVE_FACTOR,
            "Factor on the rate after the ramp."
        )
        .said("ramp to", "× rate"),
        variant_number!(
            "curve.ramp.start_s",
            curve,
            Curve::Ramp.start_s,
            "Starts at",
            "s",
            TIME_S,
            "Simulated seconds since the start."
        )
        .said("ramp starts at", "s"),
        variant_number!(
            "curve.ramp.end_s",
            curve,
            Curve::Ramp.end_s,
            "Ends at",
            "s",
            TIME_S,
            "Simulated seconds since the start."
        )
        .said("ramp ends at", "s"),
        variant_number!(
            "curve.spike.factor",
            curve,
            Curve::Spike.factor,
            "Spike",
            "× rate",
            CURVE_FACTOR,
            "Factor on the rate during the spike."
        ),
        variant_number!(
            "curve.spike.start_s",
            curve,
            Curve::Spike.start_s,
            "Starts at",
            "s",
            TIME_S,
            "Simulated seconds since the start."
        )
        .said("spike starts at", "s"),
        variant_number!(
            "curve.spike.length_s",
            curve,
            Curve::Spike.length_s,
            "Lasts",
            "s",
            TIME_S,
            "How long the spike lasts."
        )
        .said("spike lasts", "s"),
        variant_number!(
            "curve.diurnal.depth",
            curve,
            Curve::Diurnal.depth,
            "Depth",
            "share",
            SHARE,
            "How far the rate swings around its mean."
        )
        .said("depth of day and night", "share"),
        variant_number!(
            "curve.diurnal.period_s",
            curve,
            Curve::Diurnal.period_s,
            "Period",
            "s",
            PERIOD_S,
            "Length of one day."
        )
        .said("day and night last", "s"),
        field!(
            "curve.stepped.factors",
            "Factors",
            "× rate",
            Input::Numbers(range!(CURVE_FACTOR, limits::STRETCHES_MAX)),
            "One for each stretch; the last one stays.",
            |of| if let Curve::Stepped { factors, .. } = &of.curve {
                Some(Value::Numbers(factors.clone()))
            } else {
                None
            },
            |of, value| if let (Value::Numbers(numbers), Curve::Stepped { factors, .. }) =
                (value, &mut of.curve)
            {
                factors.clone_from(numbers);
            }
        ),
        variant_number!(
            "curve.stepped.every_s",
            curve,
            Curve::Stepped.every_s,
            "Each lasts",
            "s",
            PERIOD_S,
            "Length of one stretch."
        )
        .said("each factor lasts", "s"),
        number!(
            users,
            "Users",
            "",
            USERS,
            "Distinct users; who sends a request is drawn evenly."
        ),
        number!(
            keys.count,
            "Keys",
            "",
            KEYS,
            "Distinct keys that requests ask for."
        ),
        number!(
            keys.value_kb,
            "A value has",
            "KB",
            VALUE_KB,
            "How many values fit where the room follows the machine."
        )
        .said("a value", "KB"),
        number!(
            keys.zipf_exponent,
            "Popularity",
            "Zipf exponent",
            ZIPF_EXPONENT,
            "0 asks for all keys alike; 1 asks for the first twice as often as the second."
        )
        .said("Zipf exponent", ""),
        number!(
            client.timeout_ms,
            "Time-out",
            "ms",
            WAIT_MS,
            "How long one attempt waits for its answer; 0 waits for ever."
        ),
        number!(
            client.retries.max,
            "Retries",
            "",
            RETRIES,
            "Most further attempts after the first."
        ),
        number!(
            client.retries.backoff_ms,
            "Backoff",
            "ms",
            WAIT_MS,
            "Wait before the first retry."
        )
        .when(retries),
        number!(
            client.retries.multiplier,
            "Backoff grows",
            "×",
            BACKOFF_MULTIPLIER,
            "Each further wait is so many times the one before."
        )
        .when(retries),
        number!(
            client.retries.jitter,
            "Jitter",
            "share",
            SHARE,
            "Share of the wait that is drawn by lot: 0 is none, 1 is full jitter."
        )
        .when(retries),
        number!(
            client.retries.budget,
            "Retry budget",
            "× requests",
            RETRY_BUDGET,
            "Retries allowed for each first attempt, all clients together; 0 is none."
        )
        .when(retries),
        number!(
            client.retries.saved_max,
            "Retries saved",
            "at most",
            RETRIES_SAVED,
            "What the budget saves up while all is well: a fault finds no more at once."
        )
        .said("retries saved at most", "")
        .when(retries),
        field!(
            "client.loop",
            "Arrivals",
            "",
            Input::Choice(&[
                "open: a Poisson process",
                "closed: users who wait and think"
            ]),
            "What makes the next request.",
            |of| Some(Value::Choice(match of.client.loop_model {
                LoopModel::Open => 0,
                LoopModel::Closed { .. } => 1,
            })),
            |of, value| if let Value::Choice(place) = value {
                of.client.loop_model = match place {
                    0 => LoopModel::Open,
                    _ => LoopModel::Closed {
                        users: 200,
                        think_time_ms: 1_000.0,
                    },
                };
            }
        ),
        variant_number!(
            "client.loop.closed.users",
            client.loop_model,
            LoopModel::Closed.users,
            "Users at once",
            "",
            USERS,
            "Users who wait, think and ask again."
        ),
        variant_number!(
            "client.loop.closed.think_time_ms",
            client.loop_model,
            LoopModel::Closed.think_time_ms,
            "Think time",
            "ms",
            DELAY_MS,
            "Mean time between an answer and the next request."
        ),
    ];
}

impl Parameters for Class {
    const FIELDS: &'static [Field<Self>] = &[
        choice!(kind, "What it is",
            "A search is answered by the database alone, by no cache; a task is waited for where no broker takes it.", [
            ClassKind::Static => "static file",
            ClassKind::Read => "read",
            ClassKind::Write => "write",
            ClassKind::Task => "task",
            ClassKind::Search => "search",
        ])
        .said("kind", ""),
        number!(
            weight,
            "Share of the mix",
            "weight",
            SHARE_WEIGHT,
            "Weights need not sum to anything."
        )
        .said("weight", ""),
        number!(
            work,
            "Work",
            "× mean",
            WORK,
            "Computing time, as a multiple of the service's mean."
        ),
        number!(
            lookups,
            "Look-ups",
            "",
            CALLS,
            "Reads that a cache can answer, those of a search excepted; without one each is a query."
        ),
        number!(
            queries,
            "Queries",
            "",
            CALLS,
            "Queries that always go to the database; writes if the class is one."
        ),
        number!(
            query_work,
            "Query work",
            "× mean",
            WORK,
            "Cost of one of its queries, as a multiple of the database's mean."
        ),
        number!(
            at_once,
            "Calls at once",
            "",
            CALLS_AT_ONCE,
            "Look-ups and queries that a server makes side by side."
        )
        .when(|of| of.at_once > 1 || of.kind != ClassKind::Write && of.lookups.saturating_add(of.queries) > 1),
        number!(
            fresh_s,
            "Fresh in the browser",
            "s",
            TIME_S,
            "How long a user's browser answers from its own copy; 0 keeps none."
        )
        .when(|of| of.kind == ClassKind::Static),
    ];
}

impl Parameters for Region {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            share,
            "Share of the users",
            "weight",
            SHARE_WEIGHT,
            "Weights need not sum to anything."
        )
        .said("share", ""),
        number!(
            round_trip_ms,
            "Round trip",
            "ms",
            LATENCY_MS,
            "Between its users and the site."
        ),
    ];
}
