//! A dialog over the page: the browser's own, which keeps the focus inside and closes with Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon;
use crate::intent::{Behind, Damaged, Opening};

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
    ("1 to 6", "figures, ring, queues, data, trace, inspector"),
    ("Ctrl+Z", "undo; with Shift, redo"),
    ("s", "share"),
    ("t", "light, dark, or as the system has it"),
    (
        "+, − and 0",
        "on the diagram: nearer, further away, all of it; arrows move it",
    ),
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

/// What the dialog about something that did not open needs.
#[derive(Clone, PartialEq, Properties)]
pub struct UnopenedProps {
    /// What could not be opened.
    pub damaged: Damaged,
    /// What the design behind is called.
    pub name: AttrValue,
    /// Called when it is closed.
    pub close: Callback<()>,
}

/// Says why a link or a file did not open, keeps a link, and leads to what stands behind.
#[component]
pub fn Unopened(props: &UnopenedProps) -> Html {
    let Damaged {
        what,
        reason,
        problems,
        behind,
    } = &props.damaged;
    let title = match what {
        Opening::Link(_) => "This link could not be opened",
        Opening::File => "This file could not be opened",
    };
    let close = props.close.reform(|_: MouseEvent| ());
    html! {
        <Frame {title} testid="damaged-dialog" close={props.close.clone()}>
            <p role="alert" data-testid="unopened-reason">{ reason }</p>
            if problems.len() > 1 {
                <ul class="problems">{ for problems.iter().map(|problem| html! { <li>{ problem }</li> }) }</ul>
            }
            if let Opening::Link(fragment) = what {
                <p>{ "It stays in the address bar as it came, so that you can look at it, or copy it again:" }</p>
                <textarea class="field fragment" readonly=true rows="3" aria-label="The link as it came" data-control="fragment"
                    value={fragment.clone()} />
            }
            { match behind {
                Behind::FirstStep => html! { <>
                    <p data-testid="behind">{ "Nothing of it was opened. Behind this stands the first step of the ladder, which works." }</p>
                    <div class="dialog-actions">
                        <button class="btn primary" data-control="start" autofocus=true onclick={close}>{ "Start with one server" }</button>
                    </div>
                </> },
                Behind::WhatWasOpen => html! { <>
                    <p data-testid="behind">{ format!("Nothing of it was opened. What was open before is still there, unchanged: {}.", props.name) }</p>
                    <div class="dialog-actions">
                        <button class="btn primary" data-control="go-on" autofocus=true onclick={close}>{ "Go on with it" }</button>
                    </div>
                </> },
            } }
        </Frame>
    }
}
