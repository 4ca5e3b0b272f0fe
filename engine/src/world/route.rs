//! Which instance keeps a key: `hash % n`, or the ring.

use headroom_scenario::{HashFunction, NodeRouting};

use crate::mechanism::choice::weight;
use crate::mechanism::hash;
use crate::mechanism::ring::Ring;

/// Which of a component's nodes keeps a key. The nodes are those of the design: one that is dead
/// keeps its keys, as with memcached's clients by default, until it is taken away.
#[derive(Clone, Debug)]
pub struct Route {
    /// How a key finds its node.
    pub routing: NodeRouting,
    /// The nodes in order of number.
    pub nodes: Vec<u16>,
    /// The same nodes on the circle.
    pub ring: Ring,
    /// How many times the points of others each node has, by number; once beyond the end.
    weights: Vec<u16>,
    /// The circle before the last change, with the nodes there were.
    pub before: Option<(Ring, Vec<u16>)>,
    /// How many changes there were.
    pub changes: u32,
}

impl Route {
    /// The route over nodes 0 to `count`, before any change, with an empty ring to place them on.
    pub fn new(routing: NodeRouting, mut ring: Ring, weights: &[u16], count: u16) -> Self {
        ring.add_all((0..count).map(|node| (node, weight(weights, node))));
        Self {
            routing,
            nodes: (0..count).collect(),
            ring,
            weights: weights.to_vec(),
            before: None,
            changes: 0,
        }
    }

    /// The node that keeps a key; none where there are no nodes.
    #[inline]
    pub fn node(&self, key: u32) -> Option<u16> {
        match self.routing {
            NodeRouting::Ring => self.ring.owner(self.ring.key_position(key)),
            NodeRouting::Modulo => {
                let count = self.nodes.len();
                (count > 0).then(|| self.nodes[hash::bucket(hash::key_position(key), count)])
            }
        }
    }

    /// Reads what the search for a key's node begins with, and returns something of it.
    #[inline]
    pub fn peek(&self, key: u32) -> u32 {
        match self.routing {
            NodeRouting::Ring => self.ring.peek(self.ring.key_position(key)),
            NodeRouting::Modulo => 0,
        }
    }

    /// Routes otherwise from now on, over the same nodes.
    pub fn reconfigure(
        &mut self,
        routing: NodeRouting,
        virtual_nodes: u16,
        hash_function: HashFunction,
        weights: &[u16],
    ) {
        self.routing = routing;
        let mut ring = Ring::hashed(virtual_nodes, hash_function);
        if !self.ring.is_placed_like(&ring) || self.weights != weights {
            self.weights = weights.to_vec();
            let nodes = self.nodes.iter();
            ring.add_all(nodes.map(|&node| (node, weight(weights, node))));
            self.before = Some((std::mem::replace(&mut self.ring, ring), self.nodes.clone()));
            self.changes += 1;
        }
    }

    /// Adds a node, or takes it away, and remembers how it was.
    pub fn change(&mut self, node: u16, is_member: bool) {
        if self.nodes.contains(&node) == is_member {
            return;
        }
        self.before = Some((self.ring.clone(), self.nodes.clone()));
        self.changes += 1;
        if is_member {
            self.ring.add(node, weight(&self.weights, node));
            let place = self.nodes.partition_point(|&other| other < node);
            self.nodes.insert(place, node);
        } else {
            self.ring.remove(node);
            self.nodes.retain(|&other| other != node);
        }
    }
    /// The share of the keys that each node would own on an even ring, by its weight.
    pub fn ideal_shares(&self) -> impl Iterator<Item = (u16, f64)> + '_ {
        let weight = |node: u16| f64::from(weight(&self.weights, node));
        let total: f64 = self.nodes.iter().map(|&node| weight(node)).sum();
        self.nodes
            .iter()
            .map(move |&node| (node, weight(node) / total))
    }
}
