//! The log on its way to the replicas, and what a write waits for until it is answered.

use headroom_scenario::{Acknowledged, ReplicationMode};

use crate::calendar::{EventKind, What};
use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::{Letter, Life, needed};
use crate::component::database::promotion::kept_since;
use crate::figures::snapshot::InstanceState;
use crate::mechanism::log::Log;
use crate::story::happening::Tone;
use crate::story::trace::Activity;
use crate::time::ns_from_ms;
use crate::world::World;
use crate::world::request::Stage;

/// A write whose answer waits for replicas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    position: u64,
    request: u32,
    since_ns: u64,
}

impl Held {
    /// Its request.
    pub fn request(self) -> u32 {
        self.request
    }
}

impl Database {
    /// There is somebody to follow from now on.
    pub(super) fn begin_replicating(&mut self, world: &mut World) {
        self.log = Some(Box::new(Log::default()));
        self.hold_lease(world, self.primary);
        self.look_later(world);
    }

    /// Sends a letter, or sets a timer: it is read so much later.
    pub(super) fn post(&mut self, world: &mut World, wait_ns: u64, to: Life, letter: Letter) {
        if !world.border.is_here(self.me) {
            return;
        }
        let what = What {
            request: self.letters.put(to, letter),
            instance: to.copy,
            place: self.me,
            kind: EventKind::Timer,
        };
        let at_ns = world.now_ns() + wait_ns;
        world.calendar.push_at(at_ns, what);
    }

    /// A copy as it lives now.
    pub(super) fn life(&self, copy: u16) -> Life {
        Life {
            copy,
            incarnation: self.instance(copy).incarnation,
        }
    }

    /// Whether a copy still lives that life.
    pub(super) fn lives(&self, life: Life) -> bool {
        let instance = self.instances.get(usize::from(life.copy));
        instance.is_some_and(|it| it.incarnation == life.incarnation && it.runs())
    }

    /// Whether what the others send to a copy reaches it.
    pub(super) fn hears(&self, copy: u16) -> bool {
        let instance = self.instance(copy);
        instance.runs() && !instance.is_cut_off
    }

    pub(super) fn latency_ns(&self) -> u64 {
        ns_from_ms(self.parameters.replication.latency_ms)
    }

    /// The numbers of its copies that are there, dead or alive.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u16> + use<> {
        let there: Vec<u16> = (0u16..)
            .zip(&self.instances)
            .filter(|(_, it)| it.state != InstanceState::Gone)
            .map(|(number, _)| number)
            .collect();
        there.into_iter()
    }

    pub(super) fn present(&self) -> usize {
        self.numbers().count()
    }

    pub(super) fn replicas(&self) -> impl Iterator<Item = u16> + use<> {
        let primary = self.primary;
        self.numbers().filter(move |number| *number != primary)
    }

    /// A write of the primary joins the log.
    pub(super) fn log_write(&mut self, world: &mut World, id: u32, before: u32, user: u32) {
        let (now_ns, key) = (world.now_ns(), world.requests[id].key);
        self.pass_time(now_ns);
        let Some(log) = &mut self.log else { return };
        let position = log.append(key, before, user, now_ns);
        log.keep(self.parameters.replication.log_writes as usize);
        let first = log.first();
        let primary = self.copy(self.primary);
        (primary.received, primary.applied) = (position, position);
        for replica in self.replicas() {
            if self.copies[usize::from(replica)].applied + 1 < first {
                self.outrun(world, replica);
            }
        }
        self.send_soon(world);
        if self.needed_now() == 0 {
            self.acknowledged = position;
            return self.reply(world, id, self.primary);
        }
        world.requests[id].stage = Stage::Held;
        world.note(id, Activity::Acknowledge, self.me, self.primary);
        self.held.push_back(Held {
            position,
            request: id,
            since_ns: now_ns,
        });
        if self.held.len() == 1 {
            self.wait_for_acknowledgements(world);
        }
    }

    /// The log goes out at once, or at the next beat.
    fn send_soon(&mut self, world: &mut World) {
        let beat_ns = ns_from_ms(self.parameters.replication.send_every_ms);
        if beat_ns == 0 {
            return self.send(world);
        }
        let primary = self.life(self.primary);
        if !std::mem::replace(&mut self.copy(primary.copy).will_send, true) {
            let wait_ns = beat_ns - world.now_ns() % beat_ns;
            self.post(world, wait_ns, primary, Letter::Send);
        }
    }

    /// The primary sends each replica what of its log that has not been sent.
    pub(super) fn send(&mut self, world: &mut World) {
        for replica in self.replicas() {
            self.send_to(world, replica, 0);
        }
    }

    /// The same to one replica, which gets it so much later than by the trip alone.
    pub(super) fn send_to(&mut self, world: &mut World, replica: u16, wait_ns: u64) {
        let Some(log) = &self.log else { return };
        let upto = log.last();
        let epoch = self.epoch;
        let latency_ns = self.latency_ns();
        let is_open = self.hears(self.primary) && self.hears(replica);
        let copy = self.copy(replica);
        let follows = copy.epoch == epoch
            && match copy.seeding {
                Seeding::Done | Seeding::CatchesUp => true,
                Seeding::Wanted | Seeding::Copied { .. } => false,
            };
        if is_open && follows && copy.sent < upto {
            copy.sent = upto;
            let to = self.life(replica);
            self.post(world, latency_ns + wait_ns, to, Letter::Log { epoch, upto });
        }
    }

    /// A replica has received more of the log.
    pub(super) fn receive(&mut self, world: &mut World, replica: u16, epoch: u32, upto: u64) {
        let copy = self.copy(replica);
        if copy.epoch != epoch || copy.takes_writes {
            return;
        }
        copy.received = copy.received.max(upto);
        if self.parameters.replication.acknowledged_when == Acknowledged::Received {
            self.acknowledge(world, replica, upto);
        }
        self.start_waiting(world, replica);
    }

    /// A replica tells the primary how much it has.
    pub(super) fn acknowledge(&mut self, world: &mut World, replica: u16, upto: u64) {
        let is_asked_for = self.parameters.replication.mode != ReplicationMode::Asynchronous;
        if !is_asked_for || !self.hears(replica) || !self.hears(self.primary) {
            return;
        }
        let letter = Letter::Acknowledged {
            from: replica,
            epoch: self.copies[usize::from(replica)].epoch,
            upto,
        };
        let primary = self.life(self.primary);
        self.post(world, self.latency_ns(), primary, letter);
    }

    /// The primary hears how much a replica has.
    pub(super) fn hear_acknowledged(
        &mut self,
        world: &mut World,
        from: u16,
        epoch: u32,
        upto: u64,
    ) {
        if epoch == self.epoch {
            let copy = self.copy(from);
            copy.acknowledged = copy.acknowledged.max(upto);
            self.settle_acknowledgements(world);
        }
    }

    /// Replicas that must have a write, as things stand.
    fn needed_now(&self) -> usize {
        match self.is_degraded {
            true => 0,
            false => self.needed(),
        }
    }

    pub(super) fn needed(&self) -> usize {
        let rules = &self.parameters.replication;
        let in_service = self
            .replicas()
            .filter(|replica| self.is_in_service(*replica));
        needed(rules.mode, rules.acknowledgements, in_service.count())
    }

    /// Whether a replica has once served, dead or alive: one that is seeded is waited for by nobody.
    fn is_in_service(&self, replica: u16) -> bool {
        self.instance(replica).has_booted
            && self.copies[usize::from(replica)].seeding == Seeding::Done
    }

    /// Position up to which as many replicas have the log as a write needs.
    fn confirmed(&self) -> u64 {
        let last = self.log.as_ref().map_or(0, |log| log.last());
        let needed = self.needed();
        if needed == 0 {
            return last;
        }
        let replicas = self
            .replicas()
            .filter(|replica| self.is_in_service(*replica));
        let mut have: Vec<u64> = replicas
            .map(|replica| self.copies[usize::from(replica)].acknowledged)
            .collect();
        have.sort_unstable();
        let place = have.len().checked_sub(needed);
        place.map_or(0, |place| have[place])
    }

    /// Answers all writes that need not wait any more.
    pub(super) fn settle_acknowledgements(&mut self, world: &mut World) {
        let confirmed = self.confirmed();
        let last = self.log.as_ref().map_or(0, |log| log.last());
        if self.is_degraded && confirmed == last {
            self.is_degraded = false;
            let words = format!("{} waits for replicas again", world.title(self.me));
            world.mark(Tone::Good, words, self.me, None);
        }
        let upto = match self.is_degraded {
            true => last,
            false => confirmed,
        };
        self.answer_held(world, upto);
    }

    fn answer_held(&mut self, world: &mut World, upto: u64) {
        self.acknowledged = self
            .acknowledged
            .max(upto.min(self.log.as_ref().map_or(0, |log| log.last())));
        while let Some(held) = self.held.front().copied()
            && held.position <= upto
        {
            self.held.pop_front();
            self.reply(world, held.request, self.primary);
        }
    }

    /// Sets the time that the oldest write which waits may still do so.
    fn wait_for_acknowledgements(&mut self, world: &mut World) {
        let rules = &self.parameters.replication;
        let limit_ns = match rules.mode {
            ReplicationMode::SemiSynchronous => ns_from_ms(rules.acknowledgement_timeout_ms),
            ReplicationMode::Asynchronous | ReplicationMode::Synchronous => 0,
        };
        let Some(oldest) = self.held.front().filter(|_| limit_ns > 0) else {
            return;
        };
        let wait_ns = (oldest.since_ns + limit_ns).saturating_sub(world.now_ns());
        let primary = self.life(self.primary);
        self.post(world, wait_ns, primary, Letter::NotAcknowledged);
    }

    /// The time is over that a write had: if the oldest has waited all of it, no more writes wait.
    pub(super) fn give_up_waiting(&mut self, world: &mut World) {
        let limit_ns = ns_from_ms(self.parameters.replication.acknowledgement_timeout_ms);
        let Some(oldest) = self.held.front() else {
            return;
        };
        if self.is_degraded || world.now_ns() < oldest.since_ns + limit_ns {
            return self.wait_for_acknowledgements(world);
        }
        self.is_degraded = true;
        let words = format!("{} stops waiting for replicas", world.title(self.me));
        world.mark(Tone::Warning, words, self.me, None);
        self.answer_held(world, u64::MAX);
    }

    /// Time passes until now in which no copy has applied anything.
    pub(super) fn pass_time(&mut self, now_ns: u64) {
        if let Some(log) = &self.log {
            for copy in &mut self.copies {
                let kept = kept_since(&self.parted, copy.epoch, copy.applied);
                let behind = copy.behind(log, kept);
                copy.lag.pass(now_ns, behind);
            }
        }
    }
}
