//! A panic in a worker is said to the page before the worker dies of it.

use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

/// From now on, a panic is posted to the page as the message that `message` makes of its words.
pub fn report_panics<M: Serialize>(message: impl Fn(String) -> M + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let post = serde_wasm_bindgen::to_value(&message(panic.to_string()));
        let scope = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>();
        if let (Ok(post), Ok(scope)) = (post, scope) {
            scope.post_message(&Array::of1(&post)).ok();
        }
    }));
}
