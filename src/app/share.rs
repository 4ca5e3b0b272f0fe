//! The share dialog: the link, the file, and the frame to embed.

use std::rc::Rc;

use headroom_scenario::{Panel, Scenario, View, fragment::CHARACTERS_WISE};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::dialog::Frame;
use super::file;
use crate::address;
use crate::format;

/// What the share dialog needs.
#[derive(Clone, PartialEq, Properties)]
pub struct ShareProps {
    /// The document.
    pub scenario: Rc<Scenario>,
    /// The moment on screen, in simulated nanoseconds.
    pub now_ns: u64,
    /// Id of what is selected.
    pub selected: Option<String>,
    /// The panel that is open.
    pub panel: Panel,
    /// Takes a file that was opened.
    pub open: Callback<file::Read>,
    /// Called when it is closed.
    pub close: Callback<()>,
}

/// How a link opens.
#[derive(Clone, Copy, Default, PartialEq)]
struct Options {
    at_moment: bool,
    read_only: bool,
}

/// The share dialog.
#[component]
pub fn Share(props: &ShareProps) -> Html {
    let options = use_state(Options::default);
    let copied = use_state(|| None::<&'static str>);
    // The moment of the click, not one that runs on.
    let now_ns = *use_memo((), |()| props.now_ns);
    let scenario = shared(props, *options, now_ns);
    let link = address::link_to(&scenario);
    let embedded = Scenario {
        view: View {
            embedded: true,
            ..scenario.view.clone()
        },
        ..scenario.clone()
    };
    let frame = format!(
        r#"<iframe src="{}" width="100%" height="560" title="Headroom"></iframe>"#,
        address::link_to(&embedded)
    );
    let characters = link.chars().count();
    let copy = |text: String, what: &'static str| {
        let copied = copied.clone();
        Callback::from(move |_: MouseEvent| {
            let (text, copied) = (text.clone(), copied.clone());
            spawn_local(async move {
                let clipboard = web_sys::window().map(|window| window.navigator().clipboard());
                let is_copied = match clipboard {
                    Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                    None => false,
                };
                copied.set(Some(if is_copied {
                    what
                } else {
                    "The browser does not let the page copy: select the text and copy it."
                }));
            });
        })
    };
    let option = |set: fn(&mut Options, bool)| {
        let options = options.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut changed = *options;
            set(&mut changed, input.checked());
            options.set(changed);
        })
    };
    let save = {
        let scenario = scenario.clone();
        Callback::from(move |_: MouseEvent| file::save(&scenario))
    };
    let open = {
        let open = props.open.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            file::read_chosen(&input, open.clone());
        })
    };
    html! {
        <Frame title="Share" testid="share-dialog" close={props.close.clone()}>
            <p>{ "The link holds all of it: the design, the traffic, the seed, and everything you did. Nothing is stored anywhere else." }</p>
            <div class="share-row">
                <input class="field" readonly=true aria-label="Link" data-control="link" value={link.clone()} />
                <button class="btn primary" data-control="copy-link" autofocus=true onclick={copy(link.clone(), "Link copied.")}>{ "Copy link" }</button>
            </div>
            <p class={classes!("length", (characters > CHARACTERS_WISE).then_some("behind"))} data-testid="link-length">
                { format!("{} characters", format::count(characters as u64)) }
                if characters > CHARACTERS_WISE {
                    { " · some programs cut links this long. The file is the safer way." }
                }
            </p>
            <div class="share-options">
                <label><input type="checkbox" data-control="at-moment" checked={options.at_moment}
                    onchange={option(|options, on| options.at_moment = on)} />
                    { format!("Open at this moment, {}, with what is selected", format::clock(now_ns)) }</label>
                <label><input type="checkbox" data-control="read-only" checked={options.read_only}
                    onchange={option(|options, on| options.read_only = on)} />
                    { "Read-only: for a lesson" }</label>
            </div>
            <h3 class="eyebrow">{ "In a page of your own" }</h3>
            <div class="share-row">
                <input class="field" readonly=true aria-label="Frame to embed" data-control="frame" value={frame.clone()} />
                <button class="btn" data-control="copy-frame" onclick={copy(frame, "Frame copied.")}>{ "Copy" }</button>
            </div>
            <h3 class="eyebrow">{ "As a file" }</h3>
            <div class="share-row">
                <button class="btn" data-control="save-file" onclick={save}>{ "Save as file" }</button>
                <label class="btn file">
                    { "Open a file" }
                    <input class="visually-hidden" type="file" accept=".json,application/json" data-control="open-file" onchange={open} />
                </label>
            </div>
            <p role="status" class="copied">{ copied.unwrap_or_default() }</p>
        </Frame>
    }
}

/// The scenario as the link is to open it.
fn shared(props: &ShareProps, options: Options, now_ns: u64) -> Scenario {
    let mut view = View {
        read_only: options.read_only,
        ..View::default()
    };
    if options.at_moment {
        view.at_ns = now_ns;
        view.paused = true;
        view.selected.clone_from(&props.selected);
        view.panel = Some(props.panel).filter(|panel| *panel != Panel::default());
    }
    Scenario {
        view,
        ..Scenario::clone(&props.scenario)
    }
}
