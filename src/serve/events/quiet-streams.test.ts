/** Readers of a quiet model or action, while others are busy and old events are deleted. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { yieldToEventLoop } from '../../base/clock.ts'
import { defaultResourceLimits } from '../access/resource-limits.ts'
import { decisionJournal } from './decision-journal.ts'
import { effectJournal } from './effect-journal.ts'
import { parseEventId, type EventPosition, type JournalBatch, type Journal } from './journal.ts'
import { EventStream } from './event-stream.ts'

/** A journal of batches from number `first` on, each of one model. */
class MemoryJournal implements Journal {
  first = 1
  readonly models: string[] = []

  last = (): number => this.models.length

  next(after: number, of?: string): JournalBatch | undefined {
    const number = this.models.findIndex((model, i) => i + 1 >= this.first && i + 1 > after && (of === undefined || model === of)) + 1
    if (number === 0) return undefined
    const frame = Buffer.from(`id: ${number}.0\ndata: ${this.models[number - 1]}\n\n`)
    return { number, frames: model => (model === undefined || model === this.models[number - 1] ? frame : Buffer.alloc(0)) }
  }

  oldest = (): EventPosition => ({ batch: this.first - 1, row: Infinity })

  gapAfter = (position: EventPosition) => (position.batch >= this.first - 1 ? undefined : { resumeAt: this.oldest(), reason: 'forgotten' })
}

/** The text that a reader gets, and its last id, from which it resumes. */
function reading(stream: EventStream, position: EventPosition | 'oldest' | undefined, filter?: string) {
  let text = ''
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writableNeedDrain: false,
    writableLength: 0,
    writeHead: () => {},
    write: (chunk: Buffer | string) => {
      text += String(chunk)
      return true
    },
    end: () => response.emit('close'),
  })
  stream.add(response as unknown as ServerResponse, { position, filter })
  return { said: () => text, back: () => parseEventId([...text.matchAll(/^id: (\S+)$/gm)].at(-1)![1])! }
}

test('a reader of a quiet model resumes after the events that passed, without a gap', async t => {
  const journal = new MemoryJournal()
  journal.models.push('quiet')
  t.mock.timers.enable({ apis: ['setInterval'] })
  const stream = new EventStream(journal, { ...defaultResourceLimits, heartbeatMs: 100 }, error => assert.fail(String(error)))
  const reader = reading(stream, 'oldest', 'quiet')
  await yieldToEventLoop()
  for (let i = 0; i < 5; i++) journal.models.push('busy')
  stream.notify()
  await yieldToEventLoop()
  assert.equal(reader.back().batch, 1)
  t.mock.timers.tick(200)
  assert.deepEqual(reader.back(), { batch: 6, row: Infinity })
  assert.match(reader.said(), /^:\nid: 6\n\n/m)
  const { length } = reader.said()
  t.mock.timers.tick(200)
  assert.match(reader.said().slice(length), /^(:\n\n)+$/, 'told once')
  journal.first = 6
  assert.doesNotMatch(reading(stream, reader.back(), 'quiet').said(), /gap/)
  stream.close()
})

test('a reader of all kept events gets no gap, and gets its position once it is up to date', async () => {
  const journal = new MemoryJournal()
  journal.models.push('quiet', 'busy', 'quiet', 'busy', 'busy')
  journal.first = 3
  const stream = new EventStream(journal, defaultResourceLimits, error => assert.fail(String(error)))
  const all = reading(stream, 'oldest', 'quiet')
  await yieldToEventLoop()
  await yieldToEventLoop()
  // On a slow machine there are heartbeats between them.
  const text = all
    .said()
    .replace(/^retry: .*\n/, '')
    .replaceAll(/^:\n\n/gm, '')
  assert.equal(text, 'id: 2\n\nid: 3.0\ndata: quiet\n\nid: 5\n\n')
  assert.match(reading(stream, parseEventId('0')).said(), /event: gap/, 'one that was in front of the first')
  stream.close()
})

test('the oldest position of decisions is the first kept one, of effects any unchanged one', () => {
  const oldestOf = (first: number, last: number) =>
    decisionJournal({ decisionNumbers: () => ({ first, last }) } as Parameters<typeof decisionJournal>[0]).oldest()
  assert.deepEqual([oldestOf(4, 9), oldestOf(0, 0)], [parseEventId('3'), parseEventId('0')])
  const effects = {} as Parameters<typeof effectJournal>[0]
  assert.deepEqual(effectJournal(effects).oldest(), parseEventId('0'))
})
