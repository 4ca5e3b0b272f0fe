// Starts a worker on the module that the page compiled. The first message brings all it needs:
//
//   { script, module, role }    script and module as boot.js keeps them;
//                               role: what this worker is to be, "engine" or "lab"
//
// They are kept as globalThis.headroom = { script, module, role }, then Rust's `main` runs, sees
// that it is in a worker, reads the role, takes over `onmessage` and says that it is ready.

addEventListener(
  "message",
  async ({ data: { script, module, role } }) => {
    globalThis.headroom = { script, module, role };
    const page = await import(script);
    await page.default({ module_or_path: module });
  },
  { once: true },
);
