// The service worker: after the first visit the page works with the network off.
// The build writes two constants above this text: VERSION, a hash over all files of the build, and FILES, their
// relative addresses. One cache holds exactly one build, so a page never meets files of another one.
const PREFIX = `tracebench ${registration.scope} `
const CACHE = PREFIX + VERSION
const ADDRESSES = new Set(FILES.map((file) => new URL(file, registration.scope).href))

addEventListener('install', (event) => {
  // All or nothing: when one file fails, the build that is already here stays.
  const requests = [...ADDRESSES].map((address) => new Request(address, { cache: 'no-cache' }))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)))
})

addEventListener('activate', (event) => {
  event.waitUntil(dropOtherBuilds().then(() => clients.claim()))
})

addEventListener('message', (event) => {
  if (event.data === 'activate') skipWaiting()
})

addEventListener('fetch', (event) => {
  const { request } = event
  const address = plainAddress(request.url)
  if (request.method !== 'GET' || !ADDRESSES.has(address)) return
  event.respondWith(request.mode === 'navigate' ? openPage(address, request) : kept(address, request))
})

async function dropOtherBuilds() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(names.map((name) => caches.delete(name)))
}

/** Without query and fragment, and with the folder's own address for its index.html. */
function plainAddress(url) {
  const { origin, pathname } = new URL(url)
  return (origin + pathname).replace(/\/index\.html$/, '/')
}

async function kept(address, request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(address)) ?? fetch(request)
}

/** A newer build takes over only between two loads of the last open page, so that no page runs on mixed files. */
async function openPage(address, request) {
  if (registration.waiting && (await clients.matchAll()).length < 2) {
    registration.waiting.postMessage('activate')
    // Not the Refresh header: with a fragment in the address it does nothing. The icon keeps the browser from asking for one.
    const again = '<link rel="icon" href="data:,"><script>location.reload()</script>'
    return new Response(again, { headers: { 'Content-Type': 'text/html' } })
  }
  return kept(address, request)
}
