//! The scenario as a file: the same JSON that a link carries.

use headroom_scenario::{Scenario, limits::DOCUMENT_BYTES_MAX};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlInputElement, Url, window};
use yew::Callback;

use crate::address::stamped;

/// Hands the scenario to the browser as a file to save.
pub fn save(scenario: &Scenario) {
    let name = match scenario.step.as_deref() {
        Some(step) => format!("headroom-{step}.json"),
        None => "headroom.json".into(),
    };
    // Without a document there is nobody to save for.
    offer(&name, &stamped(scenario).to_json()).ok();
}

fn offer(name: &str, text: &str) -> Result<(), wasm_bindgen::JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    if let Some(document) = window().and_then(|window| window.document()) {
        let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    Url::revoke_object_url(&url)
}

/// Reads the file that was chosen, and hands its text on.
pub fn read(input: &HtmlInputElement, open: Callback<String>) {
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    // The same file may be chosen again after it was changed.
    input.set_value("");
    if file.size() > DOCUMENT_BYTES_MAX as f64 {
        // What is too large is refused by its beginning, as any text that is no scenario is.
        return open.emit(String::new());
    }
    spawn_local(async move {
        let text = JsFuture::from(file.text())
            .await
            .ok()
            .and_then(|text| text.as_string());
        open.emit(text.unwrap_or_default());
    });
}
