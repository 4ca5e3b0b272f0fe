//! A dialog over the page: the browser's own, which keeps the focus inside and closes with Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon;

/// A dialog's frame.
#[derive(Clone, PartialEq, Properties)]
pub struct FrameProps {
    /// What it is about.
    pub title: AttrValue,
    /// The hook for tests.
    pub testid: AttrValue,
    /// Its content.
    pub children: Html,
    /// Called when it is closed, however.
    pub close: Callback<()>,
}

/// The frame, open for as long as it is there.
#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let element = use_node_ref();
    {
        let element = element.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = element.cast::<HtmlDialogElement>()
                && !dialog.open()
            {
                // It is not open and it is in the document: nothing can go wrong.
                dialog.show_modal().ok();
            }
        });
    }
    let onclose = props.close.reform(|_: Event| ());
    let onclick = props.close.reform(|_: MouseEvent| ());
    html! {
        <dialog ref={element} class="dialog" data-testid={props.testid.clone()} aria-labelledby="dialog-title" {onclose}>
            <div class="dialog-head">
                <h2 id="dialog-title">{ props.title.clone() }</h2>
                <button class="btn icon-only quiet" data-control="close" aria-label="Close" {onclick}>{ icon::close() }</button>
            </div>
            { props.children.clone() }
        </dialog>
    }
}

/// The keys of the page.
const KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    (".", "one event, with a sentence that says what happened"),
    ("[ and ]", "slower, faster"),
    ("n and p", "next step, step before"),
    ("b", "break the busiest server, or repair what is broken"),
    ("1 to 5", "figures, ring, queues, trace, inspector"),
    ("Ctrl+Z", "undo; with Shift, redo"),
    ("s", "share"),
    ("t", "light, dark, or as the system has it"),
    ("Escape", "select nothing"),
    ("?", "this list"),
];

/// The list of keys.
#[component]
pub fn Keys(props: &KeysProps) -> Html {
    html! {
        <Frame title="Keyboard shortcuts" testid="keys-dialog" close={props.close.clone()}>
            <dl class="keys">
                { for KEYS.iter().map(|(key, words)| html! { <><dt><kbd>{ *key }</kbd></dt><dd>{ *words }</dd></> }) }
            </dl>
            <p>{ "Every part of the design can be chosen with the Tab key on the diagram, or in the inspector." }</p>
        </Frame>
    }
}

/// What the list of keys needs.
#[derive(Clone, PartialEq, Properties)]
pub struct KeysProps {
    /// Called when it is closed.
    pub close: Callback<()>,
}

/// What could not be opened.
#[derive(Clone, PartialEq, Properties)]
pub struct DamagedProps {
    /// Why.
    pub reason: AttrValue,
    /// All problems of a scenario that has any.
    pub problems: Vec<String>,
    /// The link's fragment, kept as it came.
    pub fragment: Option<AttrValue>,
    /// Starts with something that works.
    pub start: Callback<()>,
}

/// Says why a link or a file did not open, keeps it, and offers a start that works.
#[component]
pub fn Damaged(props: &DamagedProps) -> Html {
    let start = props.start.reform(|_: MouseEvent| ());
    html! {
        <Frame title="This could not be opened" testid="damaged-dialog" close={props.start.clone()}>
            <p role="alert" data-testid="link-problem">{ props.reason.clone() }</p>
            if props.problems.len() > 1 {
                <ul class="problems">{ for props.problems.iter().map(|problem| html! { <li>{ problem }</li> }) }</ul>
            }
            if let Some(fragment) = &props.fragment {
                <p>{ "It stays in the address bar as it came, so that you can look at it, or copy it again:" }</p>
                <textarea class="field fragment" readonly=true rows="3" aria-label="The link as it came" data-control="fragment"
                    value={fragment.clone()} />
            }
            <p>{ "Nothing of it was opened. Behind this stands the first step of the ladder, which works." }</p>
            <div class="dialog-actions">
                <button class="btn primary" data-control="start" autofocus=true onclick={start}>{ "Start with one server" }</button>
            </div>
        </Frame>
    }
}
