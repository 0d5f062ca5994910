// Registers the service worker once the page has loaded, so that it does not compete with the page's own start.
// Where there is none to be had, as from a file or in some private windows, the page works all the same.
if ('serviceWorker' in navigator && location.protocol.startsWith('http')) {
  addEventListener('load', () => navigator.serviceWorker.register('./sw.js').catch((error) => console.warn(error)))
}
