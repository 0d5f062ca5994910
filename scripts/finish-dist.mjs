// Trunk runs this at the end of each build, before the new files replace those in dist/.
// It fills in the content security policy and writes the service worker.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const PLACEHOLDER = /(<meta http-equiv="Content-Security-Policy"[^>]*){{script-hashes}}/
const dist = process.env.TRUNK_STAGING_DIR
const release = process.env.TRUNK_PROFILE === 'release'

/** Allows the inline scripts that stand in the page, which are Trunk's, by their hashes, and no others. */
function withScriptHashes(html) {
  if (!PLACEHOLDER.test(html)) throw new Error('index.html has no {{script-hashes}} in its content security policy')
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
  const hashes = inline.map(([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return html.replace(PLACEHOLDER, (_, before) => before + hashes.join(' '))
}

/** Every file of the build as a relative URL, with a hash over all names and contents. */
async function listing() {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'sw.js')
  const names = files.map((entry) => path.relative(dist, path.join(entry.parentPath ?? entry.path, entry.name)).split(path.sep).join('/'))
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(`${name}\0`).update(await readFile(path.join(dist, name)))
  // A folder's own address stands for its index.html: some hosts redirect the longer one.
  return { version: hash.digest('hex').slice(0, 16), urls: names.map((name) => (name === 'index.html' ? './' : name)) }
}

const page = path.join(dist, 'index.html')
await writeFile(page, withScriptHashes(await readFile(page, 'utf8')))
const { version, urls } = await listing()
// A development build keeps nothing, so that each reload shows the newest files.
const constants = `const VERSION = ${JSON.stringify(version)}\nconst FILES = ${JSON.stringify(release ? urls : [], null, 2)}\n`
await writeFile(path.join(dist, 'sw.js'), `${constants}\n${await readFile('assets/sw.js', 'utf8')}`)
