import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Strings } from '../../src/columns/strings.ts'
import type { GroupIR, PlacementIR } from '../../src/define/ir/ir.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { visibleEvents, ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { groupOf, sourceOf, type Answer, type Ask, type Case, type Engine } from './case.ts'
import { agree, answerText } from './compare.ts'
import { blockOf, columnOf } from './engines/block.ts'
import { engineNames, openEngine } from './engines/engines.ts'
import { answersAt } from './engines/kernel.ts'
import { Draw } from './generate/draw.ts'
import { greatestArrivals } from './generate/asks.ts'
import { generate } from './generate/generate.ts'
import { sweep } from '../sweep.ts'

const CASES = 60
/** Cases that all engines compute. */
const ENGINE_CASES = sweep(8, 20)
const cases = Array.from({ length: CASES }, (_, i) => generate(70_000 + i))

let engines: Engine[]
before(async () => {
  engines = await Promise.all(engineNames.map(openEngine))
})
after(() => engines.forEach(engine => engine.close()))

test('law 2: the kernel gives the same values in whatever order it processes the visible events', async () => {
  let compared = 0
  for (const of of cases) {
    const expected = await engines.find(({ name }) => name === 'oracle')!.values(of)
    const reach = greatestArrivals(of.log)
    for (const group of of.ir.groups) {
      // The whole log is visible: possible as-of times of a kernel are those at or after its greatest arrival.
      const asks = [...of.asks.keys()].filter(i => isLastRead(of, of.asks[i], group, reach.at(-1)!))
      if (asks.length === 0) continue
      const values = processedInAnyOrder(
        of,
        group,
        asks.map(i => of.asks[i]),
      )
      for (const [row, i] of asks.entries())
        for (const [f, feature] of group.features.entries()) {
          compared++
          assert.ok(
            agree(expected[i][f], values[row][f]),
            `seed ${of.seed}, ask ${i}, ${feature.name}: ${answerText(values[row][f])}, not ${answerText(expected[i][f])}`,
          )
        }
    }
  }
  assert.ok(compared > 300, `only ${compared} values were compared`)
})

function isLastRead(of: Case, ask: Ask, group: GroupIR, latest: number): boolean {
  return (
    ask.group === group.name && ask.prefix === of.log.length && ask.t >= latest && ask.place.kind === 'stream' && ask.trigger === undefined
  )
}

/** Blocks of shuffled events are applied, then all reads: each event keeps its position and arrival. */
function processedInAnyOrder(of: Case, group: GroupIR, asks: readonly Ask[]): Answer[][] {
  const source = sourceOf(of, group)
  const strings = new Strings()
  const kernel = new Kernel(group, source, { strings, exact: true })
  const shuffled = new Draw(of.seed).shuffled(of.log.filter(event => event.source === source.name))
  const half = shuffled.length >> 1
  for (const part of [shuffled.slice(0, half), shuffled.slice(half)]) kernel.apply(blockOf(source, part, strings))
  const sorted = [...asks].sort((a, b) => a.t - b.t)
  const keys = group.key.map((name, part) => {
    const { type } = source.columns.find(column => column.name === name)!
    return columnOf(
      type,
      sorted.map(ask => ask.key[part]!),
      strings,
    )
  })
  const columns = kernel.read(
    keys,
    Float64Array.from(sorted, ask => ask.t),
  )
  return asks.map(ask => answersAt(group, columns, sorted.indexOf(ask), strings))
}

test('law 2: the oracle reads events as a set, revisions included', () => {
  for (const of of cases) {
    const draw = new Draw(of.seed)
    for (const ask of of.asks.filter((_, i) => i % 10 === 0)) {
      const group = groupOf(of, ask.group)
      const source = sourceOf(of, group)
      const { events, clock } = visibleEvents(source, ask.place, of.log, ask.prefix, ask.t)
      const values = [events, draw.shuffled(events)].map(order =>
        group.features.map(feature => valueOf(source, feature, ofKey(group, standing(source, order), ask.key), clock)),
      )
      assert.deepEqual(values[1], values[0], `seed ${of.seed}`)
    }
  }
})

test('law 6: lag(0), partial(0) and stream are identical, bit by bit, on every engine', async () => {
  let compared = 0
  for (const of of cases.slice(0, ENGINE_CASES))
    for (const engine of engines) {
      const asks = of.asks.filter(ask => ask.trigger !== undefined && ask.place.kind === 'stream')
      const places: PlacementIR[] = [{ kind: 'stream' }, { kind: 'lag', by: 0 }, { kind: 'partial', by: 0 }]
      const answers = await engine.values({ ...of, asks: places.flatMap(place => asks.map(ask => ({ ...ask, place }))) })
      const [stream, lag, partial] = [0, 1, 2].map(i => answers.slice(i * asks.length, (i + 1) * asks.length))
      assert.deepEqual(lag, stream, `${engine.name}, lag(0), seed ${of.seed}`)
      assert.deepEqual(partial, stream, `${engine.name}, partial(0), seed ${of.seed}`)
      compared += stream.flat().length
    }
  assert.ok(compared > 50 * ENGINE_CASES, `only ${compared} values were compared`)
})
