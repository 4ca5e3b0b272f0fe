//! The consistent-hash ring as the page draws it.

use headroom_scenario::{HashKey, NodeRouting};
use serde::{Deserialize, Serialize};

use crate::component::Component;
use crate::component::part::Part;
use crate::limits::KEYS_SHOWN_MAX;
use crate::mechanism::ring::{modulo_moved_share, moved_share};
use crate::run::Run;

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
    /// What each would own on an even ring, by its weight.
    pub ideal_shares: Vec<f64>,
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

/// The ring of a balancer or a cache, by its number in the design.
pub(crate) fn ring(run: &Run, component: usize) -> Option<RingView> {
    let route = run.world.routes.get(component)?.as_ref()?;
    let part = &run.components[component];
    let (nodes_of, in_use) = if let Component::LoadBalancer(balancer) = part {
        (balancer.service()?, balancer.uses_ring())
    } else {
        (component as u8, route.routing == NodeRouting::Ring)
    };
    let count = run.components[usize::from(nodes_of)].instances().len();
    let (moved, moved_modulo) = route.before.as_ref().map_or((0.0, 0.0), |(ring, nodes)| {
        (
            moved_share(ring, &route.ring),
            modulo_moved_share(nodes, &route.nodes),
        )
    });
    let hashes_user =
        matches!(part, Component::LoadBalancer(balancer) if balancer.hash_key() == HashKey::User);
    let latest: Vec<_> = run
        .world
        .tracer
        .traces()
        .rev()
        .take(KEYS_SHOWN_MAX)
        .collect();
    let keys = latest.into_iter().filter_map(|trace| {
        let position = if hashes_user {
            route.ring.user_position(trace.user)
        } else {
            route.ring.key_position(trace.key)
        };
        Some((turn(position), route.ring.owner(position)?, trace.request))
    });
    Some(RingView {
        component: component as u8,
        nodes_of,
        in_use,
        points: route
            .ring
            .points()
            .iter()
            .map(|&(at, node)| (turn(at), node))
            .collect(),
        shares: by_instance(count, route.ring.shares()),
        ideal_shares: by_instance(count, route.ideal_shares()),
        moved_share: moved,
        moved_share_modulo: moved_modulo,
        changes: route.changes,
        virtual_nodes: route.ring.virtual_nodes(),
        keys: keys.collect(),
    })
}

/// Shares by instance number; 0 for those that are out.
fn by_instance(count: usize, shares: impl IntoIterator<Item = (u16, f64)>) -> Vec<f64> {
    let mut all = vec![0.0; count];
    for (node, share) in shares {
        if let Some(mine) = all.get_mut(usize::from(node)) {
            *mine = share;
        }
    }
    all
}

/// A position as a fraction of a turn.
fn turn(position: u64) -> f64 {
    const WHOLE: f64 = 18_446_744_073_709_551_616.0;
    position as f64 / WHOLE
}
