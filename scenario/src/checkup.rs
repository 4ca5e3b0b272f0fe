//! What a slowed server answers a balancer's health checks: they go before other work, so one may be in time
//! where hardly an answer to a user is.

use std::fmt;

use crate::number::written;
use crate::{Kind, Scenario};

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
    /// Of a server so many times slower that its usual request breaks the objective of latency: the check by
    /// which its balancer keeps it in service. None where it is taken out, nobody checks it, or it is fast enough.
    pub fn checkup(&self, service: &str, slow_factor: f64) -> Option<Checkup> {
        let design = &self.design;
        let Kind::Service(parameters) = &design.component(service)?.1.kind else {
            return None;
        };
        let is_fast = parameters.service_time_ms * slow_factor <= self.objectives.latency_p99_ms;
        let links = design.links.present().map(|(_, link)| link);
        let checks = links.filter(|link| link.to == service).filter_map(|link| {
            let Kind::LoadBalancer(balancer) = &design.component(&link.from)?.1.kind else {
                return None;
            };
            Some((link, balancer.health_check.as_ref()?))
        });
        let mut answers = checks.map(|(link, check)| {
            let answer_ms = parameters.probe_ms * slow_factor + 2.0 * link.latency_ms;
            (answer_ms < check.timeout_ms).then_some(Checkup { answer_ms })
        });
        answers.next().flatten().filter(|_| !is_fast)
    }
}
