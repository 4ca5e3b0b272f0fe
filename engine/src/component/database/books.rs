//! Whether the copies of a database balance: each has a part of the log, and no write is answered, kept or lost
//! twice.

use crate::component::database::Database;
use crate::component::database::copy::{Copy, Seeding};
use crate::world::World;
use crate::world::request::{Request, Stage};

impl Database {
    /// What does not balance, if anything.
    pub(super) fn imbalance_of_copies(&self, world: &World) -> Option<String> {
        self.wrong_connections(world)
            .or_else(|| self.wrong_slots(world))
            .or_else(|| self.wrong_positions())
            .or_else(|| self.wrong_writes(world))
    }

    /// Whoever is inside has a connection.
    fn wrong_connections(&self, world: &World) -> Option<String> {
        let meters = &world.meters[usize::from(self.me)].instances;
        let copies = (1..).zip(self.copies.iter().zip(meters));
        let mut wrong =
            copies.filter(|(_, (copy, meter))| copy.connections != meter.inside.value());
        wrong.next().map(|(number, (copy, meter))| {
            let (open, inside) = (copy.connections, meter.inside.value());
            format!("copy {number} has {open} connections, and {inside} are inside")
        })
    }

    /// Slots are held by queries, appliers and snapshots.
    fn wrong_slots(&self, world: &World) -> Option<String> {
        let mut working = vec![0; self.copies.len()];
        for (_, request) in world.requests.iter() {
            if request.stage == Stage::Slot
                && let Some(hop) = request.top()
                && world.called(hop) == self.me
            {
                working[usize::from(hop.instance)] += 1;
            }
        }
        let meters = &world.meters[usize::from(self.me)].instances;
        let copies = (1..).zip(self.copies.iter().zip(meters)).zip(working);
        let mut wrong = copies.filter(|((_, (copy, meter)), working)| {
            copy.slots_held + working != meter.busy.value()
        });
        wrong.next().map(|((number, (copy, meter)), working)| {
            let (held, busy) = (copy.slots_held, meter.busy.value());
            format!(
                "copy {number}: {working} queries and {held} others hold slots, {busy} are busy"
            )
        })
    }

    /// What is applied was received before, and what was received is in the log.
    fn wrong_positions(&self) -> Option<String> {
        let log = self.log.as_ref()?;
        let is_whole = |copy: &Copy| {
            let follows = copy.epoch == self.epoch && copy.seeding == Seeding::Done;
            !follows || copy.applied <= copy.received && copy.received <= log.last()
        };
        let mut wrong = (1..).zip(&self.copies).filter(|(_, copy)| !is_whole(copy));
        let wrong = wrong.next().map(|(number, copy)| {
            let Copy {
                applied, received, ..
            } = copy;
            format!(
                "copy {number} has applied {applied} and received {received} of {}",
                log.last()
            )
        });
        let primary = &self.copies[usize::from(self.primary)];
        let has_all = primary.applied == log.last() || primary.seeding != Seeding::Done;
        wrong.or_else(|| {
            let applied = primary.applied;
            (!has_all).then(|| format!("the primary has {applied} of {}", log.last()))
        })
    }

    /// What is acknowledged and not lost is in the log; who waits there waits for that.
    fn wrong_writes(&self, world: &World) -> Option<String> {
        let log = self.log.as_ref()?;
        if self.acknowledged > log.last() {
            let acknowledged = self.acknowledged;
            return Some(format!("{acknowledged} of {} are acknowledged", log.last()));
        }
        let held = self.held.iter().map(|held| held.request());
        let parked = self.copies.iter().flat_map(|copy| &copy.parked);
        let stranded = self.copies.iter().flat_map(|copy| &copy.stranded);
        let waiting = held
            .chain(parked.map(|(_, id)| *id))
            .chain(stranded.copied());
        let mut booked: Vec<(u64, u16)> = waiting.map(|id| (id.into(), 0)).collect();
        booked.sort_unstable();
        let is_held = |request: &Request| {
            let top = request.top();
            request.stage == Stage::Held && top.is_some_and(|hop| world.called(hop) == self.me)
        };
        let found = world.requests.iter().filter(|(_, it)| is_held(it));
        let found: Vec<(u64, u16)> = found.map(|(id, _)| (id.into(), 0)).collect();
        (found != booked).then(|| {
            format!(
                "{} requests are held back, {} are booked",
                found.len(),
                booked.len()
            )
        })
    }
}
