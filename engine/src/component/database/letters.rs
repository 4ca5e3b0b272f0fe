//! What is on its way between the copies of a database and its monitor, and the timers that they set.

use headroom_scenario::ReplicationMode;

use crate::component::database::Database;
use crate::world::World;
use crate::world::view::Copies;

/// What its timer or letter tells a copy, or the monitor.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Letter {
    /// The primary sends what its log has by now.
    Send,
    /// The log of an epoch up to a position, for a replica.
    Log { epoch: u32, upto: u64 },
    /// A replica has so much of the log of an epoch, for the primary.
    Acknowledged { from: u16, epoch: u32, upto: u64 },
    /// The oldest write has waited long enough for that.
    NotAcknowledged,
    /// An applier has applied a write.
    Applied { epoch: u32, position: u64 },
    /// The snapshot of a source is copied to a replica, as of a position in the log of an epoch.
    Seeded {
        source: Life,
        replica: Life,
        epoch: u32,
        position: u64,
    },
    /// A copy is told to follow the primary of an epoch.
    Follow { epoch: u32 },
    /// The monitor looks at all copies.
    Look,
    /// It asks a copy.
    Asked { look: u32 },
    /// A copy answers.
    Answered { from: u16, look: u32, serves: bool },
    /// Who has not answered by now has failed to.
    Late { look: u32 },
    /// Somebody has noticed that the primary of an epoch is dead.
    Noticed { epoch: u32 },
    /// The lease of a primary may be over.
    LeaseOver,
    /// A replica is to be the primary of an epoch.
    Promoted { epoch: u32 },
    /// The callers over a link are told which copies there are.
    Announced { link: u8, copies: Copies },
}

/// A copy in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    pub copy: u16,
    pub incarnation: u32,
}

/// Whoever is no copy: the monitor, and people.
pub(super) const MONITOR: Life = Life {
    copy: u16::MAX,
    incarnation: 0,
};

/// Letters by number, and for whom each is.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    letters: Vec<Option<(Life, Letter)>>,
    free: Vec<u32>,
}

impl Letters {
    /// Keeps a letter until it arrives: its number.
    pub fn put(&mut self, to: Life, letter: Letter) -> u32 {
        let kept = Some((to, letter));
        match self.free.pop() {
            Some(number) => {
                self.letters[number as usize] = kept;
                number
            }
            None => {
                self.letters.push(kept);
                self.letters.len() as u32 - 1
            }
        }
    }

    /// Takes the letter of a number.
    pub fn take(&mut self, number: u32) -> Option<(Life, Letter)> {
        let letter = self.letters.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(letter)
    }
}

/// Replicas that must have a write before it is answered, of so many that there are.
pub(super) fn needed(mode: ReplicationMode, acknowledgements: u16, replicas: usize) -> usize {
    match mode {
        ReplicationMode::Asynchronous => 0,
        ReplicationMode::SemiSynchronous => acknowledgements.into(),
        ReplicationMode::Synchronous => replicas,
    }
}

impl Database {
    /// A letter arrives, or the time of a timer is over.
    pub(super) fn take_letter(&mut self, world: &mut World, number: u32) {
        let Some((to, letter)) = self.letters.take(number) else {
            return;
        };
        let copy = to.copy;
        match letter {
            Letter::Look => self.look(world),
            Letter::Asked { look } => self.asked(world, copy, look),
            Letter::Answered { from, look, serves } => self.learn(world, from, look, serves),
            Letter::Late { look } => {
                for number in self.numbers() {
                    self.learn(world, number, look, false);
                }
            }
            Letter::Noticed { epoch } => self.react(world, epoch),
            Letter::Announced { link, copies } => world.hear_copies(link, copies),
            Letter::Seeded {
                source,
                replica,
                epoch,
                position,
            } => self.seeded(world, source, replica, epoch, position),
            // What was sent to a copy that has died since finds nobody.
            _ if !self.lives(to) => {}
            Letter::Send => {
                self.copy(copy).will_send = false;
                if copy == self.primary {
                    self.send(world);
                }
            }
            Letter::Log { epoch, upto } => self.receive(world, copy, epoch, upto),
            Letter::Acknowledged { from, epoch, upto } => {
                self.hear_acknowledged(world, from, epoch, upto);
            }
            Letter::NotAcknowledged => self.give_up_waiting(world),
            Letter::Applied { epoch, position } => self.applied(world, copy, epoch, position),
            Letter::Follow { epoch } => self.follow(world, copy, epoch),
            Letter::LeaseOver => self.end_lease(world, copy),
            Letter::Promoted { epoch } => {
                if self.monitor.promoted == Some(copy) && epoch == self.epoch + 1 {
                    self.monitor.is_due = true;
                    self.promote_if_ready(world, copy);
                }
            }
        }
    }
}
