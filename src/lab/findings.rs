//! What the page knows from the lab, and what it still wants to know.

use super::question::{Finding, Progress, Question, Wishes};

/// Findings kept; the oldest go first.
const KEPT_MAX: usize = 200;

/// Questions in the order they first came up, with their findings once they are there.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    entries: Vec<Entry>,
    next: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    number: u32,
    question: Question,
    progress: Option<Progress>,
    finding: Option<Finding>,
}

impl Findings {
    /// What is known about a question.
    pub fn get(&self, question: &Question) -> Option<&Finding> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.question == *question)?;
        entry.finding.as_ref()
    }

    /// How far the work on a question has come; none before it has begun.
    pub fn progress(&self, question: &Question) -> Option<Progress> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.question == *question)?;
        entry.progress
    }

    /// Takes in how far the work on a question has come.
    pub fn go_on(&mut self, number: u32, progress: Progress) {
        let mut entries = self.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.number == number) {
            entry.progress = Some(progress);
        }
    }

    /// Takes an answer in.
    pub fn learn(&mut self, number: u32, finding: Finding) {
        let entries = &mut self.entries;
        if let Some(entry) = entries.iter_mut().find(|entry| entry.number == number) {
            entry.finding = Some(finding);
        }
        let known = |entry: &Entry| entry.finding.is_some();
        if entries.iter().filter(|entry| known(entry)).count() > KEPT_MAX
            && let Some(oldest) = entries.iter().position(known)
        {
            entries.remove(oldest);
        }
    }

    /// Those of the questions that have no finding yet, in the same order, as wishes.
    pub fn wishes(&mut self, questions: impl IntoIterator<Item = Question>) -> Wishes {
        let mut open = Vec::new();
        for question in questions {
            let mut entries = self.entries.iter();
            match entries.find(|entry| entry.question == question) {
                Some(entry) if entry.finding.is_some() => {}
                Some(entry) => open.push((entry.number, question)),
                None => {
                    self.next += 1;
                    open.push((self.next, question.clone()));
                    self.entries.push(Entry {
                        number: self.next,
                        question,
                        progress: None,
                        finding: None,
                    });
                }
            }
        }
        Wishes(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::Scenario;

    fn capacity(seed: usize) -> Question {
        let scenario = Box::new(Scenario {
            seed: seed as u64,
            ..Scenario::default()
        });
        Question::Capacity { scenario }
    }

    #[test]
    fn a_question_is_asked_until_it_is_answered_and_then_never_again() {
        let mut findings = Findings::default();
        let Wishes(wishes) = findings.wishes([capacity(1), capacity(2)]);
        assert_eq!(wishes.len(), 2);
        findings.go_on(wishes[1].0, Progress::Percent(42));
        let far = Some(Progress::Percent(42));
        assert_eq!(findings.progress(&capacity(2)), far);
        assert_eq!(findings.progress(&capacity(1)), None);
        findings.learn(
            wishes[0].0,
            Finding::Payoff {
                load: None,
                breach: None,
            },
        );
        assert!(findings.get(&capacity(1)).is_some());
        assert_eq!(
            findings.wishes([capacity(1), capacity(2)]),
            Wishes(vec![wishes[1].clone()])
        );
    }

    #[test]
    fn what_is_known_stays_bounded() {
        let mut findings = Findings::default();
        for n in 0..2 * KEPT_MAX {
            let Wishes(wishes) = findings.wishes([capacity(n)]);
            findings.learn(
                wishes[0].0,
                Finding::Payoff {
                    load: None,
                    breach: None,
                },
            );
        }
        assert!(findings.get(&capacity(0)).is_none());
        assert!(findings.get(&capacity(2 * KEPT_MAX - 1)).is_some());
    }
}
