//! A link as the engine runs it: what is put on it arrives after its latency.

use headroom_scenario::{Impairment, Link};

use crate::calendar::{Calendar, LaneNumber, What};
use crate::world::impairment::{Fate, Impaired};

/// A link as the engine runs it.
#[derive(Clone, Debug)]
pub struct Wire {
    /// Number of the calling component.
    pub from: u8,
    /// Number of the called component.
    pub to: u8,
    /// It has been there from this moment on.
    pub since_ns: u64,
    /// Time one way by region of the user; one entry where regions do not matter.
    pub latency_ns: Vec<u64>,
    /// How long the caller waits for an answer; 0 for ever.
    pub timeout_ns: u64,
    /// What was sent while it took another time has arrived by then.
    arrived_ns: u64,
    /// Calls that came over it since they were last taken.
    pub calls: u32,
    /// It was taken away: what is on it arrives, and nobody looks for it any more.
    pub is_removed: bool,
    lanes: Vec<LaneNumber>,
    /// The lane of what set out last after a usual wait, and that with the latency.
    usual: Option<(u64, LaneNumber)>,
    /// What is wrong with it, or was.
    impaired: Option<Box<Impaired>>,
    is_sound: bool,
    /// It joins two places.
    pub crosses: bool,
    /// Nothing is wrong with it, and what is put on it stays in the same place.
    is_plain: bool,
}

/// When a message sets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// At once.
    Now,
    /// So many nanoseconds from now, from an instance that needs no more events.
    After(u64),
    /// The same, where the wait is the same time after time, and so has a lane of its own.
    Usual(u64),
}

impl Departure {
    /// The wait before it.
    pub fn wait_ns(self) -> u64 {
        match self {
            Self::Now => 0,
            Self::After(wait_ns) | Self::Usual(wait_ns) => wait_ns,
        }
    }

    /// After a wait, which usually is of so many nanoseconds.
    #[inline]
    pub fn after(wait_ns: u64, usual_ns: u64) -> Self {
        match wait_ns {
            0 => Self::Now,
            _ if wait_ns == usual_ns => Self::Usual(wait_ns),
            _ => Self::After(wait_ns),
        }
    }
}

impl Wire {
    /// A wire between two components from a moment on, whose latency is still to be set. They may be in two places.
    pub fn new(from: u8, to: u8, since_ns: u64, crosses: bool) -> Self {
        Self {
            from,
            to,
            since_ns,
            latency_ns: Vec::new(),
            timeout_ns: 0,
            arrived_ns: 0,
            calls: 0,
            is_removed: false,
            lanes: Vec::new(),
            usual: None,
            impaired: None,
            is_sound: true,
            crosses,
            is_plain: !crosses,
        }
    }

    /// Whether the region of the user matters for how long it takes.
    #[inline]
    pub fn is_by_region(&self) -> bool {
        self.lanes.len() > 1
    }

    /// Sets the time one way, by region: what is on it already arrives as it would have.
    pub fn set_latency(&mut self, latency_ns: Vec<u64>, calendar: &mut Calendar) {
        self.arrived_ns = self.arrived_by_ns(calendar.now_ns());
        self.lanes = latency_ns.iter().map(|&ns| calendar.lane(ns)).collect();
        self.latency_ns = latency_ns;
    }

    /// When all that is on it at a moment will have arrived.
    pub fn arrived_by_ns(&self, now_ns: u64) -> u64 {
        let slowest_ns = self.latency_ns.iter().fold(0, |most, &ns| most.max(ns));
        self.arrived_ns.max(now_ns + slowest_ns)
    }

    /// Whether nothing is wrong with it.
    #[inline]
    pub fn is_sound(&self) -> bool {
        self.is_sound
    }

    /// Whether nothing is wrong with it, and what is put on it stays in the same place.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// What is wrong with it.
    pub fn impaired(&self) -> Option<&Impaired> {
        self.impaired.as_deref()
    }

    /// One thing more is wrong with it, which is the link of that number.
    pub fn impair(&mut self, impairment: Impairment, seed: u64, number: u8, link: &Link) {
        let impaired = self
            .impaired
            .get_or_insert_with(|| Box::new(Impaired::new(seed, number, link)));
        impaired.impair(impairment);
        self.is_sound = impaired.is_sound();
        self.is_plain = self.is_sound && !self.crosses;
    }

    /// Nothing is wrong with it any more.
    pub fn repair(&mut self) {
        if let Some(impaired) = &mut self.impaired {
            impaired.repair();
        }
        self.is_sound = true;
        self.is_plain = !self.crosses;
    }

    /// Does something with what is wrong with it: what becomes of the messages that this sends.
    pub fn with_impaired<Fates: IntoIterator<Item = (What, Fate)>>(
        &mut self,
        does: impl FnOnce(&mut Impaired) -> Fates,
    ) -> Vec<(What, Fate)> {
        let fates = self.impaired.as_deref_mut().map(does);
        let fates: Vec<_> = fates.into_iter().flatten().collect();
        for (_, fate) in &fates {
            if let Fate::Arrives { end_ns, .. } = fate {
                self.arrived_ns = self.arrived_ns.max(*end_ns);
            }
        }
        fates
    }

    /// Drops some of what is held, in its order.
    pub fn forget(&mut self, over: &[What]) {
        if let Some(impaired) = &mut self.impaired {
            impaired.forget(over);
        }
    }

    /// Carries a message, and says when it sets out and when it arrives.
    #[inline(always)]
    pub fn carry(
        &mut self,
        what: What,
        region: usize,
        departure: Departure,
        calendar: &mut Calendar,
    ) -> (u64, u64) {
        let start_ns = calendar.now_ns() + departure.wait_ns();
        let lane = match departure {
            Departure::Now => self.lanes[region],
            Departure::Usual(wait_ns) => {
                self.usual_lane(wait_ns + self.latency_ns[region], calendar)
            }
            Departure::After(_) => {
                let end_ns = start_ns + self.latency_ns[region];
                calendar.push_at(end_ns, what);
                return (start_ns, end_ns);
            }
        };
        (start_ns, calendar.push_after(lane, what))
    }

    /// The lane of that delay, which most often is the same as the last time.
    #[inline]
    fn usual_lane(&mut self, delay_ns: u64, calendar: &mut Calendar) -> LaneNumber {
        match self.usual {
            Some((usual_ns, lane)) if usual_ns == delay_ns => lane,
            _ => {
                let lane = calendar.lane(delay_ns);
                self.usual = Some((delay_ns, lane));
                lane
            }
        }
    }
}
