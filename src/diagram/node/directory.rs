//! The name service: a card of a directory.

use headroom_scenario::Dns;
use yew::prelude::*;

use super::super::layout::Block;
use super::super::scene::{Part, Pick, Scene, cut, px, words};
use super::card;
use crate::format;

/// Its room.
pub fn block() -> Block {
    Block::single(88.0, 50.0, 0.0)
}

pub fn draw(scene: &Scene<'_>, number: usize, dns: &Dns) -> Html {
    let rect = scene.place(number).frame;
    let ttl = if dns.ttl_s > 0.0 {
        format!("kept {}", format::ms(dns.ttl_s * 1e3))
    } else {
        "not kept".to_string()
    };
    let name = scene.name(number);
    let (title, tooltip) = cut(&name, rect.width - 24.0);
    let drawing = html! {
        <>
            <path class="card" d={format!("M{} {}h22l5 -6h18l5 6", px(rect.x + 12.0), px(rect.y))} />
            { card(&rect) }
            { words("title", rect.x + 12.0, rect.y + 21.0, title) }
            { words("soft", rect.x + 12.0, rect.y + 38.0, ttl.clone()) }
        </>
    };
    let part = Part {
        pick: Pick::Component(number),
        label: format!("{name}: turns the name into the address, {ttl} by clients"),
        rect: &rect,
        radius: 12.0,
        dim: false,
        tooltip,
    };
    scene.part(part, drawing)
}
