import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { heapGrowingPercent } from './heap.ts'

const MB = 2 ** 20

test('a heap may grow to three times its size, a large one by so many bytes, and a very large one by half', () => {
  assert.equal(heapGrowingPercent(0), 200)
  assert.equal(heapGrowingPercent(500 * MB), 200)
  assert.equal(heapGrowingPercent(1024 * MB), 100)
  assert.equal(heapGrowingPercent(16_000 * MB), 50)
})

/** Creates arrays that survive two collections of the young generation, and returns the greatest number of MB of them. */
const program = `
import { letHeapGrow } from ${JSON.stringify(new URL('./heap.ts', import.meta.url).href)}
import v8 from 'node:v8'
letHeapGrow()
const kept = []
let [most, count] = [0, 0]
const timer = setInterval(() => {
  for (let i = 0; i < 64; i++, count++) {
    kept.push(new Uint8Array(2 ** 20))
    if (kept.length > 100) kept.shift()
  }
  most = Math.max(most, v8.getHeapStatistics().external_memory / 2 ** 20)
  if (count < 64 * 80) return
  clearInterval(timer)
  console.log(Math.round(most))
}, 20)
`

test('arrays outside of the heap are bounded', () => {
  const most = Number(execFileSync(process.execPath, ['-C', 'spillway-source', '--input-type=module', '-e', program], { encoding: 'utf8' }))
  assert.ok(most >= 100 && most < 2500, `${most} MB outside of the heap at most, of 5,120 made, 100 of them kept`)
})
