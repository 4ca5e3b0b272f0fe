//! The figures of a run in several places: each place knows those of the components that are there, and that of the
//! users those of requests.

use crate::figures::report::Report;
use crate::figures::series::{Bin, CopyBin};
use crate::figures::snapshot::Snapshot;
use crate::run::Run;
use crate::story::happening::Mark;

/// Figures of requests and of components.
pub trait Gathered {
    /// Takes over what another run knows of the components that are there.
    fn take_over(&mut self, theirs: Self, run: &Run);
}

/// What is known in all places together.
pub fn whole<'a, Figures: Gathered>(
    runs: impl Iterator<Item = &'a Run> + Clone,
    figures_of: impl Fn(&Run) -> Figures,
) -> Figures {
    let has_users = |run: &&Run| run.world.border.is_here(run.clients_number as u8);
    let users = runs.clone().find(has_users);
    let mut whole = figures_of(users.expect("users are somewhere"));
    for run in runs.filter(|run| !has_users(run)) {
        whole.take_over(figures_of(run), run);
    }
    whole
}

/// In place of what is known of the components of a run there, what is known of them here.
fn exchange<Part>(ours: &mut [Part], theirs: Vec<Part>, run: &Run) {
    for (number, (our, their)) in ours.iter_mut().zip(theirs).enumerate() {
        if run.world.border.is_here(number as u8) {
            *our = their;
        }
    }
}

impl Gathered for Bin {
    fn take_over(&mut self, theirs: Self, run: &Run) {
        self.writes_applied_again += theirs.writes_applied_again;
        exchange(&mut self.components, theirs.components, run);
        let is_there = |copy: &CopyBin| run.world.border.is_here(copy.component);
        self.copies.retain(|copy| !is_there(copy));
        for copy in theirs.copies.into_iter().filter(is_there) {
            let place = self
                .copies
                .partition_point(|other| other.component <= copy.component);
            self.copies.insert(place, copy);
        }
    }
}

/// The same bins of either, in the same order.
impl Gathered for Vec<Bin> {
    fn take_over(&mut self, theirs: Self, run: &Run) {
        let bins = self.iter_mut().zip(theirs);
        bins.for_each(|(our, their)| our.take_over(their, run));
    }
}

impl Gathered for Snapshot {
    fn take_over(&mut self, theirs: Self, run: &Run) {
        self.events += theirs.events;
        self.requests.writes_applied_again += theirs.requests.writes_applied_again;
        self.recent.take_over(theirs.recent, run);
        exchange(&mut self.components, theirs.components, run);
        let links = self.links.iter_mut().zip(theirs.links);
        for ((our, their), wire) in links.zip(&run.world.wires) {
            our.held += their.held;
            if run.world.border.is_here(wire.to) {
                our.calls_rps = their.calls_rps;
            }
        }
    }
}

impl Gathered for Report {
    fn take_over(&mut self, mut theirs: Self, run: &Run) {
        self.events += theirs.events;
        self.requests.writes_applied_again += theirs.requests.writes_applied_again;
        for (number, meters) in run.world.meters.iter().enumerate() {
            let figures = theirs.components.remove(&meters.id);
            if let Some(figures) = figures.filter(|_| run.world.border.is_here(number as u8)) {
                self.components.insert(meters.id.clone(), figures);
            }
        }
    }
}

/// Marks in order of time: those of components from where they are, the others from the users.
impl Gathered for Vec<Mark> {
    fn take_over(&mut self, theirs: Self, run: &Run) {
        let is_there = |mark: &Mark| {
            mark.component
                .is_some_and(|component| run.world.border.is_here(component))
        };
        self.retain(|mark| !is_there(mark));
        for mark in theirs.into_iter().filter(is_there) {
            let place = self.partition_point(|other| other.at_ns <= mark.at_ns);
            self.insert(place, mark);
        }
    }
}
