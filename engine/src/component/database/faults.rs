//! What befalls a copy: it dies, with its disk or without, comes back, or is reached again.

use headroom_scenario::Acknowledged;

use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::mechanism::log::Log;
use crate::world::World;

impl Database {
    /// A copy has died: nothing waits there any more.
    pub(super) fn copy_died(&mut self, world: &mut World, number: u16) {
        if number == self.primary {
            self.held.clear();
        }
        self.note_availability(world);
    }

    /// The disk of a copy is gone, with all that it had.
    pub(super) fn copy_destroyed(&mut self, number: u16) {
        self.instances[usize::from(number)].has_booted = false;
        let copy = self.copy(number);
        copy.rewind(0);
        copy.seeding = Seeding::Wanted;
        // Nobody else has what it took beside another primary.
        self.writes_lost += std::mem::take(&mut self.copy(number).surplus);
    }

    /// A machine has been started that has no data: it is made from another, or begins anew where there is none.
    pub(super) fn copy_starts(&mut self, world: &mut World, number: u16) {
        if number == self.primary {
            match self.most_advanced() {
                Some(replica) => self.promote_at_once(world, replica),
                None => {
                    self.lose_all(world);
                    let copy = self.copy(number);
                    (copy.seeding, copy.takes_writes) = (Seeding::Done, true);
                    return self.serve(world, number);
                }
            }
        }
        let copy = self.copy(number);
        copy.takes_writes = false;
        copy.seeding = Seeding::Wanted;
        self.want_snapshot(world, number);
    }

    /// All that is written is lost.
    pub(super) fn lose_all(&mut self, world: &mut World) {
        let lost = world.data(self.me).destroy();
        self.writes_lost += lost.writes;
        self.values_lost += lost.values;
        if self.log.is_some() {
            self.log = Some(Box::new(Log::default()));
            self.epoch += 1;
            self.parted.push(0);
            self.acknowledged = 0;
            let epoch = self.epoch;
            let primary = self.copy(self.primary);
            primary.rewind(0);
            primary.epoch = epoch;
        }
    }

    /// A copy works again after its death, with what its disk has.
    pub(super) fn copy_returns(&mut self, world: &mut World, number: u16) {
        let first = self.log.as_ref().map_or(1, |log| log.first());
        let epoch = self.epoch;
        let copy = self.copy(number);
        copy.sent = copy.received;
        let is_current = copy.epoch == epoch;
        let lacks = first > copy.applied + 1;
        self.note_availability(world);
        if number == self.primary {
            self.hold_lease(world, number);
            self.send(world);
        } else if is_current && lacks {
            self.outrun(world, number);
        } else if is_current {
            self.send_to(world, number, self.latency_ns());
        }
        self.start_waiting(world, number);
    }

    /// A copy that was cut off is reached again: what follows the log goes on with it.
    pub(super) fn copy_reached(&mut self, world: &mut World, number: u16) {
        if self.log.is_none() || !self.hears(number) {
            return;
        }
        let acknowledged_when = self.parameters.replication.acknowledged_when;
        for replica in self.replicas() {
            let copy = self.copy(replica);
            copy.sent = copy.received;
            let upto = match acknowledged_when {
                Acknowledged::Received => copy.received,
                Acknowledged::Applied => copy.applied,
            };
            if number == self.primary || number == replica {
                self.acknowledge(world, replica, upto);
            }
        }
        self.send(world);
    }
}
