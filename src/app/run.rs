//! The run on screen: what the worker has told of it.

use std::rc::Rc;

use headroom_engine::happening::{Happening, Mark};
use headroom_engine::ring_view::RingView;
use headroom_engine::snapshot::Snapshot;
use headroom_engine::trace::Trace;

use crate::charts::history::History;
use crate::protocol::Publication;
use crate::sampling::Sampling;
use crate::speed::Speed;

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
    /// Marks of the time line as far as this run has ever been, in order of time. Those ahead of the
    /// moment on screen happened before the reader went back, and will again.
    pub marks: Rc<Vec<Mark>>,
    /// The moment before which all its marks are known.
    pub marks_known_before_ns: u64,
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
    /// How many requests one dot stands for.
    pub sampling: Sampling,
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
            marks_known_before_ns: 0,
            rings: Rc::default(),
            trace: None,
            recent: Rc::default(),
            reached: None,
            behind: false,
            sampling: Sampling::default(),
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
    /// so that nothing flickers, and its marks before the moment up to which it is the same run.
    pub fn begin(&mut self, epoch: u32, at_ns: u64, same_before_ns: u64) {
        self.epoch = epoch;
        self.history = Rc::default();
        self.forget_marks_from(same_before_ns);
        self.happening = None;
        self.reached = None;
        self.behind = false;
        self.seeking = (at_ns > 0).then_some((0, at_ns));
    }

    /// From a moment on the run goes another way than it is known to.
    pub fn forget_marks_from(&mut self, at_ns: u64) {
        self.marks_known_before_ns = self.marks_known_before_ns.min(at_ns);
        if self.marks.last().is_some_and(|mark| mark.at_ns >= at_ns) {
            Rc::make_mut(&mut self.marks).retain(|mark| mark.at_ns < at_ns);
        }
    }

    /// The latest mark up to a moment.
    fn last_mark(&self, now_ns: u64) -> Option<&Mark> {
        self.marks.iter().rfind(|mark| mark.at_ns <= now_ns)
    }

    /// Takes in what the worker published. Returns the latest mark if it was not there before.
    pub fn take(&mut self, publication: Publication) -> Option<Mark> {
        self.seeking = None;
        let is_binned = !publication.bins.is_empty() || self.charted.is_none();
        if !publication.bins.is_empty() {
            let history = Rc::make_mut(&mut self.history);
            publication
                .bins
                .into_iter()
                .for_each(|bin| history.take(bin));
        }
        let now_ns = publication.snapshot.now_ns;
        let last = self.last_mark(self.now_ns()).cloned();
        if let Some(mut marks) = publication.marks {
            let ahead = self.marks.iter().filter(|mark| mark.at_ns > now_ns);
            marks.extend(ahead.cloned());
            self.marks = Rc::new(marks);
        }
        self.marks_known_before_ns = self.marks_known_before_ns.max(now_ns + 1);
        let fresh = self
            .last_mark(now_ns)
            .filter(|mark| Some(*mark) != last.as_ref());
        let fresh = fresh.cloned();
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

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::happening::Tone;

    fn mark(second: u64) -> Mark {
        Mark {
            at_ns: second * 1_000_000_000,
            tone: Tone::Bad,
            words: format!("{second}"),
            details: String::new(),
            component: None,
            instance: None,
        }
    }

    fn publication(now_s: u64, marks: Option<&[u64]>) -> Publication {
        Publication {
            snapshot: Snapshot {
                now_ns: now_s * 1_000_000_000,
                ..Snapshot::default()
            },
            marks: marks.map(|marks| marks.iter().map(|second| mark(*second)).collect()),
            ..Publication::default()
        }
    }

    fn words(run: &Run) -> Vec<&str> {
        run.marks.iter().map(|mark| mark.words.as_str()).collect()
    }

    #[test]
    fn going_back_keeps_the_marks_that_lie_ahead() {
        let mut run = Run::default();
        run.take(publication(30, Some(&[10, 20])));
        run.begin(1, 5_000_000_000, u64::MAX);
        assert_eq!(words(&run), ["10", "20"], "while the run is on its way");
        run.take(publication(5, Some(&[])));
        assert_eq!(words(&run), ["10", "20"]);
        run.take(publication(12, Some(&[10])));
        assert_eq!(words(&run), ["10", "20"]);
        assert_eq!(run.marks_known_before_ns, 30_000_000_001);
    }

    #[test]
    fn an_edit_forgets_what_would_have_followed() {
        let mut run = Run::default();
        run.take(publication(30, Some(&[10, 20])));
        run.begin(1, 15_000_000_000, u64::MAX);
        run.take(publication(15, Some(&[10])));
        run.forget_marks_from(15_000_000_001);
        assert_eq!(words(&run), ["10"]);
        assert_eq!(run.marks_known_before_ns, 15_000_000_001);
        run.begin(2, 0, 0);
        assert!(run.marks.is_empty());
        assert_eq!(run.marks_known_before_ns, 0);
    }

    #[test]
    fn only_a_mark_that_is_new_is_told() {
        let mut run = Run::default();
        assert_eq!(run.take(publication(10, Some(&[10]))), Some(mark(10)));
        assert_eq!(run.take(publication(11, None)), None);
        assert_eq!(run.take(publication(20, Some(&[10, 20]))), Some(mark(20)));
        // As many marks as a run keeps: the oldest has gone for the latest.
        assert_eq!(run.take(publication(30, Some(&[20, 30]))), Some(mark(30)));
    }
}
