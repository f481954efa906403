/**
 * The features of a key at a past time, read from a stored log, equal the oracle's: random pipelines, histories, keys, times and
 * placements.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureValue } from '../../src/decision/feature-value.ts'
import type { ColumnIR, Value } from '../../src/define/ir/ir.ts'
import { decimalText } from '../../src/intake/row-reader.ts'
import { featuresFromLog } from '../../src/run/history/features-at.ts'
import { visibleEvents, ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { groupOf, sourceOf, type Answer, type Ask, type Case } from './case.ts'
import { agree, answerText } from './compare.ts'
import { storeLog } from './engines/stored-log.ts'
import { asOneLog } from './generate/one-log.ts'
import { Draw } from './generate/draw.ts'
import { generate } from './generate/generate.ts'

const CASES = 40
const ASKS_A_CASE = 12

function textOf({ type, scale = 0 }: ColumnIR, value: Value): string {
  return type === 'decimal' ? decimalText(value as number, scale) : String(value)
}

function oracleFeatures(of: Case, { group: name, place, key, prefix, t }: Ask) {
  const group = groupOf(of, name)
  const source = sourceOf(of, group)
  const { events, clock } = visibleEvents(source, place, of.log, prefix, t)
  const own = ofKey(group, standing(source, events), key)
  const answers = group.features.map((feature): Answer => {
    const { delivered, tolerance, rejected } = valueOf(source, feature, own, clock)
    return { value: delivered, ...(tolerance !== undefined && { tolerance }), ...(rejected && { rejected }) }
  })
  const arrived = of.log.slice(0, prefix).filter(event => event.source === source.name)
  return { answers, clock, known: events.length, ofKey: ofKey(group, arrived, key).length }
}

const answerOf = (value: FeatureValue): Answer =>
  'rejected' in value ? { value: null, rejected: value.rejected.code } : { value: value.value }

test('features at a past time, from a stored log, are the oracle’s', async () => {
  let [compared, notNull] = [0, 0]
  for (let i = 0; i < CASES; i++) {
    const drawn = generate(910_000 + i)
    const of = { ...drawn, log: asOneLog(drawn.log) }
    const draw = new Draw(of.seed)
    const store = await storeLog(of.ir, of.log, draw)
    for (const { key, t, ...ask } of draw.shuffled(of.asks).slice(0, ASKS_A_CASE)) {
      if (key.includes(null)) continue
      const prefix = of.log.filter(({ arrival }) => arrival <= t).length
      const group = { ...groupOf(of, ask.group), place: ask.place }
      const source = sourceOf(of, group)
      const texts = group.key.map((name, part) =>
        textOf(
          source.columns.find(column => column.name === name)!,
          key[part],
        ),
      )
      const got = featuresFromLog(of.ir, store, { group, key: texts, t })
      const want = oracleFeatures(of, { group: ask.group, place: ask.place, key, prefix, t })
      const where = `seed ${of.seed}, group ${group.name} ${ask.place.kind} of ${texts.join()} at ${t}`
      assert.equal(got.ofKey, want.ofKey, where)
      assert.equal(got.asOf ?? -Infinity, want.clock, where)
      if (group.place.kind !== 'corrected') assert.equal(got.visibleEvents, want.known, where)
      group.features.forEach(({ name }, f) => {
        const answer = answerOf(got.features[name])
        compared++
        if (answer.value !== null) notNull++
        assert.ok(agree(want.answers[f], answer), `${where}, ${name}: ${answerText(answer)}, not ${answerText(want.answers[f])}`)
      })
    }
  }
  assert.ok(compared > 1000 && notNull > 500, `only ${compared} values were compared, ${notNull} of them not NULL`)
})
