/** Tests that values and labels over a log without its beginning equal those over the whole log, or are missing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReplayed, logOf } from '../../test/property/engines/replay-order.ts'
import { deciding } from '../../test/property/generate/deciders.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { labelling } from '../../test/property/generate/label-case.ts'
import { col, compare, ev, history, int, revisable } from '../../test/oracle/case.ts'
import { ask, labelled, onRequest } from '../../test/oracle/label-case.ts'
import type { Run } from '../../test/oracle/oracle.ts'
import { sliceBlock } from '../columns/block.ts'
import { selectOutputRows } from '../files/io/output-table.ts'
import type { LoggedEvent } from '../define/source/source.ts'
import type { LabelIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import { isListColumn, type VectorColumn } from '../model/vector.ts'
import { decide } from './decide.ts'
import { label } from './label.ts'
import { replayLog, type ReplayLog, type Requests } from './log.ts'
import { sweep } from '../../test/sweep.ts'

const CASES = sweep(50, 150)

/** Without the first `gone` events, and the requests among them. */
function cut(ir: PipelineIR, whole: ReplayLog, log: readonly LoggedEvent[], run: Run, cutAt: number): ReplayLog {
  const lostRows = (name: string): number => log.slice(0, cutAt).filter(({ source }) => source === name).length
  const histories = [...whole.histories].map(([name, history]) => {
    const { block } = history
    return [name, { ...history, block: sliceBlock(block, lostRows(name), block.length) }] as const
  })
  const retained = log.slice(cutAt)
  const order = {
    length: retained.length,
    source: Uint8Array.from(retained, event => ir.sources.findIndex(({ name }) => name === event.source)),
    row: Uint32Array.from(retained, (event, i) => retained.slice(0, i).filter(({ source }) => source === event.source).length),
  }
  const requests = [...whole.requests].map(([name, { t, prefixes, columns }]): readonly [string, Requests] => {
    const own = (run.requests ?? []).filter(({ model }) => model === name)
    const rows = Uint32Array.from(own.keys()).filter(i => own[i].place >= cutAt)
    return [
      name,
      {
        t: Float64Array.from(rows, i => t[i]),
        prefixes: source => Int32Array.from(rows, i => prefixes(source)[i] - lostRows(source)),
        columns: Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, selectOutputRows(values, rows)])),
      },
    ]
  })
  const forgotten = log[cutAt - 1].arrival
  return replayLog(ir, new Map(histories), whole.strings, { order, requests: new Map(requests), until: whole.until, forgotten })
}

/** The time from which all active keys of a tick are visible too. */
const knownFrom = ({ decide: by }: ModelIR, forgotten: number): number => (by.kind === 'every' ? forgotten + by.live : forgotten)

/** Decisions by their subject, with their vectors as texts. */
function decided(ir: PipelineIR, model: ModelIR, log: ReplayLog): Map<string, { t: number; vector: string; rejected: string | undefined }> {
  const decisions = new Map<string, { t: number; vector: string; rejected: string | undefined }>()
  const times = new Map<string, number>()
  // Counted from the last, since the first are forgotten.
  const all = [...decide({ ir, scores: new Map() }, model, log)].flatMap(({ length, t, key, sourcePosition, vector, rejected }) =>
    Array.from({ length }, (_, row) => ({
      of: JSON.stringify([t[row], key.nulls?.[row] ? null : key.values[row], sourcePosition?.[row]]),
      t: t[row],
      vector: JSON.stringify(vector.map(column => cells(column, row))),
      rejected: rejected.get(row),
    })),
  )
  for (const { of, ...one } of all.toReversed()) {
    const nth = (times.get(of) ?? 0) + 1
    times.set(of, nth)
    decisions.set(`${of} ${nth}`, one)
  }
  return decisions
}

function cells(column: VectorColumn, row: number): unknown {
  if (column.nulls?.[row]) return null
  const { values } = column
  return isListColumn(column) ? Array.from({ length: column.counts[row] }, (_, i) => values[row * column.width + i]) : values[row]
}

test('a decision has the same vector as over the whole log, or is rejected', () => {
  let [same, rejected] = [0, 0]
  for (let seed = 1; seed <= CASES; seed++) {
    const generated = deciding(seed)
    if (!generated || !isReplayed(generated.log) || generated.log.length < 4) continue
    const { ir, log, run } = generated
    const cutAt = new Draw(seed).between(1, Math.ceil(log.length / 2))
    const whole = logOf(ir, log, run)
    const left = cut(ir, whole, log, run, cutAt)
    for (const model of ir.models) {
      const expected = decided(ir, model, whole)
      const since = knownFrom(model, left.forgotten)
      const decisions = [...decided(ir, model, left)].filter(([, { t }]) => t > since)
      assert.deepEqual(
        decisions.map(([of]) => of).sort(),
        [...expected]
          .filter(([, { t }]) => t > since)
          .map(([of]) => of)
          .sort(),
        `seed ${seed}, model '${model.name}': the decisions`,
      )
      for (const [of, one] of decisions) {
        if (one.rejected !== undefined) rejected++
        else {
          assert.deepEqual(one, expected.get(of), `seed ${seed}, model '${model.name}', ${of}`)
          same++
        }
      }
    }
  }
  assert.ok(same > 3 * CASES && rejected > 3 * CASES, `${same} the same, ${rejected} rejected`)
})

test('a label is the same as over the whole log, or unknown', () => {
  const labelCounts = { from: 0, begins: 0, happens: 0, unknown: 0 }
  for (let seed = 1; seed <= CASES; seed++) {
    const generated = labelling(seed)
    if (!generated || !isReplayed(generated.log) || generated.log.length < 4) continue
    const { ir, log, run } = generated
    const cutAt = new Draw(seed).between(1, Math.ceil(log.length / 2))
    const whole = logOf(ir, log, run)
    const left = cut(ir, whole, log, run, cutAt)
    for (const model of ir.models)
      for (const at of generated.at.slice(0, 3)) {
        const [all, some]: Map<string, LabelAnswer>[] = [labelsOf(ir, model, whole, at), labelsOf(ir, model, left, at)]
        const { kind } = model.label!
        for (const [of, { t, answer }] of some) {
          if (t <= left.forgotten) assert.notEqual(typeof answer, 'boolean', `seed ${seed}: ${of} is as old as what was forgotten`)
          if (!(t > knownFrom(model, left.forgotten))) continue
          // Events in (t, t + within] arrive after `t`, so none is forgotten.
          if (kind === 'happens') assert.equal(answer, all.get(of)?.answer, `seed ${seed}, model '${model.name}', at ${at}: ${of}`)
          if (answer === 'unknown') labelCounts.unknown++
          else if (kind === 'begins') assert.equal(answer, all.get(of)?.answer, `seed ${seed}, model '${model.name}', at ${at}: ${of}`)
          if (typeof answer === 'boolean') labelCounts[kind]++
        }
      }
  }
  const { from, begins, happens, unknown } = labelCounts
  assert.ok(from > 2 * CASES && begins > 2 * CASES && happens > 2 * CASES && unknown > 2 * CASES, JSON.stringify(labelCounts))
})

interface LabelAnswer {
  readonly t: number
  readonly answer: boolean | 'unknown' | 'not eligible'
}

function labelsOf(ir: PipelineIR, model: ModelIR, log: ReplayLog, at: number): Map<string, LabelAnswer> {
  const { length, known, value, eligible } = label({ ir }, model, log, { at })
  const moments = [...decided(ir, model, log)].reverse()
  // Decisions in their order, as the labels are.
  return new Map(
    moments
      .slice(0, length)
      .map(([of, { t }], i): [string, LabelAnswer] => [
        of,
        { t, answer: eligible[i] === 0 ? 'not eligible' : known[i] === 0 ? 'unknown' : value[i] === 1 },
      ]),
  )
}

test('if the latest event before a decision is deleted later, a forgotten event may be the latest', () => {
  const below: LabelIR = {
    kind: 'begins',
    source: 'wide',
    key: 'k',
    condition: compare(col('n'), 'lt', int(70)),
    within: 30,
    lasting: 10,
    maxGap: 20,
  }
  const high = (time: number, arrival: number) => ev(time, { n: 100 }, { arrival })
  const low = (time: number) => ev(time, { n: 60 })
  const log = history(
    low(85),
    high(80, 95),
    high(95, 95),
    ev(95, { n: 100 }, { arrival: 97, deleted: true }),
    low(100),
    low(110),
    high(130, 130),
    high(140, 140),
  )
  const ir = labelled(onRequest, below, [revisable('at')])
  const [model] = ir.models
  const run = { requests: [ask(3, 96)] }
  const whole = logOf(ir, log, run)
  const left = cut(ir, whole, log, run, 1)
  const answer = (of: ReplayLog) => [...labelsOf(ir, model, of, 200).values()].map(one => one.answer)
  // 85, which is forgotten, and 100 are of one episode, which began before the decision.
  assert.deepEqual(answer(whole), [false])
  assert.deepEqual(answer(left), ['unknown'])
})
