//! The ends of links by number: what an id means, looked up once.

use crate::{Component, Design, Link};

/// The number of a component: its place in its design, which no other component ever gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentNumber(u8);

impl ComponentNumber {
    /// None of a place past those that a run has numbers for.
    fn of(place: usize) -> Option<Self> {
        place.try_into().ok().map(Self)
    }

    /// Its place in the design.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

impl From<ComponentNumber> for u8 {
    fn from(number: ComponentNumber) -> Self {
        number.0
    }
}

/// The components that a link joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The caller.
    pub from: ComponentNumber,
    /// The called.
    pub to: ComponentNumber,
}

impl Design {
    /// The number of the component that bears an id now.
    pub fn number(&self, id: &str) -> Option<ComponentNumber> {
        let (place, _) = self.component(id)?;
        ComponentNumber::of(place)
    }

    /// The ends of the link in a place, while it and they are there. Each link of a valid design has them, and
    /// each that an [edit](crate::Action::Edit) has just brought.
    pub fn ends(&self, link: usize) -> Option<Ends> {
        let Link { from, to, .. } = self.links.get(link).filter(|_| self.links.has(link))?;
        Some(Ends {
            from: self.number(from)?,
            to: self.number(to)?,
        })
    }

    /// The links that are there, with their places and ends.
    pub fn wiring(&self) -> impl Iterator<Item = (usize, Ends)> {
        let links = self.links.present();
        links.filter_map(|(place, _)| Some((place, self.ends(place)?)))
    }

    /// The components that call another, in the order of their links.
    pub fn callers(&self, called: usize) -> impl Iterator<Item = (usize, &Component)> {
        let ends = self.wiring().map(|(_, ends)| ends);
        let calls = ends.filter(move |ends| ends.to.place() == called);
        calls.map(|ends| self.at(ends.from))
    }

    /// The components that another calls, in the order of their links.
    pub fn callees(&self, caller: usize) -> impl Iterator<Item = (usize, &Component)> {
        let ends = self.wiring().map(|(_, ends)| ends);
        let calls = ends.filter(move |ends| ends.from.place() == caller);
        calls.map(|ends| self.at(ends.to))
    }

    fn at(&self, number: ComponentNumber) -> (usize, &Component) {
        (number.place(), &self.components[number.place()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::LADDER;
    use crate::{Change, Scenario};

    fn last() -> Design {
        LADDER[LADDER.len() - 1].scenario().design
    }

    fn names<'a>(found: impl Iterator<Item = (usize, &'a Component)>) -> Vec<&'a str> {
        found.map(|(_, component)| &*component.id).collect()
    }

    #[test]
    fn every_link_of_a_valid_design_has_its_ends() {
        for step in LADDER {
            let scenario: Scenario = step.scenario();
            let design = &scenario.validate().expect("a step is valid").design;
            assert_eq!(design.wiring().count(), design.links.len());
            for (place, ends) in design.wiring() {
                let link = &design.links[place];
                let ids = [ends.from, ends.to].map(|end| &design.components[end.place()].id);
                assert_eq!(ids, [&link.from, &link.to]);
            }
        }
    }

    #[test]
    fn who_calls_whom_is_told_from_both_sides() {
        let design = last();
        let place = |id| design.component(id).expect("it is there").0;
        assert_eq!(names(design.callees(place("lb"))), ["web"]);
        assert_eq!(names(design.callers(place("web"))), ["lb"]);
        assert_eq!(names(design.callers(place("users"))), [""; 0]);
    }

    #[test]
    fn what_was_taken_away_is_no_end_and_its_id_means_the_next_to_bear_it() {
        let mut design = last();
        let (place, web) = design.component("web").expect("it is there");
        let web = web.clone();
        let link = design.link("lb", "web").expect("it is there");
        design.apply(&Change::Remove {
            component: "web".into(),
        });
        assert_eq!((design.number("web"), design.ends(link)), (None, None));
        design.apply(&Change::Add { component: web });
        let again = design.number("web").expect("it is there again");
        assert!(again.place() > place);
        assert_eq!(design.ends(link), None);
        let call = Link {
            from: "lb".into(),
            to: "web".into(),
            ..Link::default()
        };
        design.apply(&Change::Link { link: call });
        let ends = design.ends(design.links.len() - 1).expect("both are there");
        assert_eq!(ends.to, again);
    }

    #[test]
    fn a_link_comes_only_between_what_is_there() {
        let mut design = last();
        let count = design.links.len();
        let link = Link {
            from: "web".into(),
            to: "nowhere".into(),
            ..Link::default()
        };
        design.apply(&Change::Link { link });
        assert_eq!(design.links.len(), count);
    }
}
