//! The page's proof worker: the engine of the released page, asked for digests and speed.

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::page::Page;

/// Starts a proof worker, waits until it is ready, makes one claim and returns the proof.
const ASK: &str = "
    const { script, module, worker } = globalThis.headroom;
    const proof = new Worker(worker, { type: 'module' });
    const next = () => new Promise((resolve, reject) => {
      proof.onmessage = ({ data }) => resolve(JSON.parse(data));
      proof.onerror = ({ message }) => reject(new Error(message));
    });
    const ready = next();
    proof.postMessage({ script, module, role: 'proof' });
    await ready;
    const answer = next();
    proof.postMessage(JSON.stringify(arguments[0]));
    const found = await answer;
    proof.terminate();
    return found;
";

/// The digest of a step's run over so many simulated seconds, in this page's browser.
pub fn digest(page: &Page, step: &str, simulated_s: f64) -> Outcome<String> {
    let claim = json!({ "SameRun": { "step": step, "simulated_s": simulated_s } });
    let answer = prove(page, &claim, "Digest")?;
    Ok(answer.as_str().unwrap_or_default().to_owned())
}

/// The figures of the bench, in this page's browser.
pub fn speed(page: &Page) -> Outcome<Value> {
    prove(page, &json!("Speed"), "Speed")
}

fn prove(page: &Page, claim: &Value, wanted: &str) -> Outcome<Value> {
    let mut answer = page.session().run_async(ASK, &json!([claim]))?;
    match answer.get_mut(wanted) {
        Some(proof) => Ok(proof.take()),
        None => Err(Failure::new(format!("{claim} was answered by {answer}"))),
    }
}
