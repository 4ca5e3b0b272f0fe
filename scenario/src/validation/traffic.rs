//! Rules for the load.

use super::text;
use super::{Part, at_most, within};
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{Class, ClassKind, ClientBehaviour, Curve, Distribution, LoopModel, Region, Traffic};

pub(super) fn check(problems: &mut Problems, at: &Path, traffic: &Traffic) {
    Part::of(problems, at).within("rate_rps", traffic.rate_rps, limits::RATE_RPS);
    curve(problems, &at.field("curve"), &traffic.curve);
    peak(
        problems,
        &at.field("curve"),
        traffic.rate_rps,
        &traffic.curve,
    );
    regions(problems, &at.field("regions"), &traffic.regions);
    classes(problems, &at.field("classes"), &traffic.classes);
    let keys = &at.field("keys");
    Part::of(problems, keys)
        .within("count", traffic.keys.count, limits::KEYS)
        .within(
            "zipf_exponent",
            traffic.keys.zipf_exponent,
            limits::ZIPF_EXPONENT,
        )
        .within("value_kb", traffic.keys.value_kb, limits::VALUE_KB);
    Part::of(problems, at).within("users", traffic.users, limits::USERS);
    client(problems, &at.field("client"), &traffic.client);
}

fn curve(problems: &mut Problems, at: &Path, curve: &Curve) {
    match curve {
        Curve::Steady => {}
        Curve::Ramp {
            from,
            to,
            start_s,
            end_s,
        } => {
            let at = &at.field("ramp");
            Part::of(problems, at)
                .within("from", *from, limits::CURVE_FACTOR)
                .within("to", *to, limits::CURVE_FACTOR)
                .within("start_s", *start_s, limits::TIME_S)
                .within("end_s", *end_s, limits::TIME_S);
            if end_s < start_s {
                let message =
                    format!("the ramp ends at {end_s} s, before it starts at {start_s} s");
                problems.add(&at.field("end_s"), message);
            }
        }
        Curve::Spike {
            factor,
            start_s,
            length_s,
        } => {
            let at = &at.field("spike");
            Part::of(problems, at)
                .within("factor", *factor, limits::CURVE_FACTOR)
                .within("start_s", *start_s, limits::TIME_S)
                .within("length_s", *length_s, limits::TIME_S);
        }
        Curve::Diurnal { depth, period_s } => {
            let at = &at.field("diurnal");
            Part::of(problems, at)
                .within("depth", *depth, limits::SHARE)
                .within("period_s", *period_s, limits::PERIOD_S);
        }
        Curve::Stepped { factors, every_s } => {
            let at = &at.field("stepped");
            let list = &at.field("factors");
            if factors.is_empty() {
                problems.add(list, "there is no factor: give at least one");
            }
            at_most(
                problems,
                list,
                factors.len(),
                limits::STRETCHES_MAX,
                "factors",
            );
            for (index, factor) in factors.iter().enumerate() {
                within(problems, &list.index(index), *factor, limits::CURVE_FACTOR);
            }
            Part::of(problems, at).within("every_s", *every_s, limits::PERIOD_S);
        }
    }
}

/// Rate and curve may each be within bounds and together beyond them.
pub(super) fn peak(problems: &mut Problems, at: &Path, rate_rps: f64, curve: &Curve) {
    let factor = match curve {
        Curve::Steady => 1.0,
        Curve::Ramp { from, to, .. } => from.max(*to),
        Curve::Spike { factor, .. } => factor.max(1.0),
        Curve::Diurnal { depth, .. } => 1.0 + depth,
        Curve::Stepped { factors, .. } => factors.iter().copied().fold(0.0, f64::max),
    };
    let peak_rps = rate_rps * factor;
    if peak_rps > limits::PEAK_MAX_RPS {
        let message = format!(
            "the curve's peak is {peak_rps:.0} requests/s: at most {:.0}; lower the rate or the curve",
            limits::PEAK_MAX_RPS
        );
        problems.add(at, message);
    }
}

fn regions(problems: &mut Problems, at: &Path, regions: &[Region]) {
    at_most(problems, at, regions.len(), limits::REGIONS_MAX, "regions");
    text::unique(
        problems,
        at,
        regions.iter().map(|region| region.id.as_str()),
    );
    for (index, region) in regions.iter().enumerate() {
        let at = &at.index(index);
        text::id(problems, &at.field("id"), &region.id);
        Part::of(problems, at)
            .within("share", region.share, limits::SHARE_WEIGHT)
            .within("round_trip_ms", region.round_trip_ms, limits::LATENCY_MS);
    }
    some_share(
        problems,
        at,
        "region",
        regions.iter().map(|region| region.share),
    );
}

fn classes(problems: &mut Problems, at: &Path, classes: &[Class]) {
    at_most(problems, at, classes.len(), limits::CLASSES_MAX, "classes");
    text::unique(problems, at, classes.iter().map(|class| class.id.as_str()));
    for (index, class) in classes.iter().enumerate() {
        let at = &at.index(index);
        text::id(problems, &at.field("id"), &class.id);
        Part::of(problems, at)
            .within("weight", class.weight, limits::SHARE_WEIGHT)
            .within("work", class.work, limits::WORK)
            .within("lookups", class.lookups, limits::CALLS)
            .within("queries", class.queries, limits::CALLS)
            .within("query_work", class.query_work, limits::WORK)
            .within("at_once", class.at_once, limits::CALLS_AT_ONCE)
            .within("fresh_s", class.fresh_s, limits::TIME_S);
        if class.kind == ClassKind::Write && class.at_once > 1 {
            let message = "a write makes its calls one after the other: 1 is right";
            problems.add(&at.field("at_once"), message);
        }
    }
    some_share(
        problems,
        at,
        "class",
        classes.iter().map(|class| class.weight),
    );
}

/// Requests are drawn by these shares, so one of them must be more than nothing.
fn some_share(problems: &mut Problems, at: &Path, what: &str, shares: impl Iterator<Item = f64>) {
    if !shares.into_iter().any(|share| share > 0.0) {
        problems.add(
            at,
            format!("no {what} has a share of the traffic: give one more than 0"),
        );
    }
}

fn client(problems: &mut Problems, at: &Path, client: &ClientBehaviour) {
    if let LoopModel::Closed {
        users,
        think_time_ms,
    } = &client.loop_model
    {
        let at = &at.field("loop");
        let at = &at.field("closed");
        Part::of(problems, at)
            .within("users", *users, limits::USERS)
            .within("think_time_ms", *think_time_ms, limits::DELAY_MS);
    }
    Part::of(problems, at).within("timeout_ms", client.timeout_ms, limits::WAIT_MS);
    let at = &at.field("retries");
    let retries = &client.retries;
    Part::of(problems, at)
        .within("max", retries.max, limits::RETRIES)
        .within("backoff_ms", retries.backoff_ms, limits::WAIT_MS)
        .within("multiplier", retries.multiplier, limits::BACKOFF_MULTIPLIER)
        .within("jitter", retries.jitter, limits::SHARE)
        .within("budget", retries.budget, limits::RETRY_BUDGET)
        .within("saved_max", retries.saved_max, limits::RETRIES_SAVED);
}

/// The parameter of a law, where it has one.
pub(super) fn distribution(problems: &mut Problems, at: &Path, distribution: Distribution) {
    match distribution {
        Distribution::Constant | Distribution::Exponential => {}
        Distribution::Erlang { k } => {
            within(
                problems,
                &at.field("erlang").field("k"),
                k,
                limits::ERLANG_K,
            );
        }
        Distribution::Hyperexponential { cs2 } => {
            let at = &at.field("hyperexponential");
            Part::of(problems, at).within("cs2", cs2, limits::HYPEREXPONENTIAL_CS2);
        }
    }
}
