//! A load balancer: how it chooses, and the one address the world knows.

use headroom_engine::reason::Reason;
use headroom_engine::snapshot::{InstanceState, KindGauge};
use headroom_scenario::{Algorithm, LoadBalancer};
use yew::prelude::*;

use super::super::layout::{Block, Flow};
use super::super::scene::{Part, Pick, Scene, cut, words};
use super::{Tone, badge_of, beside_pause, card, pause};

/// Its room.
pub fn block(flow: Flow) -> Block {
    match flow {
        Flow::Rightwards => Block::single(136.0, 88.0, 0.0),
        Flow::Downwards => Block::single(150.0, 64.0, 0.0),
    }
}

/// The address that faces the world.
pub const PUBLIC_ADDRESS: &str = "88.88.88.1";

pub fn draw(scene: &Scene<'_>, number: usize, balancer: &LoadBalancer) -> Html {
    let rect = scene.place(number).frame;
    let name = scene.name(number);
    let gauge = scene.instance(number, 0);
    let down = gauge.is_some_and(|gauge| gauge.state == InstanceState::Down);
    let standby = on_standby(scene, number);
    let algorithm = algorithm_words(balancer.algorithm);
    let third = if standby {
        "the standby serves"
    } else if balancer.sticky {
        "sessions stick"
    } else if balancer.standby {
        "with a standby"
    } else {
        ""
    };
    let (title, tooltip) = cut(&name, beside_pause(gauge, rect.width - 28.0));
    let drawing = html! {
        <>
            { card(&rect) }
            { words("title", rect.x + 14.0, rect.y + 22.0, title) }
            { pause(gauge, rect.right() - 14.0, rect.y + 9.0) }
            { words("soft", rect.x + 14.0, rect.y + 38.0, algorithm) }
            if scene.narrow() {
                { words("soft", rect.x + 14.0, rect.y + 53.0, format!("public {PUBLIC_ADDRESS}")) }
            } else {
                { words("soft", rect.x + 14.0, rect.y + 53.0, third) }
                { words("soft", rect.x + 14.0, rect.y + 75.0, format!("public {PUBLIC_ADDRESS}")) }
            }
        </>
    };
    let mut label = format!("{name}, load balancer, {algorithm}, public {PUBLIC_ADDRESS}");
    for more in [Some(third.to_string()), scene.state_words(number, gauge)] {
        if let Some(more) = more.filter(|more| !more.is_empty()) {
            label += &format!(", {more}");
        }
    }
    let part = Part {
        pick: Pick::Component(number),
        label,
        rect: &rect,
        radius: 12.0,
        dim: down && !standby,
        tooltip,
    };
    scene.part(part, drawing)
}

/// Its badge: why it fails requests by itself. What fails behind it wears the badge there.
pub fn mark(scene: &Scene<'_>, number: usize) -> Option<(Tone, String)> {
    let own = scene.instance(number, 0);
    let own = own.and_then(|gauge| badge_of(gauge, scene.reasons()));
    own.filter(|_| !on_standby(scene, number)).or_else(|| {
        let failing = &scene.gauge(number)?.failing;
        let (reason, _) = failing
            .iter()
            .find(|(reason, _)| *reason == Reason::NoHealthyInstance)?;
        Some((Tone::Bad, scene.reasons()(*reason).to_string()))
    })
}

fn on_standby(scene: &Scene<'_>, number: usize) -> bool {
    matches!(
        scene.gauge(number).map(|gauge| &gauge.kind),
        Some(KindGauge::LoadBalancer {
            on_standby: true,
            ..
        })
    )
}

/// The algorithm as people call it.
fn algorithm_words(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RoundRobin => "round robin",
        Algorithm::WeightedRoundRobin => "weighted round robin",
        Algorithm::LeastConnections => "least connections",
        Algorithm::WeightedLeastConnections => "least conn., weighted",
        Algorithm::Random => "random",
        Algorithm::LeastResponseTime => "least response time",
        Algorithm::PowerOfTwoChoices => "best of two at random",
        Algorithm::IpHash => "IP hash",
        Algorithm::SessionHash => "session hash % n",
        Algorithm::ConsistentHash => "consistent hash",
        Algorithm::ConsistentHashBounded => "hash, bounded loads",
    }
}
