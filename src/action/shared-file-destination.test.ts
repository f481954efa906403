import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { delivery } from '../../test/action/receiver.ts'
import { action, appendTo, entity, model, on, pipeline, rules, source, t } from '../index.ts'
import type { AppendableFile } from './file-destination.ts'
import { openRoutes } from './routes.ts'
import { sharedFileDestination } from './shared-file-destination.ts'

const folder = scratchFolder('shared')

/** An open file that is nowhere, and tells of what is done with it. */
function recorded() {
  const calls: string[] = []
  let isWriting = false
  const openFile = async (path: string): Promise<AppendableFile> => {
    calls.push(`open ${path}`)
    return {
      isThere: async () => true,
      append: async text => {
        assert.ok(!isWriting, 'one after the other')
        isWriting = true
        await new Promise(setImmediate)
        isWriting = false
        calls.push(`append ${text.split('\n').length - 1}`)
      },
      sync: async () => {},
      close: async () => void calls.push('closed'),
    }
  }
  return { calls, openFile }
}

test('lines of two actions into one file are whole, however much they send and whatever way they name it', async () => {
  const card = entity('card', t.string())
  const payments = source('payments', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount }),
    score: v => rules([{ when: v.amount.gt(100), score: 0.9 }], 0.1),
  })
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'linked'))
  const shop = pipeline('shop', [
    fraud,
    action('one', { when: fraud.score.gte(0.5), do: appendTo(join(folder, 'real', 'effects.ndjson')) }),
    action('two', { when: fraud.score.gte(0.2), do: appendTo(join(folder, 'linked', 'effects.ndjson')) }),
  ])
  const sendings = await openRoutes(shop, {})
  const body = JSON.stringify({ text: 'x'.repeat(5000) })
  const sent = sendings.flatMap(({ action: name, destination }) =>
    Array.from({ length: 2000 }, (_, i) => destination.deliver({ id: `${name}/${i}`, action: name, key: '1', body, attempt: 1 })),
  )
  for (const { kind } of await Promise.all(sent)) assert.equal(kind, 'acknowledged')
  for (const { destination } of sendings) await destination.close()
  const lines = readFileSync(join(folder, 'real', 'effects.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
  const ids = lines.map(line => (JSON.parse(line) as { id: string }).id)
  assert.equal(new Set(ids).size, 4000)
  assert.equal(ids.length, 4000)
})

test('a shared file is opened once, written sequentially, closed with its last user, and opened anew afterwards', async () => {
  const { calls, openFile } = recorded()
  const path = join(folder, 'later', 'effects.ndjson')
  const [one, two, idle] = [path, join(folder, 'later', '..', 'later', 'effects.ndjson'), path].map(name =>
    sharedFileDestination(name, openFile),
  )
  const both = [one.deliver(delivery({ id: 'a' })), two.deliver(delivery({ id: 'b' }))]
  await one.close()
  await one.close()
  await Promise.all(both)
  assert.deepEqual(calls, [`open ${path}`, 'append 1', 'append 1'])
  await two.deliver(delivery({ id: 'c' }))
  await idle.close()
  assert.equal(calls.at(-1), 'append 1')
  await two.close()
  assert.deepEqual(calls.slice(3), ['append 1', 'closed'])
  await one.deliver(delivery({ id: 'd' }))
  await one.close()
  assert.deepEqual(calls.slice(5), [`open ${path}`, 'append 1', 'closed'])
})

test('closing waits for its own deliveries and for nobody else', async () => {
  const { calls, openFile } = recorded()
  const [one, two] = ['own', 'own'].map(name => sharedFileDestination(join(folder, name), openFile))
  void one.deliver(delivery({ id: 'a' }))
  await two.close()
  assert.ok(!calls.includes('append 1'))
  await one.close()
  assert.deepEqual(calls.slice(1), ['append 1', 'closed'])
})

test('files of other names are others', async () => {
  const { calls, openFile } = recorded()
  const files = ['a', 'b'].map(name => sharedFileDestination(join(folder, name), openFile))
  for (const file of files) await file.deliver(delivery())
  for (const file of files) await file.close()
  assert.deepEqual(calls, [`open ${join(folder, 'a')}`, 'append 1', `open ${join(folder, 'b')}`, 'append 1', 'closed', 'closed'])
})
