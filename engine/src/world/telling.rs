//! What is told of requests and moments: notes, flights and marks.

use crate::calendar::{EventKind, What};
use crate::story::flight::Flight;
use crate::story::happening::{Mark, Tone};
use crate::story::trace::Activity;
use crate::story::tracer::{Change, Maker, Note, WayPoint};
use crate::world::World;
use crate::world::request::{Hop, Operation, Origin, Request, flag};

impl World {
    /// Whether every change of that request is noted.
    #[inline]
    pub fn is_followed(&self, id: u32) -> bool {
        self.requests[id].has(flag::SAMPLED) || self.tracer.is_narrating()
    }

    /// Notes what a request does from now on, if anybody follows it.
    #[inline]
    pub fn note(&mut self, id: u32, activity: Activity, component: u8, instance: u16) {
        if self.is_followed(id) {
            self.note_change(id, Change::Activity(activity), component, instance);
        }
    }

    /// Notes a change of a followed request.
    pub fn note_change(&mut self, id: u32, change: Change, component: u8, instance: u16) {
        self.note_change_at(id, change, component, instance, self.now_ns());
    }

    #[cold]
    fn note_change_at(
        &mut self,
        id: u32,
        change: Change,
        component: u8,
        instance: u16,
        at_ns: u64,
    ) {
        let request = &self.requests[id];
        let maker = match request.operation {
            Operation::Probe => Maker::Probe,
            Operation::Flush => Maker::Flush,
            _ => Maker::User {
                request: request.number,
                class: request.class,
            },
        };
        let note = Note {
            maker,
            change,
            component,
            instance,
        };
        let traced = request.has(flag::SAMPLED) && self.is_for_user(request);
        let branch = request.parent().map_or(0, |_| request.made);
        let attempt = request.attempt;
        let way = WayPoint { attempt, branch };
        self.tracer.note(note, way, at_ns, traced);
    }

    #[cold]
    pub(super) fn show_flight(&mut self, what: What, start_ns: u64, end_ns: u64) {
        let (activity, flags) = match what.kind {
            EventKind::Forward => (Activity::Travel, 0),
            EventKind::Back => (Activity::Return, Flight::BACK),
            // Who looks a name up is not drawn on the way.
            _ => return,
        };
        let id = what.request;
        let hop = Hop::from(what);
        let to = self.wires[usize::from(hop.link)].to;
        let change = Change::Activity(activity);
        self.note_change_at(id, change, to, hop.instance, start_ns);
        self.fly(id, hop, start_ns, end_ns, flags);
    }

    fn fly(&mut self, id: u32, hop: Hop, start_ns: u64, end_ns: u64, flags: u8) {
        let request = &self.requests[id];
        if !request.has(flag::SAMPLED) {
            return;
        }
        let state = [
            (request.failure != 0, Flight::FAILED),
            (request.attempt > 0, Flight::RETRY),
            (!self.is_for_user(request), Flight::ABANDONED),
        ];
        let bits = state
            .iter()
            .filter(|(is, _)| *is)
            .fold(flags, |all, (_, bit)| all | bit);
        self.tracer.fly(Flight {
            start_ns,
            end_ns,
            request: u64::from(request.number),
            link: u16::from(hop.link),
            from_instance: self.caller_instance(request),
            to_instance: hop.instance,
            class: request.class,
            flags: bits,
        });
    }

    /// Tells the reader who steps through the run something that is about no request.
    pub fn say(&mut self, sentence: impl FnOnce(&Self) -> String) {
        if self.tracer.is_narrating() {
            let sentence = sentence(self);
            self.tracer.say(sentence);
        }
    }

    /// Puts a mark on the time line.
    pub fn mark(&mut self, tone: Tone, words: String, component: u8, instance: Option<u16>) {
        let at_ns = self.now_ns();
        self.marks.add(Mark {
            at_ns,
            tone,
            words,
            details: String::new(),
            component: Some(component),
            instance,
        });
    }

    /// `web/2` for instance 1 of `web`, `Database` for what there is one of.
    pub fn name(&self, component: u8, instance: u16) -> String {
        self.named[usize::from(component)].instance_title(instance)
    }

    /// Whether a user waits for a record, or for the request whose call it is.
    pub(super) fn is_for_user(&self, request: &Request) -> bool {
        match request.parent() {
            Some(parent) => self.is_for_user(&self.requests[parent]),
            None => request.is_awaited() || request.origin == Origin::Abroad,
        }
    }

    /// What a component is called.
    pub fn title(&self, component: u8) -> &str {
        self.named[usize::from(component)].title()
    }
}
