//! What a slowed server answers a balancer's health checks: they go before other work, so one may be in time
//! where hardly an answer to a user is.

use std::fmt;

use crate::number::written;
use crate::{Algorithm, Kind, LoadBalancer, Scenario, Service};

/// A health check of a slowed server that notices nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkup {
    /// From the moment it sets out until its answer is back, in milliseconds.
    pub answer_ms: f64,
}

impl fmt::Display for Checkup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer_ms = written(self.answer_ms);
        write!(f, "answers its checks in {answer_ms} ms, in time")
    }
}

impl Scenario {
    /// Of a server so many times slower that it is too slow for its users: the check by which its balancer keeps it
    /// in service, where so many requests a second come to its tier. None where it is taken out, nobody checks
    /// it, or it is fast enough.
    pub fn checkup(
        &self,
        service: &str,
        instance: u16,
        slow_factor: f64,
        rate_rps: f64,
    ) -> Option<Checkup> {
        let design = &self.design;
        let Kind::Service(server) = &design.component(service)?.1.kind else {
            return None;
        };
        let links = design.links.present().map(|(_, link)| link);
        let mut checks = links.filter(|link| link.to == service).filter_map(|link| {
            let Kind::LoadBalancer(balancer) = &design.component(&link.from)?.1.kind else {
                return None;
            };
            Some((link, balancer, balancer.health_check.as_ref()?))
        });
        let (link, balancer, check) = checks.next()?;
        let answer_ms = server.probe_ms * slow_factor + 2.0 * link.latency_ms;
        let share = self.least_share(service, instance, balancer);
        let is_fast = server.service_time_ms * slow_factor <= self.objectives.latency_p99_ms
            && self.bears_rps(server, slow_factor) >= rate_rps * share;
        let is_unnoticed = slow_factor > 1.0 && answer_ms < check.timeout_ms;
        (is_unnoticed && !is_fast).then_some(Checkup { answer_ms })
    }

    /// Of the requests that come to a balanced tier, the share that a server gets at least, however slow it is: by
    /// its weight of all servers that there may be. None is known where the balancer looks at who has much to do,
    /// or hashes what may be uneven.
    fn least_share(&self, service: &str, instance: u16, balancer: &LoadBalancer) -> f64 {
        let is_weighed = match balancer.algorithm {
            Algorithm::RoundRobin | Algorithm::Random | Algorithm::SessionHash => false,
            Algorithm::WeightedRoundRobin => true,
            Algorithm::LeastConnections
            | Algorithm::WeightedLeastConnections
            | Algorithm::LeastResponseTime
            | Algorithm::PowerOfTwoChoices
            | Algorithm::IpHash
            | Algorithm::ConsistentHash
            | Algorithm::ConsistentHashBounded => return 0.0,
        };
        let Some((_, component)) = self.design.component(service) else {
            return 0.0;
        };
        let actions = self.script.iter().map(|timed| &timed.action);
        let joined =
            actions.filter(|action| matches!(action.resizes(), Some((id, 1)) if id == service));
        let servers = usize::from(component.kind.instances_max()) + joined.count();
        let weight = |number: usize| match balancer.weights.get(number) {
            Some(&weight) if is_weighed => f64::from(weight.max(1)),
            _ => 1.0,
        };
        let all: f64 = (0..servers.max(usize::from(instance) + 1))
            .map(weight)
            .sum();
        weight(instance.into()) / all
    }

    /// Requests a second that a slowed server can compute at most. What browsers may answer themselves is no work
    /// for it, and calls to others only hold its workers for longer.
    fn bears_rps(&self, server: &Service, slow_factor: f64) -> f64 {
        let classes = &self.traffic.classes;
        let weights: f64 = classes.iter().map(|class| class.weight).sum();
        let asked = classes.iter().filter(|class| class.fresh_s == 0.0);
        let work: f64 = asked.map(|class| class.weight * class.work).sum();
        let slots = f64::from(server.workers) * f64::from(server.size.factor());
        let mean_ms = server.service_time_ms * slow_factor * work / weights;
        1_000.0 * slots / mean_ms
    }
}
