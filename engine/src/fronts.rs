//! The earliest of several shelves, kept as a tournament.
//!
//! Every shelf plays with what stands at its front; a match is won by the earlier. When one front
//! changes, only the matches on its way to the final are played again.

/// What stands at the front of a shelf: when it happens, and its place in the order of scheduling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Front {
    /// When, in nanoseconds; `u64::MAX` where the shelf is empty.
    pub at_ns: u64,
    /// Breaks ties.
    pub sequence: u64,
}

/// The front of an empty shelf.
pub const NOTHING: Front = Front {
    at_ns: u64::MAX,
    sequence: u64::MAX,
};

/// The fronts of all shelves.
#[derive(Clone, Debug)]
pub struct Fronts {
    /// When, by shelf; filled up with those of [`NOTHING`] to a power of two.
    at_ns: Vec<u64>,
    /// The order of scheduling, by shelf: looked at only where the times tie.
    sequences: Vec<u64>,
    /// Who won each match: the final at 1, the matches before match n at 2n and 2n + 1. The second
    /// half are the shelves themselves.
    winners: Vec<u16>,
}

impl Fronts {
    /// So many empty shelves.
    pub fn new(shelves: usize) -> Self {
        let leaves = shelves.next_power_of_two().max(2);
        let mut fronts = Self {
            at_ns: vec![NOTHING.at_ns; leaves],
            sequences: vec![NOTHING.sequence; leaves],
            winners: (0..2 * leaves)
                .map(|place| (place % leaves) as u16)
                .collect(),
        };
        (0..leaves).for_each(|shelf| fronts.set(shelf, NOTHING));
        fronts
    }

    /// Makes room for so many shelves, all those there are kept.
    pub fn grow(&mut self, shelves: usize) {
        let shelves_before = self.at_ns.len();
        if shelves > shelves_before {
            let mut grown = Self::new(shelves);
            (0..shelves_before).for_each(|shelf| grown.set(shelf, self.of(shelf)));
            *self = grown;
        }
    }

    /// The front of a shelf.
    #[inline]
    pub fn of(&self, shelf: usize) -> Front {
        Front {
            at_ns: self.at_ns[shelf],
            sequence: self.sequences[shelf],
        }
    }

    /// The shelf whose front is earliest, with its time. O(1).
    #[inline]
    pub fn earliest(&self) -> (usize, u64) {
        let shelf = usize::from(self.winners[1]);
        (shelf, self.at_ns[shelf])
    }

    /// Another front for a shelf. O(log shelves).
    #[inline]
    pub fn set(&mut self, shelf: usize, front: Front) {
        self.at_ns[shelf] = front.at_ns;
        self.sequences[shelf] = front.sequence;
        let (mut winner, mut best_ns) = (shelf as u16, front.at_ns);
        let mut place = self.at_ns.len() + shelf;
        while place > 1 {
            let rival = self.winners[place ^ 1];
            let rival_ns = self.at_ns[usize::from(rival)];
            // Which is earlier looks random to the processor, and a wrong guess costs more than the
            // whole match: chosen without a branch. Ties are rare, so that one is guessed well.
            let is_beaten = if rival_ns == best_ns {
                self.sequences[usize::from(rival)] < self.sequences[usize::from(winner)]
            } else {
                rival_ns < best_ns
            };
            winner = std::hint::select_unpredictable(is_beaten, rival, winner);
            best_ns = std::hint::select_unpredictable(is_beaten, rival_ns, best_ns);
            place /= 2;
            self.winners[place] = winner;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

    #[test]
    fn the_earliest_wins_whatever_changes() {
        let mut stream = Stream::new(1, "fronts", "test");
        let mut fronts = Fronts::new(2);
        let mut model = vec![NOTHING; 2];
        for sequence in 0..20_000 {
            if stream.below(2_000) == 0 {
                model.push(NOTHING);
                fronts.grow(model.len());
            }
            let shelf = stream.below(model.len() as u32) as usize;
            // Few different times, so that many of them tie.
            let at_ns = u64::from(stream.below(6));
            let front = if at_ns == 5 {
                NOTHING
            } else {
                Front { at_ns, sequence }
            };
            model[shelf] = front;
            fronts.set(shelf, front);
            let expected = model
                .iter()
                .min_by_key(|front| (front.at_ns, front.sequence))
                .copied();
            let (winner, at_ns) = fronts.earliest();
            assert_eq!(Some(fronts.of(winner)), expected);
            assert_eq!(fronts.of(winner).at_ns, at_ns);
        }
        assert!(model.len() > 4, "it has grown");
    }
}
