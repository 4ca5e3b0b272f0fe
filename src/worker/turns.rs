//! Turns in a worker: at once or after a rest, and always after what the page has said meanwhile.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

/// When the next turn is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// As soon as commands have been heard.
    Soon,
    /// After so many milliseconds.
    In(i32),
    /// When a command comes.
    Never,
}

/// Milliseconds of the wall clock, from any origin.
pub fn now_ms() -> f64 {
    scope()
        .and_then(|scope| scope.performance())
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// Takes turns for as long as each asks for another.
pub struct Turns {
    inner: Rc<Inner>,
}

struct Inner {
    // A timer is held back by some milliseconds once nested; a message to oneself is not.
    channel: Option<MessageChannel>,
    due: Cell<bool>,
}

impl Turns {
    /// Turns that begin when woken.
    pub fn new(mut turn: impl FnMut() -> Next + 'static) -> Self {
        let inner = Rc::new(Inner {
            channel: MessageChannel::new().ok(),
            due: Cell::new(false),
        });
        if let Some(channel) = &inner.channel {
            let weak = Rc::downgrade(&inner);
            let on_turn = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
                let Some(inner) = weak.upgrade() else { return };
                inner.due.set(false);
                match turn() {
                    Next::Soon => inner.soon(),
                    Next::In(ms) => inner.later(ms),
                    Next::Never => {}
                }
            });
            channel
                .port1()
                .set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
            // The worker takes turns for as long as it lives.
            on_turn.forget();
        }
        Self { inner }
    }

    /// Takes a turn soon, unless one is due already.
    pub fn wake(&self) {
        self.inner.soon();
    }
}

impl Inner {
    fn soon(&self) {
        if !self.due.replace(true) {
            self.ring();
        }
    }

    fn ring(&self) {
        if let Some(channel) = &self.channel {
            channel.port2().post_message(&JsValue::NULL).ok();
        }
    }

    fn later(self: &Rc<Self>, ms: i32) {
        if self.due.replace(true) {
            return;
        }
        let inner = self.clone();
        let ring = Closure::once_into_js(move || inner.ring());
        if let Some(scope) = scope() {
            scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(ring.unchecked_ref(), ms)
                .ok();
        }
    }
}
