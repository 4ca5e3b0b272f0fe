//! Follows sampled requests: their flights for the eye, their spans for the trace. Sampling never
//! changes the run: nothing here is read by a mechanism.

use std::collections::VecDeque;

use crate::figures::reason::Reason;
use crate::limits::{FLIGHTS_MAX, SPANS_MAX, TRACES_MAX};
use crate::story::flight::Flight;
use crate::story::trace::{Activity, Span, Trace};

/// What was seen of a request, for the reader who steps through the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Who made it.
    pub maker: Maker,
    /// What it does now.
    pub change: Change,
    /// Number of the component where.
    pub component: u8,
    /// The instance there.
    pub instance: u16,
}

/// Whereabouts on a request's way something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WayPoint {
    /// The attempt, from 0.
    pub attempt: u8,
    /// 0 for the request itself, else which of the calls that it makes at once, from 1.
    pub branch: u8,
}

/// Who made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A user.
    User {
        /// Number of the request.
        request: u32,
        /// Number of its class.
        class: u8,
    },
    /// A balancer that checks health.
    Probe,
    /// A cache that brings a write back.
    Flush,
}

/// A change in the life of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// It does something else now.
    Activity(Activity),
    /// It is answered, so many nanoseconds after it started.
    Completed(u64),
    /// Its client gives up.
    GivenUp(Reason),
}

/// Follows sampled requests.
#[derive(Clone, Debug)]
pub struct Tracer {
    every: u64,
    flights: Vec<Flight>,
    traces: VecDeque<Trace>,
    narration: Option<Narration>,
}

/// What happens while one event is handled.
#[derive(Clone, Debug, Default)]
pub struct Narration {
    /// What requests do.
    pub notes: Vec<Note>,
    /// What else there is to say, in whole sentences.
    pub sentences: Vec<String>,
}

impl Default for Tracer {
    fn default() -> Self {
        Self {
            every: 1,
            flights: Vec::new(),
            traces: VecDeque::new(),
            narration: None,
        }
    }
}

impl Tracer {
    /// One request in `every` is sampled from now on; 0 samples none.
    pub fn sample_every(&mut self, every: u64) {
        self.every = every;
    }

    /// One request in how many is sampled.
    pub fn sampling(&self) -> u64 {
        self.every
    }

    /// Whether the request of that number is sampled.
    #[inline]
    pub fn wants(&self, number: u64) -> bool {
        self.every != 0 && number.is_multiple_of(self.every)
    }

    /// Whether every change is noted, not only those of sampled requests.
    #[inline]
    pub fn is_narrating(&self) -> bool {
        self.narration.is_some()
    }

    /// Starts to note every change, until [`Tracer::narrated`].
    pub fn narrate(&mut self) {
        self.narration = Some(Narration::default());
    }

    /// What was noted since [`Tracer::narrate`].
    pub fn narrated(&mut self) -> Narration {
        self.narration.take().unwrap_or_default()
    }

    /// Something to say that is about no request, where it is told.
    pub fn say(&mut self, sentence: String) {
        if let Some(narration) = &mut self.narration {
            narration.sentences.push(sentence);
        }
    }

    /// A sampled request starts.
    pub fn begin(&mut self, trace: Trace) {
        if self.traces.len() == TRACES_MAX {
            self.traces.pop_front();
        }
        self.traces.push_back(trace);
    }

    /// A sampled request sets out on a wire.
    pub fn fly(&mut self, flight: Flight) {
        if self.flights.len() < FLIGHTS_MAX {
            self.flights.push(flight);
        }
    }

    /// A request does something else from now on.
    #[inline]
    pub fn note(&mut self, note: Note, point: WayPoint, now_ns: u64, sampled: bool) {
        if let Some(narration) = &mut self.narration {
            narration.notes.push(note);
        }
        if !sampled {
            return;
        }
        let Maker::User { request, .. } = note.maker else {
            return;
        };
        let Some(trace) = self.find_mut(request) else {
            return;
        };
        let WayPoint { attempt, branch } = point;
        // Whoever goes on by itself waits for no call any more.
        if branch == 0 && note.change != Change::Activity(Activity::Join) {
            trace.close_all(now_ns);
        } else {
            trace.close(branch, now_ns);
        }
        match note.change {
            Change::Activity(activity) if trace.spans.len() < SPANS_MAX => {
                let (component, instance) = (note.component, note.instance);
                let instant = matches!(activity, Activity::Fail(_));
                trace.spans.push(Span {
                    activity,
                    component,
                    instance,
                    attempt,
                    branch,
                    start_ns: now_ns,
                    end_ns: if instant { now_ns } else { 0 },
                });
            }
            Change::Activity(_) => {}
            Change::Completed(_) => trace.end_ns = Some(now_ns),
            Change::GivenUp(reason) => {
                trace.end_ns = Some(now_ns);
                trace.failed = Some(reason);
            }
        }
    }

    /// A call that a request made beside others has ended.
    #[cold]
    pub fn rejoin(&mut self, request: u32, branch: u8, now_ns: u64) {
        if let Some(trace) = self.find_mut(request) {
            trace.close(branch, now_ns);
        }
    }

    /// Flights since the last call.
    pub fn drain_flights(&mut self) -> std::vec::Drain<'_, Flight> {
        self.flights.drain(..)
    }

    /// Traces kept, oldest first.
    pub fn traces(&self) -> impl DoubleEndedIterator<Item = &Trace> {
        self.traces.iter()
    }

    /// The trace of a request, if it was sampled and is still kept. O(log traces).
    pub fn trace(&self, request: u64) -> Option<&Trace> {
        let found = self
            .traces
            .binary_search_by_key(&request, |trace| trace.request)
            .ok()?;
        self.traces.get(found)
    }

    fn find_mut(&mut self, number: u32) -> Option<&mut Trace> {
        // Records keep the low half of the number; traces span far fewer than 2^32 requests.
        let newest = self.traces.back()?.request;
        let request = newest - u64::from((newest as u32).wrapping_sub(number));
        let found = self
            .traces
            .binary_search_by_key(&request, |trace| trace.request)
            .ok()?;
        self.traces.get_mut(found)
    }
}
