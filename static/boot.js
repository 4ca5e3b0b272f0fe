// Starts the page: compiles its one WebAssembly module and runs it. A worker runs the same
// module, so what was compiled here is kept for Rust to hand on:
//
//   globalThis.headroom = {
//     script: URL of the module's JavaScript, as a string,
//     module: the compiled WebAssembly.Module,
//     worker: URL of worker.js, as a string,
//   }
//
// Trunk writes the addresses into this script's own tag (see Trunk.toml).

const tag = document.querySelector("script[data-wasm]");
const address = (relative) => new URL(relative, document.baseURI).href;

async function compile(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`the server answered ${response.status} for ${url}`);
  }
  // A server that sends .wasm under another type is slower, not broken.
  const streams = response.headers.get("content-type")?.startsWith("application/wasm");
  return streams
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

function explain(error) {
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "alert");
  sentence.className = "boot-failure";
  sentence.textContent = `Headroom could not start: ${error.message}. Reload to try again; any browser of the last few years can run it.`;
  document.body.append(sentence);
}

/** Lets the page open again without its server. Where the browser forbids it, nothing is lost. */
async function keepForLater() {
  try {
    await navigator.serviceWorker?.register(address("service-worker.js"));
  } catch (refusal) {
    console.info(`Headroom will not open offline: ${refusal.message}`);
  }
}

try {
  const script = address(tag.dataset.js);
  const [page, module] = await Promise.all([import(script), compile(address(tag.dataset.wasm))]);
  globalThis.headroom = { script, module, worker: address(tag.dataset.worker) };
  await page.default({ module_or_path: module });
  await keepForLater();
} catch (error) {
  console.error(error);
  explain(error);
}
