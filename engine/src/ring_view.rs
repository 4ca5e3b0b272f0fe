//! The consistent-hash ring as the page draws it.

use serde::{Deserialize, Serialize};

/// A ring, with what its last change moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RingView {
    /// Number of the component whose ring this is: a balancer, or a cache.
    pub component: u8,
    /// Number of the component whose instances are the nodes.
    pub nodes_of: u8,
    /// Whether the component routes by this ring now; else it shows what the ring would do.
    pub in_use: bool,
    /// Positions around the circle as fractions of a turn, ascending, each with its node's instance
    /// number. A key belongs to the first point at or after its own position, clockwise.
    pub points: Vec<(f64, u16)>,
    /// Exact share of the circle each node owns, by instance number; 0 for those that are out.
    pub shares: Vec<f64>,
    /// Share of the keys that changed owner at the last change of the nodes.
    pub moved_share: f64,
    /// The same change under `hash % n`.
    pub moved_share_modulo: f64,
    /// How many changes there were.
    pub changes: u32,
    /// Points each node has.
    pub virtual_nodes: u16,
    /// Keys of sampled requests routed lately: position on the circle, instance, request number.
    pub keys: Vec<(f64, u16, u64)>,
}
