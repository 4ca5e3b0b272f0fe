//! Who is best among many, kept up to date in O(log n) a change.

/// A knock-out tournament: every match's winner is kept, so that a change replays one path only. The
/// highest merit wins, the lower number among equals; without merit one does not take part.
#[derive(Clone, Debug)]
pub struct Tournament<Merit> {
    merits: Vec<Option<Merit>>,
    /// Match `m` is between the winners of matches `2m` and `2m + 1`; the second half of the array are
    /// the players themselves, and match 1 is the final.
    winners: Vec<u16>,
}

impl<Merit: Copy + Ord> Tournament<Merit> {
    /// A tournament of so many players.
    pub fn new(merits: impl ExactSizeIterator<Item = Option<Merit>>) -> Self {
        let places = merits.len().next_power_of_two().max(2);
        let mut tournament = Self {
            merits: merits.collect(),
            winners: vec![0; 2 * places],
        };
        tournament.merits.resize(places, None);
        for place in 0..places {
            tournament.winners[places + place] = place as u16;
        }
        for game in (1..places).rev() {
            tournament.winners[game] = tournament.winner_of(game);
        }
        tournament
    }

    /// The best of all, if anyone takes part.
    pub fn best(&self) -> Option<usize> {
        let winner = self.winners[1] as usize;
        self.merits[winner].map(|_| winner)
    }

    /// The merit of a player who takes part.
    pub fn merit(&self, player: usize) -> Option<Merit> {
        self.merits[player]
    }

    /// Gives a player another merit. O(log n).
    pub fn set(&mut self, player: usize, merit: Option<Merit>) {
        self.merits[player] = merit;
        let mut game = (self.merits.len() + player) / 2;
        while game > 0 {
            let winner = self.winner_of(game);
            // Someone else won before and wins again: further up nothing changes.
            if winner == self.winners[game] && winner as usize != player {
                return;
            }
            self.winners[game] = winner;
            game /= 2;
        }
    }

    fn winner_of(&self, game: usize) -> u16 {
        let (left, right) = (self.winners[2 * game], self.winners[2 * game + 1]);
        if self.merits[right as usize] > self.merits[left as usize] {
            right
        } else {
            left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    #[test]
    fn the_winner_is_the_first_of_the_best_after_every_change() {
        for players in [1, 2, 3, 17, 64] {
            let mut tournament = Tournament::new((0..players).map(|_| None));
            let mut merits: Vec<Option<u64>> = vec![None; players];
            assert_eq!(tournament.best(), None);
            for round in 0..5_000 {
                let bits = hash_u64(5, round);
                let player = (bits >> 32) as usize % players;
                merits[player] = (!bits.is_multiple_of(4)).then_some(bits % 7);
                tournament.set(player, merits[player]);
                let most = merits.iter().max().copied().flatten();
                let expected =
                    most.and_then(|most| merits.iter().position(|&merit| merit == Some(most)));
                assert_eq!(tournament.best(), expected);
            }
            assert_eq!(
                Tournament::new(merits.iter().copied()).best(),
                tournament.best()
            );
        }
    }
}
