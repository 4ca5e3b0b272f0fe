//! A monitor looks at every copy, and sees to it that there is a primary, who may have a lease. It stands
//! beside the copies, on a machine of its own that does not fail.

use headroom_scenario::Failover;

use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::{Letter, MONITOR};
use crate::figures::snapshot::InstanceState;
use crate::story::happening::Tone;
use crate::time::ns_from_ms;
use crate::world::World;

/// What the monitor knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Monitor {
    /// Looks so far.
    look: u32,
    /// By copy.
    checks: Vec<Check>,
    /// The replica that is to be the primary, and whether it has been told so.
    pub promoted: Option<u16>,
    pub is_due: bool,
    /// It was somebody's wish.
    pub is_wanted: bool,
    /// Somebody will react to the death of the primary.
    pub is_noticed: bool,
    /// When the primary was last asked, if that reached it.
    pub asked_ns: u64,
}

/// What it knows of a copy.
#[derive(Clone, Copy, Debug, Default)]
struct Check {
    /// The last look whose outcome is known.
    known: u32,
    bad_in_a_row: u8,
    is_dead: bool,
}

impl Monitor {
    /// One more copy.
    pub fn open(&mut self) {
        self.checks.push(Check {
            known: self.look,
            ..Check::default()
        });
    }

    /// Nobody is to be the primary but the one there is.
    pub fn forget_promotion(&mut self) {
        (self.promoted, self.is_due) = (None, false);
        (self.is_wanted, self.is_noticed) = (false, false);
    }

    pub fn takes_for_dead(&self, copy: u16) -> bool {
        self.checks[usize::from(copy)].is_dead
    }
}

impl Database {
    /// The next look is an interval away.
    pub(super) fn look_later(&mut self, world: &mut World) {
        let interval_ns = ns_from_ms(self.parameters.replication.check_interval_ms);
        self.post(world, interval_ns, MONITOR, Letter::Look);
    }

    pub(super) fn look(&mut self, world: &mut World) {
        self.monitor.look += 1;
        let look = self.monitor.look;
        let timeout_ns = ns_from_ms(self.parameters.replication.check_timeout_ms);
        self.monitor.asked_ns = world.now_ns();
        for number in self.numbers() {
            if !self.instance(number).is_cut_off {
                self.tell(world, number, Letter::Asked { look });
            }
        }
        self.post(world, timeout_ns, MONITOR, Letter::Late { look });
        self.want_snapshots_again(world);
        self.look_later(world);
    }

    /// A letter of the monitor sets out for a copy.
    pub(super) fn tell(&mut self, world: &mut World, copy: u16, letter: Letter) {
        self.post(world, self.latency_ns(), self.life(copy), letter);
    }

    pub(super) fn asked(&mut self, world: &mut World, copy: u16, look: u32) {
        let asked = &self.copies[usize::from(copy)];
        let is_current = asked.epoch == self.epoch && asked.seeding == Seeding::Done;
        if copy == self.primary && is_current && self.hears(copy) && !self.monitor.is_wanted {
            self.copy(copy).takes_writes = true;
            self.hold_lease(world, copy);
            self.note_availability(world);
        }
        if self.instance(copy).is_cut_off {
            return;
        }
        let letter = Letter::Answered {
            from: copy,
            look,
            serves: self.instance(copy).listens(),
        };
        self.post(world, self.latency_ns(), MONITOR, letter);
    }

    /// The primary may take writes for so long.
    pub(super) fn hold_lease(&mut self, world: &mut World, primary: u16) {
        let lease_ns = ns_from_ms(self.parameters.replication.lease_ms);
        if lease_ns > 0 {
            self.copy(primary).lease_until_ns = world.now_ns() + lease_ns;
            self.post(world, lease_ns, self.life(primary), Letter::LeaseOver);
        }
    }

    /// A primary that has not heard from the monitor steps down.
    pub(super) fn end_lease(&mut self, world: &mut World, number: u16) {
        let has_lease = self.parameters.replication.lease_ms > 0.0;
        let copy = self.copy(number);
        let is_over = has_lease && copy.takes_writes && world.now_ns() >= copy.lease_until_ns;
        if is_over {
            copy.takes_writes = false;
            let words = format!(
                "{} takes no writes: its lease is over",
                world.name(self.me, number)
            );
            world.mark(Tone::Warning, words, self.me, Some(number));
            self.note_availability(world);
        }
    }

    /// The outcome of a look at a copy is known.
    pub(super) fn learn(&mut self, world: &mut World, copy: u16, look: u32, serves: bool) {
        let fall = self.parameters.replication.check_fall;
        let check = &mut self.monitor.checks[usize::from(copy)];
        if check.known >= look || self.instances[usize::from(copy)].state == InstanceState::Booting
        {
            return;
        }
        check.known = look;
        let was_dead = check.is_dead;
        match serves {
            true => check.bad_in_a_row = 0,
            false => check.bad_in_a_row = check.bad_in_a_row.saturating_add(1),
        }
        check.is_dead = if was_dead {
            !serves
        } else {
            check.bad_in_a_row >= fall
        };
        let is_dead = check.is_dead;
        if was_dead != is_dead {
            let name = world.name(self.me, copy);
            let (tone, words) = match is_dead {
                true => (Tone::Warning, format!("{name} is taken for dead")),
                false => (Tone::Good, format!("{name} answers again")),
            };
            world.mark(tone, words, self.me, Some(copy));
            self.announce(world);
        }
        if serves && self.copies[usize::from(copy)].epoch != self.epoch {
            self.tell(world, copy, Letter::Follow { epoch: self.epoch });
        }
        if is_dead && self.monitor.promoted == Some(copy) {
            (self.monitor.promoted, self.monitor.is_wanted) = (None, false);
        }
        if copy == self.primary {
            self.see_to_primary(world, is_dead);
        }
    }

    /// The primary is dead, or is not, as far as the monitor knows.
    fn see_to_primary(&mut self, world: &mut World, is_dead: bool) {
        if !is_dead {
            self.monitor.is_noticed = false;
            if !self.monitor.is_wanted {
                self.monitor.promoted = None;
            }
            return;
        }
        let rules = &self.parameters.replication;
        match rules.failover {
            Failover::Never => {}
            Failover::Automatic => self.begin_promotion(world),
            Failover::ByHand => {
                let reaction_ns = ns_from_ms(rules.reaction_s * 1e3);
                if !std::mem::replace(&mut self.monitor.is_noticed, true) {
                    let letter = Letter::Noticed { epoch: self.epoch };
                    self.post(world, reaction_ns, MONITOR, letter);
                }
            }
        }
    }

    pub(super) fn react(&mut self, world: &mut World, epoch: u32) {
        if epoch == self.epoch && self.monitor.is_noticed {
            self.monitor.is_noticed = false;
            self.begin_promotion(world);
        }
    }
}
