//! What is wrong with a link, and what becomes of what is sent over it then.
//!
//! What is lost is sent again when nothing was heard of it for some time, by the rules of TCP as Linux has
//! them: after [`RETRANSMIT_NS`], then after twice as long each time, up to [`RETRANSMIT_MAX_NS`]. A cut is
//! the loss of everything: what was sent into it sets out once more at the first such moment after it heals.

use headroom_scenario::{Direction, Impairment, Link};

use crate::calendar::{Calendar, What};
use crate::mechanism::stream::Stream;
use crate::time::ns_from_ms;

/// The first wait for a sign that a message has arrived (`TCP_RTO_MIN` of Linux).
pub const RETRANSMIT_NS: u64 = 200_000_000;
/// The longest such wait (`TCP_RTO_MAX` of Linux).
pub const RETRANSMIT_MAX_NS: u64 = 120_000_000_000;
/// A message that is lost so often comes through the next time (`tcp_retries2` of Linux, which would give it
/// up then: by that time nobody waits for it any more).
const RETRANSMISSIONS_MAX: u32 = 15;

/// What would be on a narrow wire later than this never is, as far as anybody waits: some 140 years.
const SENT_MAX_NS: u64 = u64::MAX / 4;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    /// From the caller to the called.
    Call,
    /// Back.
    Answer,
}

impl Way {
    const ALL: [Self; 2] = [Way::Call, Way::Answer];
}

/// Something that is sent over a link.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// The event that it is when it arrives.
    pub what: What,
    /// Which way it goes.
    pub way: Way,
    /// The time it takes over a link that is sound.
    pub latency_ns: u64,
    /// How large it is.
    pub bytes: u64,
}

/// What is wrong with a link.
#[derive(Clone, Debug)]
pub struct Impaired {
    delay_ns: u64,
    loss_share: f64,
    mbps: Option<f64>,
    cut: Option<Direction>,
    losses: Stream,
    /// By way: when all that was sent so far is on the wire.
    sent_ns: [u64; 2],
    /// What was sent into a cut, and when.
    held: Vec<(Message, u64)>,
    /// So many may be held before it is looked who of them is still waited for.
    look_at: usize,
}

/// The least that is held before it is looked who of them is still waited for.
const LOOK_MIN: usize = 1_024;

impl Impaired {
    /// A link that nothing is wrong with yet.
    pub fn new(seed: u64, link: &Link) -> Self {
        let name = format!("{} to {}", link.from, link.to);
        Self {
            delay_ns: 0,
            loss_share: 0.0,
            mbps: None,
            cut: None,
            losses: Stream::new(seed, &name, "losses"),
            sent_ns: [0; 2],
            held: Vec::new(),
            look_at: LOOK_MIN,
        }
    }

    /// One thing more is wrong, or worse, or better.
    pub fn impair(&mut self, impairment: Impairment) {
        match impairment {
            Impairment::Delay { delay_ms } => self.delay_ns = ns_from_ms(delay_ms),
            Impairment::Loss { share } => self.loss_share = share,
            Impairment::Bandwidth { mbps } => self.mbps = Some(mbps),
            Impairment::Cut { direction } => self.cut = Some(direction),
        }
    }

    /// Nothing is wrong any more; what was held has yet to be [released](Self::release).
    pub fn repair(&mut self) {
        (self.delay_ns, self.loss_share) = (0, 0.0);
        (self.mbps, self.cut) = (None, None);
        self.sent_ns = [0; 2];
    }

    /// Whether it carries as it should.
    pub fn is_sound(&self) -> bool {
        self.impairments().next().is_none()
    }

    /// What is wrong with it.
    pub fn impairments(&self) -> impl Iterator<Item = Impairment> + use<> {
        let delay_ms = self.delay_ns as f64 / 1e6;
        let delay = (self.delay_ns > 0).then_some(Impairment::Delay { delay_ms });
        let share = self.loss_share;
        let loss = (share > 0.0).then_some(Impairment::Loss { share });
        let bandwidth = self.mbps.map(|mbps| Impairment::Bandwidth { mbps });
        let cut = self.cut.map(|direction| Impairment::Cut { direction });
        [cut, delay, loss, bandwidth].into_iter().flatten()
    }

    /// Messages that were sent into a cut.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Sends a message at a moment from now on. When it sets out for the last time and when it arrives; none
    /// where it is held.
    pub fn carry(
        &mut self,
        message: Message,
        at_ns: u64,
        calendar: &mut Calendar,
    ) -> Option<(u64, u64)> {
        if self.is_cut(message.way) {
            self.held.push((message, at_ns));
            return None;
        }
        let mut start_ns = self.transmit(message, at_ns);
        let mut wait_ns = RETRANSMIT_NS;
        for _ in 0..RETRANSMISSIONS_MAX {
            if self.loss_share == 0.0 || self.losses.uniform() >= self.loss_share {
                break;
            }
            start_ns = self.transmit(message, start_ns + wait_ns);
            wait_ns = (2 * wait_ns).min(RETRANSMIT_MAX_NS);
        }
        let end_ns = start_ns + message.latency_ns + self.delay_ns;
        calendar.push_at(end_ns, message.what);
        Some((start_ns, end_ns))
    }

    /// Sends a question whose answer, which nothing else will tell of, comes back at once: one message for
    /// both, held where either way is cut.
    pub fn carry_there_and_back(
        &mut self,
        what: What,
        latency_ns: u64,
        bytes: u64,
        calendar: &mut Calendar,
    ) {
        let way = match self.is_cut(Way::Call) {
            true => Way::Call,
            false => Way::Answer,
        };
        let message = Message {
            what,
            way,
            latency_ns: 2 * latency_ns + self.delay_ns,
            bytes,
        };
        let now_ns = calendar.now_ns();
        self.carry(message, now_ns, calendar);
    }

    /// What was held and need not be any more, with the moment at which each sets out once more.
    pub fn release(&mut self, now_ns: u64) -> Vec<(Message, u64)> {
        let cut = Way::ALL.map(|way| self.is_cut(way));
        let (held, released) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(message, _)| cut[message.way as usize]);
        self.held = held;
        let again = |(message, sent_ns)| (message, retransmitted_ns(sent_ns, now_ns));
        released.into_iter().map(again).collect()
    }

    /// Whether so much is held that it is time to [forget](Self::forget) what is over: rarely enough that it
    /// costs each message O(1).
    pub fn is_look_due(&self) -> bool {
        self.held.len() >= self.look_at
    }

    /// Drops what nobody waits for any more from what is held, and returns it: who has given up has closed
    /// the connection.
    pub fn forget(&mut self, is_over: impl Fn(&What) -> bool) -> Vec<What> {
        let (over, held): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(message, _)| is_over(&message.what));
        self.held = held;
        self.look_at = LOOK_MIN.max(2 * self.held.len());
        over.into_iter().map(|(message, _)| message.what).collect()
    }

    /// When a message that is to set out at a moment has its turn.
    fn transmit(&mut self, message: Message, at_ns: u64) -> u64 {
        let Some(mbps) = self.mbps else { return at_ns };
        // A megabit a second is a bit in a thousand nanoseconds.
        let takes_ns = (message.bytes as f64 * 8_000.0 / mbps + 0.5) as u64;
        let sent_ns = &mut self.sent_ns[message.way as usize];
        let start_ns = at_ns.max(*sent_ns);
        *sent_ns = start_ns.saturating_add(takes_ns).min(SENT_MAX_NS);
        *sent_ns
    }

    fn is_cut(&self, way: Way) -> bool {
        match self.cut {
            None => false,
            Some(Direction::Both) => true,
            Some(Direction::Calls) => way == Way::Call,
            Some(Direction::Answers) => way == Way::Answer,
        }
    }
}

/// The first moment from `now_ns` on at which a message is sent again that was sent at `sent_ns`.
fn retransmitted_ns(sent_ns: u64, now_ns: u64) -> u64 {
    let (mut at_ns, mut wait_ns) = (sent_ns, RETRANSMIT_NS);
    while at_ns < now_ns {
        at_ns += wait_ns;
        wait_ns = (2 * wait_ns).min(RETRANSMIT_MAX_NS);
    }
    at_ns
}

#[cfg(test)]
mod tests {
    use super::*;

    const NS_PER_S: u64 = 1_000_000_000;

    #[test]
    fn what_is_lost_is_sent_again_after_waits_that_double() {
        let at = |now_ms: u64| retransmitted_ns(0, now_ms * 1_000_000) / 1_000_000;
        assert_eq!(
            [0, 1, 200, 201, 601, 1_401].map(at),
            [0, 200, 200, 600, 1_400, 3_000]
        );
        let long = 3_600 * NS_PER_S;
        let again = retransmitted_ns(0, long);
        assert!(again >= long && again - long <= RETRANSMIT_MAX_NS);
    }
}
