// A static web server, as plain as the ones that TraceBench is meant to be put on.
// From a shell: `node scripts/serve.mjs [--port N] [FOLDER]`; from the browser tests: `serve(folder, options)`.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
}

/** The file that a request asks for, or null; never one outside the folder. */
async function findFile(folder, prefix, url) {
  const { pathname } = new URL(url, 'http://localhost')
  if (!pathname.startsWith(prefix)) return null
  const file = path.join(folder, path.normalize('/' + decodeURIComponent(pathname.slice(prefix.length))))
  const info = await stat(file).catch(() => null)
  if (info?.isDirectory()) return pathname.endsWith('/') ? findFile(folder, prefix, pathname + 'index.html') : null
  return info && { file, size: info.size, etag: `"${info.size}-${info.mtimeMs}"` }
}

async function answer(folder, prefix, request, response) {
  const found = await findFile(folder, prefix, request.url).catch(() => null)
  if (!found) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n')
    return
  }
  // The browser may keep a file but asks each time whether it is still the newest.
  const headers = { 'Cache-Control': 'no-cache', ETag: found.etag }
  if (request.headers['if-none-match'] === found.etag) {
    response.writeHead(304, headers).end()
    return
  }
  const type = TYPES[path.extname(found.file)] ?? 'application/octet-stream'
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': found.size })
  if (request.method === 'HEAD') response.end()
  else createReadStream(found.file).pipe(response)
}

/** Serves a folder on this machine only. Port 0 takes any free port; the prefix begins and ends with a slash. */
export function serve(folder, { port = 0, prefix = '/' } = {}) {
  const server = createServer((request, response) => answer(path.resolve(folder), prefix, request, response))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const close = () => (server.closeAllConnections(), new Promise((done) => server.close(done)))
      resolve({ url: `http://127.0.0.1:${server.address().port}${prefix}`, close })
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { port: { type: 'string', default: '8080' } }, allowPositionals: true })
  try {
    const { url } = await serve(positionals[0] ?? 'dist', { port: Number(values.port) })
    console.log(`\nTraceBench is ready (Ctrl-C stops it). Open this address:\n\n    ${url}\n`)
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    console.error(`error: port ${values.port} is in use; choose another: make serve PORT=${Number(values.port) + 1}`)
    process.exitCode = 1
  }
}
