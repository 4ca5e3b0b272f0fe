//! A new copy gets the data of another: a snapshot, which takes a slot of its source while it is copied, and then
//! what was written since.

use crate::calendar::{EventKind, What};
use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::{Letter, Life, MONITOR};
use crate::component::database::promotion::kept_since;
use crate::figures::snapshot::InstanceState;
use crate::story::happening::Tone;
use crate::time::{NS_PER_S, stretched};
use crate::world::World;

/// Megabytes in a gigabyte.
const MB_PER_GB: f64 = 1e3;

impl Database {
    /// The log does not reach back any more to what a replica has yet to apply.
    pub(super) fn outrun(&mut self, world: &mut World, replica: u16) {
        let is_running = self.instance(replica).runs();
        let copy = self.copy(replica);
        if copy.seeding != Seeding::Done || !is_running {
            return;
        }
        copy.seeding = Seeding::Wanted;
        let name = world.name(self.me, replica);
        let words = format!("{name} is too far behind: it is made anew");
        world.mark(Tone::Warning, words, self.me, Some(replica));
        self.announce(world);
        self.want_snapshot(world, replica);
    }

    /// A copy waits for its turn at another: a replica that serves, else the primary. Where none does, it asks again
    /// later.
    pub(super) fn want_snapshot(&mut self, world: &mut World, copy: u16) {
        let has_data = |number: &u16| {
            *number != copy
                && self.instance(*number).state == InstanceState::Up
                && self.hears(*number)
                && self.copies[usize::from(*number)].seeding == Seeding::Done
                && self.copies[usize::from(*number)].epoch == self.epoch
        };
        let replica = self.replicas().find(has_data);
        let source = replica.or(Some(self.primary).filter(has_data));
        if let Some(source) = source {
            let life = self.life(copy);
            self.copy(source).to_seed.push(life);
            self.start_waiting(world, source);
        }
    }

    /// Whoever waits for a snapshot and has no source any more asks again.
    pub(super) fn want_snapshots_again(&mut self, world: &mut World) {
        for number in self.numbers() {
            let life = self.life(number);
            let is_listed = self.copies.iter().any(|copy| copy.to_seed.contains(&life));
            let wants = self.copies[usize::from(number)].seeding == Seeding::Wanted;
            if wants && !is_listed && self.hears(number) {
                self.want_snapshot(world, number);
            }
        }
    }

    /// A source that has a slot free copies its data to those who wait for that.
    pub(super) fn copy_snapshots(&mut self, world: &mut World, source: u16) {
        while let Some(replica) = self.copies[usize::from(source)].to_seed.first().copied() {
            let waits = self.lives(replica)
                && self.copies[usize::from(replica.copy)].seeding == Seeding::Wanted;
            if waits {
                if !self.holds_slot(world, source) {
                    return;
                }
                self.copy_snapshot(world, source, replica);
            }
            self.copy(source).to_seed.remove(0);
        }
    }

    fn copy_snapshot(&mut self, world: &mut World, source: u16, replica: Life) {
        let data_mb = self.copies[usize::from(source)].disk.data_gb() * MB_PER_GB;
        let takes_s = data_mb / self.parameters.replication.seed_mbps;
        let takes_ns = (takes_s * NS_PER_S as f64 + 0.5) as u64;
        let takes_ns = stretched(takes_ns, self.instance(source).slow_factor);
        let from_ns = world.now_ns();
        self.copy(replica.copy).seeding = Seeding::Copied {
            from_ns,
            to_ns: from_ns + takes_ns,
        };
        let letter = Letter::Seeded {
            source: self.life(source),
            replica,
            epoch: self.copies[usize::from(source)].epoch,
            position: self.copies[usize::from(source)].applied,
        };
        self.post(world, takes_ns, MONITOR, letter);
    }

    /// A snapshot is copied, unless one of the two has died meanwhile.
    pub(super) fn seeded(
        &mut self,
        world: &mut World,
        source: Life,
        replica: Life,
        epoch: u32,
        position: u64,
    ) {
        let is_there = self.lives(source);
        let has_source = is_there && self.hears(source.copy) && self.hears(replica.copy);
        if is_there {
            self.give_slot_back(world, source.copy);
        }
        if self.lives(replica) {
            if has_source {
                self.begin_from(
                    world,
                    source.copy,
                    replica.copy,
                    kept_since(&self.parted, epoch, position),
                );
            } else {
                self.copy(replica.copy).seeding = Seeding::Wanted;
                self.want_snapshot(world, replica.copy);
            }
        }
        if is_there {
            self.start_waiting(world, source.copy);
        }
    }

    /// A copy begins with the data of another, as of a position.
    fn begin_from(&mut self, world: &mut World, source: u16, replica: u16, position: u64) {
        self.pass_time(world.now_ns());
        let disk = self.copies[usize::from(source)].disk;
        let epoch = self.epoch;
        let first = self.log.as_ref().map_or(1, |log| log.first());
        let copy = self.copy(replica);
        copy.disk = disk;
        copy.epoch = epoch;
        copy.applying.clear();
        (copy.received, copy.applied) = (position, position);
        (copy.sent, copy.acknowledged) = (position, position);
        copy.seeding = Seeding::CatchesUp;
        if first > position + 1 {
            copy.seeding = Seeding::Wanted;
            return self.want_snapshot(world, replica);
        }
        self.send_to(world, replica, self.latency_ns());
        self.catch_up(world, replica);
    }

    /// A new replica has caught up.
    pub(super) fn joins(&mut self, world: &mut World, replica: u16) {
        if self.instance(replica).state == InstanceState::Booting {
            self.serve(world, replica);
        } else {
            self.announce(world);
        }
    }

    /// A copy that has been started serves from now on.
    pub(super) fn serve(&mut self, world: &mut World, copy: u16) {
        let what = What {
            request: self.instance(copy).incarnation,
            instance: copy,
            place: self.me,
            kind: EventKind::Booted,
        };
        let now_ns = world.now_ns();
        world.calendar.push_at(now_ns, what);
    }
}
