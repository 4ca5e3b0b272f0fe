//! The first events of all sources, of which the next one is taken.

use crate::calendar::{Event, LaneNumber};

/// Where events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The lane of that number.
    Lane(LaneNumber),
    /// The heap.
    Heap,
    /// The alarm.
    Alarm,
}

/// The first event of a source.
#[derive(Clone, Copy, Debug)]
pub struct Front {
    /// The event.
    pub event: Event,
    /// Where it comes from.
    pub source: Source,
}

impl Front {
    const NEVER: Self = Self {
        event: Event::NEVER,
        source: Source::Alarm,
    };
}

/// The fronts of the sources that hold something.
///
/// They are in order. Where many lanes hold something their events are many, and the next one of a lane is soon:
/// its place is found one by one from there.
#[derive(Clone, Debug)]
pub struct Fronts {
    next: Front,
    /// The others, the one that comes first last.
    others: Vec<Front>,
}

impl Default for Fronts {
    fn default() -> Self {
        Self {
            next: Front::NEVER,
            others: Vec::new(),
        }
    }
}

impl Fronts {
    /// The one that comes next; one that never happens where there is none. O(1).
    #[inline]
    pub fn next(&self) -> &Front {
        &self.next
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Front> + Clone {
        [&self.next].into_iter().chain(&self.others)
    }

    /// Adds the front of a source that had none. O(fronts).
    #[inline(never)]
    pub fn add(&mut self, event: Event, source: Source) {
        self.others.push(self.next);
        self.replace_next(event, source);
    }

    /// Puts another in place of the next one. O(fronts) that come before it.
    #[inline]
    pub fn replace_next(&mut self, event: Event, source: Source) {
        let mut place = &mut self.next;
        for other in self.others.iter_mut().rev() {
            if event < other.event {
                break;
            }
            *place = *other;
            place = other;
        }
        *place = Front { event, source };
    }

    /// Drops the next one. O(1).
    #[inline]
    pub fn drop_next(&mut self) {
        self.next = self.others.pop().unwrap_or(Front::NEVER);
    }

    /// Drops the front of a source, if it has one. O(fronts).
    pub fn drop(&mut self, source: Source) {
        if self.next.source == source {
            self.drop_next();
        } else {
            self.others.retain(|front| front.source != source);
        }
    }
}
