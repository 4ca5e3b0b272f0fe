//! Writing back: a value is written to the cache first and brought to the database later. A database that
//! refuses it, its disk full or itself down, is asked again after the same wait, for as long as the
//! cache holds the value; a value that has to go, or dies with its node, is lost, and with it every
//! write that made it since the database had one. Nothing leaves a node that is down: one that keeps its
//! entries on disk keeps with each when it is to set out, and once it is repaired what is overdue does at
//! once.

use std::mem;

use super::{Cache, Turn};
use crate::calendar::{EventKind, What};
use crate::figures::snapshot::InstanceState;
use crate::mechanism::store::Evicted;
use crate::time::ns_from_ms;
use crate::world::World;
use crate::world::request::{Hop, Operation};
use crate::world::wire::Departure;

/// How far a value is on its way to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldBack {
    /// It sets out at this moment, or after it once its node is up again.
    Until { ns: u64 },
    /// This version has set out and is not answered yet.
    OnItsWay { version: u32 },
}

impl Cache {
    /// A value is written here first: acknowledged now, brought to the database later.
    pub(super) fn leave(&mut self, world: &mut World, id: u32, node: u16, turn: Turn) {
        world.apply_write(id);
        let key = world.requests[id].key;
        let version = world.data(self.data).acknowledge(key);
        let now_ns = world.now_ns();
        let store = &mut self.nodes[usize::from(node)].store;
        let evicted = store.insert(key, now_ns, version);
        // What is held back already takes the new value along.
        if store.set_dirty(key, true) {
            self.hold_back(world, node, key);
        }
        self.let_go(world, node, evicted);
        self.answer(world, id, node, turn);
    }

    /// A value held back sets out, if it is due and its node is up.
    pub(super) fn flush(&mut self, world: &mut World, node: u16, key: u32) {
        let now_ns = world.now_ns();
        let held = &self.nodes[usize::from(node)];
        if let Some(HeldBack::Until { ns }) = held.held_back.get(&key)
            && *ns <= now_ns
            && !self.is_down(node)
        {
            self.set_out(world, node, key);
        }
    }

    fn is_down(&self, node: u16) -> bool {
        self.instances[usize::from(node)].state == InstanceState::Down
    }

    fn set_out(&mut self, world: &mut World, node: u16, key: u32) {
        let Some(version) = self.nodes[usize::from(node)].store.peek(key) else {
            return;
        };
        if self.bring_back(world, node, key, version) {
            let held = &mut self.nodes[usize::from(node)];
            held.held_back.insert(key, HeldBack::OnItsWay { version });
        } else {
            self.hold_back(world, node, key);
        }
    }

    /// The database has taken a value or refused it.
    pub fn brought_back(&mut self, world: &mut World, id: u32) {
        let request = &world.requests[id];
        let (sender, key, version) = (request.user, request.key, request.version);
        let is_taken = request.failure == 0;
        let node = sender as u16;
        let is_of_this_life = sender == self.sender(node);
        let held = &mut self.nodes[usize::from(node)];
        let state = held.held_back.get(&key);
        if state != Some(&HeldBack::OnItsWay { version }) || !is_of_this_life {
            // Who still holds the value brings it once more.
            if !is_taken && state.is_none() {
                self.lose(world, key, version, 0);
            }
        } else if is_taken && held.store.peek(key) == Some(version) {
            held.held_back.remove(&key);
            held.store.set_dirty(key, false);
        } else {
            self.hold_back(world, node, key);
        }
    }

    /// An entry had to go: if it was held back, its value goes to the database at once.
    pub(super) fn let_go(&mut self, world: &mut World, node: u16, evicted: Option<Evicted>) {
        let Some(evicted) = evicted else { return };
        self.evictions += 1;
        let Evicted { key, version, .. } = evicted;
        if evicted.dirty {
            self.nodes[usize::from(node)].held_back.remove(&key);
            if !self.bring_back(world, node, key, version) {
                self.lose(world, key, version, 0);
            }
        }
    }

    /// A node has died with what it held back. What is on its way may still arrive.
    pub(super) fn lose_held_back(&mut self, world: &mut World, node: u16) {
        let held_back = mem::take(&mut self.nodes[usize::from(node)].held_back);
        for (key, state) in held_back {
            let on_its_way = match state {
                HeldBack::OnItsWay { version } => version,
                HeldBack::Until { .. } => 0,
            };
            if let Some(version) = self.nodes[usize::from(node)].store.peek(key) {
                self.lose(world, key, version, on_its_way);
            }
        }
    }

    /// A node has died that keeps its entries on disk: it will not hear of what is on its way, and that is due.
    pub(super) fn forget_ways(&mut self, world: &World, node: u16) {
        let ns = world.now_ns();
        let held_back = &mut self.nodes[usize::from(node)].held_back;
        for state in held_back.values_mut() {
            if let HeldBack::OnItsWay { .. } = state {
                *state = HeldBack::Until { ns };
            }
        }
    }

    /// A node is up again: what was due meanwhile sets out now, the rest at its time.
    pub(super) fn flush_due(&mut self, world: &mut World, node: u16) {
        for key in self.held_back(node) {
            self.flush(world, node, key);
        }
    }

    /// All that a node holds back sets out now.
    pub(super) fn flush_all(&mut self, world: &mut World, node: u16) {
        for key in self.held_back(node) {
            self.set_out(world, node, key);
        }
    }

    fn held_back(&self, node: u16) -> Vec<u32> {
        let held_back = &self.nodes[usize::from(node)].held_back;
        held_back.keys().copied().collect()
    }

    fn hold_back(&mut self, world: &mut World, node: u16, key: u32) {
        let lane = world
            .calendar
            .lane(ns_from_ms(self.parameters.write_back_ms));
        let what = What {
            request: key,
            instance: node,
            place: self.me,
            kind: EventKind::Timer,
        };
        let ns = world.calendar.push_after(lane, what);
        let held = &mut self.nodes[usize::from(node)];
        held.held_back.insert(key, HeldBack::Until { ns });
    }

    /// Whether the value could set out.
    fn bring_back(&self, world: &mut World, node: u16, key: u32, version: u32) -> bool {
        let Some(link) = self.database.filter(|_| !self.is_down(node)) else {
            return false;
        };
        let Some(id) = world.internal(Operation::Flush, key, version) else {
            return false;
        };
        world.requests[id].user = self.sender(node);
        let instance = world.copy_to_ask(id, link, true);
        world.send(id, Hop { link, instance }, Departure::Now);
        true
    }

    /// What a value that is brought back says of who sent it: the node, and above it which of its lives, for one
    /// that has died since does not hear of it.
    fn sender(&self, node: u16) -> u32 {
        let life = self.instances[usize::from(node)].incarnation;
        u32::from(node) | life << 16
    }

    /// A value is gone, which a node held in that version; another version may be on its way to the database.
    fn lose(&mut self, world: &mut World, key: u32, version: u32, on_its_way: u32) {
        let lost = world.data(self.data).lose(key, version, on_its_way);
        self.writes_lost += lost.writes;
        self.values_lost += lost.values;
    }
}
