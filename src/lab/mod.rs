//! The lab: a second worker that answers questions by running designs, beside the run on screen.

mod findings;
mod question;
mod search;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::port::Home;
use crate::worker::{Next, Turns, now_ms, report_panics};
pub use findings::Findings;
pub use question::{Answer, CacheOutcome, Finding, Outcome, Progress, Question, Wishes};
use search::Search;

/// A turn ends after so long, so that new wishes are heard.
const TURN_MS: f64 = 12.0;
/// Events between two looks at the wall clock.
const EVENTS_BETWEEN_LOOKS: u64 = 8_192;

/// Listens to the page's wishes and answers them one after the other.
pub fn start(home: Home) {
    report_panics(|home, reason| home.send(&Answer::Panicked { reason }));
    let desk = Rc::new(RefCell::new(Desk::default()));
    let turns = {
        let (desk, home) = (desk.clone(), home.clone());
        Turns::new(move || desk.borrow_mut().turn(&home))
    };
    home.listen(move |wishes: Wishes| {
        desk.borrow_mut().wish(wishes);
        turns.wake();
    });
    home.send(&Answer::Ready);
}

/// What is being searched, and what waits.
#[derive(Default)]
struct Desk {
    current: Option<(u32, Search)>,
    waiting: VecDeque<(u32, Question)>,
    // What was last told of the current one.
    told: Option<Progress>,
}

impl Desk {
    /// New wishes replace the old ones; a search that is still wished for goes on.
    fn wish(&mut self, Wishes(wishes): Wishes) {
        let is_wished = |id: u32| wishes.iter().any(|(wished, _)| *wished == id);
        self.current = self.current.take().filter(|(id, _)| is_wished(*id));
        let current = self.current.as_ref().map(|(id, _)| *id);
        self.waiting = wishes
            .into_iter()
            .filter(|(id, _)| Some(*id) != current)
            .collect();
    }

    /// Says how far the current one has come, once that is further.
    fn tell_progress(&mut self, home: &Home) {
        let Some((question, search)) = &self.current else {
            return;
        };
        let progress = search.progress();
        if let Some(progress) = progress.filter(|_| progress != self.told) {
            home.send(&Answer::Progress {
                question: *question,
                progress,
            });
        }
        self.told = progress;
    }

    fn turn(&mut self, home: &Home) -> Next {
        let end_ms = now_ms() + TURN_MS;
        loop {
            let (id, search) = match &mut self.current {
                Some(current) => current,
                None => match self.waiting.pop_front() {
                    Some((id, question)) => self.current.insert((id, Search::new(question))),
                    None => return Next::Never,
                },
            };
            if let Some(finding) = search.advance(EVENTS_BETWEEN_LOOKS) {
                home.send(&Answer::Found {
                    question: *id,
                    finding,
                });
                self.current = None;
            }
            if now_ms() >= end_ms {
                self.tell_progress(home);
                return Next::Soon;
            }
        }
    }
}
