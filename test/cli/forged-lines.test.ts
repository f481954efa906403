/** No key, id, value or record can imitate a line of a command's output. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { singleLineTexts, printStatus } from '../../src/cli/command/print.ts'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { closeDataFolder, openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { called } from './called.ts'
import { Shop } from './shop.ts'

/** Texts that end a line for a terminal or a line reader, or move the cursor. `hostile` puts a forged line after each. */
const ENDS = ['\n', '\r\n', '\u2028', '\u0085', '\u001b[1G', '\u009b1G', '\u000b']
const hostile = ENDS.map(end => `x${end}FORGED`).join('')

/** Commands that list nothing from senders, with the reason. A new command is called below, or gets its reason here. */
const others: Readonly<Record<string, string>> = {
  dev: 'prints decisions and effects as `decisions` and `effects` do, and status lines by `printStatus`',
  runs: 'batch runs: groups, times and hashes',
  reports: 'test/cli/reports.test.ts',
  gate: 'counts, and names of topics',
  jobs: 'names of definitions',
  plan: 'definitions and sizes',
  lineage: 'definitions',
  train: 'versions: names of inputs and measures',
  models: 'versions: names of inputs and measures',
  'training-set': 'counts, by the text of troubleLines, which `replay` shares',
  backfill: 'files and sizes, by the text of troubleLines',
  audit: 'its report is checked by src/audit/report',
  drift: 'names of inputs and measures',
  tokens: 'names that an operator gave',
  schema: 'definitions',
  observe: 'definitions',
  backup: 'addresses, times and sizes',
  restore: 'addresses, times and sizes',
  init: 'src/cli/init/inferred-project.test.ts',
  explain: 'a table of Spillway',
  completion: 'definitions of commands',
}

interface Printed {
  readonly status: number
  readonly text: string
}

/** The whole output of a command, on both streams. */
async function printed(...args: string[]): Promise<Printed> {
  const pieces: string[] = []
  const mocks = (['log', 'error'] as const).map(name => mock.method(console, name, (text: string) => void pieces.push(`${text}\n`)))
  mocks.push(mock.method(process.stderr, 'write', (text: string) => pieces.push(text) > 0) as never)
  try {
    return { status: await main(args), text: pieces.join('') }
  } finally {
    for (const mocked of mocks) mocked.mock.restore()
  }
}

const isForged = (text: string): boolean => /(?:^|[\p{Cc}\u2028\u2029](?:\[?\d*G)?) *FORGED/u.test(text)

const sale = (id: string, more: object) =>
  JSON.stringify({ id, card: 'a', till: 1, price: '1.00', abroad: false, at: '2026-01-01T00:00Z', ...more })

const alert: Alert = {
  id: 'effects-page-1',
  pipeline: 'shop',
  cause: 'effects',
  subject: { kind: 'action', name: 'page' },
  severity: 'page',
  state: 'firing',
  opened: 1,
  summary: `the receiver said ${hostile}`,
  affected: { groups: [], models: [], actions: ['page'] },
  runbook: 'docs/guides/alerts.md#effects',
  command: 'spillway effects',
  inhibited: [],
  acknowledged: { by: `ann${hostile}`, at: 2, note: hostile },
}

test('a listing has its own lines and no other, with any text of a sender', async () => {
  using shop = await Shop.ran([
    sale(`i${hostile}`, { card: hostile }),
    sale('wrong', { card: hostile, price: hostile }),
    sale('more', { [hostile]: 1 }),
    `no json${hostile.replaceAll(/[\n\r]/g, '')}`,
  ])
  const { folder, data, pipeline } = shop
  const dataFolder = await openDataFolder(data)
  const effect = {
    number: 1,
    action: 'page',
    id: hostile,
    entry: 0,
    key: JSON.stringify(hostile),
    t: 1,
    decidedAt: 1,
    due: undefined,
    isDry: false,
  }
  await dataFolder.store.commit({ effects: [{ ...effect, body: `{"model":"risk"}${hostile}` }] })
  await dataFolder.store.commit({ effectChanges: [{ kind: 'dead', number: 1, sent: 1, at: 2, why: hostile }] })
  await dataFolder.store.commit({ put: [['alert/000000000001', JSON.stringify(alert)]] })
  await closeDataFolder(dataFolder)
  const inData = ['--data', data]
  const calls: string[][] = [
    ['decisions', ...inData],
    ['decisions', '--entry', '0', ...inData],
    ['decisions', '--key', hostile, ...inData],
    ['decisions', '--key', `no ${hostile}`, ...inData],
    ['features', pipeline, hostile, ...inData],
    ['features', pipeline, hostile, '--group', `no ${hostile}`, ...inData],
    ['effects', ...inData],
    ['effects', 'show', '1', ...inData],
    ['trace', '0', ...inData],
    ['dlq', 'list', ...inData],
    ...['1', '2', '3'].map(id => ['dlq', 'show', id, ...inData]),
    ['dlq', 'edit', '1', '--set', `price=${hostile}`, ...inData],
    ['dlq', pipeline, 'replay', '1', ...inData],
    ['dlq', 'drop', '2', '--why', hostile, ...inData],
    ['dlq', 'list', '--settled', ...inData],
    ['reconcile', pipeline, ...inData],
    ['inspect', '--verify', ...inData],
    ['alerts', ...inData],
    ['alerts', 'ack', 'effects-page-1', '--note', hostile, ...inData],
    ['alerts', 'silence', `no ${hostile}`, '--for', '1h', ...inData],
    ['alerts', 'list', '--all', ...inData],
    ['replay', pipeline, '--source', `sales=${folder}/sales.ndjson`, '--show', '5'],
    ['run', pipeline, '--source', `sales=${folder}/sales.ndjson`, '--once', '--data', `${folder}/again`],
  ]
  let shown = 0
  for (const args of calls)
    for (const json of args[1] === 'edit' || args[1] === 'ack' || args[1] === 'silence' ? [false] : [false, true]) {
      const { text } = await printed(...args, ...(json ? ['--json'] : []))
      assert.ok(!isForged(text), `${args.join(' ')}\n${JSON.stringify(text)}`)
      if (text.includes('FORGED')) shown++
    }
  assert.ok(shown > 20, `${shown} calls showed what a sender wrote`)
  const { out } = await called('help')
  const names = [...out.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name)
  assert.ok(names.length > 15)
  const tried = new Set([...calls.map(([name]) => name), ...Object.keys(others)])
  assert.deepEqual(
    names.filter(name => !tried.has(name)),
    [],
  )
})

test('a line that a run says is one line, and a value has its texts in one line each, whatever is nested', async () => {
  const pieces: string[] = []
  const mocked = mock.method(process.stderr, 'write', (text: string) => pieces.push(text) > 0)
  printStatus(`page would send ${hostile}`)
  mocked.mock.restore()
  assert.ok(!isForged(pieces.join('')) && pieces.join('').endsWith('\n'))
  const bytes = Uint8Array.of(1)
  const escaped = singleLineTexts({ a: [hostile, { [hostile]: hostile, at: new Date(0), bytes, no: null }], n: 1, un: undefined })
  assert.ok(!isForged(JSON.stringify(escaped).replaceAll('\\n', '\n')))
  assert.deepEqual(escaped, { ...escaped, n: 1, un: undefined })
  assert.deepEqual([singleLineTexts('a\nb'), singleLineTexts(3), singleLineTexts(bytes)], ['a\\u000ab', 3, bytes])
})
