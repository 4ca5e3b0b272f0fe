// Keeps the page's own files, so that it opens again while its server is out of reach.
//
//   index.html       from the server; what is kept only where the server does not answer, so that
//                    a reload always shows the newest build
//   hashed files     as kept: what a hash names never changes
//   all other files  like index.html
//
// index.html names all files of its build. Whenever a new one has come, they are kept before it
// replaces the old one, and files that it does not name are thrown away: what is kept is always
// one whole build.

const page = registration.scope;
// Pages at other paths of the same host keep their own.
const store = () => caches.open(`headroom ${page}`);

const isHashed = (address) => /-[0-9a-f]{8,}[._]/.test(address);

/** Addresses of the page's own files that this HTML names. */
function filesOf(html) {
  const named = html.matchAll(/\b(?:src|href|data-(?:js|wasm|worker))="([^"]+)"/g);
  const files = new Set(Array.from(named, ([, relative]) => new URL(relative, page).href));
  return [...files].filter((file) => file.startsWith(page));
}

/** Keeps the build that this answer, an index.html, belongs to. */
async function keep(answer) {
  const [kept, html] = [await store(), await answer.text()];
  const files = filesOf(html);
  const missing = await Promise.all(
    files.map(async (file) => !(isHashed(file) && (await kept.match(file)))),
  );
  await kept.addAll(
    files.filter((_, place) => missing[place]).map((file) => new Request(file, { cache: "no-cache" })),
  );
  await kept.put(page, new Response(html, { headers: answer.headers }));
  const old = (await kept.keys()).filter(({ url }) => url !== page && !files.includes(url));
  await Promise.all(old.map((file) => kept.delete(file)));
}

const asKept = async (address) => (await store()).match(address, { ignoreVary: true });

/** The server's answer; what is kept where the server is gone, or something before it says so. */
async function fromServer(request, address) {
  try {
    const answer = await fetch(request);
    return answer.status < 500 ? answer : ((await asKept(address)) ?? answer);
  } catch (unreachable) {
    const kept = await asKept(address);
    if (!kept) {
      throw unreachable;
    }
    return kept;
  }
}

async function openPage(event) {
  const answer = await fromServer(event.request, page);
  // What was kept has no address. A build that can't be kept whole leaves the one before it.
  if (answer.ok && answer.url) {
    event.waitUntil(keep(answer.clone()).catch(() => {}));
  }
  return answer;
}

async function openFile(request) {
  const kept = isHashed(request.url) && (await asKept(request.url));
  return kept || fromServer(request, request.url);
}

addEventListener("install", (event) => {
  const kept = fetch(page, { cache: "no-cache" }).then(keep);
  event.waitUntil(kept.then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const [address] = request.url.split(/[?#]/);
  if (request.mode === "navigate") {
    if (address === page || address === `${page}index.html`) {
      event.respondWith(openPage(event));
    }
  } else if (request.method === "GET" && address.startsWith(page)) {
    event.respondWith(openFile(request));
  }
});
