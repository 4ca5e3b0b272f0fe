//! The log of a database: its writes in order, each with a position, as far as any copy may still need them.

use std::collections::VecDeque;

/// A write in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was written.
    pub key: u32,
    /// Who wrote it; [`NO_USER`] where a component did for itself.
    pub user: u32,
    /// The version that the value had before.
    pub version_before: u32,
    /// When the primary had it.
    pub at_ns: u64,
    /// Position of the write of that key before it; 0 where there is none.
    earlier_of_key: u64,
    /// The same of that user.
    earlier_of_user: u64,
}

/// Nobody who reads.
pub const NO_USER: u32 = u32::MAX;

/// The writes of a database, by position, counted from 1.
#[derive(Clone, Debug)]
pub struct Log {
    /// Position of the first that is kept.
    first: u64,
    entries: VecDeque<Entry>,
    newest_of_key: Vec<u64>,
    newest_of_user: Vec<u64>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            first: 1,
            entries: VecDeque::new(),
            newest_of_key: Vec::new(),
            newest_of_user: Vec::new(),
        }
    }
}

impl Log {
    /// The position of the last write; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.first + self.entries.len() as u64 - 1
    }

    /// The position of the first write that is kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// A write at a position; none where it is not kept, or not there.
    pub fn get(&self, position: u64) -> Option<&Entry> {
        let index = position.checked_sub(self.first)?;
        self.entries.get(index as usize)
    }

    /// One more write of a user, of a key whose value has had a version until now: its position. O(1), amortised.
    pub fn append(&mut self, key: u32, version_before: u32, user: u32, at_ns: u64) -> u64 {
        let position = self.last() + 1;
        let earlier_of_key = replace(&mut self.newest_of_key, key, position);
        let earlier_of_user = match user {
            NO_USER => 0,
            user => replace(&mut self.newest_of_user, user, position),
        };
        self.entries.push_back(Entry {
            key,
            user,
            version_before,
            at_ns,
            earlier_of_key,
            earlier_of_user,
        });
        position
    }

    /// Forgets the oldest writes but for so many.
    pub fn keep(&mut self, count: usize) {
        let surplus = self.entries.len().saturating_sub(count);
        self.entries.drain(..surplus);
        self.first += surplus as u64;
    }

    /// The position of the last write of a user; 0 where there is none.
    pub fn newest_of_user(&self, user: u32) -> u64 {
        self.newest_of_user.get(user as usize).copied().unwrap_or(0)
    }

    /// The first write of a key after a position, as far as it is kept, with its own. O(1) where there is none, else
    /// O(such writes).
    #[inline]
    pub fn first_after(&self, key: u32, position: u64) -> Option<(u64, &Entry)> {
        let newest = self.newest_of_key.get(key as usize).copied()?;
        if newest <= position {
            return None;
        }
        let writes = self.walk(newest, |entry| entry.earlier_of_key);
        writes.take_while(|(at, _)| *at > position).last()
    }

    /// Whether a user has written a key after a position. O(writes of that user after it).
    pub fn has_written_after(&self, user: u32, key: u32, position: u64) -> bool {
        let writes = self.walk(self.newest_of_user(user), |entry| entry.earlier_of_user);
        let mut after = writes.take_while(|(at, _)| *at > position);
        after.any(|(_, entry)| entry.key == key)
    }

    /// From a write back to ever earlier ones, as far as they are kept.
    fn walk(
        &self,
        from: u64,
        earlier: impl Fn(&Entry) -> u64,
    ) -> impl Iterator<Item = (u64, &Entry)> {
        let mut next = from;
        std::iter::from_fn(move || {
            let position = next;
            let entry = self.get(position)?;
            next = earlier(entry);
            Some((position, entry))
        })
    }

    /// All writes after a position never were: the last one first.
    pub fn cut_after(&mut self, position: u64) -> Vec<Entry> {
        let mut cut = Vec::new();
        while self.last() > position
            && let Some(entry) = self.entries.pop_back()
        {
            self.newest_of_key[entry.key as usize] = entry.earlier_of_key;
            if entry.user != NO_USER {
                self.newest_of_user[entry.user as usize] = entry.earlier_of_user;
            }
            cut.push(entry);
        }
        cut
    }
}

fn replace(newest: &mut Vec<u64>, of: u32, position: u64) -> u64 {
    let of = of as usize;
    if newest.len() <= of {
        newest.resize(of + 1, 0);
    }
    std::mem::replace(&mut newest[of], position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(writes: &[(u32, u32)]) -> Log {
        let mut log = Log::default();
        for (at, &(key, user)) in (0u64..).zip(writes) {
            assert_eq!(log.append(key, at as u32, user, at), at + 1);
        }
        log
    }

    fn first_after(log: &Log, key: u32, position: u64) -> u64 {
        log.first_after(key, position).map_or(0, |(at, _)| at)
    }

    #[test]
    fn a_copy_lacks_what_was_written_after_its_position() {
        let log = log(&[(5, 1), (6, 2), (5, 2), (5, 1)]);
        let lacks = |key| [0, 1, 2, 3, 4].map(|position| first_after(&log, key, position));
        assert_eq!(lacks(5), [1, 3, 3, 4, 0]);
        assert_eq!(lacks(6), [2, 2, 0, 0, 0]);
        assert_eq!(lacks(7), [0; 5]);
        let (_, oldest) = log.first_after(5, 1).unwrap();
        assert_eq!((oldest.version_before, oldest.at_ns), (2, 2));
        let misses =
            |user, key| [0, 1, 2, 3, 4].map(|position| log.has_written_after(user, key, position));
        assert_eq!(misses(1, 5), [true, true, true, true, false]);
        assert_eq!(misses(2, 6), [true, true, false, false, false]);
        assert_eq!(misses(3, 5), [false; 5]);
        assert_eq!(log.newest_of_user(2), 3);
    }

    #[test]
    fn what_is_cut_off_never_was() {
        let mut cut = log(&[(5, 1), (6, 2), (5, 2), (5, NO_USER)]);
        let gone: Vec<u64> = cut.cut_after(2).iter().map(|entry| entry.at_ns).collect();
        assert_eq!(gone, [3, 2]);
        let short = log(&[(5, 1), (6, 2)]);
        assert_eq!(cut.last(), 2);
        for of in 0..8 {
            assert_eq!(first_after(&cut, of, 0), first_after(&short, of, 0));
            assert_eq!(cut.newest_of_user(of), short.newest_of_user(of));
        }
        assert_eq!(cut.append(6, 0, 1, 9), 3);
        assert_eq!(first_after(&cut, 6, 2), 3);
    }

    #[test]
    fn a_log_keeps_so_many() {
        let mut log = log(&[(1, 1); 10]);
        log.keep(4);
        assert_eq!((log.first(), log.last()), (7, 10));
        assert!(log.get(6).is_none() && log.get(11).is_none());
        assert_eq!(log.get(7).map(|entry| entry.at_ns), Some(6));
        assert_eq!(first_after(&log, 1, 3), 7);
        assert_eq!(log.append(1, 10, 1, 10), 11);
    }
}
