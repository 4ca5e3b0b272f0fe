//! Experiments on whole runs: what the command prints and what the page's story claims.
//!
//! ```text
//! Measurement   one run after its warm-up                     ─► Report
//! Verdict       does a report hold the objectives?            ─► which one broke
//! Capacity      the largest load that holds them              ─► and which component gives way first
//! Payoff        the lowest load that one design no longer holds and another does
//! Comparison    two designs under the same conditions         ─► two reports
//! bench         how fast the engine is, by the caller's clock
//! ```
//!
//! All of them are pure, and resumable: `advance` takes a budget of events, so that a worker stays
//! responsive while it searches. Rates are searched by changing [`Traffic::rate_rps`], so what the
//! script says about the rate itself is left out of a search ([`at_rate`]).
//!
//! [`Traffic::rate_rps`]: headroom_scenario::Traffic::rate_rps

pub mod bench;
mod bottleneck;
mod capacity;
mod comparison;
mod conditions;
mod measurement;
mod payoff;
mod queue;
mod verdict;
mod window;

pub use capacity::{Break, Capacity, CapacitySearch};
pub use comparison::Comparison;
pub use conditions::{at_rate, facing, settled};
pub use measurement::{Measurement, measure};
pub use payoff::{Payoff, PayoffSearch};
pub use verdict::{Breach, Objective, Verdict};
pub use window::Window;
