//! The two ends of the line between the page and a worker. What is said is an array of the message
//! and, where there is bulk, a buffer that is handed over instead of copied.

use js_sys::{Array, ArrayBuffer, Reflect};
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
        hear: impl Fn(M, Option<ArrayBuffer>) + 'static,
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
    pub fn send_with<M: Serialize>(&self, message: &M, bulk: &ArrayBuffer) {
        let (post, transfer) = with_bulk(message, bulk);
        self.scope.post_message_with_transfer(&post, &transfer).ok();
    }
}

/// A message with its bulk, and the list of what is handed over.
fn with_bulk<M: Serialize>(message: &M, bulk: &ArrayBuffer) -> (Array, Array) {
    (Array::of2(&write(message), bulk), Array::of1(bulk))
}

/// A message as a JavaScript value. Numbers of 64 bits travel as BigInts: as numbers they would be exact
/// to 2^53 only.
fn write<T: Serialize>(message: &T) -> JsValue {
    let exact = Serializer::new().serialize_large_number_types_as_bigints(true);
    message
        .serialize(&exact)
        .expect("messages are of types that JavaScript has")
}

fn read<T: DeserializeOwned>(data: &JsValue) -> Result<(T, Option<ArrayBuffer>), String> {
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
    use crate::lab::{Question, Wishes};
    use crate::packed;
    use crate::protocol::{Command, Message, Publication};
    use crate::speed::Speed;
    use headroom_engine::Engine;
    use headroom_engine::ring_view::RingView;
    use headroom_engine::time::SimTime;
    use headroom_scenario::{Action, Scenario, step};
    use wasm_bindgen_test::wasm_bindgen_test;

    fn sent<T: Serialize + DeserializeOwned>(message: &T) -> T {
        let post = Array::of1(&write(message));
        let (read, bulk) = read(&post).expect("it is read as it was written");
        assert!(bulk.is_none());
        read
    }

    /// The last step, three seconds old.
    fn running() -> Engine {
        let last = step::LADDER.last().expect("the ladder has steps");
        let scenario = last.scenario().validate().expect("a step is valid");
        let mut engine = Engine::new(&scenario);
        engine.run_until(SimTime::from_s(3.0), u64::MAX);
        engine
    }

    fn rings_of(engine: &Engine) -> Vec<RingView> {
        (0..8).filter_map(|place| engine.ring(place)).collect()
    }

    /// What a value says under a path of keys.
    fn said(value: &JsValue, path: &[&str]) -> JsValue {
        let member = |value: JsValue, key: &&str| {
            Reflect::get(&value, &(*key).into()).expect("it is an object")
        };
        path.iter().fold(value.clone(), member)
    }

    fn load(scenario: Scenario, at_ns: u64) -> Command {
        Command::Load {
            epoch: 3,
            scenario: Box::new(scenario),
            at_ns,
        }
    }

    fn everything() -> Scenario {
        let text = include_str!("../scenario/tests/golden/v1/everything.json");
        Scenario::from_json(text).expect("a golden document is read")
    }

    fn apply(action: &Action) -> Command {
        Command::Apply {
            action: Box::new(action.clone()),
        }
    }

    #[wasm_bindgen_test]
    fn commands_are_javascript_values() {
        let play = write(&Command::Play(true));
        assert_eq!(said(&play, &["Play"]).as_bool(), Some(true));
        for command in [
            Command::OneEvent,
            Command::SetSpeed(Speed::FlatOut),
            Command::SetSpeed(Speed::Times(0.001)),
            Command::Hidden(false),
        ] {
            assert_eq!(sent(&command), command);
        }
    }

    #[wasm_bindgen_test]
    fn every_scenario_and_every_action_travels_as_values() {
        let steps = step::LADDER.iter().map(|step| step.scenario());
        let texts = [
            include_str!("../scenario/tests/golden/v1/autoscaling.json"),
            include_str!("../scenario/tests/golden/v1/full-disk.json"),
            include_str!("../scenario/tests/golden/v1/hash-functions.json"),
            include_str!("../scenario/tests/golden/v1/rolling-deploy.json"),
            include_str!("../scenario/tests/golden/v1/unusual-values.json"),
        ];
        let golden = texts.map(|text| Scenario::from_json(text).expect("it is read"));
        for scenario in steps.chain(golden).chain([everything()]) {
            let command = load(scenario.clone(), 0);
            let name = said(&write(&command), &["Load", "scenario", "name"]);
            assert_eq!(name.as_string().unwrap_or_default(), scenario.name);
            assert_eq!(sent(&command), command, "{}", scenario.name);
            for timed in &scenario.script {
                assert_eq!(sent(&apply(&timed.action)), apply(&timed.action));
            }
            // What the reader can do besides: every part given anew, and the traffic.
            for component in &scenario.design.components {
                let configure = apply(&Action::Configure {
                    component: component.id.clone(),
                    kind: component.kind.clone(),
                });
                assert_eq!(sent(&configure), configure, "{}", component.id);
            }
            let traffic = apply(&Action::SetTraffic {
                traffic: scenario.traffic.clone(),
            });
            assert_eq!(sent(&traffic), traffic, "{}", scenario.name);
            let wishes = Wishes(vec![(
                7,
                Question::Payoff {
                    before: Box::new(scenario.clone()),
                    after: Box::new(scenario.clone()),
                },
            )]);
            assert_eq!(sent(&wishes), wishes, "{}", scenario.name);
        }
    }

    #[wasm_bindgen_test]
    fn every_kind_of_action_is_among_those() {
        let deploy = include_str!("../scenario/tests/golden/v1/rolling-deploy.json");
        let deploy = Scenario::from_json(deploy).expect("it is read").script;
        let script = [everything().script, deploy].concat();
        let named = |action: &Action| {
            let value = write(action);
            let keys = Reflect::own_keys(&value).expect("it is an object");
            keys.get(0).as_string().expect("an action has one key")
        };
        let mut names: Vec<String> = script.iter().map(|timed| named(&timed.action)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 10, "{names:?}");
    }

    #[wasm_bindgen_test]
    fn numbers_of_64_bits_are_bigints_and_exact() {
        let beyond = (1 << 53) + 1;
        let scenario = Scenario {
            seed: beyond,
            ..Scenario::default()
        };
        let command = load(scenario, u64::MAX - 1);
        let value = write(&command);
        for (path, number) in [
            (&["Load", "at_ns"][..], u64::MAX - 1),
            (&["Load", "scenario", "seed"], beyond),
        ] {
            let told = said(&value, path);
            assert!(told.is_bigint(), "{path:?} is {told:?}");
            assert_eq!(u64::try_from(told), Ok(number), "{path:?}");
        }
        assert_eq!(sent(&command), command);
        let staged = Message::Applied {
            epoch: 1,
            at_ns: beyond,
        };
        assert!(said(&write(&staged), &["Applied", "at_ns"]).is_bigint());
        assert_eq!(sent(&staged), staged);
    }

    #[wasm_bindgen_test]
    fn bulk_is_handed_over_and_not_copied() {
        let rings = rings_of(&running());
        assert!(!rings.is_empty());
        let bytes = packed::pack(&rings);
        let flights = js_sys::Float64Array::from(&[1.0, 2.0, 0.1 + 0.2][..]).buffer();
        for bulk in [bytes, flights] {
            let length = bulk.byte_length();
            assert!(length > 0);
            let (post, transfer) = with_bulk(&Message::Ready, &bulk);
            let channel = web_sys::MessageChannel::new().expect("a browser has channels");
            let port = channel.port1();
            port.post_message_with_transferable(&post, &transfer)
                .expect("it is sent");
            assert_eq!(bulk.byte_length(), 0, "what is handed over is gone here");
        }
        // What arrives is what was packed.
        let (_, bulk) = read::<Message>(&with_bulk(&Message::Ready, &packed::pack(&rings)).0)
            .expect("it is read");
        let arrived: Option<Vec<RingView>> = packed::unpack(&bulk.expect("there is bulk"));
        assert_eq!(arrived, Some(rings));
    }

    #[wasm_bindgen_test]
    fn a_publication_arrives_to_the_last_bit() {
        let engine = running();
        let publication = Publication {
            epoch: 1,
            snapshot: engine.snapshot(),
            bins: engine.bins_since(0),
            marks: Some(engine.marks_since(0).into_owned()),
            reached: Some(0.1 + 0.2),
            trace: engine.traces().next().cloned(),
            recent: engine.traces().take(5).cloned().collect(),
            ..Publication::default()
        };
        assert!(publication.trace.is_some());
        let message = Message::Published(Box::new(publication));
        assert_eq!(sent(&message), message);
    }
}
