//! What is wrong with a link, and what becomes of what is sent over it then.
//!
//! What is lost is sent again when nothing was heard of it for some time, by the rules of TCP as Linux has
//! them: after [`RETRANSMIT_NS`], then after twice as long each time, up to [`RETRANSMIT_MAX_NS`]. A cut is
//! the loss of everything: what was sent into it sets out once more at the first such moment after it heals.
//!
//! A narrow link has a line for each way, and puts one message after the other on the wire. What it then loses
//! joins the line anew when it is sent again, and holds up nobody meanwhile. Once the link is wide, all sets out
//! at once.

use std::collections::{BTreeMap, VecDeque};

use headroom_scenario::{Direction, Impairment, Link};

use crate::calendar::{Calendar, EventKind, What};
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
    /// It is a question, and what arrives is the answer, which comes back at once and is as large.
    pub comes_back: bool,
}

/// What has become of a message that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on the wire, and whoever carries it has yet to see that it arrives.
    Arrives {
        /// When it sets out.
        start_ns: u64,
        /// When it arrives.
        end_ns: u64,
    },
    /// The way is cut.
    Held,
    /// It waits for its turn, or for the moment at which it is sent, once more or at all.
    Waits,
}

/// A message that is not on the wire.
#[derive(Clone, Copy, Debug)]
struct Kept {
    message: Message,
    /// When its sender sent it.
    since_ns: u64,
    /// When it sets out, or did last.
    at_ns: u64,
    /// How often it was lost.
    losses: u32,
}

/// What is wrong with a link.
#[derive(Clone, Debug)]
pub struct Impaired {
    link: u8,
    delay_ns: u64,
    loss_share: f64,
    mbps: Option<f64>,
    cut: Option<Direction>,
    /// By way: which messages are lost.
    losses: [Stream; 2],
    /// By way: what waits for a narrow link, the first of it being put on the wire.
    lines: [VecDeque<Kept>; 2],
    /// By way: the number of the event that ends the turn of the first in line.
    turns: [u32; 2],
    /// By number: what is sent at a later moment.
    later: BTreeMap<u32, Kept>,
    /// The last number given to an event.
    numbered: u32,
    /// What was sent into a cut.
    held: Vec<Kept>,
    /// So many may be held before it is looked who of them is still waited for.
    look_at: usize,
}

/// The least that is held before it is looked who of them is still waited for.
const LOOK_MIN: usize = 1_024;

impl Impaired {
    /// A link of that number that nothing is wrong with yet.
    pub fn new(seed: u64, number: u8, link: &Link) -> Self {
        let name = format!("{} to {}", link.from, link.to);
        Self {
            link: number,
            delay_ns: 0,
            loss_share: 0.0,
            mbps: None,
            cut: None,
            losses: ["lost calls", "lost answers"].map(|lost| Stream::new(seed, &name, lost)),
            lines: Default::default(),
            turns: [0; 2],
            later: BTreeMap::new(),
            numbered: 0,
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

    /// Nothing is wrong any more; what was held up has yet to be [released](Self::release).
    pub fn repair(&mut self) {
        (self.delay_ns, self.loss_share) = (0, 0.0);
        (self.mbps, self.cut) = (None, None);
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
    pub fn held(&self) -> impl ExactSizeIterator<Item = What> {
        self.held.iter().map(|kept| kept.message.what)
    }

    /// Whether a call that was sent to an instance by some moment is not on the wire yet, and will be by
    /// itself.
    pub fn keeps(&self, instance: u16, by_ns: u64) -> bool {
        let calls = self.lines[Way::Call as usize].iter();
        calls.chain(self.later.values()).any(|kept| {
            let Message { what, way, .. } = kept.message;
            way == Way::Call && what.instance == instance && kept.since_ns <= by_ns
        })
    }

    /// Sends a message at a moment from now on.
    pub fn carry(&mut self, message: Message, at_ns: u64, calendar: &mut Calendar) -> Fate {
        let kept = Kept {
            message,
            since_ns: calendar.now_ns(),
            at_ns,
            losses: 0,
        };
        if at_ns > calendar.now_ns() {
            return self.send_later(kept, calendar);
        }
        self.send(kept, calendar)
    }

    /// The moment has come of a message that was to be sent later.
    pub fn set_out(&mut self, number: u32, calendar: &mut Calendar) -> Option<(What, Fate)> {
        let kept = self.later.remove(&number)?;
        Some((kept.message.what, self.send(kept, calendar)))
    }

    /// The first in line has had its turn, unless the link has been mended since: it is on the wire, and the
    /// next one follows.
    pub fn pass(&mut self, turn: u32, calendar: &mut Calendar) -> Option<(What, Fate)> {
        let way = *Way::ALL
            .iter()
            .find(|way| self.turns[**way as usize] == turn)?;
        let first = self.lines[way as usize].pop_front()?;
        self.take_turn(way, calendar);
        Some((first.message.what, self.leave(first, calendar)))
    }

    /// What need not wait any more for a healed way or a wide one, with what becomes of it.
    pub fn release(&mut self, calendar: &mut Calendar) -> Vec<(What, Fate)> {
        for mut kept in std::mem::take(&mut self.held) {
            if self.is_cut(kept.message.way) {
                self.held.push(kept);
            } else {
                kept.at_ns = retransmitted_ns(kept.at_ns, kept.losses, calendar.now_ns());
                self.send_later(kept, calendar);
            }
        }
        if self.mbps.is_some() {
            return Vec::new();
        }
        let lines = std::mem::take(&mut self.lines).into_iter().flatten();
        let sent = lines.map(|kept| (kept.message.what, self.send(kept, calendar)));
        sent.collect()
    }

    /// Whether so much is held that it is time to [forget](Self::forget) what is over: rarely enough that it
    /// costs each message O(1).
    pub fn is_look_due(&self) -> bool {
        self.held.len() >= self.look_at
    }

    /// Drops some of what is held, in its order: who has given up has closed the connection.
    pub fn forget(&mut self, over: &[What]) {
        let mut over = over.iter().peekable();
        self.held
            .retain(|kept| over.next_if_eq(&&kept.message.what).is_none());
        self.look_at = LOOK_MIN.max(2 * self.held.len());
    }

    fn send_later(&mut self, kept: Kept, calendar: &mut Calendar) -> Fate {
        let number = self.number();
        self.later.insert(number, kept);
        calendar.push_at(kept.at_ns, self.event(number, EventKind::SetOut));
        Fate::Waits
    }

    fn send(&mut self, kept: Kept, calendar: &mut Calendar) -> Fate {
        let way = kept.message.way;
        if self.mbps.is_none() || self.is_cut(way) {
            return self.leave(kept, calendar);
        }
        let line = &mut self.lines[way as usize];
        line.push_back(kept);
        if line.len() == 1 {
            self.take_turn(way, calendar);
        }
        Fate::Waits
    }

    /// The first in line is put on the wire, which takes its time.
    fn take_turn(&mut self, way: Way, calendar: &mut Calendar) {
        let (Some(mbps), Some(first)) = (self.mbps, self.lines[way as usize].front()) else {
            return;
        };
        // A megabit a second is a bit in a thousand nanoseconds.
        let takes_ns = (first.message.bytes as f64 * 8_000.0 / mbps + 0.5) as u64;
        let sent_ns = calendar.now_ns().saturating_add(takes_ns).min(SENT_MAX_NS);
        let turn = self.number();
        self.turns[way as usize] = turn;
        calendar.push_at(sent_ns, self.event(turn, EventKind::Passed));
    }

    /// A message leaves its sender now: it arrives, or is lost and sent again later, or is held.
    fn leave(&mut self, mut kept: Kept, calendar: &mut Calendar) -> Fate {
        let (message, start_ns) = (kept.message, calendar.now_ns());
        kept.at_ns = start_ns;
        if self.is_cut(message.way) {
            self.held.push(kept);
            return Fate::Held;
        }
        if self.loss_share > 0.0
            && kept.losses < RETRANSMISSIONS_MAX
            && self.losses[message.way as usize].uniform() < self.loss_share
        {
            kept.at_ns += retransmission_ns(kept.losses);
            kept.losses += 1;
            return self.send_later(kept, calendar);
        }
        let end_ns = start_ns + message.latency_ns + self.delay_ns;
        if message.comes_back {
            kept.message.way = Way::Answer;
            kept.message.comes_back = false;
            (kept.at_ns, kept.losses) = (end_ns, 0);
            return self.send_later(kept, calendar);
        }
        Fate::Arrives { start_ns, end_ns }
    }

    fn number(&mut self) -> u32 {
        self.numbered = self.numbered.wrapping_add(1);
        self.numbered
    }

    fn event(&self, number: u32, kind: EventKind) -> What {
        What {
            request: number,
            instance: 0,
            place: self.link,
            kind,
        }
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

/// How long it is waited for a sign of a message that was lost so often before.
fn retransmission_ns(losses: u32) -> u64 {
    (RETRANSMIT_NS << losses).min(RETRANSMIT_MAX_NS)
}

/// The first moment from `now_ns` on at which a message is sent again that was sent at `sent_ns`, after so many
/// losses.
fn retransmitted_ns(sent_ns: u64, losses: u32, now_ns: u64) -> u64 {
    let (mut at_ns, mut losses) = (sent_ns, losses);
    while at_ns < now_ns {
        at_ns += retransmission_ns(losses);
        losses = (losses + 1).min(RETRANSMISSIONS_MAX);
    }
    at_ns
}

#[cfg(test)]
mod tests {
    use super::*;

    const NS_PER_S: u64 = 1_000_000_000;

    #[test]
    fn what_is_lost_is_sent_again_after_waits_that_double() {
        let at = |now_ms: u64| retransmitted_ns(0, 0, now_ms * 1_000_000) / 1_000_000;
        assert_eq!(
            [0, 1, 200, 201, 601, 1_401].map(at),
            [0, 200, 200, 600, 1_400, 3_000]
        );
        let long = 3_600 * NS_PER_S;
        let again = retransmitted_ns(0, 0, long);
        assert!(again >= long && again - long <= RETRANSMIT_MAX_NS);
        assert_eq!(retransmitted_ns(0, 2, 1), 4 * RETRANSMIT_NS);
    }
}
