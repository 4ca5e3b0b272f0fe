//! The two ends of the line between the page and a worker. What is said is an array of the message
//! and, where there is bulk, a buffer that is handed over instead of copied.

use js_sys::{Array, Float64Array, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
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

/// A message as a JavaScript value. Numbers of 64 bits travel as BigInts: as numbers they would be exact
/// to 2^53 only.
fn write<T: Serialize>(message: &T) -> JsValue {
    let exact = Serializer::new().serialize_large_number_types_as_bigints(true);
    message
        .serialize(&exact)
        .expect("messages are of types that JavaScript has")
}

fn read<T: DeserializeOwned>(data: &JsValue) -> Result<(T, Option<Float64Array>), String> {
    let post = data.dyn_ref::<Array>().ok_or_else(|| words(data))?;
    let message = serde_wasm_bindgen::from_value(post.get(0)).map_err(|error| error.to_string())?;
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::protocol::{Command, Message, Publication, Speed};
    use headroom_engine::Engine;
    use headroom_engine::time::SimTime;
    use headroom_scenario::step;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn sent<T: Serialize + DeserializeOwned>(message: &T) -> T {
        let post = Array::of1(&write(message));
        let (read, bulk) = read(&post).expect("it is read as it was written");
        assert!(bulk.is_none());
        read
    }

    #[wasm_bindgen_test]
    fn commands_are_javascript_values() {
        let play = write(&Command::Play(true));
        let says = Reflect::get(&play, &"Play".into()).expect("it is an object");
        assert_eq!(says.as_bool(), Some(true));
        for command in [
            Command::Load {
                epoch: 3,
                scenario: "{}".into(),
                at_ns: u64::MAX - 1,
            },
            Command::OneEvent,
            Command::SetSpeed(Speed::FlatOut),
            Command::SetSpeed(Speed::Times(0.001)),
            Command::Hidden(false),
        ] {
            assert_eq!(sent(&command), command);
        }
    }

    #[wasm_bindgen_test]
    fn a_publication_arrives_to_the_last_bit() {
        let last = step::LADDER.last().expect("the ladder has steps");
        let scenario = last.scenario().validate().expect("a step is valid");
        let mut engine = Engine::new(&scenario);
        engine.run_until(SimTime::from_s(3.0), u64::MAX);
        let publication = Publication {
            epoch: 1,
            snapshot: engine.snapshot(),
            bins: engine.bins_since(0),
            marks: Some(engine.marks_since(0).to_vec()),
            reached: Some(0.1 + 0.2),
            rings: (0..8).filter_map(|place| engine.ring(place)).collect(),
            trace: engine.traces().next().cloned(),
            recent: engine.traces().take(5).cloned().collect(),
            ..Publication::default()
        };
        assert!(!publication.rings.is_empty() && publication.trace.is_some());
        let message = Message::Published(Box::new(publication));
        assert_eq!(sent(&message), message);
    }
}
