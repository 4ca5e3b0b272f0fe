//! What an observer of all places knows and no place does: whether a value that was found in one place is older
//! than what had been written in another. It is settled when both have told, at the end of a window.

use crate::world::World;

/// A version of a value that a database had at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    at_ns: u64,
    database: u8,
    key: u32,
    version: u32,
    /// It is the version again that was before the last.
    is_taken_back: bool,
}

/// A value of a database elsewhere that a component had.
#[derive(Clone, Copy, Debug)]
struct Found {
    component: u8,
    /// The version that it had, and when.
    of: Written,
}

/// What there is to tell of a window in one place, and to be told of it.
#[derive(Clone, Debug, Default)]
pub struct Hearsay {
    written: Vec<Written>,
    found: Vec<Found>,
}

impl World {
    /// A database here has made a version of a value.
    #[inline]
    pub fn tell_written(&mut self, database: u8, key: u32, version: u32) {
        if self.border.has_others() {
            let written = self.version(database, key, version);
            self.hearsay.written.push(written);
        }
    }

    /// The last write of a key in a database here never was: its value has the version before again.
    pub fn take_back(&mut self, database: u8, key: u32, before: u32) {
        self.data(database).take_back(key, before);
        if self.border.has_others() {
            let written = self.version(database, key, before);
            self.hearsay.written.push(Written {
                is_taken_back: true,
                ..written
            });
        }
    }

    /// Whether a component has found a value that is older than what users were told is written; of a database
    /// elsewhere it is [heard later](Self::hear).
    #[inline]
    pub fn is_stale(&mut self, component: u8, database: u8, key: u32, version: u32) -> bool {
        if !self.border.is_here(database) {
            let of = self.version(database, key, version);
            self.hearsay.found.push(Found { component, of });
            return false;
        }
        self.data[usize::from(database)].is_stale(key, version)
    }

    fn version(&self, database: u8, key: u32, version: u32) -> Written {
        Written {
            at_ns: self.now_ns(),
            database,
            key,
            version,
            is_taken_back: false,
        }
    }

    /// What databases here have written since this was last asked, in order.
    pub fn take_written(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.hearsay.written)
    }

    /// Learns what was written in another place, all of it by now and in order, and says by which components values
    /// of there have been found that were older then, each as often as it was.
    pub fn hear(&mut self, from: usize, written: &[Written]) -> Vec<u8> {
        let mut later = written.iter().peekable();
        let mut stale = Vec::new();
        for found in std::mem::take(&mut self.hearsay.found) {
            let Written {
                database,
                key,
                version,
                at_ns,
                ..
            } = found.of;
            if self.border.place_of(database.into()) != from {
                self.hearsay.found.push(found);
                continue;
            }
            while let Some(write) = later.next_if(|write| write.at_ns <= at_ns) {
                self.learn(write);
            }
            if self.data[usize::from(database)].is_stale(key, version) {
                stale.push(found.component);
            }
        }
        if from != self.border.me() {
            later.for_each(|write| self.learn(write));
        }
        stale
    }

    fn learn(&mut self, write: &Written) {
        let data = &mut self.data[usize::from(write.database)];
        match write.is_taken_back {
            true => data.take_back(write.key, write.version),
            false => {
                data.store(write.key, write.version);
            }
        }
    }
}
