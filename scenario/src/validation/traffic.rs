//! Rules for the load.

use super::text;
use super::{at_most, parameters};
use crate::limits;
use crate::parameter::Parameters;
use crate::problem::{Path, Problems};
use crate::{Class, ClassKind, Curve, Region, Traffic};

pub(super) fn check(problems: &mut Problems, at: &Path, traffic: &Traffic) {
    parameters(problems, at, &traffic.rows());
    let curve = &at.field("curve");
    self::curve(problems, curve, &traffic.curve);
    peak(problems, curve, traffic.rate_rps, &traffic.curve);
    regions(problems, &at.field("regions"), &traffic.regions);
    classes(problems, &at.field("classes"), &traffic.classes);
}

fn curve(problems: &mut Problems, at: &Path, curve: &Curve) {
    match curve {
        Curve::Ramp { start_s, end_s, .. } if end_s < start_s => {
            let message = format!("the ramp ends at {end_s} s, before it starts at {start_s} s");
            problems.add(&at.field("ramp.end_s"), message);
        }
        Curve::Stepped { factors, .. } if factors.is_empty() => {
            let message = "there is no factor: give at least one";
            problems.add(&at.field("stepped.factors"), message);
        }
        Curve::Steady
        | Curve::Ramp { .. }
        | Curve::Spike { .. }
        | Curve::Diurnal { .. }
        | Curve::Stepped { .. } => {}
    }
}

/// Rate and curve may each be within bounds and together beyond them.
pub(super) fn peak(problems: &mut Problems, at: &Path, rate_rps: f64, curve: &Curve) {
    let peak_rps = rate_rps * curve.peak();
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
        parameters(problems, at, &region.rows());
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
        parameters(problems, at, &class.rows());
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
