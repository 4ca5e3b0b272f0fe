//! Where work is done: so many slots, and a waiting line before them.

use crate::story::trace::Activity;
use crate::world::World;
use crate::world::request::Line;

/// The slots of one instance. Who wants one and finds none free waits in its line, first come, first served.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    /// Number of the component.
    pub component: u8,
    /// The instance.
    pub instance: u16,
    /// Requests it works on at once.
    pub slots: u32,
    /// Requests that may wait.
    pub line_max: u32,
}

/// What becomes of a request that wants a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A slot is free for it.
    Slot,
    /// It waits in the line.
    Line,
    /// There is no room left in the line.
    Full,
}

impl Station {
    /// A request wants a slot. Who finds no room is counted as dropped, and is for the caller to refuse.
    #[inline]
    pub fn admit(self, world: &mut World, line: &mut Line, id: u32) -> Admission {
        let meter = world.meter(self.component, self.instance);
        if meter.busy.value() < self.slots {
            return Admission::Slot;
        }
        if meter.waiting.value() >= self.line_max {
            meter.dropped += 1;
            return Admission::Full;
        }
        world.count_in_line(self.component, self.instance);
        let now_ns = world.now_ns();
        world.requests[id].line_up(now_ns);
        line.push(&mut world.requests, id);
        world.note(id, Activity::Wait, self.component, self.instance);
        Admission::Line
    }

    /// A slot is taken by who has waited so long for it.
    #[inline]
    pub fn take(self, world: &mut World, waited_ns: u64) {
        let now_ns = world.now_ns();
        let meter = world.meter(self.component, self.instance);
        meter.busy.up(now_ns);
        meter.started += 1;
        meter.waited_ns += waited_ns;
    }

    /// A slot is free again.
    #[inline]
    pub fn free(self, world: &mut World) {
        let now_ns = world.now_ns();
        world.meter(self.component, self.instance).busy.down(now_ns);
    }

    /// Who has waited longest leaves the line, if there is a slot for it, and how long it has waited.
    #[inline]
    pub fn next(self, world: &mut World, line: &mut Line) -> Option<(u32, u64)> {
        if world.meter(self.component, self.instance).busy.value() >= self.slots {
            return None;
        }
        let id = line.pop(&world.requests)?;
        world.count_out_of_line(self.component, self.instance);
        let waited_ns = world.now_ns() - world.requests[id].in_line_since_ns();
        Some((id, waited_ns))
    }
}
