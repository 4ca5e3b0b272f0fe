//! The run on screen: what the worker has told of it.

use std::rc::Rc;

use headroom_engine::happening::{Happening, Mark};
use headroom_engine::ring_view::RingView;
use headroom_engine::snapshot::Snapshot;
use headroom_engine::trace::Trace;

use crate::charts::history::History;
use crate::protocol::{Publication, Speed};

/// In slow motion no stretch closes for long: the charts follow every so many publications.
const CHARTED_AT_LEAST_EVERY: u32 = 12;

/// A run, replaced a few times a second.
#[derive(Clone, Debug)]
pub struct Run {
    /// Number of the load; what is said about an earlier one is out of date.
    pub epoch: u32,
    /// Time passes.
    pub playing: bool,
    /// How fast it is meant to.
    pub speed: Speed,
    /// The gauges, once there are any.
    pub snapshot: Option<Rc<Snapshot>>,
    /// The gauges as the charts show them: drawn anew about once a second, as the bins are.
    pub charted: Option<Rc<Snapshot>>,
    /// What is behind.
    pub history: Rc<History>,
    /// Marks of the time line.
    pub marks: Rc<Vec<Mark>>,
    /// Rings, while their panel is open.
    pub rings: Rc<Vec<RingView>>,
    /// The trace that is open.
    pub trace: Option<Rc<Trace>>,
    /// Requests traced lately.
    pub recent: Rc<Vec<Trace>>,
    /// Simulated seconds per second reached.
    pub reached: Option<f64>,
    /// The machine does not keep the speed asked for.
    pub behind: bool,
    /// One dot stands for so many requests.
    pub sampling: u64,
    /// On the way to a moment: reached, and to be reached, in nanoseconds.
    pub seeking: Option<(u64, u64)>,
    /// What the last single event did.
    pub happening: Option<Rc<Happening>>,
    /// The latest moment this run has been at, in nanoseconds.
    pub horizon_ns: u64,
    /// Why the engine died, if it did.
    pub failure: Option<String>,
    since_charted: u32,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            epoch: 0,
            playing: true,
            speed: Speed::Times(1.0),
            snapshot: None,
            charted: None,
            history: Rc::default(),
            marks: Rc::default(),
            rings: Rc::default(),
            trace: None,
            recent: Rc::default(),
            reached: None,
            behind: false,
            sampling: 1,
            seeking: None,
            happening: None,
            horizon_ns: 0,
            failure: None,
            since_charted: 0,
        }
    }
}

impl Run {
    /// Simulated time, in nanoseconds.
    pub fn now_ns(&self) -> u64 {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.now_ns)
    }

    /// Begins another load, at a moment. The figures of the old one stay until there are new ones,
    /// so that nothing flickers.
    pub fn begin(&mut self, epoch: u32, at_ns: u64) {
        self.epoch = epoch;
        self.history = Rc::default();
        self.marks = Rc::default();
        self.happening = None;
        self.reached = None;
        self.behind = false;
        self.seeking = (at_ns > 0).then_some((0, at_ns));
    }

    /// Takes in what the worker published. Returns the marks that were not there before.
    pub fn take(&mut self, publication: Publication) -> Vec<Mark> {
        self.seeking = None;
        let is_binned = !publication.bins.is_empty() || self.charted.is_none();
        if !publication.bins.is_empty() {
            let history = Rc::make_mut(&mut self.history);
            publication
                .bins
                .into_iter()
                .for_each(|bin| history.take(bin));
        }
        let mut fresh = Vec::new();
        if let Some(marks) = publication.marks {
            fresh.extend(marks.iter().skip(self.marks.len()).cloned());
            self.marks = Rc::new(marks);
        }
        self.horizon_ns = self.horizon_ns.max(publication.snapshot.now_ns);
        let snapshot = Rc::new(publication.snapshot);
        if is_binned || self.since_charted >= CHARTED_AT_LEAST_EVERY {
            self.charted = Some(snapshot.clone());
            self.since_charted = 0;
        }
        self.since_charted += 1;
        self.snapshot = Some(snapshot);
        self.reached = publication.reached;
        self.behind = publication.behind;
        self.rings = Rc::new(publication.rings);
        self.trace = publication.trace.map(Rc::new);
        self.recent = Rc::new(publication.recent);
        fresh
    }
}
