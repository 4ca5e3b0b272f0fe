//! Another copy becomes the primary: its log goes on from what it has, and the others follow it.

use headroom_scenario::ReplicationMode;

use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::Letter;
use crate::figures::reason::Reason;
use crate::figures::snapshot::InstanceState;
use crate::story::happening::Tone;
use crate::story::marks;
use crate::time::ns_from_ms;
use crate::world::World;

impl Database {
    /// The replica that has received most; where writes wait for all, one that has all that was acknowledged.
    pub(super) fn most_advanced(&self) -> Option<u16> {
        let is_synchronous = self.parameters.replication.mode == ReplicationMode::Synchronous;
        let is_fit = |number: &u16| {
            let copy = &self.copies[usize::from(*number)];
            !self.monitor.takes_for_dead(*number)
                && self.instance(*number).state == InstanceState::Up
                && self.hears(*number)
                && copy.seeding == Seeding::Done
                && copy.epoch == self.epoch
                && (!is_synchronous || copy.received >= self.acknowledged)
        };
        let fit = self.replicas().filter(is_fit);
        let received = |number: &u16| self.copies[usize::from(*number)].received;
        fit.max_by_key(|number| (received(number), std::cmp::Reverse(*number)))
    }

    pub(super) fn begin_promotion(&mut self, world: &mut World) {
        if self.monitor.promoted.is_some() {
            return;
        }
        let Some(replica) = self.most_advanced() else {
            return;
        };
        self.prepare(world, replica);
        let wait_ns = ns_from_ms(self.parameters.replication.promotion_ms);
        // Until then the one there was may take writes.
        let lease_ns = ns_from_ms(self.parameters.replication.lease_ms);
        let lease_until_ns = self.monitor.asked_ns + self.latency_ns() + lease_ns;
        let wait_ns = match lease_ns {
            0 => wait_ns,
            _ => wait_ns.max(lease_until_ns.saturating_sub(world.now_ns())),
        };
        self.promote_later(world, replica, wait_ns);
    }

    /// A replica becomes the primary as soon as it has applied what it has, unless one is about to anyway.
    pub(super) fn promote_at_once(&mut self, world: &mut World, replica: u16) {
        if self.monitor.promoted.is_none() {
            self.prepare(world, replica);
            self.promote_later(world, replica, 0);
        }
    }

    fn prepare(&mut self, world: &mut World, replica: u16) {
        self.monitor.promoted = Some(replica);
        self.monitor.is_due = false;
        let words = marks::promoted(&world.name(self.me, replica));
        world.mark(Tone::Neutral, words, self.me, Some(replica));
    }

    fn promote_later(&mut self, world: &mut World, replica: u16, wait_ns: u64) {
        let epoch = self.epoch + 1;
        self.post(
            world,
            wait_ns,
            self.life(replica),
            Letter::Promoted { epoch },
        );
    }

    /// Somebody wants a replica to be the primary. The one there is takes no more writes, if that can be told to it,
    /// and nothing is lost.
    pub fn switch_to(&mut self, world: &mut World, replica: u16) {
        let has_data = self.copies[usize::from(replica)].seeding == Seeding::Done;
        let is_fit = replica != self.primary && has_data && self.hears(replica);
        if self.log.is_none() || !is_fit {
            let words = format!("{} can't be promoted now", world.name(self.me, replica));
            return world.mark(Tone::Neutral, words, self.me, Some(replica));
        }
        self.prepare(world, replica);
        self.monitor.is_wanted = true;
        if self.hands_over() {
            self.copy(self.primary).takes_writes = false;
            self.note_availability(world);
            self.send(world);
        }
        let wait_ns = ns_from_ms(self.parameters.replication.promotion_ms);
        self.promote_later(world, replica, wait_ns);
    }

    /// Whether the primary can be told that another is to take its place.
    fn hands_over(&self) -> bool {
        self.hears(self.primary) && !self.instance(self.primary).hangs
    }

    /// A replica that is to be the primary becomes it once it has applied all that it has.
    pub(super) fn promote_if_ready(&mut self, world: &mut World, replica: u16) {
        let copy = &self.copies[usize::from(replica)];
        let last = self.log.as_ref().map_or(0, |log| log.last());
        let has_all = !(self.monitor.is_wanted && self.hands_over()) || copy.received >= last;
        let is_ready = has_all && copy.applied >= copy.received;
        if self.monitor.promoted == Some(replica) && self.monitor.is_due && is_ready {
            self.promote(world, replica);
        }
    }

    /// A replica is the primary from now on: what it has not received never was.
    pub(super) fn promote(&mut self, world: &mut World, replica: u16) {
        self.pass_time(world.now_ns());
        let position = self.copies[usize::from(replica)].applied;
        let lost = self.part_from(world, position);
        let stranded = self.held.drain(..).map(|held| held.request());
        self.copies[usize::from(self.primary)]
            .stranded
            .extend(stranded);
        self.primary = replica;
        self.promotions += 1;
        self.is_degraded = false;
        let epoch = self.epoch;
        let copy = self.copy(replica);
        (copy.epoch, copy.takes_writes) = (epoch, true);
        self.monitor.forget_promotion();
        for number in self.numbers().filter(|number| *number != replica) {
            if self.hears(number) {
                self.tell(world, number, Letter::Follow { epoch });
            }
        }
        let (tone, lost) = match lost {
            0 => (Tone::Good, "nothing is lost".to_owned()),
            1 => (Tone::Bad, "1 write is lost".to_owned()),
            lost => (Tone::Bad, format!("{lost} writes are lost")),
        };
        let words = format!("{} is the primary: {lost}", world.name(self.me, replica));
        world.mark(tone, words, self.me, Some(replica));
        self.hold_lease(world, replica);
        self.note_availability(world);
        self.announce(world);
        self.start_waiting(world, replica);
    }

    /// The log goes on otherwise after a position: how many acknowledged writes are lost.
    fn part_from(&mut self, world: &mut World, position: u64) -> u64 {
        self.epoch += 1;
        self.parted.push(position);
        let Some(log) = &mut self.log else { return 0 };
        let lost = self.acknowledged.saturating_sub(position);
        let unacknowledged = (log.last() - position).saturating_sub(lost);
        let mut keys = Vec::new();
        for (place, entry) in (0u64..).zip(log.cut_after(position)) {
            world.take_back(self.me, entry.key, entry.version_before);
            if place >= unacknowledged {
                keys.push((u64::from(entry.key), 0u16));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        self.values_lost += keys.len() as u64;
        self.writes_lost += lost;
        self.acknowledged = position;
        lost
    }

    /// A copy hears that there is another primary, and follows it: what only itself has is thrown away.
    pub(super) fn follow(&mut self, world: &mut World, number: u16, epoch: u32) {
        self.pass_time(world.now_ns());
        let copy = &self.copies[usize::from(number)];
        if copy.epoch >= epoch || epoch != self.epoch || number == self.primary {
            return;
        }
        let kept = kept_since(&self.parted, copy.epoch, u64::MAX);
        let (first, last) = self
            .log
            .as_ref()
            .map_or((1, 0), |log| (log.first(), log.last()));
        let copy = self.copy(number);
        copy.rewind(kept);
        copy.applying.clear();
        copy.epoch = epoch;
        copy.takes_writes = false;
        for (position, _) in &mut copy.parked {
            *position = (*position).min(last);
        }
        let lacks = first > copy.applied + 1;
        let surplus = std::mem::take(&mut copy.surplus);
        let stranded = std::mem::take(&mut copy.stranded);
        self.writes_lost += surplus;
        for id in stranded {
            self.copy(number).connections -= 1;
            world.refuse(id, Reason::ConnectionReset);
        }
        match lacks {
            true => self.outrun(world, number),
            false => self.send_to(world, number, self.latency_ns()),
        }
        self.let_in(world, number);
        self.start_waiting(world, number);
    }
}

/// How much of the log of an epoch up to a position has been kept by all promotions since, which have parted at these.
pub(super) fn kept_since(parted: &[u64], epoch: u32, position: u64) -> u64 {
    let since = parted.iter().skip(epoch as usize - 1);
    since.fold(position, |kept, parted| kept.min(*parted))
}
