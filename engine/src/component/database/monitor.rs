//! A monitor looks at every copy, tells callers which there are, and sees to it that there is a primary. It stands
//! beside the copies, on a machine of its own that does not fail.

use headroom_scenario::{Acknowledged, Failover, ReplicationMode, Scenario};

use crate::component::database::Database;
use crate::component::database::copy::{Copy, Seeding};
use crate::component::database::letters::{Letter, MONITOR};
use crate::component::instance::Instance;
use crate::figures::reason::Reason;
use crate::figures::replication::{CopyGauge, ReplicationGauge, ReportCopy, ReportReplication};
use crate::figures::snapshot::InstanceState;
use crate::mechanism::lag::Lag;
use crate::story::happening::Tone;
use crate::story::marks;
use crate::time::{NS_PER_S, ms_from_ns, ns_from_ms};
use crate::world::World;
use crate::world::view::{Copies, View};

/// What the monitor knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Monitor {
    /// Looks so far.
    look: u32,
    /// By copy.
    checks: Vec<Check>,
    /// The replica that is to be the primary, and whether it has been told so.
    promoted: Option<u16>,
    is_due: bool,
    /// It was somebody's wish.
    is_wanted: bool,
    /// Somebody will react to the death of the primary.
    is_noticed: bool,
    /// When the primary was last asked, if that reached it.
    asked_ns: u64,
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

    fn takes_for_dead(&self, copy: u16) -> bool {
        self.checks[usize::from(copy)].is_dead
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

    /// The next look is an interval away.
    pub(super) fn look_later(&mut self, world: &mut World) {
        let interval_ns = ns_from_ms(self.parameters.replication.check_interval_ms);
        self.post(world, interval_ns, MONITOR, Letter::Look);
    }

    fn look(&mut self, world: &mut World) {
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
    fn tell(&mut self, world: &mut World, copy: u16, letter: Letter) {
        self.post(world, self.latency_ns(), self.life(copy), letter);
    }

    fn asked(&mut self, world: &mut World, copy: u16, look: u32) {
        let is_current = copy == self.primary && self.copies[usize::from(copy)].epoch == self.epoch;
        if is_current && self.hears(copy) && !self.monitor.is_wanted {
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
    fn end_lease(&mut self, world: &mut World, number: u16) {
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
    fn learn(&mut self, world: &mut World, copy: u16, look: u32, serves: bool) {
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

    fn react(&mut self, world: &mut World, epoch: u32) {
        if epoch == self.epoch && self.monitor.is_noticed {
            self.monitor.is_noticed = false;
            self.begin_promotion(world);
        }
    }

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

    fn begin_promotion(&mut self, world: &mut World) {
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
        self.monitor = Monitor {
            promoted: None,
            is_due: false,
            is_wanted: false,
            is_noticed: false,
            ..std::mem::take(&mut self.monitor)
        };
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
    fn follow(&mut self, world: &mut World, number: u16, epoch: u32) {
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

    /// A copy has died: nothing waits there any more.
    pub(super) fn copy_died(&mut self, world: &mut World, number: u16) {
        if number == self.primary {
            self.held.clear();
        }
        self.note_availability(world);
    }

    /// Notes since when no copy takes writes, or that one does again.
    pub(super) fn note_availability(&mut self, world: &World) {
        let serves = |(copy, it): (&Copy, &Instance)| {
            copy.takes_writes && copy.epoch == self.epoch && it.listens() && !it.hangs
        };
        let is_available = self.copies.iter().zip(&self.instances).any(serves);
        let now_ns = world.now_ns();
        match (self.unavailable_from_ns, is_available) {
            (None, false) => self.unavailable_from_ns = Some(now_ns),
            (Some(from_ns), true) => {
                self.unavailable_ns += now_ns - from_ns;
                self.unavailable_from_ns = None;
            }
            _ => {}
        }
    }

    /// Which copies there are, as far as the monitor knows.
    fn known_copies(&self) -> Copies {
        let is_read = |number: &u16| self.is_read(*number);
        Copies {
            primary: self.primary,
            replicas: self.replicas().filter(is_read).collect(),
        }
    }

    fn is_read(&self, replica: u16) -> bool {
        let instance = self.instance(replica);
        !self.monitor.takes_for_dead(replica)
            && instance.has_booted
            && instance.state != InstanceState::Draining
            && self.copies[usize::from(replica)].seeding == Seeding::Done
    }

    /// Callers are told which copies there are.
    pub(super) fn announce(&mut self, world: &mut World) {
        if !world.border.is_here(self.me) {
            return;
        }
        let copies = self.known_copies();
        let wait_ns = ns_from_ms(self.parameters.replication.announcement_ms);
        for link in 0..world.wires.len() {
            let wire = &world.wires[link];
            if wire.to != self.me || wire.is_removed {
                continue;
            }
            let (crosses, wait_ns) = (wire.crosses, wait_ns + wire.latency_ns[0]);
            let (link, copies) = (link as u8, copies.clone());
            if crosses {
                let at_ns = world.now_ns() + wait_ns;
                world.send_copies(link, copies, at_ns);
            } else {
                self.post(world, wait_ns, MONITOR, Letter::Announced { link, copies });
            }
        }
    }

    /// Who calls over a link that is new knows the copies that there are.
    pub(super) fn open_views(&mut self, scenario: &Scenario, world: &mut World) {
        let rules = &self.parameters.replication;
        let copies = self.known_copies();
        for link in 0..world.wires.len() {
            if world.wires[link].to != self.me {
                continue;
            }
            let row = &scenario.design.links[link];
            match world.view(link as u8) {
                Some(view) => view.keep_to(rules),
                view => {
                    let name = format!("{} to {}", row.from, row.to);
                    let new = View::new(scenario.seed, &name, copies.clone(), rules);
                    *view = Some(Box::new(new));
                }
            }
        }
    }

    /// The measurement begins at a moment.
    pub(super) fn begin_measuring_copies(&mut self, now_ns: u64) {
        self.pass_time(now_ns);
        for copy in &mut self.copies {
            copy.lag = Lag::from(now_ns);
        }
        self.unavailable_ns = 0;
        self.unavailable_from_ns = self.unavailable_from_ns.map(|_| now_ns);
    }

    /// Its copies now; none where there never was but one.
    pub(super) fn replication_gauge(&self, world: &World) -> Option<ReplicationGauge> {
        let log = self.log.as_ref()?;
        let now_ns = world.now_ns();
        let received = self
            .replicas()
            .filter(|replica| self.hears(*replica))
            .map(|replica| self.copies[usize::from(replica)].received);
        let received = received.max().unwrap_or(0);
        let copies = (0u16..).zip(&self.copies);
        let copies = copies.map(|(number, copy)| {
            let behind = copy.behind(log, kept_since(&self.parted, copy.epoch, copy.applied));
            let lag_ms = |oldest_ns| ms_from_ns(now_ns - oldest_ns);
            CopyGauge {
                role: copy.role(number, self.primary),
                received: copy.received,
                applied: copy.applied,
                lag_ms: behind.oldest_ns.map_or(0.0, lag_ms),
                lag_writes: behind.writes,
                seeded_share: copy.seeded_share(now_ns),
                is_read: number == self.primary || self.is_read(number),
            }
        });
        Some(ReplicationGauge {
            primary: self.primary,
            promoted: self.monitor.promoted,
            epoch: self.epoch,
            position: log.last(),
            unreceived: self.acknowledged.saturating_sub(received),
            waiting: self.held.len() as u32,
            is_degraded: self.is_degraded,
            stale_reads: self.stale_reads,
            own_writes_missed: self.own_writes_missed,
            copies: copies.collect(),
        })
    }

    /// What became of its copies in the measurement, up to a moment; none where there never was but one.
    pub fn replication_report(&self, now_ns: u64) -> Option<(ReportReplication, Vec<ReportCopy>)> {
        let log = self.log.as_ref()?;
        let unavailable_from_ns = self.unavailable_from_ns.unwrap_or(now_ns);
        let unavailable_ns = self.unavailable_ns + (now_ns - unavailable_from_ns);
        let mode = match self.parameters.replication.mode {
            ReplicationMode::Asynchronous => "asynchronous",
            ReplicationMode::SemiSynchronous => "semi_synchronous",
            ReplicationMode::Synchronous => "synchronous",
        };
        let copies = (0u16..).zip(&self.copies).map(|(number, copy)| {
            let mut lag = copy.lag.clone();
            lag.pass(
                now_ns,
                copy.behind(log, kept_since(&self.parted, copy.epoch, copy.applied)),
            );
            ReportCopy {
                role: copy.role(number, self.primary).name().to_owned(),
                position: copy.applied,
                lag_ms_mean: lag.ms_mean(),
                lag_ms_max: ms_from_ns(lag.max_ns),
                lag_ms_over_time: lag.age_ms_mean(),
                lag_writes_mean: lag.writes_mean(),
                lag_writes_max: lag.writes_max,
            }
        });
        let report = ReportReplication {
            mode: mode.to_owned(),
            epoch: self.epoch,
            position: log.last(),
            unavailable_s: unavailable_ns as f64 / NS_PER_S as f64,
            ..ReportReplication::default()
        };
        Some((report, copies.collect()))
    }
}

/// How much of the log of an epoch up to a position has been kept by all promotions since, which have parted at these.
pub(super) fn kept_since(parted: &[u64], epoch: u32, position: u64) -> u64 {
    let since = parted.iter().skip(epoch as usize - 1);
    since.fold(position, |kept, parted| kept.min(*parted))
}
