import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, happens, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import { logOf } from '../../../test/property/engines/replay-order.ts'
import { Experiment } from './experiment.ts'
import { inputsHash } from './inputs-hash.ts'

const machine = entity('machine', t.string())
const checks = source('checks', { schema: { machine, note: t.string(), at: t.timestamp() }, key: 'machine', time: 'at' })
const failures = source('failures', { schema: { machine, at: t.timestamp() }, key: 'machine', time: 'at', allowedLateness: '1m' })
const recent = features('recent', { from: checks, entity: machine, place: stream, values: () => ({ n: count('1h') }) })
const failing = model('failing', {
  decide: on(checks),
  inputs: c => ({ n: recent.of(c.machine).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
  label: happens(failures, { by: 'machine', within: '10m' }),
})
const plant = pipeline('plant', [failing])

const MINUTE = 60_000

/** A check each minute, and a failure of each twentieth machine after it. */
function history({ note = 'fine', failureDelay = 30_000 } = {}): LoggedEvent[] {
  return Array.from({ length: 600 }, (_, i): LoggedEvent[] => {
    const [time, name] = [i * MINUTE, `m${i % 7}`]
    const check = {
      source: 'checks',
      partition: 0,
      offset: i,
      time,
      arrival: time,
      row: { machine: name, note: i === 300 ? note : 'fine', at: time },
    }
    if (i % 20 > 0) return [check]
    const at = time + failureDelay
    return [check, { source: 'failures', partition: 0, offset: i, time: at, arrival: at, row: { machine: name, at } }]
  }).flat()
}

function hashOf(events: LoggedEvent[], outcomes: ConstructorParameters<typeof Experiment>[3] = {}): string {
  const log = logOf(plant.ir, events)
  return inputsHash(log, new Experiment(plant, failing.ir, log, outcomes).cases)
}

test('the hash of inputs is equal for the same history and outcomes alone', () => {
  const hash = hashOf(history())
  assert.equal(hashOf(history()), hash)
  const others = [
    hashOf(history({ failureDelay: 31_000 })),
    hashOf(history({ note: 'a text that no feature reads' })),
    hashOf(history(), { isCensored: decision => decision === 400 }),
  ]
  assert.equal(new Set([hash, ...others]).size, 4)
})
