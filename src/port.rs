//! The two ends of the line between the page and a worker. What is said is an array of the message,
//! in bytes, and, where there is bulk, a buffer that is handed over instead of copied.

use js_sys::{Array, Float64Array, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{
    DedicatedWorkerGlobalScope, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType,
};

use crate::host::{Role, kept};

/// A worker as the page holds it. Dropped, it is stopped at once, whatever it does.
pub struct Remote {
    worker: Worker,
    // Kept alive for as long as the worker may call them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Remote {
    /// Starts a worker on the module the page itself runs. `hear` gets what it says, with the bulk
    /// if there is any; `lament` gets the reason when it can't start or has died.
    ///
    /// # Errors
    /// A sentence when the browser refuses the worker.
    pub fn start<M: DeserializeOwned + 'static>(
        role: Role,
        hear: impl Fn(M, Option<Float64Array>) + 'static,
        lament: impl Fn(String) + 'static,
    ) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = kept("worker")
            .as_string()
            .unwrap_or_else(|| "worker.js".into());
        let worker = Worker::new_with_options(&address, &options).map_err(|error| words(&error))?;
        let lament = std::rc::Rc::new(lament);
        let on_message = {
            let lament = lament.clone();
            Closure::new(move |event: MessageEvent| match read(&event.data()) {
                Ok((message, bulk)) => hear(message, bulk),
                Err(reason) => lament(reason),
            })
        };
        let on_error = Closure::new(move |event: ErrorEvent| lament(event.message()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker
            .post_message(&start_message(role))
            .map_err(|error| words(&error))?;
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Says something to the worker.
    pub fn send<C: Serialize>(&self, command: &C) {
        // A live worker takes all that is said to it.
        self.worker.post_message(&Array::of1(&write(command))).ok();
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// What `static/worker.js` waits for.
fn start_message(role: Role) -> JsValue {
    let message = js_sys::Object::new();
    let role = match role {
        Role::Engine => "engine",
        Role::Lab => "lab",
        Role::Proof => "proof",
    };
    for (name, value) in [
        ("script", kept("script")),
        ("module", kept("module")),
        ("role", role.into()),
    ] {
        // Setting a member of a fresh object cannot fail.
        Reflect::set(&message, &name.into(), &value).ok();
    }
    message.into()
}

/// The page as a worker holds it.
#[derive(Clone)]
pub struct Home {
    scope: DedicatedWorkerGlobalScope,
}

impl Home {
    /// From within the worker's scope.
    pub fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        Self { scope }
    }

    /// Hears the page from now on.
    pub fn listen<C: DeserializeOwned + 'static>(&self, hear: impl Fn(C) + 'static) {
        self.listen_raw(move |data| {
            if let Ok((command, _)) = read(&data) {
                hear(command);
            }
        });
    }

    /// Hears a script from now on, which says texts.
    pub fn listen_for_text(&self, hear: impl Fn(String) + 'static) {
        self.listen_raw(move |data| hear(data.as_string().unwrap_or_default()));
    }

    fn listen_raw(&self, hear: impl Fn(JsValue) + 'static) {
        let on_message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(event.data()));
        self.scope
            .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // It listens for as long as the worker lives.
        on_message.forget();
    }

    /// Says something to the page.
    pub fn send<M: Serialize>(&self, message: &M) {
        self.scope.post_message(&Array::of1(&write(message))).ok();
    }

    /// Says something to a script.
    pub fn send_text(&self, text: &str) {
        self.scope.post_message(&text.into()).ok();
    }

    /// Says something with bulk, which is handed over.
    pub fn send_with<M: Serialize>(&self, message: &M, bulk: &Float64Array) {
        let post = Array::of2(&write(message), bulk);
        self.scope
            .post_message_with_transfer(&post, &Array::of1(&bulk.buffer()))
            .ok();
    }
}

/// Both ends are the same build, so the bytes name no fields: no form is smaller, nor sooner read.
fn write<T: Serialize>(message: &T) -> JsValue {
    let bytes = postcard::to_allocvec(message).expect("messages are of types that postcard knows");
    Uint8Array::from(bytes.as_slice()).into()
}

fn read<T: DeserializeOwned>(data: &JsValue) -> Result<(T, Option<Float64Array>), String> {
    let post = data.dyn_ref::<Array>().ok_or_else(|| words(data))?;
    let bytes: Uint8Array = post.get(0).dyn_into().map_err(|other| words(&other))?;
    let message = postcard::from_bytes(&bytes.to_vec()).map_err(|error| error.to_string())?;
    Ok((message, post.get(1).dyn_into().ok()))
}

/// What a thrown value says.
fn words(value: &JsValue) -> String {
    value
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| value.as_string())
        .unwrap_or_else(|| format!("{value:?}"))
}
