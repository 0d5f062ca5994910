// Prints the size of what a first visit downloads, and fails when a wasm file is over its budget.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'

const KB = 1000
// In KB of brotli. The names are those of the programs; Trunk adds a hash to the page's own.
const BUDGETS = [
  { name: 'app', pattern: /^app-.*\.wasm$/, budget: 450 },
  { name: 'collection', pattern: /^collection_bg.*\.wasm$/, budget: 380 },
  { name: 'collection_worker', pattern: /^collection_worker.*\.wasm$/, budget: 170 },
  { name: 'engine_worker', pattern: /^engine_worker.*\.wasm$/, budget: 600 },
  { name: 'unpack_worker', pattern: /^unpack_worker.*\.wasm$/, budget: 130 },
  { name: 'replay_worker', pattern: /^replay_worker.*\.wasm$/, budget: 160 },
  { name: 'report_worker', pattern: /^report_worker.*\.wasm$/, budget: 80 },
  { name: 'reading_worker', pattern: /^reading_worker.*\.wasm$/, budget: 150 },
]
const dist = process.argv[2] ?? 'dist'

const rows = readdirSync(dist)
  .filter((file) => /\.(wasm|js|css|html)$/.test(file))
  .map((file) => {
    const bytes = readFileSync(path.join(dist, file))
    const budget = BUDGETS.find(({ pattern }) => pattern.test(file))?.budget
    return { file, raw: bytes.length / KB, brotli: brotliCompressSync(bytes).length / KB, budget }
  })
const cell = (number) => (number === undefined ? '' : number.toFixed(1)).padStart(9)
console.log(`${'KB'.padEnd(40)}${'raw'.padStart(9)}${'brotli'.padStart(9)}${'budget'.padStart(9)}`)
for (const { file, raw, brotli, budget } of rows) {
  console.log(file.padEnd(40) + cell(raw) + cell(brotli) + cell(budget) + (brotli > budget ? '  over budget' : ''))
}

const missing = BUDGETS.filter(({ pattern }) => !rows.some(({ file }) => pattern.test(file)))
for (const { name } of missing) console.error(`error: ${dist} has no wasm file of ${name}`)
if (missing.length || rows.some(({ brotli, budget }) => brotli > budget)) process.exitCode = 1
