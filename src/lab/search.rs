//! A question being answered, a slice at a time.

use headroom_engine::lab::{CapacitySearch, Comparison, PayoffSearch, Stretch, Window, settled};
use headroom_scenario::Problem;

use super::question::{Finding, Outcome, Progress, Question};

/// A search under way.
pub enum Search {
    /// For [`Question::Capacity`].
    Capacity(Box<CapacitySearch>),
    /// For [`Question::Payoff`].
    Payoff(Box<PayoffSearch>),
    /// For [`Question::Comparison`].
    Comparison(Box<Comparison>),
    /// Known at once: why it can't be answered.
    Unanswerable(String),
}

impl Search {
    /// Starts on a question.
    pub fn new(question: Question) -> Self {
        Self::start(question).unwrap_or_else(|problems| {
            let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Self::Unanswerable(sentences.join(" "))
        })
    }

    fn start(question: Question) -> Result<Self, Vec<Problem>> {
        Ok(match question {
            Question::Capacity { scenario } => {
                let scenario = settled(&scenario.validate()?);
                Self::Capacity(Box::new(CapacitySearch::new(&scenario, Window::default())))
            }
            Question::Payoff { before, after } => Self::Payoff(Box::new(PayoffSearch::new(
                &before.validate()?,
                &after.validate()?,
                Window::default(),
            )?)),
            Question::Comparison { before, after } => {
                let (before, after) = (before.validate()?, after.validate()?);
                Self::Comparison(Box::new(Comparison::new(
                    &before,
                    &after,
                    Stretch::Fitted(Window::default()),
                )?))
            }
        })
    }

    /// How far it has come: the share of it that is done, or, where nobody knows how much is left, the
    /// load that is being tried.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            Self::Comparison(runs) => Some(Progress::Percent((runs.progress() * 100.0) as u8)),
            Self::Capacity(search) => Some(Progress::Trying(search.load())),
            Self::Payoff(search) => Some(Progress::Trying(search.load())),
            Self::Unanswerable(_) => None,
        }
    }

    /// Searches on for about so many events; the finding when there is one.
    pub fn advance(&mut self, events_budget: u64) -> Option<Finding> {
        match self {
            Self::Capacity(search) => {
                search
                    .advance(events_budget)
                    .map(|capacity| Finding::Capacity {
                        load: capacity.load,
                        reached_rps: capacity.reached_rps,
                        is_unlimited: capacity.breaks.is_none(),
                        holds_from_cold: capacity.holds_from_cold,
                        limited: capacity.limited,
                        breach: capacity
                            .breaks
                            .and_then(|breaks| breaks.broken.first().copied()),
                    })
            }
            Self::Payoff(search) => search.advance(events_budget).map(|payoff| Finding::Payoff {
                load: payoff.load,
                breach: payoff
                    .before
                    .breaks
                    .and_then(|breaks| breaks.broken.first().copied()),
            }),
            Self::Comparison(runs) => {
                runs.advance(events_budget)
                    .map(|(before, after)| Finding::Comparison {
                        before: Box::new(Outcome::of(&before)),
                        after: Box::new(Outcome::of(&after)),
                    })
            }
            Self::Unanswerable(reason) => Some(Finding::Unanswerable(reason.clone())),
        }
    }
}
