//! Keys of live requests that walk clockwise to their owner, beside Yew: a frame moves circles.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::Element;

use super::circle;

/// Keys that are on the ring at once: more are a swarm.
const WALKERS_MAX: usize = 10;
/// Requests remembered, so that none walks twice.
const REMEMBERED: usize = 256;
/// A walk of this length takes a second; short ones are not shorter than half of it.
const TURN_S: f64 = 9.0;
const WALK_S_MIN: f64 = 0.7;
/// After it arrived, the key stays for a moment.
const STAY_S: f64 = 0.6;
/// From the path of the keys to the ring.
const OUTWARDS: f64 = 22.0;

const SVG: &str = "http://www.w3.org/2000/svg";

struct Walker {
    from: f64,
    length: f64,
    begun_ms: Option<f64>,
    dot: Element,
    trail: Element,
}

/// The keys under way.
#[derive(Default)]
pub struct Walk {
    group: Option<Element>,
    walkers: Vec<Walker>,
    seen: VecDeque<u64>,
    middle: (f64, f64),
    radius: f64,
    /// Readers who asked for less motion see keys at their place, with the way drawn.
    still: bool,
}

impl Walk {
    /// Keys walk in that group, on a circle of that middle and radius.
    pub fn enter(&mut self, group: Option<Element>, middle: (f64, f64), radius: f64, still: bool) {
        self.group = group;
        (self.middle, self.radius, self.still) = (middle, radius, still);
    }

    /// Requests were routed: those not seen yet begin their walk.
    pub fn route(&mut self, points: &[(f64, u16)], keys: &[(f64, u16, u64)]) {
        for (position, _, request) in keys.iter().rev() {
            if self.walkers.len() >= WALKERS_MAX {
                return;
            }
            if self.seen.contains(request) {
                continue;
            }
            self.seen.push_back(*request);
            if self.seen.len() > REMEMBERED {
                self.seen.pop_front();
            }
            if let Some((owner, _)) = circle::owner_ahead(points, *position) {
                self.begin(*position, owner - position);
            }
        }
    }

    fn begin(&mut self, from: f64, length: f64) {
        let Some(group) = &self.group else {
            return;
        };
        let document = gloo::utils::document();
        let made = document
            .create_element_ns(Some(SVG), "path")
            .ok()
            .zip(document.create_element_ns(Some(SVG), "circle").ok());
        let Some((trail, dot)) = made else {
            return;
        };
        // Names and values here are all well-formed: setting them cannot fail.
        let _ = trail.set_attribute("class", "trail");
        let _ = dot.set_attribute("class", "key");
        let _ = dot.set_attribute("r", "4");
        let _ = group.append_child(&trail);
        let _ = group.append_child(&dot);
        self.walkers.push(Walker {
            from,
            length,
            begun_ms: None,
            dot,
            trail,
        });
    }

    fn frame(&mut self, now_ms: f64) {
        let (middle, radius, still) = (self.middle, self.radius, self.still);
        self.walkers.retain_mut(|walker| {
            let begun_ms = *walker.begun_ms.get_or_insert(now_ms);
            let gone_s = (now_ms - begun_ms) / 1e3;
            let walk_s = (walker.length * TURN_S).max(WALK_S_MIN);
            if gone_s > walk_s + STAY_S {
                walker.dot.remove();
                walker.trail.remove();
                return false;
            }
            let part = if still { 0.0 } else { eased(gone_s / walk_s) };
            let here = walker.from + walker.length * part;
            // Arrived, it goes out to its owner.
            let out = if still {
                0.0
            } else {
                eased((gone_s - walk_s) / STAY_S * 1.6)
            };
            let (x, y) = circle::at(middle, radius + out * OUTWARDS, here);
            let _ = walker.dot.set_attribute("cx", &format!("{x:.1}"));
            let _ = walker.dot.set_attribute("cy", &format!("{y:.1}"));
            let rest = circle::path(middle, radius, here, walker.from + walker.length);
            let _ = walker.trail.set_attribute("d", &rest);
            true
        });
    }

    /// Takes all keys off the ring: it shows other points now.
    pub fn clear(&mut self) {
        for walker in self.walkers.drain(..) {
            walker.dot.remove();
            walker.trail.remove();
        }
    }
}

/// Starts and ends gently.
fn eased(part: f64) -> f64 {
    let part = part.clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// The chain of frames; it ends when this is dropped.
pub struct Frames(
    #[expect(dead_code, reason = "held for its drop, which cancels the next frame")]
    Rc<RefCell<Option<AnimationFrame>>>,
);

/// Moves the keys for every frame of the screen.
pub fn run(walk: &Rc<RefCell<Walk>>) -> Frames {
    let next = Rc::new(RefCell::new(None));
    schedule(Rc::downgrade(walk), Rc::downgrade(&next));
    Frames(next)
}

fn schedule(walk: Weak<RefCell<Walk>>, next: Weak<RefCell<Option<AnimationFrame>>>) {
    let Some(slot) = next.upgrade() else {
        return;
    };
    let frame = request_animation_frame(move |now_ms| {
        if let Some(walking) = walk.upgrade() {
            walking.borrow_mut().frame(now_ms);
            schedule(walk, next);
        }
    });
    slot.replace(Some(frame));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_starts_and_ends_gently_and_never_overshoots() {
        assert_eq!((eased(-1.0), eased(0.5), eased(2.0)), (0.0, 0.5, 1.0));
        assert!(eased(0.1) < 0.1 && eased(0.9) > 0.9);
    }
}
