//! The backend with the fewest open requests, ties as nginx breaks them, in O(log n).
//!
//! nginx breaks a tie by a step of smooth round robin among those tied: each gains 1, the richest is
//! chosen and pays as many as they are. Gaining is the same for all who have equally many requests
//! open, so it is kept once for all of them, and only the one who pays changes place.

use std::cmp::Reverse;

use super::tournament::Tournament;

/// Backends in order of open requests, and of what each has gained in ties.
#[derive(Clone, Debug)]
pub struct LeastConnections {
    /// Fewest open requests first, then the richest, without the gain of its level.
    order: Tournament<(Reverse<u32>, i64)>,
    /// Those with equally many open requests, by that number.
    levels: Vec<Level>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    members: u32,
    /// What everyone here has gained since the first came.
    gain: i64,
}

impl LeastConnections {
    /// The order of backends with so many requests open; those that take no part are `None`.
    pub fn new(open: impl ExactSizeIterator<Item = Option<u32>>) -> Self {
        let mut levels = Vec::new();
        let order = Tournament::new(open.map(|open| {
            open.map(|open| {
                level(&mut levels, open).members += 1;
                (Reverse(open), 0)
            })
        }));
        Self { order, levels }
    }

    /// Chooses, which does not open anything yet.
    pub fn choose(&mut self) -> Option<usize> {
        let chosen = self.order.best()?;
        let (Reverse(open), wealth) = self.order.merit(chosen)?;
        let level = level(&mut self.levels, open);
        if level.members > 1 {
            level.gain += 1;
            self.order.set(
                chosen,
                Some((Reverse(open), wealth - i64::from(level.members))),
            );
        }
        Some(chosen)
    }

    /// A backend has so many requests open now, or takes no part. One that comes back has forgotten
    /// what it had gained.
    pub fn set(&mut self, backend: usize, open: Option<u32>) {
        let mut wealth = 0;
        if let Some((Reverse(before), kept)) = self.order.merit(backend) {
            let left = level(&mut self.levels, before);
            wealth = kept + left.gain;
            left.members -= 1;
            if left.members == 0 {
                left.gain = 0;
            }
        }
        let merit = open.map(|open| {
            let entered = level(&mut self.levels, open);
            entered.members += 1;
            (Reverse(open), wealth - entered.gain)
        });
        self.order.set(backend, merit);
    }
}

fn level(levels: &mut Vec<Level>, open: u32) -> &mut Level {
    let open = open as usize;
    if open >= levels.len() {
        levels.resize(open + 1, Level::default());
    }
    &mut levels[open]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    /// The same rule as slowly as it can be told: every backend is looked at, every gain is paid out.
    fn choose_slowly(open: &[Option<u32>], wealth: &mut [i64]) -> Option<usize> {
        let fewest = open.iter().flatten().min()?;
        let tied: Vec<usize> = (0..open.len())
            .filter(|&index| open[index] == Some(*fewest))
            .collect();
        if tied.len() > 1 {
            tied.iter().for_each(|&index| wealth[index] += 1);
        }
        let richest = tied.iter().map(|&index| wealth[index]).max()?;
        let chosen = *tied.iter().find(|&&index| wealth[index] == richest)?;
        if tied.len() > 1 {
            wealth[chosen] -= tied.len() as i64;
        }
        Some(chosen)
    }

    #[test]
    fn it_chooses_what_looking_at_every_backend_chooses() {
        for backends in [1, 2, 3, 10, 40] {
            let mut open: Vec<Option<u32>> = vec![Some(0); backends];
            let mut wealth = vec![0; backends];
            let mut order = LeastConnections::new(open.iter().copied());
            for round in 0..20_000 {
                let bits = hash_u64(11, round);
                let some = (bits >> 32) as usize % backends;
                if bits.is_multiple_of(16) {
                    // Goes, or comes back poor.
                    open[some] = if open[some].is_some() {
                        None
                    } else {
                        Some((bits >> 8) as u32 % 3)
                    };
                    wealth[some] = 0;
                    order.set(some, open[some]);
                } else if bits % 16 < 8 {
                    if let Some(closed) = open[some].and_then(|open| open.checked_sub(1)) {
                        open[some] = Some(closed);
                        order.set(some, open[some]);
                    }
                } else {
                    let chosen = order.choose();
                    assert_eq!(chosen, choose_slowly(&open, &mut wealth), "round {round}");
                    if let Some(chosen) = chosen {
                        open[chosen] = open[chosen].map(|open| open + 1);
                        order.set(chosen, open[chosen]);
                    }
                }
            }
        }
    }
}
