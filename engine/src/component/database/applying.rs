//! A replica applies what it has of the log, in its order, by one applier or several. Each takes a slot.

use headroom_scenario::Acknowledged;

use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::Letter;
use crate::component::part::Part;
use crate::world::World;

impl Database {
    /// Appliers that have nothing to do take the next writes, as far as there are slots.
    pub(super) fn apply(&mut self, world: &mut World, replica: u16) {
        let appliers = u32::from(self.parameters.replication.appliers);
        let place = usize::from(replica);
        loop {
            let slow_factor = self.instances[place].slow_factor;
            let copy = &mut self.copies[place];
            let position = copy.applied + copy.applying.len() as u64 + 1;
            let busy = copy.applying.iter().filter(|is_done| !**is_done).count() as u32;
            if position > copy.received
                || busy >= appliers
                || copy.takes_writes
                || !self.instances[place].runs()
                || !self.holds_slot(world, replica)
            {
                return;
            }
            let copy = &mut self.copies[place];
            copy.applying.push_back(false);
            let duration_ns = self.applying.draw_ns(&mut copy.apply_times, slow_factor);
            let letter = Letter::Applied {
                epoch: copy.epoch,
                position,
            };
            self.post(world, duration_ns, self.life(replica), letter);
        }
    }

    /// A slot of a copy is taken for something other than a query, if one is free.
    pub(super) fn holds_slot(&mut self, world: &mut World, copy: u16) -> bool {
        let (slots, now_ns) = (self.slots(), world.now_ns());
        let meter = world.meter(self.me, copy);
        let is_free = meter.busy.value() < slots;
        if is_free {
            meter.busy.up(now_ns);
            self.copy(copy).slots_held += 1;
        }
        is_free
    }

    /// It is free again.
    pub(super) fn give_slot_back(&mut self, world: &mut World, copy: u16) {
        self.copy(copy).slots_held -= 1;
        self.station(copy).free(world);
    }

    /// An applier has applied a write. Reads see it once all before it are applied too.
    pub(super) fn applied(&mut self, world: &mut World, replica: u16, epoch: u32, position: u64) {
        let now_ns = world.now_ns();
        self.give_slot_back(world, replica);
        if self.copy(replica).epoch != epoch {
            return self.start_waiting(world, replica);
        }
        self.pass_time(now_ns);
        let Some(log) = &self.log else { return };
        let copy = &mut self.copies[usize::from(replica)];
        let place = position.checked_sub(copy.applied + 1);
        if let Some(is_done) = place.and_then(|place| copy.applying.get_mut(place as usize)) {
            *is_done = true;
        }
        while copy.applying.front() == Some(&true) {
            copy.applying.pop_front();
            copy.applied += 1;
            copy.disk.append();
            if let Some(entry) = log.get(copy.applied) {
                copy.lag.apply(now_ns, entry.at_ns);
            }
        }
        let applied = copy.applied;
        if self.parameters.replication.acknowledged_when == Acknowledged::Applied {
            self.acknowledge(world, replica, applied);
        }
        self.let_in(world, replica);
        self.catch_up(world, replica);
        self.start_waiting(world, replica);
        self.promote_if_ready(world, replica);
    }

    /// Reads that waited for what the copy has by now want a slot.
    pub(super) fn let_in(&mut self, world: &mut World, replica: u16) {
        let copy = self.copy(replica);
        let applied = copy.applied;
        if copy.parked.iter().all(|(position, _)| *position > applied) {
            return;
        }
        let (now, later) = std::mem::take(&mut copy.parked)
            .into_iter()
            .partition(|(position, _)| *position <= applied);
        copy.parked = later;
        let now: Vec<(u64, u32)> = now;
        for (_, id) in now {
            self.admit(world, id, replica);
        }
    }

    /// A new replica that has nothing left to apply serves from now on.
    pub(super) fn catch_up(&mut self, world: &mut World, replica: u16) {
        let last = self.log.as_ref().map_or(0, |log| log.last());
        let copy = self.copy(replica);
        if copy.seeding == Seeding::CatchesUp && copy.applied >= last {
            copy.seeding = Seeding::Done;
            self.joins(world, replica);
        }
    }
}
