//! Memory read ahead. With many requests in flight their records and tables do not fit the processor's cache,
//! and each event would wait for memory by itself: what the next few events need is read for all of them at
//! once, which changes nothing. `cargo xtask bench` shows what this buys at 10^6 requests/s.

use std::hint::black_box;

use crate::calendar::{EventKind, What};
use crate::component::part::Part;
use crate::place::Place;
use crate::time::NS_PER_MS;

/// Requests in flight from which on memory is read ahead: fewer fit the processor's cache anyway.
const CROWD: u64 = 4_000;
/// Time between two looks at whether there is a crowd.
const QUIET_NS: u64 = 10 * NS_PER_MS;
/// Events looked ahead at once: enough that memory is read for many at the same time, few enough that it is
/// still in the cache when their turn comes.
const FEW: usize = 16;
const MANY: usize = 64;

/// How far ahead memory has been read.
#[derive(Clone, Copy, Debug)]
pub struct Outlook {
    /// It has been read for what happens before this moment.
    until_ns: u64,
    /// How far it is looked ahead at once.
    span_ns: u64,
}

impl Default for Outlook {
    fn default() -> Self {
        Self {
            until_ns: 0,
            span_ns: 1_000,
        }
    }
}

impl Place {
    /// Looks ahead, if what was seen has happened: up to which moment before `end_ns` memory has been read.
    pub(super) fn look_ahead(&mut self, end_ns: u64) -> u64 {
        if self.outlook.until_ns < end_ns {
            let next_ns = self.run.world.calendar.next_ns().min(end_ns);
            let span_ns = if self.run.world.outcomes.in_flight < CROWD {
                QUIET_NS
            } else {
                self.read_ahead(next_ns)
            };
            self.outlook.until_ns = next_ns.saturating_add(span_ns);
        }
        self.outlook.until_ns.min(end_ns)
    }

    /// Reads ahead from a moment on, and says how far.
    #[inline(never)]
    fn read_ahead(&mut self, from_ns: u64) -> u64 {
        let span_ns = self.outlook.span_ns;
        let world = &self.run.world;
        let ahead = world.calendar.ahead(from_ns.saturating_add(span_ns));
        let mut count = 0;
        let read = ahead.clone().fold(0, |read, what| {
            count += 1;
            read ^ world.requests.peek(what.request)
        });
        black_box(ahead.fold(read, |read, what| read ^ self.peek(what)));
        if count < FEW {
            self.outlook.span_ns = (2 * span_ns).min(QUIET_NS);
        } else if count > MANY {
            self.outlook.span_ns = span_ns / 2 + 1;
        }
        span_ns
    }

    /// Reads what an event will need beside its request's record, and returns something of it.
    #[inline]
    fn peek(&self, what: What) -> u32 {
        let world = &self.run.world;
        let component = match what.kind {
            EventKind::Forward => world.wires[usize::from(what.place)].to,
            EventKind::WorkDone => what.place,
            EventKind::Back => world.wires[usize::from(what.place)].from,
            _ => return 0,
        };
        self.run.components[usize::from(component)].peek(world, what)
    }
}
