/** The project of `spillway init --from FILE` decides about live records, which have no outcome yet, and says what the file cannot tell. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called } from './called.ts'
import { Project } from './project.ts'

const ROWS = 1200
const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const local = (ms: number): string => new Date(ms).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+).*$/, '$3.$2.$1 $4')

/** Orders every two hours; each eighth is returned within three days, and refunded. */
const orders = [
  'Kunde;Bestellt am;Betrag €;Kanal;Hinweis;Retoure;Retoure am;Erstattung',
  ...Array.from({ length: ROWS }, (_, i) => {
    const [at, isReturned] = [START + 2 * HOUR * i, i % 8 === 3]
    const price = `${20 + (i % 90)},50`
    const back = isReturned ? `ja;${local(at + (1 + (i % 72)) * HOUR)};${price}` : 'nein;;'
    return `k${i % 6};${local(at)};${price};${['web', 'app', 'shop'][i % 3]};bitte nach ${i % 50} Uhr klingeln;${back}`
  }),
].join('\n')

interface InitOutput {
  readonly source: string
  readonly inferred: readonly { readonly of: string; readonly value: string; readonly evidence: string }[]
  readonly audit: { readonly guessed: readonly string[] }
  readonly warnings: readonly string[]
}

let project: Project
let output: InitOutput
before(async () => {
  project = new Project({ 'bestellungen.csv': orders })
  for (const name of ['typescript', '@types/node']) project.link(`node_modules/${name}`, `node_modules/${name}`)
  const { status, out, err } = await called('init', project.path('shop'), '--from', project.path('bestellungen.csv'), '--json')
  assert.equal(status, 0, err)
  output = JSON.parse(out) as InitOutput
})
after(() => project[Symbol.dispose]())

const run = (...args: readonly string[]) => project.node([project.bin, ...args], { cwd: 'shop' })

test('the time of the outcome is inferred with its evidence, and is no guess', () => {
  const inferred = output.inferred.map(({ of, value, evidence }) => `${of}: ${value} (${evidence})`)
  for (const line of [
    'outcome at: Retoure am (after Bestellt am, by 68 h at most and 36 h at the median)',
    'later: Erstattung (not known at the event: it has a value only where the outcome is true)',
    'no feature: Hinweis (free text)',
    "no feature: Kanal (text; a condition may be an input, such as e.COLUMN.eq('…'))",
  ])
    assert.ok(inferred.includes(line), `${line} is not in\n${inferred.join('\n')}`)
  assert.deepEqual(
    output.audit.guessed.map(text => text.split(' ')[0]),
    ['LABEL', 'WORTH'],
  )
  const pipeline = project.read('shop/pipeline.ts')
  assert.match(pipeline, /KNOWN_AFTER = 4081 /)
  assert.match(pipeline, /at: raw\['Retoure am'\] == null \? later\(dmy\(raw\['Bestellt am'\]\)\) : dmy\(raw\['Retoure am'\]\),/)
})

test('it warns that the key has too few values for a verdict', () => {
  assert.deepEqual(output.warnings, [
    'Kunde has 6 values in 1,200 records, and an audit needs 20 for a verdict: give a file of more values of Kunde',
  ])
})

test('it type-checks, its test passes, and a replay and an audit need no arguments', async () => {
  project.write('tsconfig.json', JSON.stringify({ extends: './shop/tsconfig.json', include: ['shop/*.ts'] }))
  const { status, stdout } = await project.typeCheck()
  assert.equal(status, 0, stdout)
  const tests = await project.node(['--test', '--test-isolation=none', '--test-reporter', 'tap', 'shop/pipeline.test.ts'])
  assert.match(tests.stdout, /^# pass 1$/m, tests.stdout)
  const replayed = await run('replay', '--json')
  assert.equal(replayed.status, 0, replayed.stderr)
  const { models } = JSON.parse(replayed.stdout) as { models: { model: string; labels?: object }[] }
  assert.deepEqual(models[1].labels, { decisions: ROWS, positive: ROWS / 8, negative: (7 * ROWS) / 8, unknown: 0, notEligible: 0, late: 0 })
  const audited = await run('audit', '--plans', '2', '--json')
  assert.equal(audited.status, 0, audited.stderr)
  const { history } = JSON.parse(audited.stdout) as { history: { decisions: number } }
  assert.equal(history.decisions, ROWS)
})

test('a run decides about records without their outcome, and joins the outcome when it comes', async () => {
  const event = project.read('shop/event.json')
  const order = JSON.parse(event) as Record<string, string>
  assert.deepEqual(Object.keys(order), ['Kunde', 'Bestellt am', 'Betrag €', 'Kanal', 'Hinweis'])
  project.write('shop/live.ndjson', event)
  project.write('shop/returns.ndjson', JSON.stringify({ ...order, Retoure: 'ja', 'Retoure am': order['Bestellt am'] }))
  const decided = await run('run', '--source', `${output.source}=live.ndjson`, '--once', '--json')
  assert.equal(decided.status, 0, decided.stderr)
  const { accepted, rejected, decisions } = JSON.parse(decided.stdout) as Record<string, number>
  assert.deepEqual([accepted, rejected, decisions], [1, 0, 2], decided.stderr)
  const joined = await run('run', '--source', 'outcomes=returns.ndjson', '--once', '--json')
  assert.equal(joined.status, 0, joined.stderr)
  const listed = await run('decisions', '--json')
  assert.match(listed.stdout, /"model":"unusual"[^]*"score":0\.1/)
  const label = await run('training-set', '--data', '.spillway', '--decisions', '--model', 'Retoure', '--labels', '--out', 'set', '--json')
  assert.equal(label.status, 0, label.stderr)
  assert.match(label.stdout, /"positive":1/)
})
