//! The classes of the mix as the engine runs them: which calls each has a service make.

use headroom_scenario::{Class, ClassKind};

/// A call that a class has a service make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Look a key up, in a cache if there is one.
    LookUp,
    /// Run a query in the database.
    Query,
}

/// A class of the mix as the engine runs it.
#[derive(Clone, Copy, Debug)]
pub struct ClassRow {
    /// Which rules hold for it.
    pub kind: ClassKind,
    /// Computing time as a multiple of the service's mean.
    pub work: f64,
    /// Cacheable reads.
    pub lookups: u8,
    /// Queries for the database alone.
    pub queries: u8,
    /// Cost of a query as a multiple of the database's mean.
    pub query_work: f64,
    /// Calls that a server makes at the same time.
    pub at_once: u8,
}

impl ClassRow {
    /// The call that comes after so many, if there is one.
    #[inline]
    pub fn call(&self, made: u8) -> Option<Call> {
        match made {
            _ if made < self.lookups => Some(Call::LookUp),
            _ if self.queries_left(made) > 0 => Some(Call::Query),
            _ => None,
        }
    }

    /// Whether the calls that come after so many are made side by side.
    #[inline]
    pub fn forks(&self, made: u8) -> bool {
        self.at_once > 1 && u32::from(made) + 1 < u32::from(self.lookups) + u32::from(self.queries)
    }

    /// Queries among the calls that come after so many.
    #[inline]
    pub fn queries_left(&self, made: u8) -> u8 {
        (self.lookups + self.queries)
            .saturating_sub(made)
            .min(self.queries)
    }

    /// The row of a class.
    pub fn of(class: &Class) -> Self {
        // No cache holds the answer of a join: all that a search asks for is for the database.
        let (lookups, queries) = match class.kind {
            ClassKind::Search => (0, class.lookups + class.queries),
            ClassKind::Static | ClassKind::Read | ClassKind::Write | ClassKind::Task => {
                (class.lookups, class.queries)
            }
        };
        Self {
            kind: class.kind,
            work: class.work,
            lookups,
            queries,
            query_work: class.query_work,
            at_once: class.at_once,
        }
    }
}
