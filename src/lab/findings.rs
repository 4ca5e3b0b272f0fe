//! What the page knows from the lab, and what it still wants to know.

use std::collections::BTreeMap;

use super::question::{Finding, Question, Wishes};

/// Findings kept; the oldest go first.
const KEPT_MAX: usize = 200;

/// Questions by number, with their findings once they are there.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    numbers: BTreeMap<Question, u32>,
    found: BTreeMap<u32, Finding>,
    next: u32,
}

impl Findings {
    /// What is known about a question.
    pub fn get(&self, question: &Question) -> Option<&Finding> {
        self.found.get(self.numbers.get(question)?)
    }

    /// Takes an answer in.
    pub fn learn(&mut self, number: u32, finding: Finding) {
        self.found.insert(number, finding);
        if self.found.len() > KEPT_MAX
            && let Some((oldest, _)) = self.found.pop_first()
        {
            self.numbers.retain(|_, number| *number != oldest);
        }
    }

    /// Those of the questions that have no finding yet, in the same order, as wishes.
    pub fn wishes(&mut self, questions: impl IntoIterator<Item = Question>) -> Wishes {
        let open = questions.into_iter().filter_map(|question| {
            let next = &mut self.next;
            let number = *self.numbers.entry(question.clone()).or_insert_with(|| {
                *next += 1;
                *next
            });
            (!self.found.contains_key(&number)).then_some((number, question))
        });
        Wishes(open.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(scenario: &str) -> Question {
        Question::Capacity {
            scenario: scenario.into(),
        }
    }

    #[test]
    fn a_question_is_asked_until_it_is_answered_and_then_never_again() {
        let mut findings = Findings::default();
        let Wishes(wishes) = findings.wishes([capacity("a"), capacity("b")]);
        assert_eq!(wishes.len(), 2);
        findings.learn(wishes[0].0, Finding::Payoff { rate_rps: None });
        assert!(findings.get(&capacity("a")).is_some());
        assert_eq!(
            findings.wishes([capacity("a"), capacity("b")]),
            Wishes(vec![wishes[1].clone()])
        );
    }

    #[test]
    fn what_is_known_stays_bounded() {
        let mut findings = Findings::default();
        for n in 0..2 * KEPT_MAX {
            let Wishes(wishes) = findings.wishes([capacity(&n.to_string())]);
            findings.learn(wishes[0].0, Finding::Payoff { rate_rps: None });
        }
        assert!(findings.get(&capacity("0")).is_none());
        assert!(
            findings
                .get(&capacity(&(2 * KEPT_MAX - 1).to_string()))
                .is_some()
        );
    }
}
