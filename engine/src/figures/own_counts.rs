//! What only one kind of component counts.

/// Something that only one kind of component counts, since the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Clients: requests answered by the browser's own copy.
    FromCopy,
    /// A directory: look-ups.
    NameLookups,
    /// Services with sessions: calls that came for a session. Those that come back with a log-in are not
    /// counted again.
    SessionCalls,
    /// Of them, those that had to log in first: their session was elsewhere, or had died with its server.
    LoginCalls,
    /// A cache, or a server's own: hits that gave an older value than the last acknowledged write made.
    StaleHits,
    /// A cache: entries that had to go for others.
    Evictions,
    /// A cache: acknowledged writes that never reached the database, and never will. A database: those that
    /// were lost with its disk.
    WritesLost,
    /// Of either: values that those writes had made, several writes of one key to a value.
    ValuesLost,
    /// A database: reads.
    Reads,
    /// A database: writes.
    Writes,
    /// A database with copies: reads that gave an older value than the last acknowledged write made.
    StaleReads,
    /// Of them, those in which users missed what they had written themselves.
    MissedOwnWrites,
    /// Replicas that became the primary.
    Promotions,
}

impl Own {
    /// Every one, in order.
    pub const ALL: [Own; 13] = [
        Own::FromCopy,
        Own::NameLookups,
        Own::SessionCalls,
        Own::LoginCalls,
        Own::StaleHits,
        Own::Evictions,
        Own::WritesLost,
        Own::ValuesLost,
        Own::Reads,
        Own::Writes,
        Own::StaleReads,
        Own::MissedOwnWrites,
        Own::Promotions,
    ];

    /// As reports name it.
    pub const fn name(self) -> &'static str {
        match self {
            Own::FromCopy => "from_copy",
            Own::NameLookups => "lookups",
            Own::SessionCalls => "session_calls",
            Own::LoginCalls => "login_calls",
            Own::StaleHits => "stale_hits",
            Own::Evictions => "evictions",
            Own::WritesLost => "writes_lost",
            Own::ValuesLost => "values_lost",
            Own::Reads => "reads",
            Own::Writes => "writes",
            Own::StaleReads => "stale_reads",
            Own::MissedOwnWrites => "own_writes_missed",
            Own::Promotions => "promotions",
        }
    }
}

/// A count of each; those of other kinds stay 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnCounts([u64; Own::ALL.len()]);

impl OwnCounts {
    /// These, and 0 of all others.
    pub fn of<const N: usize>(counts: [(Own, u64); N]) -> Self {
        let mut all = Self::default();
        for (own, count) in counts {
            all.0[own as usize] = count;
        }
        all
    }

    /// The count of one.
    pub fn get(&self, own: Own) -> u64 {
        self.0[own as usize]
    }

    /// Adds those of another stretch.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// What has been counted since an earlier moment.
    pub fn since(&self, earlier: &Self) -> Self {
        Self(std::array::from_fn(|own| self.0[own] - earlier.0[own]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_a_stretch_are_what_came_since_its_start() {
        let before = OwnCounts::of([(Own::Reads, 3), (Own::Writes, 1)]);
        let after = OwnCounts::of([(Own::Reads, 5), (Own::Writes, 1)]);
        let mut stretch = after.since(&before);
        assert_eq!((stretch.get(Own::Reads), stretch.get(Own::Writes)), (2, 0));
        stretch.add(&before);
        assert_eq!(stretch, after);
        for (place, own) in Own::ALL.into_iter().enumerate() {
            assert_eq!(own as usize, place, "{}", own.name());
        }
    }
}
