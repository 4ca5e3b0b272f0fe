//! How many servers there should be: target tracking, as the horizontal pod autoscaler of Kubernetes
//! does it (its documentation, under "Algorithm details" and "Stabilization window", and its
//! `replica_calculator.go`).
//!
//! - As many as would be busy to the target share, rounded up; unchanged within the tolerance.
//! - Who does not serve yet counts as idle when that asks for more, so that those on their way are not
//!   asked for twice; if the direction then turns, nothing changes.
//! - Up at once, down only to the highest recommendation of the last window, and never past the
//!   fewest and the most there may be.

use std::collections::VecDeque;

use headroom_scenario::Autoscaling;

use crate::time::ns_from_ms;

/// A service as its autoscaler sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Servers that have served all the time since the last look.
    pub ready: u16,
    /// Servers that boot, or have begun to serve since then.
    pub starting: u16,
    /// Mean busy share of those that are ready.
    pub utilisation: f64,
}

/// Decides how many servers there should be.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    parameters: Autoscaling,
    desired: u16,
    /// What was recommended at the looks of the last window, and when, oldest first.
    recommended: VecDeque<(u64, u16)>,
}

impl Autoscaler {
    /// Takes over a service of so many servers, which are right until it knows better.
    pub fn new(parameters: &Autoscaling, now_ns: u64, servers: u16) -> Self {
        Self {
            parameters: parameters.clone(),
            desired: servers,
            recommended: VecDeque::from([(now_ns, servers)]),
        }
    }

    /// Takes over new parameters; what was recommended before still counts.
    pub fn configure(&mut self, parameters: &Autoscaling) {
        self.parameters = parameters.clone();
    }

    /// Time between two looks, in nanoseconds.
    pub fn interval_ns(&self) -> u64 {
        ns_from_ms(self.parameters.interval_s * 1e3)
    }

    /// How many there should be, by the last decision or by whoever has added or removed some since.
    pub fn desired(&self) -> u16 {
        self.desired
    }

    /// Somebody has added or removed servers.
    pub fn override_desired(&mut self, desired: u16) {
        self.desired = desired;
    }

    /// Whether so many may be there.
    pub fn allows(&self, servers: u16) -> bool {
        let Autoscaling {
            instances_min,
            instances_max,
            ..
        } = self.parameters;
        (instances_min..=instances_max).contains(&servers)
    }

    /// Looks at the service: the number of servers that is right by this look alone.
    pub fn recommend(&self, look: Look) -> u16 {
        let Look {
            ready,
            starting,
            utilisation,
        } = look;
        // Servers that this work would keep busy to the target.
        let needed = f64::from(ready) * utilisation / self.parameters.target_utilisation;
        let asks_for_more = needed > f64::from(ready);
        let counted = ready + if asks_for_more { starting } else { 0 };
        let ratio = needed / f64::from(counted);
        let tolerance = self.parameters.tolerance;
        let is_right = (1.0 - tolerance..=1.0 + tolerance).contains(&ratio);
        let has_turned = asks_for_more && ratio < 1.0;
        if ready == 0 || is_right || has_turned {
            return self.desired;
        }
        let servers = needed.ceil() as u16;
        if asks_for_more {
            servers.max(self.desired)
        } else {
            servers
        }
    }

    /// Decides by a recommendation and those before it.
    pub fn decide(&mut self, now_ns: u64, recommended: u16) -> u16 {
        let window_ns = ns_from_ms(self.parameters.scale_in_window_s * 1e3);
        let is_over = |&mut (at_ns, _): &mut (u64, u16)| at_ns + window_ns <= now_ns;
        while self.recommended.pop_front_if(is_over).is_some() {}
        self.recommended.push_back((now_ns, recommended));
        let all = self.recommended.iter().map(|&(_, servers)| servers);
        let highest = all.max().unwrap_or(recommended);
        let Autoscaling {
            instances_min,
            instances_max,
            ..
        } = self.parameters;
        self.desired = self
            .desired
            .clamp(recommended, highest)
            .clamp(instances_min, instances_max);
        self.desired
    }
}
