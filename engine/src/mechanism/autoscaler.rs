//! How many servers there should be: target tracking, as the horizontal pod autoscaler of Kubernetes
//! does it (its documentation, under "Algorithm details" and "Stabilization window", and its
//! `replica_calculator.go`).
//!
//! - As many as would be busy to the target share, rounded up; unchanged within the tolerance.
//! - Who does not serve yet counts as idle when that asks for more, so that those on their way are not
//!   asked for twice; if the direction then turns, nothing changes.
//! - Up as far as the policy lets it within a period (`calculateScaleUpLimitWithScalingRules` in its
//!   `horizontal.go`), down only to the highest recommendation of the last window, and never past the
//!   fewest and the most there may be.

use std::collections::VecDeque;

use headroom_scenario::Autoscaling;

use crate::time::ns_from_ms;

/// The share of a server that is none, but an error of rounding.
const ROUNDING: f64 = 1e-9;

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
    /// How many were added or removed within the last period, and when, oldest first.
    changes: VecDeque<(u64, i32)>,
}

impl Autoscaler {
    /// Takes over a service of so many servers, which are right until it knows better.
    pub fn new(parameters: &Autoscaling, now_ns: u64, servers: u16) -> Self {
        Self {
            parameters: parameters.clone(),
            desired: servers,
            recommended: VecDeque::from([(now_ns, servers)]),
            changes: VecDeque::new(),
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
        let servers = (needed - ROUNDING).ceil() as u16;
        if asks_for_more {
            servers.max(self.desired)
        } else {
            servers
        }
    }

    /// Decides by a recommendation and those before it.
    pub fn decide(&mut self, now_ns: u64, recommended: u16) -> u16 {
        let window_ns = ns_from_ms(self.parameters.scale_in_window_s * 1e3);
        forget_before(&mut self.recommended, now_ns, window_ns);
        self.recommended.push_back((now_ns, recommended));
        let all = self.recommended.iter().map(|&(_, servers)| servers);
        let highest = all.max().unwrap_or(recommended);
        let Autoscaling {
            instances_min,
            instances_max,
            ..
        } = self.parameters;
        let before = self.desired;
        self.desired = before
            .clamp(recommended, highest)
            .min(self.scale_out_limit(now_ns).max(before))
            .clamp(instances_min, instances_max);
        let change = i32::from(self.desired) - i32::from(before);
        self.changes.push_back((now_ns, change));
        self.desired
    }

    /// Most servers there may be by now, by those there were a period ago.
    fn scale_out_limit(&mut self, now_ns: u64) -> u16 {
        let Autoscaling {
            scale_out_share,
            scale_out_servers,
            scale_out_period_s,
            ..
        } = self.parameters;
        let period_ns = ns_from_ms(scale_out_period_s * 1e3);
        forget_before(&mut self.changes, now_ns, period_ns);
        let changed: i32 = self.changes.iter().map(|&(_, change)| change).sum();
        let before = (i32::from(self.desired) - changed).max(0) as u16;
        let by_share = (f64::from(before) * (1.0 + scale_out_share) - ROUNDING).ceil() as u16;
        by_share.max(before.saturating_add(scale_out_servers))
    }
}

fn forget_before<T>(past: &mut VecDeque<(u64, T)>, now_ns: u64, length_ns: u64) {
    let is_over = |&mut (at_ns, _): &mut (u64, T)| at_ns + length_ns <= now_ns;
    while past.pop_front_if(is_over).is_some() {}
}
