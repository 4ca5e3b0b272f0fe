//! The two words of a record that mean something else by who hears of its answer, and by where its token is.
//! Nobody but this file and who makes a record reads them bare, so that none is taken for another.

use super::{Origin, Request, Stage};

/// By origin.
impl Request {
    /// When a user's first attempt started.
    #[inline]
    pub fn started_ns(&self) -> u64 {
        debug_assert_eq!(self.origin, Origin::User);
        self.of_origin
    }

    /// A user's first attempt starts.
    #[inline]
    pub fn start(&mut self, now_ns: u64) {
        debug_assert_eq!(self.origin, Origin::User);
        self.of_origin = now_ns;
    }

    /// The answer to a component's own call comes too late from a moment on.
    pub fn set_late_ns(&mut self, late_ns: u64) {
        debug_assert_eq!(self.origin, Origin::Component);
        self.of_origin = late_ns;
    }

    /// Whether the answer to a health check comes too late. How long one from another place is waited for is not
    /// known here: held up, it is late.
    pub fn is_late_probe(&self, now_ns: u64) -> bool {
        let is_late = match self.origin {
            Origin::Component => now_ns >= self.of_origin,
            Origin::Abroad | Origin::Nobody => true,
            Origin::User | Origin::Request => false,
        };
        self.is_probe() && is_late
    }

    /// Nobody waits for it any more.
    pub fn give_up(&mut self, now_ns: u64) {
        self.origin = Origin::Nobody;
        self.of_origin = now_ns;
    }

    /// When it was given up, where that is its origin.
    pub fn given_up_ns(&self) -> Option<u64> {
        (self.origin == Origin::Nobody).then_some(self.of_origin)
    }

    /// The request that waits for it, where that is its origin.
    #[inline]
    pub fn parent(&self) -> Option<u32> {
        (self.origin == Origin::Request).then_some(self.of_origin as u32)
    }

    /// Its record in the place from which it was sent.
    pub fn home(&self) -> u32 {
        debug_assert_eq!(self.origin, Origin::Abroad);
        self.of_origin as u32
    }

    /// The instance that its caller is at, in the place from which it was sent, where that is its origin.
    pub fn caller_abroad(&self) -> Option<u16> {
        (self.origin == Origin::Abroad).then_some((self.of_origin >> 32) as u16)
    }
}

/// By stage.
impl Request {
    /// It waits in a line.
    #[inline]
    pub fn line_up(&mut self, now_ns: u64) {
        self.stage = Stage::Line;
        self.of_stage = now_ns;
    }

    /// Since when it has waited in a line.
    #[inline]
    pub fn in_line_since_ns(&self) -> u64 {
        debug_assert_eq!(self.stage, Stage::Line);
        self.of_stage
    }

    /// The event of this number ends its time in a slot.
    #[inline]
    pub fn set_end_of_work(&mut self, sequence: u64) {
        debug_assert_eq!(self.stage, Stage::Slot);
        self.of_stage = sequence;
    }

    /// The number of the event that ends its time in a slot, where it is in one. Another event that says so is of
    /// an instance that has died since.
    #[inline]
    pub fn end_of_work(&self) -> Option<u64> {
        (self.stage == Stage::Slot).then_some(self.of_stage)
    }

    /// It waits for what another request fetches, and at least until its own turn is over.
    pub fn wait_for_fetch(&mut self, turn_over_ns: u64) {
        self.stage = Stage::Lease;
        self.of_stage = turn_over_ns;
    }

    /// When the turn is over of one who waits for what another request fetches.
    pub fn turn_over_ns(&self) -> u64 {
        debug_assert_eq!(self.stage, Stage::Lease);
        self.of_stage
    }

    /// One more of its calls is out, for which it waits.
    pub fn call_out(&mut self) {
        self.of_stage = self.calls_out() + 1;
        self.stage = Stage::Join;
    }

    /// One of its calls is back.
    pub fn call_back(&mut self) {
        debug_assert_eq!(self.stage, Stage::Join);
        self.of_stage -= 1;
    }

    /// How many of its calls are out.
    pub fn calls_out(&self) -> u64 {
        match self.stage {
            Stage::Join => self.of_stage,
            Stage::Wire
            | Stage::Line
            | Stage::Slot
            | Stage::Lease
            | Stage::Held
            | Stage::Client
            | Stage::Abroad
            | Stage::Free => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BLANK, Operation};
    use super::*;

    #[test]
    fn what_a_record_says_of_its_origin_is_asked_of_that_origin_alone() {
        let mut request = BLANK;
        request.start(70);
        assert_eq!(request.started_ns(), 70);
        assert_eq!(request.parent(), None);
        assert_eq!(request.caller_abroad(), None);
        assert_eq!(request.call(3).parent(), Some(3));
        let guest = request.guest(5, 2);
        assert_eq!((guest.home(), guest.caller_abroad()), (5, Some(2)));
        assert_eq!(guest.given_up_ns(), None);
        request.give_up(90);
        assert_eq!(request.given_up_ns(), Some(90));
        assert_eq!(request.parent(), None);
    }

    #[test]
    fn a_health_check_is_late_from_its_time_out_on() {
        let mut probe = Request {
            origin: Origin::Component,
            operation: Operation::Probe,
            ..BLANK
        };
        probe.set_late_ns(100);
        assert!(!probe.is_late_probe(99));
        assert!(probe.is_late_probe(100));
        assert!(probe.guest(u32::MAX, 9).is_late_probe(0));
        probe.operation = Operation::Flush;
        assert!(!probe.is_late_probe(100));
    }

    #[test]
    fn what_a_record_says_of_its_stage_is_of_that_stage_alone() {
        let mut request = BLANK;
        request.line_up(40);
        assert_eq!(request.in_line_since_ns(), 40);
        assert_eq!(request.calls_out(), 0);
        assert_eq!(request.end_of_work(), None);
        request.stage = Stage::Slot;
        request.set_end_of_work(12);
        assert_eq!(request.end_of_work(), Some(12));
        request.call_out();
        request.call_out();
        assert_eq!(request.calls_out(), 2);
        assert_eq!(request.end_of_work(), None);
        request.call_back();
        assert_eq!(request.calls_out(), 1);
        request.wait_for_fetch(60);
        assert_eq!(request.turn_over_ns(), 60);
    }
}
