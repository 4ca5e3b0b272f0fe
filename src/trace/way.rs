//! A request's way in words and sums: where its time went, and how it ended.

use headroom_engine::reason::Reason;
use headroom_engine::trace::{Activity, Span, Trace};
use headroom_scenario::Scenario;

use crate::format;

/// What a request's time goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Somebody makes it wait.
    Wait,
    /// Something is done for it.
    Work,
    /// It is on the wire.
    Travel,
    /// A moment, no time: what it got is older than what had been acknowledged.
    Older,
    /// A moment, no time: it failed.
    End,
}

impl Use {
    /// The kinds that take time, in the order they are drawn.
    pub const TIMED: [Use; 3] = [Use::Wait, Use::Work, Use::Travel];

    /// What an activity is.
    pub fn of(activity: Activity) -> Use {
        match activity {
            Activity::Wait
            | Activity::Lease
            | Activity::Acknowledge
            | Activity::CatchUp
            | Activity::Join
            | Activity::Unheard
            | Activity::HeldUp
            | Activity::Backoff => Use::Wait,
            Activity::Work | Activity::Hit | Activity::Miss | Activity::Login => Use::Work,
            Activity::Lookup | Activity::Travel | Activity::Return => Use::Travel,
            Activity::Stale => Use::Older,
            Activity::Fail(_) => Use::End,
        }
    }

    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Use::Wait => "waiting",
            Use::Work => "working",
            Use::Travel => "travelling",
            Use::Older | Use::End => "",
        }
    }

    /// Whether it takes time.
    pub fn lasts(self) -> bool {
        !matches!(self, Use::Older | Use::End)
    }

    /// The class that draws it.
    pub fn css(self) -> &'static str {
        match self {
            Use::Wait => "use-wait",
            Use::Work => "use-work",
            Use::Travel => "use-travel",
            Use::Older => "use-older",
            Use::End => "use-end",
        }
    }
}

/// When a span ends: for one that lasts, when the last thing known of the request happened.
pub fn end_of(span: &Span, trace: &Trace) -> u64 {
    if span.end_ns == 0 {
        latest(trace).max(span.start_ns)
    } else {
        span.end_ns
    }
}

/// The last moment known of a request.
pub fn latest(trace: &Trace) -> u64 {
    let spans = trace
        .spans
        .iter()
        .flat_map(|span| [span.start_ns, span.end_ns]);
    trace
        .end_ns
        .unwrap_or_else(|| spans.max().unwrap_or(trace.start_ns).max(trace.start_ns))
}

/// How long it took, or has taken so far, in milliseconds.
pub fn took_ms(trace: &Trace) -> f64 {
    latest(trace).saturating_sub(trace.start_ns) as f64 / 1e6
}

/// What the place of a span is called: `web/2`, `db`.
pub fn place(scenario: &Scenario, component: u8, instance: u16) -> String {
    let component = scenario.design.components.get(component as usize);
    component.map_or_else(
        || "a component that is gone".to_owned(),
        |component| component.instance_title(instance),
    )
}

/// What a span is, in a few words without its place.
pub fn doing(activity: Activity) -> &'static str {
    match activity {
        Activity::Lookup => "asks the address",
        Activity::Travel => "to",
        Activity::Return => "back from",
        Activity::Wait => "in line at",
        Activity::Work => "worked on at",
        Activity::Hit => "found in",
        Activity::Miss => "not found in",
        Activity::Stale => "an older value, from",
        Activity::Lease => "awaits the fetch at",
        Activity::Acknowledge => "awaits replicas at",
        Activity::CatchUp => "awaits its own write at",
        Activity::Join => "calls at once from",
        Activity::Unheard => "at the door, hanging:",
        Activity::HeldUp => "held up by a cut before",
        Activity::Backoff => "waits to retry",
        Activity::Login => "logs in again at",
        Activity::Fail(reason) => reason.words(),
    }
}

/// Milliseconds that went to each use, in the order of [`Use::TIMED`].
pub fn sums_ms(trace: &Trace) -> [f64; 3] {
    let path = critical_path(trace);
    Use::TIMED.map(|kind| {
        let spans = path.iter();
        let alike = spans.filter(|(span, _)| Use::of(span.activity) == kind);
        alike.map(|(_, ms)| ms).sum()
    })
}

/// The spans that made it take as long as it did, last first, each with its milliseconds. Of calls that were
/// made side by side they are those that the request waited for longest: the others cost it nothing.
fn critical_path(trace: &Trace) -> Vec<(Span, f64)> {
    let ended_ns = |of: &Span| {
        let is_same = |span: &&Span| (span.attempt, span.branch) == (of.attempt, of.branch);
        let spans = trace.spans.iter().filter(is_same);
        spans.map(|span| end_of(span, trace)).max()
    };
    let mut path = Vec::new();
    let mut until_ns = latest(trace);
    loop {
        let spans = trace.spans.iter().filter(|span| {
            Use::of(span.activity).lasts()
                && span.start_ns < until_ns
                && end_of(span, trace) >= until_ns
        });
        // Who waits for calls waits for one of them, where that is known.
        let waited_for = |span: &&Span| {
            let is_call = span.activity != Activity::Join;
            (is_call, ended_ns(span), span.start_ns)
        };
        if let Some(span) = spans.max_by_key(waited_for) {
            path.push((*span, (until_ns - span.start_ns) as f64 / 1e6));
            until_ns = span.start_ns;
        } else if let Some(before_ns) = last_end_before(trace, until_ns) {
            until_ns = before_ns;
        } else {
            return path;
        }
    }
}

/// The last moment before another at which something ended.
fn last_end_before(trace: &Trace, moment_ns: u64) -> Option<u64> {
    let ends = trace.spans.iter().map(|span| end_of(span, trace));
    ends.filter(|&end_ns| end_ns < moment_ns).max()
}

/// How it ended, and what it spent its time on: `timed out after 3 s: it waited 2.9 s in line at
/// web/1`.
pub fn outcome(trace: &Trace, scenario: &Scenario) -> String {
    let took = format::ms(took_ms(trace));
    let attempts = trace
        .spans
        .iter()
        .map(|span| span.attempt)
        .max()
        .unwrap_or(0);
    let tries = match attempts {
        0 => String::new(),
        _ => format!(" in {} attempts", u32::from(attempts) + 1),
    };
    let mut sentence = match (trace.end_ns, trace.failed) {
        (_, Some(Reason::TimedOut)) => format!("timed out after {took}{tries}"),
        (_, Some(reason)) => format!("failed after {took}{tries}: {}", reason.words()),
        (Some(_), None) => format!("answered in {took}{tries}"),
        (None, None) => format!("under way for {took}{tries}"),
    };
    if let Some((span, ms)) = dearest(trace) {
        let joint = if matches!(trace.failed, Some(reason) if reason != Reason::TimedOut) {
            "; "
        } else {
            ": "
        };
        let at = place(scenario, span.component, span.instance);
        let ms = format::ms(ms);
        sentence += joint;
        sentence += &match span.activity {
            Activity::Wait => format!("it waited {ms} in line at {at}"),
            Activity::Lease => format!("it waited {ms} for a fetch at {at}"),
            Activity::Acknowledge => format!("it waited {ms} at {at} for replicas"),
            Activity::CatchUp => format!("it waited {ms} for {at} to catch up"),
            Activity::Join => format!("it waited {ms} for its calls from {at}"),
            Activity::Unheard => format!("it waited {ms} at the door of {at}, which hung"),
            Activity::HeldUp => format!("it was held up {ms} by the cut link to {at}"),
            Activity::Backoff => format!("it waited {ms} to try again"),
            Activity::Travel | Activity::Return | Activity::Lookup => {
                format!("{ms} of it on the wire")
            }
            _ => format!("{ms} of it worked on at {at}"),
        };
    }
    let mut spans = trace.spans.iter();
    if let Some(span) = spans.rfind(|span| span.activity == Activity::Stale) {
        let copy = place(scenario, span.component, span.instance);
        sentence += &format!("; {copy} was behind, and gave an older value");
    }
    sentence
}

/// What took longest, added up by place and activity; both ways of a trip are one.
fn dearest(trace: &Trace) -> Option<(Span, f64)> {
    let mut sums: Vec<(Span, f64)> = Vec::new();
    for (span, ms) in critical_path(trace) {
        let alike = |(other, _): &&mut (Span, f64)| {
            let travel = Use::of(span.activity) == Use::Travel;
            (travel && Use::of(other.activity) == Use::Travel)
                || (other.activity == span.activity
                    && other.component == span.component
                    && other.instance == span.instance)
        };
        match sums.iter_mut().find(alike) {
            Some((_, sum)) => *sum += ms,
            None => sums.push((span, ms)),
        }
    }
    sums.into_iter()
        .filter(|(_, ms)| *ms > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::{Clients, Component, Kind, Service};

    const MS: u64 = 1_000_000;

    fn scenario() -> Scenario {
        let component = |id: &str, kind| Component {
            id: id.to_string(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        };
        let mut scenario = Scenario::default();
        scenario.design.components = vec![
            component("users", Kind::Clients(Clients::default())),
            component("web", Kind::Service(Service::default())),
        ]
        .into();
        scenario
    }

    fn span(activity: Activity, start_ms: u64, end_ms: u64) -> Span {
        Span {
            activity,
            component: 1,
            instance: 0,
            attempt: 0,
            branch: 0,
            start_ns: start_ms * MS,
            end_ns: end_ms * MS,
        }
    }

    #[test]
    fn a_timed_out_request_says_where_it_waited() {
        let trace = Trace {
            end_ns: Some(3_000 * MS),
            failed: Some(Reason::TimedOut),
            spans: vec![span(Activity::Travel, 0, 46), span(Activity::Wait, 46, 0)],
            ..Trace::default()
        };
        let sentence = outcome(&trace, &scenario()).replace('\u{a0}', " ");
        assert_eq!(
            sentence,
            "timed out after 3 s: it waited 3 s in line at web/1"
        );
    }

    #[test]
    fn an_answered_request_says_what_took_longest() {
        let trace = Trace {
            end_ns: Some(100 * MS),
            spans: vec![
                span(Activity::Travel, 0, 40),
                span(Activity::Work, 40, 60),
                span(Activity::Return, 60, 100),
            ],
            ..Trace::default()
        };
        let sentence = outcome(&trace, &scenario()).replace('\u{a0}', " ");
        assert_eq!(sentence, "answered in 100 ms: 80 ms of it on the wire");
        assert_eq!(sums_ms(&trace), [0.0, 20.0, 80.0]);
    }

    #[test]
    fn calls_side_by_side_count_as_the_longest_of_them() {
        let of_branch = |branch, activity, start_ms, end_ms| Span {
            branch,
            ..span(activity, start_ms, end_ms)
        };
        let trace = Trace {
            end_ns: Some(100 * MS),
            spans: vec![
                span(Activity::Travel, 0, 10),
                span(Activity::Work, 10, 20),
                span(Activity::Join, 20, 90),
                of_branch(1, Activity::Travel, 20, 25),
                of_branch(1, Activity::Work, 25, 40),
                of_branch(2, Activity::Travel, 20, 30),
                of_branch(2, Activity::Wait, 30, 60),
                of_branch(2, Activity::Work, 60, 80),
                of_branch(2, Activity::Return, 80, 90),
                span(Activity::Return, 90, 100),
            ],
            ..Trace::default()
        };
        assert_eq!(sums_ms(&trace), [30.0, 30.0, 40.0]);
    }

    #[test]
    fn a_refused_request_says_why_and_after_how_many_attempts() {
        let mut last = span(Activity::Fail(Reason::ConnectionRefused), 90, 90);
        last.attempt = 2;
        let trace = Trace {
            end_ns: Some(90 * MS),
            failed: Some(Reason::ConnectionRefused),
            spans: vec![last],
            ..Trace::default()
        };
        let sentence = outcome(&trace, &scenario()).replace('\u{a0}', " ");
        assert_eq!(
            sentence,
            "failed after 90 ms in 3 attempts: connection refused"
        );
    }

    #[test]
    fn a_read_that_gave_an_older_value_names_the_copy_that_was_behind() {
        let mut read = span(Activity::Stale, 60, 60);
        read.instance = 2;
        let trace = Trace {
            end_ns: Some(100 * MS),
            spans: vec![
                span(Activity::Travel, 0, 40),
                span(Activity::CatchUp, 40, 60),
                read,
                span(Activity::Return, 60, 100),
            ],
            ..Trace::default()
        };
        let sentence = outcome(&trace, &scenario()).replace('\u{a0}', " ");
        assert_eq!(
            sentence,
            "answered in 100 ms: 80 ms of it on the wire; web/3 was behind, and gave an older value"
        );
        assert_eq!(sums_ms(&trace), [20.0, 0.0, 80.0], "it took no time");
    }

    #[test]
    fn a_request_under_way_has_taken_what_is_known_so_far() {
        let trace = Trace {
            spans: vec![span(Activity::Travel, 0, 46), span(Activity::Wait, 46, 0)],
            ..Trace::default()
        };
        assert_eq!(took_ms(&trace), 46.0);
        assert_eq!(place(&scenario(), 0, 0), "users");
        assert_eq!(place(&scenario(), 9, 0), "a component that is gone");
    }
}
