//! One module serves the page and its workers: `main` looks where it runs.

use headroom_page::host::{Host, host};
use wasm_bindgen::JsValue;

#[yew::component]
fn App() -> yew::Html {
    yew::html! { <main>{ "Headroom" }</main> }
}

fn main() {
    match host() {
        Host::Window => {
            yew::Renderer::<App>::new().render();
        }
        Host::Worker(scope, _role) => {
            // A closed worker cannot be posted to, and needs no answer either.
            scope.post_message(&JsValue::from_str("ready")).ok();
        }
    }
}
