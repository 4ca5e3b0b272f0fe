//! Experiments on whole runs: what the command prints and what the page's story claims.
//!
//! ```text
//! Measurement   one run after its warm-up                     ─► Report
//! Verdict       does a report hold the objectives?            ─► which one broke
//! Capacity      the largest load that holds them              ─► and which component gives way first
//! Headroom      a capacity against a load, in words
//! Payoff        the lowest load that one design no longer holds and another does
//! Comparison    two designs under the same conditions         ─► two reports
//! bench         how fast the engine is, by the caller's clock
//! ```
//!
//! All of them are pure, and resumable: `advance` takes a budget of events, so that a worker stays
//! responsive while it searches.
//!
//! A search speaks of designs in service: what they store is filled first (`filling`), then a load is
//! tried by several runs that go on from there (`trial`), and only then does the script begin. What is
//! searched is the [`Load`], so what the script says about it is left out ([`at_load`]).

pub mod bench;
mod bottleneck;
mod capacity;
mod clues;
mod comparison;
mod facing;
mod filling;
mod headroom;
mod held_back;
mod load;
mod measurement;
mod payoff;
pub(crate) mod queue;
mod standing;
mod top;
mod trial;
mod verdict;
mod window;

pub use bottleneck::Bottleneck;
pub use capacity::{Break, COMING_UP_S, Capacity, CapacitySearch};
pub use comparison::Comparison;
pub use facing::{Faced, LeftOut, Renamed, facing};
pub use headroom::{Headroom, Strain};
pub use load::{Load, at_load};
pub use measurement::{Measurement, measure};
pub use payoff::{Payoff, PayoffSearch};
pub use standing::settled;
pub use verdict::{Breach, Objective, Verdict};
pub use window::{Stretch, Window};
