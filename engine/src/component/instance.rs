//! One server of a component: whether it works, how fast, and its waiting line.

use crate::figures::snapshot::InstanceState;
use crate::world::request::Line;

/// One server of a component.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Whether it works.
    pub state: InstanceState,
    /// Everything on it takes this many times as long.
    pub slow_factor: f64,
    /// It hangs: it takes nothing up, and its work stands still.
    pub hangs: bool,
    /// It is a copy of a database that the others, and who watches over them, do not reach.
    pub is_cut_off: bool,
    /// Who waits there for a slot.
    pub line: Line,
    /// It drains to start anew, and not for good.
    pub restarts: bool,
    /// It drains for good, and what was on its way to it has come: nobody listens any more.
    pub is_closed: bool,
    /// It has served in this life. One that died before that has yet to boot when it is repaired.
    pub has_booted: bool,
    /// How often it has died or been started: what belonged to an earlier life is void.
    pub incarnation: u32,
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            state: InstanceState::Up,
            slow_factor: 1.0,
            hangs: false,
            is_cut_off: false,
            line: Line::default(),
            restarts: false,
            is_closed: false,
            has_booted: true,
            incarnation: 0,
        }
    }
}

impl Instance {
    /// An instance that has just been started.
    pub fn booting() -> Self {
        Self {
            state: InstanceState::Booting,
            has_booted: false,
            ..Self::default()
        }
    }

    /// It takes nothing new, and finishes what it has; one that does not serve is gone at once.
    pub fn begin_leaving(&mut self) {
        self.restarts = false;
        self.state = if self.listens() {
            InstanceState::Draining
        } else {
            InstanceState::Gone
        };
    }

    /// The machine runs: it is neither dead nor gone.
    pub fn runs(&self) -> bool {
        match self.state {
            InstanceState::Up | InstanceState::Booting | InstanceState::Draining => true,
            InstanceState::Down | InstanceState::Gone => false,
        }
    }

    /// Somebody listens there: one that drains still takes what was sent before.
    #[inline]
    pub fn listens(&self) -> bool {
        matches!(self.state, InstanceState::Up | InstanceState::Draining) && !self.is_closed
    }
}
