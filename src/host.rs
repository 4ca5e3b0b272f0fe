//! Where this module runs, and what the scripts that started it left for it.
//!
//! `static/boot.js` starts it in a window and `static/worker.js` in a worker; both keep the
//! module's script and the compiled module as `globalThis.headroom`.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// What a worker is to be. Its first message says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs the simulation on screen.
    Engine,
    /// Runs the searches beside it: capacity, pay-off, before and after.
    Lab,
    /// Proves, to the tests and the bench, that the engine runs here as anywhere, and how fast.
    Proof,
}

/// The global scope that this module was started in.
pub enum Host {
    /// The page itself.
    Window,
    /// A worker, with what it is to be.
    Worker(DedicatedWorkerGlobalScope, Role),
}

/// Looks where this module runs.
pub fn host() -> Host {
    match js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) => match kept("role").as_string().as_deref() {
            Some("lab") => Host::Worker(scope, Role::Lab),
            Some("proof") => Host::Worker(scope, Role::Proof),
            _ => Host::Worker(scope, Role::Engine),
        },
        Err(_) => Host::Window,
    }
}

/// A member of `globalThis.headroom`: `script`, `module`, and `worker` or `role`.
pub fn kept(name: &str) -> JsValue {
    Reflect::get(&js_sys::global(), &"headroom".into())
        .and_then(|kept| Reflect::get(&kept, &name.into()))
        .unwrap_or(JsValue::UNDEFINED)
}
