//! The way of one sampled request: where its time went.

use serde::{Deserialize, Serialize};

use crate::figures::reason::Reason;

/// The way of one sampled request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Number of the request, counted from 0 over the whole run.
    pub request: u64,
    /// Number of its class in the mix.
    pub class: u8,
    /// The key it carries.
    pub key: u32,
    /// The user who sent it.
    pub user: u32,
    /// Number of the user's region.
    pub region: u8,
    /// When it started, simulated nanoseconds.
    pub start_ns: u64,
    /// When it ended, if it has.
    pub end_ns: Option<u64>,
    /// Why it failed, if it did.
    pub failed: Option<Reason>,
    /// Its way, in order of start.
    pub spans: Vec<Span>,
}

impl Trace {
    /// All that it does is over.
    pub(crate) fn close_all(&mut self, now_ns: u64) {
        let open = self.spans.iter_mut().filter(|span| span.end_ns == 0);
        open.for_each(|span| span.end_ns = now_ns);
    }

    /// What a branch of its way does is over.
    pub(crate) fn close(&mut self, branch: u8, now_ns: u64) {
        let mut open = self.spans.iter_mut().rev();
        if let Some(open) = open.find(|span| span.branch == branch && span.end_ns == 0) {
            open.end_ns = now_ns;
        }
    }
}

/// One stretch of a request's way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// What it did.
    pub activity: Activity,
    /// The component it was at, or that it travelled to; its number in the design.
    pub component: u8,
    /// The instance of that component.
    pub instance: u16,
    /// Which attempt, from 0.
    pub attempt: u8,
    /// 0 for the request itself, else which of the calls that it makes at once, from 1.
    pub branch: u8,
    /// From, simulated nanoseconds.
    pub start_ns: u64,
    /// To; 0 while it lasts.
    pub end_ns: u64,
}

/// What a request does in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Asks for the address.
    Lookup,
    /// On its way to the component.
    Travel,
    /// On its way back from the component.
    Return,
    /// Waits in line there.
    Wait,
    /// Is worked on there.
    Work,
    /// The cache there had it.
    Hit,
    /// The copy of the database there had an older value than had been acknowledged.
    Stale,
    /// The cache there did not have it.
    Miss,
    /// Waits there for the fetch that another request started.
    Lease,
    /// A write that waits there for replicas.
    Acknowledge,
    /// A read that waits there until the copy has what its user has written.
    CatchUp,
    /// Waits there for the calls that it makes at once.
    Join,
    /// Waits at the door of an instance there that hangs.
    Unheard,
    /// Is held up on its way to the component, or from there: the link is cut.
    HeldUp,
    /// The client waits before the next attempt.
    Backoff,
    /// The session was not there: the user logs in again.
    Login,
    /// This attempt failed there.
    Fail(Reason),
}
