//! What the state of the page asks for, done in the browser.

use gloo::timers::callback::Timeout;
use headroom_scenario::INTEGER_MAX;
use yew::Context;

use super::state::effect::Effect;
use super::{App, Msg, theme};
use crate::address;
use crate::intent::Intent;

/// The address follows the design after so long without another change.
const FOLLOW_AFTER_MS: u32 = 400;
/// The lab is asked after so long without another change.
const ASK_AFTER_MS: u32 = 350;

impl App {
    /// Does all that is to be done.
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>) {
        for effect in self.state.take_effects() {
            self.do_one(ctx, effect);
        }
    }

    fn do_one(&mut self, ctx: &Context<Self>, effect: Effect) {
        let link = ctx.link().clone();
        match effect {
            Effect::StartEngine => self.start_engine(ctx),
            Effect::Tell(command) => self.send(command),
            Effect::ClearStage(epoch) => self.stage.borrow_mut().restart(epoch),
            Effect::Follow(scenario, place) => {
                self.follow = None;
                address::follow(&scenario, place);
            }
            Effect::FollowSoon => {
                self.follow = Some(Timeout::new(FOLLOW_AFTER_MS, move || {
                    link.send_message(Msg::FollowNow)
                }));
            }
            Effect::KeepAddress => self.follow = None,
            Effect::AskSoon => {
                self.ask = Some(Timeout::new(ASK_AFTER_MS, move || {
                    link.send_message(Msg::AskNow)
                }));
            }
            Effect::Wear(theme) => theme::apply(theme),
            Effect::DrawSeed => link.send_message(Msg::Wanted(Intent::SetSeed(Some(fresh_seed())))),
        }
    }
}

/// A seed that nobody has seen before, short enough to be told.
fn fresh_seed() -> u64 {
    const SEEDS: u64 = 1_000_000;
    let mut bytes = [0; 8];
    // Where the browser gives no randomness, the clock is as good for a seed.
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes) % SEEDS,
        Err(_) => (js_sys::Date::now() as u64 & INTEGER_MAX) % SEEDS,
    }
}
