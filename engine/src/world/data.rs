//! What is written: the data of one database, and of the caches before it.

/// What is lost with a disk or a memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Acknowledged writes.
    pub writes: u64,
    /// Values that were made by them.
    pub values: u64,
}

/// The data of one database. The version of a value is the number of writes that have made it, 0 for what was
/// there before the run.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// By key, the version that the last acknowledged write made.
    newest: Vec<u32>,
    /// By key, the version that the database has: older where a cache holds the write back.
    stored: Vec<u32>,
}

impl Data {
    /// For so many keys; those there are already stay.
    pub fn make_room(&mut self, keys: usize) {
        let keys = keys.max(self.newest.len());
        self.newest.resize(keys, 0);
        self.stored.resize(keys, 0);
    }

    /// The version of a value that the database has.
    #[inline]
    pub fn stored(&self, key: u32) -> u32 {
        self.stored.get(key as usize).copied().unwrap_or(0)
    }

    /// Whether a write newer than a version of a value has been acknowledged.
    #[inline]
    pub fn is_stale(&self, key: u32, version: u32) -> bool {
        let newest = self.newest.get(key as usize);
        newest.is_some_and(|&newest| version < newest)
    }

    /// A write is acknowledged before the database has it: the version it makes.
    pub fn acknowledge(&mut self, key: u32) -> u32 {
        let newest = &mut self.newest[key as usize];
        *newest += 1;
        *newest
    }

    /// The database carries a write out: the version it makes.
    pub fn write(&mut self, key: u32) -> u32 {
        let version = self.acknowledge(key);
        self.stored[key as usize] = version;
        version
    }

    /// The database takes a version that was acknowledged elsewhere, unless it has a newer one: the version it has
    /// then.
    pub fn store(&mut self, key: u32, version: u32) -> u32 {
        let stored = &mut self.stored[key as usize];
        *stored = version.max(*stored);
        // It may have been on its way while what came after it was lost.
        let newest = &mut self.newest[key as usize];
        *newest = (*newest).max(*stored);
        *stored
    }

    /// The last write that the database has of a key never was: the value is the version before again, unless a newer
    /// one is acknowledged elsewhere.
    pub fn take_back(&mut self, key: u32, before: u32) {
        let (stored, newest) = (
            &mut self.stored[key as usize],
            &mut self.newest[key as usize],
        );
        if newest == stored {
            *newest = before;
        }
        *stored = before;
    }

    /// The database loses all that it has. What is acknowledged and held elsewhere stays.
    pub fn destroy(&mut self) -> Lost {
        let mut lost = Lost::default();
        for (newest, stored) in self.newest.iter_mut().zip(&mut self.stored) {
            lost.writes += u64::from(*stored);
            lost.values += u64::from(*stored > 0);
            if newest == stored {
                *newest = 0;
            }
            *stored = 0;
        }
        lost
    }

    /// Whoever held a version of a value loses it, with all acknowledged writes that the database has not,
    /// unless others have taken their place: the value is again the one that the database has, or the older one
    /// that is on its way there.
    pub fn lose(&mut self, key: u32, version: u32, on_its_way: u32) -> Lost {
        let left = self.stored(key).max(on_its_way);
        let newest = &mut self.newest[key as usize];
        if *newest != version || left >= version {
            return Lost::default();
        }
        *newest = left;
        Lost {
            writes: u64::from(version - left),
            values: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_key() -> Data {
        let mut data = Data::default();
        data.make_room(1);
        data
    }

    #[test]
    fn what_a_cache_loses_is_what_the_database_has_not() {
        let mut data = one_key();
        assert_eq!(data.write(0), 1);
        assert_eq!([data.acknowledge(0), data.acknowledge(0)], [2, 3]);
        assert!(data.is_stale(0, 2) && !data.is_stale(0, 3));
        let of_an_older_one = data.lose(0, 2, 0);
        assert_eq!(
            of_an_older_one,
            Lost::default(),
            "another one has version 3"
        );
        let lost = data.lose(0, 3, 0);
        assert_eq!((lost.writes, lost.values), (2, 1));
        assert!(
            !data.is_stale(0, 1),
            "the database's own is the newest again"
        );
    }

    #[test]
    fn what_is_on_its_way_is_not_lost() {
        let mut data = one_key();
        (0..3).for_each(|_| {
            data.acknowledge(0);
        });
        assert_eq!(data.lose(0, 3, 2).writes, 1);
        assert_eq!(data.store(0, 2), 2);
        assert_eq!(data.lose(0, 2, 0), Lost::default());
    }

    #[test]
    fn a_disk_is_lost_without_what_is_held_elsewhere() {
        let mut data = one_key();
        data.write(0);
        data.write(0);
        data.acknowledge(0);
        let lost = data.destroy();
        assert_eq!((lost.writes, lost.values), (2, 1));
        assert_eq!(data.stored(0), 0);
        assert_eq!(data.store(0, 3), 3, "the cache still brings it");
    }

    #[test]
    fn keys_that_were_never_written_are_never_stale() {
        assert!(!Data::default().is_stale(7, 0));
    }
}
