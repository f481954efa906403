/** Edits of placements in files of many styles: certain ones load as intended, uncertain ones are rejected with a reason. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { changesOf, fileOf, nightlyBatch as nightly, PipelineFiles } from '../../../../test/verdict/pipeline-files.ts'
import type { PlacementIR } from '../../../define/ir/ir.ts'
import { editProblem } from './apply.ts'
import { editPlacements } from './placement-edit.ts'

const files = new PipelineFiles()
after(() => files[Symbol.dispose]())

const stream: PlacementIR = { kind: 'stream' }

const usual = "import { count, entity, features, pipeline, source, stream, t } from 'spillway'"

/** The new text, after the check in a thread. */
async function edited(text: string, to: Readonly<Record<string, PlacementIR>>): Promise<string> {
  const { path, pipeline } = await files.load(text)
  const edit = editPlacements(changesOf(pipeline, to), path)
  assert.deepEqual(edit.rejected, [])
  assert.equal(await editProblem(edit, path, pipeline.ir), undefined)
  return edit.files[0].after
}

async function rejected(text: string, to: Readonly<Record<string, PlacementIR>>): Promise<string> {
  const { name, path, pipeline } = await files.load(text)
  const edit = editPlacements(changesOf(pipeline, to), path)
  assert.deepEqual(edit.files, [])
  return edit.rejected.join('\n').replaceAll(name, 'pipeline.ts')
}

describe('what is sure', () => {
  test('a word for a call: the import gains the new word and loses the old one', async () => {
    const line = "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })"
    const after = await edited(fileOf(usual, line), { now: nightly })
    assert.match(after, /^import \{ batch, count, entity, features, pipeline, source, t \} from 'spillway'$/m)
    assert.match(after, /^const group = features\('now', \{ from: payments, entity: card, place: batch\('0 2 \* \* \*'\), values: /m)
  })

  test('a call for a word, over several lines, with comments around it', async () => {
    const text = fileOf(
      "import {\n  batch, // by night\n  count,\n} from 'spillway'\nimport { entity, features, pipeline, source, stream, t } from 'spillway'",
      `const group = features(
  // how often
  'now',
  {
    from: payments,
    /* whose */ entity: card,
    place: batch('0 2 * * *', {
      lasts: '1h',
    }), // until it pays: place: stream
    values: () => ({ n: count('1h') }),
  },
)`,
    )
    const after = await edited(text, { now: stream })
    assert.equal(after, text.replace(/batch\('0 2[^)]*\)/, 'stream'))
  })

  test('a missing placement goes before the values, on one line and on several', async () => {
    const [one, several] = await Promise.all([
      edited(
        fileOf(usual, "const group = features('now', { from: payments, entity: card, values: () => ({ n: count('1h') }) })\nvoid stream"),
        { now: stream },
      ),
      edited(
        fileOf(
          usual,
          "const group = features('now', {\n    from: payments,\n    entity: card,\n    values: () => ({ n: count('1h') }),\n})\nvoid stream",
        ),
        { now: stream },
      ),
    ])
    assert.match(one, /entity: card, place: stream, values: \(\) =>/)
    assert.match(several, /\n {4}entity: card,\n {4}place: stream,\n {4}values: \(\) =>/)
  })

  test('an alias, and a namespace', async () => {
    const alias = await edited(
      fileOf(
        "import { batch as byNight, count, entity, features as group_of, pipeline, source, stream as live, t } from 'spillway'",
        "const group = group_of('now', { from: payments, entity: card, place: live, values: () => ({ n: count('1h') }) })\nvoid byNight",
      ),
      { now: nightly },
    )
    assert.match(alias, /place: byNight\('0 2 \* \* \*'\), values/)
    const space = await edited(
      fileOf(
        "import * as spillway from 'spillway'\nconst { count, entity, pipeline, source, t } = spillway",
        "const group = spillway.features('now', { from: payments, entity: card, place: spillway.stream, values: () => ({ n: count('1h') }) })",
      ),
      { now: nightly },
    )
    assert.match(space, /place: spillway\.batch\('0 2 \* \* \*'\), values/)
  })

  test('a table, whose default is stream', async () => {
    const text = `import { entity, pipeline, t, table } from 'spillway'
const card = entity('card', t.string())
const group = table('plans', { schema: { card, tier: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
export default pipeline('p', [group])
`
    assert.match(await edited(text, { plans: nightly }), /key: 'card', place: batch\('0 2 \* \* \*'\), time: 'at' \}/)
  })

  test('schedules, zones and durations as a user would write them', async () => {
    const text = fileOf(
      usual,
      "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('9d') }) })",
    )
    const place = async (to: PlacementIR) => /place: (.*), values/.exec(await edited(text, { now: to }))![1]
    assert.equal(
      await place({ kind: 'batch', schedule: { kind: 'cron', cron: '0 3 * * *', zone: 'Europe/Zurich' }, lasts: 5_400_000 }),
      "batch('0 3 * * *', { zone: 'Europe/Zurich', lasts: '90m' })",
    )
    assert.equal(await place({ kind: 'hybrid', schedule: { kind: 'cron', cron: '0 3 * * *', zone: 'UTC' } }), "hybrid('0 3 * * *')")
    assert.equal(
      await place({ kind: 'batch', schedule: { kind: 'interval', every: 3_600_000, phase: 60_000 }, lasts: 0 }),
      "batch(every('1h', { phase: '1m' }), { lasts: '0ms' })",
    )
  })

  test('a constant is replaced where it is used, and stays for its other uses', async () => {
    const text = fileOf(
      "import { batch, count, entity, features, pipeline, source, t } from 'spillway'",
      `const nightly = batch('0 2 * * *', { lasts: '1h' })
const of = { from: payments, entity: card }
const group = features('now', { ...of, place: nightly, values: () => ({ n: count('1h') }) })
const other = features('other', { ...of, place: nightly, values: () => ({ n: count('1h') }) })`,
      "export default pipeline('p', [group, other])",
    )
    const after = await edited(text, { now: stream })
    assert.match(after, /features\('now', \{ \.\.\.of, place: stream,/)
    assert.match(after, /features\('other', \{ \.\.\.of, place: nightly,/)
    assert.match(after, /^import \{ batch, count, entity, features, pipeline, source, stream, t \} from/m)
  })

  test('several groups of one file, and a shorthand', async () => {
    const text = fileOf(
      'import {\n  count,\n  entity,\n  features,\n  pipeline,\n  source,\n  stream,\n  t,\n} from "spillway"',
      `const place = stream
const group = features("now", { from: payments, entity: card, place, values: () => ({ n: count('1h') }) })
const other = features(\`other\`, { from: payments, "entity": card, 'place': place, values() { return { n: count(\`1h\`) } } })`,
      "export default pipeline('p', [group, other])",
    )
    const after = await edited(text, {
      now: nightly,
      other: { kind: 'hybrid', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' } },
    })
    assert.match(after, /^import \{\n {2}batch,\n {2}count,\n {2}entity,\n {2}features,\n {2}hybrid,\n {2}pipeline,/)
    assert.match(after, /entity: card, place: batch\('0 2 \* \* \*'\), values/)
    assert.match(after, /'place': hybrid\('0 2 \* \* \*'\), values\(\) \{/)
  })

  test('a member with the name of a placement is no use of it, and no obstacle', async () => {
    const after = await edited(
      fileOf(
        usual,
        "const of = { stream: 1, batch: 2 }\nconst group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })\nvoid of.stream",
      ),
      { now: nightly },
    )
    assert.match(after, /^import \{ batch, count, entity, features, pipeline, source, t \} from 'spillway'$/m)
  })

  test('keeps the line ends of Windows', async () => {
    const text = fileOf(
      usual,
      "const group = features('now', {\n  from: payments,\n  entity: card,\n  values: () => ({ n: count('1h') }),\n})\nvoid stream",
    ).replaceAll('\n', '\r\n')
    const after = await edited(text, { now: stream })
    assert.equal(after, text.replace('  values', '  place: stream,\r\n  values'))
  })

  test('ignores strings, templates, regular expressions and comments that look like the call', async () => {
    const text = fileOf(
      usual,
      `// features('now', { place: stream })
const noise = ["features('now', { place: stream })", \`\${{ a: \`}\` }.a} features('now', { place: stream })\`, /features\\('now', \\{[/}]/.source, 6 / 2 / 3]
const group = features('now', { from: payments, entity: card, place: stream /* sure */, values: () => ({ n: count('1h') }) })
export { noise }`,
    )
    const after = await edited(text, { now: nightly })
    assert.match(after, /entity: card, place: batch\('0 2 \* \* \*'\) \/\* sure \*\/, values/)
  })
})

describe('what is not sure is rejected, with what to write', () => {
  const cases: Readonly<Record<string, readonly [definitions: string, why: RegExp]>> = {
    'options that are spread in last': [
      "const of = { place: stream }\nconst group = features('now', { from: payments, entity: card, values: () => ({ n: count('1h') }), ...of })",
      /^pipeline\.ts:5 features 'now': write place: batch\('0 2 \* \* \*'\) \(not done here: options are spread in, and place may be among them\)$/,
    ],
    'options behind place': [
      "const of = { owner: 'me' }\nconst group = features('now', { place: stream, from: payments, entity: card, values: () => ({ n: count('1h') }), ...of })",
      /options are spread in behind place/,
    ],
    'a placement that is chosen': [
      "const group = features('now', { from: payments, entity: card, place: process.env['X'] ? lag('5m') : stream, values: () => ({ n: count('1h') }) })",
      /chosen or computed/,
    ],
    'a name that is none': [
      "const name = 'now'\nconst group = features(name, { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })",
      /no features\('now', …\)/,
    ],
    'options that stand elsewhere': [
      "const options = { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) }\nconst group = features('now', options)",
      /not written out in the call/,
    ],
    'a comment that would be lost': [
      "const group = features('now', { from: payments, entity: card, place: lag(/* why */ '5m'), values: () => ({ n: count('1h') }) })\nvoid stream",
      /a comment stands inside its place/,
    ],
    'two of one name': [
      "const make = [() => features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) }), () => features('now', { from: payments, entity: card, values: () => ({ n: count('2h') }) })]\nconst group = make[0]()",
      /more than once/,
    ],
    'a word of its own': [
      "const batch = 3\nconst group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })\nvoid batch",
      /'batch' is a name of the file's own/,
    ],
    'a placement that is an accessor': [
      "const group = features('now', { from: payments, entity: card, get place() { return stream }, values: () => ({ n: count('1h') }) })",
      /chosen or computed/,
    ],
    'more than an object literal': [
      "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) } as const)",
      /more than one object literal/,
    ],
  }
  for (const [name, [definitions, why]] of Object.entries(cases))
    test(name, async () => {
      const text = fileOf(usual.replace('features,', 'features, lag,'), `${definitions}\nvoid lag`)
      assert.match(await rejected(text, { now: nightly }), why)
    })

  test('rejects a file with a mistake of syntax', async () => {
    const { name, path, pipeline } = await files.load(
      fileOf(usual, "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })"),
    )
    files.project.write(name, `${files.project.read(name)}\nconst`)
    const { files: changed, rejected: reasons } = editPlacements(changesOf(pipeline, { now: nightly }), path)
    assert.deepEqual([changed, reasons.length], [[], 1])
    assert.match(reasons[0], /the file is not understood/)
  })

  test('rejects a definition without a known place', async () => {
    const { path } = await files.load(
      fileOf(usual, "const group = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })"),
    )
    assert.deepEqual(editPlacements([{ group: 'now', place: nightly, at: undefined }], path).rejected, [
      "features 'now': write place: batch('0 2 * * *') (not done here: where it is defined is not known)",
    ])
    assert.match(editPlacements([{ group: 'now', place: nightly, at: 'gone.ts:3' }], path).rejected[0], /where it is defined/)
  })
})
