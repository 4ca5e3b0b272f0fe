//! The scenario as a file: the same JSON that a link carries.

use headroom_scenario::fragment;
use headroom_scenario::{Problem, Scenario, ValidScenario, text_of};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, DragEvent, File, FileList, HtmlAnchorElement, HtmlInputElement, Url,
    window,
};
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

/// A file that was chosen or dropped, read.
pub struct Read {
    /// Its name.
    pub name: String,
    /// The scenario in it, or what is wrong with it.
    pub scenario: Result<ValidScenario, Vec<Problem>>,
}

/// Reads the file that was chosen, and hands on what is in it.
pub fn read_chosen(input: &HtmlInputElement, open: Callback<Read>) {
    let file = first(input.files());
    // The same file may be chosen again after it was changed.
    input.set_value("");
    read(file, open);
}

/// Reads the file that was dropped, and hands on what is in it.
pub fn read_dropped(event: &DragEvent, open: Callback<Read>) {
    read(
        first(event.data_transfer().and_then(|data| data.files())),
        open,
    );
}

/// Whether what is dragged over the page is a file, and not a text on its way into a field.
pub fn is_dragged(event: &DragEvent) -> bool {
    let kinds = event.data_transfer().map(|data| data.types());
    kinds.is_some_and(|kinds| kinds.includes(&"Files".into(), 0))
}

fn first(files: Option<FileList>) -> Option<File> {
    files?.get(0)
}

fn read(file: Option<File>, open: Callback<Read>) {
    let Some(file) = file else {
        return;
    };
    spawn_local(async move {
        let name = file.name();
        let scenario = text_of_file(&file)
            .await
            .and_then(|text| Scenario::from_json(&text))
            .and_then(Scenario::validate);
        open.emit(Read { name, scenario });
    });
}

async fn text_of_file(file: &File) -> Result<String, Vec<Problem>> {
    Scenario::check_bytes(file.size() as usize)?;
    let read = JsFuture::from(file.array_buffer()).await;
    let bytes = read.map_err(|_| vec![Problem::of_all("the browser can't read it")])?;
    text_in(Uint8Array::new(&bytes).to_vec()).map_err(|problem| vec![Problem::of_all(problem)])
}

/// The text of a scenario, as far as bytes can be one.
///
/// # Errors
/// What they are instead.
fn text_in(bytes: Vec<u8>) -> Result<String, String> {
    // Decoded by the browser, what is in another encoding would come with its letters lost.
    let text = text_of(bytes).map_err(|complaint| format!("this {complaint}"))?;
    match fragment::is_link(text.trim()) {
        true => Err("this is a link: open it in the browser's address bar".into()),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_scenario_is_said_for_what_it_is() {
        let said = |bytes: &[u8]| text_in(bytes.to_vec()).unwrap_err();
        assert!(said(b"\x89PNG\r\n\x1a\n\0\0\0").contains("a picture"));
        assert!(said(b"#step=cache\n").contains("address bar"));
        assert!(said(b"caf\xe9").contains("UTF-8"));
        assert!(said(b"{\0}\0").contains("is in UTF-16"));
        assert_eq!(text_in(b"{}".to_vec()).ok().as_deref(), Some("{}"));
    }
}
