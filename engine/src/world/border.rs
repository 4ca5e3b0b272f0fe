//! What lies between the places of a run: which part is where, and what travels from one place to another.
//!
//! What is in one place learns of another only by what a link brings. A request that crosses leaves its record at
//! home, which waits there, and is a record of its own abroad: a *guest*, which takes with it all that the called
//! must know, and sends back all that it has become. Messages are ordered by when they arrive and, within a
//! nanosecond, by who has sent them and in which order, before all else that happens there: how far places run
//! before they exchange what crosses changes nothing.

use std::collections::VecDeque;

use headroom_scenario::Design;

use crate::calendar::{Calendar, EventKind, What};
use crate::figures::reason::Reason;
use crate::mechanism::room::make_room_in_queue;
use crate::world::World;
use crate::world::request::{Hop, Origin, Request, Stage, flag, past};
use crate::world::view::Copies;
use crate::world::wire::Wire;

/// Number of a place: that of its site in the design.
pub type PlaceNumber = u8;

/// What travels from one place to another.
#[derive(Clone, Debug)]
pub enum Message {
    /// A request, as its record was when it set out.
    Call {
        /// The record.
        request: Request,
        /// Where its caller is at home.
        caller_instance: u16,
        /// What was known at home of who had given it up.
        given_up: Option<GivenUp>,
    },
    /// What has become of it.
    Answer(Request),
    /// The request of that number is given up.
    GivenUp(u32, GivenUp),
    /// Which copies of the called there are.
    Copies(Copies),
}

/// That nobody waits for a request any more.
#[derive(Clone, Copy, Debug)]
pub struct GivenUp {
    /// Since when it is known where the link begins that the request came over.
    pub since_ns: u64,
    /// Neither does who called over that link.
    pub is_unheard: bool,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Where it goes.
    pub to: PlaceNumber,
    from: PlaceNumber,
    /// Counted from 0 among what goes from there to here, modulo 2^32.
    number: u32,
    at_ns: u64,
    /// The link, and the instance that is called at its end.
    hop: Hop,
    /// The record at home that it is about.
    home: u32,
    message: Message,
}

/// What is to arrive from one place, in order of number; none in place of what has arrived.
#[derive(Clone, Debug, Default)]
struct Inbox {
    /// Number of the first.
    first: u32,
    crossings: VecDeque<Option<Crossing>>,
    /// By record there, whose guest has been given up as far as is known, and the number of that. Word may come too
    /// late, and then stays until the record has another guest.
    given_up: Vec<Option<(u32, GivenUp)>>,
}

impl Inbox {
    fn put(&mut self, crossing: Crossing) {
        make_room_in_queue(&mut self.crossings);
        self.crossings.push_back(Some(crossing));
    }

    fn take(&mut self, number: u32) -> Option<Crossing> {
        let index = number.wrapping_sub(self.first);
        let crossing = self.crossings.get_mut(index as usize)?.take();
        while let Some(None) = self.crossings.front() {
            self.crossings.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        crossing
    }
}

/// The border of one place.
#[derive(Clone, Debug, Default)]
pub struct Border {
    me: PlaceNumber,
    /// By component, its place; empty where there is but one.
    places: Vec<PlaceNumber>,
    /// By place, how much has been sent there.
    sent: Vec<u32>,
    outbox: Vec<Crossing>,
    /// By place, what is to arrive from there.
    inboxes: Vec<Inbox>,
}

impl Border {
    /// The border of a place of that number, in which nothing is yet.
    pub fn at(me: PlaceNumber) -> Self {
        Self {
            me,
            ..Self::default()
        }
    }

    /// One more component.
    pub fn open(&mut self, design: &Design, component: usize) {
        let count = design.sites.len();
        if count > 1 {
            self.sent.resize(count, 0);
            self.inboxes.resize_with(count, Inbox::default);
            self.places.push(design.place_of(component) as PlaceNumber);
        }
    }

    /// The place of a component.
    pub fn place_of(&self, component: usize) -> usize {
        self.places.get(component).copied().map_or(0, usize::from)
    }

    /// Whether a component is in this place: of the others it knows the parameters.
    pub fn is_here(&self, component: u8) -> bool {
        let place = self.places.get(usize::from(component));
        place.is_none_or(|place| *place == self.me)
    }

    /// The number of this place.
    pub fn me(&self) -> usize {
        self.me.into()
    }

    /// Whether there are other places.
    pub fn has_others(&self) -> bool {
        !self.places.is_empty()
    }

    /// What has set out since this was last asked.
    pub fn take_sent(&mut self) -> Vec<Crossing> {
        std::mem::take(&mut self.outbox)
    }

    /// What was sent from another place will arrive.
    pub fn expect(&mut self, crossing: Crossing, calendar: &mut Calendar) {
        let Crossing {
            from,
            number,
            at_ns,
            hop,
            ..
        } = crossing;
        let what = What {
            request: number,
            instance: from.into(),
            place: hop.link,
            kind: EventKind::Crossed,
        };
        calendar.push_foreign(at_ns, from, number, what);
        self.inboxes[usize::from(from)].put(crossing);
    }

    /// Calls and answers that have set out and not arrived.
    pub fn crossings(&self) -> usize {
        let to_arrive = self.inboxes.iter().flat_map(|inbox| &inbox.crossings);
        let all = self.outbox.iter().chain(to_arrive.flatten());
        all.filter(|it| !matches!(it.message, Message::GivenUp(..) | Message::Copies(_)))
            .count()
    }

    /// A guest that comes from a place is given up, or is not.
    fn hear_given_up(&mut self, from: PlaceNumber, home: u32, word: Option<(u32, GivenUp)>) {
        let given_up = &mut self.inboxes[usize::from(from)].given_up;
        let home = home as usize;
        if given_up.len() <= home && word.is_some() {
            given_up.resize(home + 1, None);
        }
        if let Some(known) = given_up.get_mut(home) {
            *known = word;
        }
    }

    /// That a guest is given up which a component called; none where it is not, or has not been heard here.
    pub fn given_up(&self, caller: u8, guest: &Request) -> Option<GivenUp> {
        let place = self.place_of(caller.into());
        let given_up = &self.inboxes.get(place)?.given_up;
        let (number, given_up) = (*given_up.get(guest.home() as usize)?)?;
        (number == guest.number).then_some(given_up)
    }
}

impl World {
    /// A message leaves over a link for the place where that ends.
    #[cold]
    pub(super) fn cross(&mut self, home: u32, hop: Hop, message: Message, at_ns: u64) {
        let wire = &self.wires[usize::from(hop.link)];
        let other = match message {
            Message::Answer(_) | Message::Copies(_) => wire.from,
            Message::Call { .. } | Message::GivenUp(..) => wire.to,
        };
        let border = &mut self.border;
        let to = border.place_of(other.into());
        let number = border.sent[to];
        border.sent[to] = number.wrapping_add(1);
        border.outbox.push(Crossing {
            to: to as PlaceNumber,
            from: border.me,
            number,
            at_ns,
            hop,
            home,
            message,
        });
    }

    /// A call sets out to another place: its record waits here.
    #[cold]
    pub(super) fn send_abroad(&mut self, id: u32, hop: Hop, at_ns: u64) {
        let request = self.requests[id].clone();
        let message = Message::Call {
            caller_instance: self.caller_instance(&request),
            given_up: self.given_up(&request),
            request,
        };
        self.cross(id, hop, message, at_ns);
        let request = &mut self.requests[id];
        request.stage = Stage::Abroad;
        if !request.is_full() {
            request.set_next(hop);
        }
    }

    /// The answer to a guest sets out for home.
    #[cold]
    pub(super) fn send_home(&mut self, id: u32, hop: Hop, at_ns: u64) {
        let guest = self.requests[id].clone();
        self.cross(guest.home(), hop, Message::Answer(guest), at_ns);
        self.release(id);
    }

    /// What has crossed arrives: the event that it is here is the next one, if it is one.
    #[cold]
    pub fn take_in(&mut self, what: What) {
        let (from, number) = (what.instance as PlaceNumber, what.request);
        if let Some(what) = self.unpack(from, number) {
            let now_ns = self.now_ns();
            self.calendar.push_foreign(now_ns, from, number, what);
        }
    }

    fn unpack(&mut self, from: PlaceNumber, number: u32) -> Option<What> {
        let crossing = self.border.inboxes[usize::from(from)].take(number)?;
        let Crossing { hop, home, .. } = crossing;
        let (kind, request) = match crossing.message {
            Message::Call {
                request,
                caller_instance,
                given_up,
            } => {
                let guest = request.guest(home, caller_instance);
                let word = given_up.map(|given_up| (guest.number, given_up));
                self.border.hear_given_up(from, home, word);
                (EventKind::Forward, self.admit(guest, hop)?)
            }
            Message::Answer(guest) => {
                self.come_home(home, &guest);
                (EventKind::Back, home)
            }
            Message::GivenUp(number, given_up) => {
                self.pass_on_given_up(from, home, number, given_up);
                return None;
            }
            Message::Copies(copies) => {
                self.hear_copies(hop.link, copies);
                return None;
            }
        };
        Some(What {
            request,
            instance: hop.instance,
            place: hop.link,
            kind,
        })
    }

    /// A request from another place has a record here from now on. At the limit of records it is sent back.
    fn admit(&mut self, mut guest: Request, hop: Hop) -> Option<u32> {
        let Some(id) = self.requests.allocate() else {
            guest.failure = Reason::TooManyInFlight as u8 + 1;
            guest.flags |= flag::NO_ANSWER;
            let at_ns = self.now_ns() + self.latency_ns(hop, guest.user);
            self.cross(guest.home(), hop, Message::Answer(guest), at_ns);
            return None;
        };
        self.requests[id] = guest;
        Some(id)
    }

    /// Word comes that a guest is given up; what it has become in yet another place hears of it there.
    fn pass_on_given_up(&mut self, from: PlaceNumber, home: u32, number: u32, word: GivenUp) {
        self.border.hear_given_up(from, home, Some((number, word)));
        let border = &self.border;
        let goes_on = |wire: &Wire| wire.crosses && border.is_here(wire.from);
        if self.wires.iter().any(goes_on) {
            let is_it = |it: &Request| {
                it.origin == Origin::Abroad && (it.home(), it.number) == (home, number)
            };
            let of_it = |it: &Request| it.parent().is_some_and(|id| is_it(&self.requests[id]));
            let abroad = self
                .requests
                .iter()
                .filter(|(_, it)| it.stage == Stage::Abroad && (is_it(it) || of_it(it)));
            let abroad: Vec<u32> = abroad.map(|(id, _)| id).collect();
            abroad.into_iter().for_each(|id| self.tell_abroad(id));
        }
    }

    /// The answer from another place: the record at home is what has become of its guest.
    fn come_home(&mut self, id: u32, guest: &Request) {
        self.requests[id].come_home(guest);
        let was_applied = guest.past & past::APPLIED != 0;
        if was_applied && self.requests[id].past & past::SHARED != 0 {
            self.apply_shared(id);
        }
    }

    /// Records that are in another place.
    pub fn abroad(&self) -> usize {
        let records = self.requests.iter();
        records.filter(|(_, it)| it.stage == Stage::Abroad).count()
    }

    /// Records of other places that are here.
    pub fn guests(&self) -> usize {
        let records = self.requests.iter();
        records
            .filter(|(_, it)| it.origin == Origin::Abroad)
            .count()
    }
}
