//! Instances that hang: they take nothing up and answer nothing, and all their work stands still.
//!
//! What happens at such an instance is put aside and happens when it goes on: what arrives, at that moment;
//! what it was working on, as much later as it stood still. What a cache node had taken up before it still
//! answers, for that is booked already.

use std::collections::BTreeMap;

use crate::calendar::{Event, EventKind, What};
use crate::component::part::Part;
use crate::run::Run;
use crate::story::trace::Activity;
use crate::world::request::{Hop, Operation};

/// All that stands still.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standstill {
    hanging: Vec<Hanging>,
    /// When one last went on: what waited at its door comes in at that moment.
    ended_ns: u64,
    /// Work that has stood still or does, by the request and the number of the event that was to end it.
    frozen: BTreeMap<(u32, u64), Frozen>,
}

/// An instance that hangs.
#[derive(Clone, Debug)]
struct Hanging {
    component: u8,
    instance: u16,
    since_ns: u64,
    /// What has come, in order.
    put_aside: Vec<What>,
}

/// Work that has stood still.
#[derive(Clone, Copy, Debug)]
struct Frozen {
    component: u8,
    instance: u16,
    /// How long it has stood still until now, the present standstill left out.
    stood_ns: u64,
    /// The time it still takes, once its end has come while it stood still.
    left_ns: Option<u64>,
}

impl Standstill {
    fn place(&self, component: u8, instance: u16) -> Option<usize> {
        let is_it =
            |hanging: &Hanging| (hanging.component, hanging.instance) == (component, instance);
        self.hanging.iter().position(is_it)
    }

    /// Whether all that waited at a door has come in.
    pub fn is_let_in(&self, now_ns: u64) -> bool {
        now_ns > self.ended_ns
    }

    /// Whether nothing stands still, nor has work that did.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.hanging.is_empty() && self.frozen.is_empty()
    }
}

impl Run {
    /// An instance hangs from now on.
    pub fn begin_standstill(&mut self, component: u8, instance: u16) {
        let since_ns = self.world.now_ns();
        self.standstill.hanging.push(Hanging {
            component,
            instance,
            since_ns,
            put_aside: Vec::new(),
        });
        let world = &self.world;
        for (id, request) in world.requests.iter() {
            let is_here = |hop: Hop| hop.instance == instance && world.called(hop) == component;
            if let Some(sequence) = request.end_of_work()
                && world.inside(request).is_some_and(is_here)
            {
                let blank = Frozen {
                    component,
                    instance,
                    stood_ns: 0,
                    left_ns: None,
                };
                let frozen = &mut self.standstill.frozen;
                frozen.entry((id, sequence)).or_insert(blank);
            }
        }
    }

    /// An instance hangs no more. What was put aside happens now: to the instance that goes on, or to whoever
    /// finds that it has died.
    pub fn end_standstill(&mut self, component: u8, instance: u16) {
        let Some(place) = self.standstill.place(component, instance) else {
            return;
        };
        let hanging = self.standstill.hanging.remove(place);
        let now_ns = self.world.now_ns();
        self.standstill.ended_ns = now_ns;
        for what in hanging.put_aside {
            self.world.calendar.push_at(now_ns, what);
        }
        let stood_ns = now_ns - hanging.since_ns;
        let mut ended = Vec::new();
        for (key, frozen) in &mut self.standstill.frozen {
            if (frozen.component, frozen.instance) == (component, instance) {
                frozen.stood_ns += stood_ns;
                ended.extend(frozen.left_ns.map(|left_ns| (*key, left_ns)));
            }
        }
        for ((id, mark), left_ns) in ended {
            self.standstill.frozen.remove(&(id, mark));
            self.go_on_working(id, mark, component, instance, left_ns);
        }
    }

    /// Whether an event has to wait because it is at an instance that hangs, or is the end of work that has
    /// stood still: then it is put aside.
    #[cold]
    pub fn puts_aside(&mut self, event: Event) -> bool {
        let what = event.what;
        if what.kind == EventKind::WorkDone {
            return self.work_stood_still(event);
        }
        let Some((component, instance)) = self.whose(what) else {
            return false;
        };
        let Some(place) = self.standstill.place(component, instance) else {
            return false;
        };
        if what.kind == EventKind::CallDeadline {
            // It will look again: what has come by then is taken up first.
            self.world.wait_on(what.request, what.instance as u8);
            return true;
        }
        self.standstill.hanging[place].put_aside.push(what);
        if matches!(what.kind, EventKind::Forward | EventKind::Back) {
            let activity = Activity::Unheard;
            self.world.note(what.request, activity, component, instance);
        }
        true
    }

    /// The instance at which something happens that waits for it; none where it waits for nobody.
    fn whose(&self, what: What) -> Option<(u8, u16)> {
        let wire = || &self.world.wires[usize::from(what.place)];
        match what.kind {
            EventKind::Forward => Some((wire().to, what.instance)),
            EventKind::Back => {
                let request = &self.world.requests[what.request];
                let caller = match (self.world.inside(request), request.operation) {
                    (Some(caller), _) => caller.instance,
                    // A value that a cache node brings back names the node.
                    (None, Operation::Flush) => request.user as u16,
                    (None, Operation::Probe) => 0,
                    // It is a user's, or of a caller that has died.
                    (None, _) => return None,
                };
                Some((wire().from, caller))
            }
            EventKind::Booted => Some((what.place, what.instance)),
            EventKind::Timer => {
                let owner = &self.components[usize::from(what.place)];
                Some((what.place, owner.timed(what)))
            }
            EventKind::CallDeadline => {
                let request = &self.world.requests[what.request];
                let caller = match what.instance {
                    0 => self.world.inside(request)?,
                    depth => request.hop(depth as u8 - 1),
                };
                Some((what.place, caller.instance))
            }
            EventKind::WorkDone
            | EventKind::Arrival
            | EventKind::Thought
            | EventKind::Resolved
            | EventKind::BackoffDone
            | EventKind::TakenOver
            | EventKind::Deadline
            | EventKind::Deploy
            | EventKind::Scale
            | EventKind::Leave
            | EventKind::SetOut
            | EventKind::Passed
            | EventKind::Crossed => None,
        }
    }

    /// Whether the end has come of work that has stood still, or does: it takes so much longer.
    fn work_stood_still(&mut self, event: Event) -> bool {
        let What {
            request: id,
            instance,
            place: component,
            ..
        } = event.what;
        let key = (id, event.sequence);
        let frozen = self.standstill.frozen.get(&key);
        let stood_ns = frozen.map(|frozen| frozen.stood_ns);
        let Some(place) = self.standstill.place(component, instance) else {
            self.standstill.frozen.remove(&key);
            let Some(stood_ns) = stood_ns else {
                return false;
            };
            self.go_on_working(id, event.sequence, component, instance, stood_ns);
            return true;
        };
        let since_ns = self.standstill.hanging[place].since_ns;
        let stood_ns = stood_ns.unwrap_or(0);
        let frozen = Frozen {
            component,
            instance,
            stood_ns,
            left_ns: Some(event.at_ns - since_ns + stood_ns),
        };
        self.standstill.frozen.insert(key, frozen);
        true
    }

    /// Work goes on for so long, unless its server has died with it.
    fn go_on_working(
        &mut self,
        id: u32,
        sequence: u64,
        component: u8,
        instance: u16,
        left_ns: u64,
    ) {
        if self.world.requests[id].end_of_work() == Some(sequence) {
            self.world.prolong(id, component, instance, left_ns);
        }
    }
}
