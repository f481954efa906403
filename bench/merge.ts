/**
 * `bench merge`: cost of serving a hybrid group's features of a key, a day's delta on a snapshot of 29 days, beside the same group as one
 * stream layer.
 *
 * Both sides are read as a server reads them, to the JSON of an answer, on one thread and without HTTP, which would be equal. Checked
 * first: the values are the same, text by text. The baseline is the stream side of the same process.
 */
import { random } from '../src/base/random.ts'
import { FrameWriter } from '../src/batch/frames.ts'
import { restorePartition, stateBlocks } from '../src/batch/snapshot-format.ts'
import { sliceBlock } from '../src/columns/block.ts'
import { Strings } from '../src/columns/strings.ts'
import type { FeatureIR, GroupIR } from '../src/define/ir/ir.ts'
import { defaultHop } from '../src/define/expression/window.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import { HybridGroup } from '../src/run/groups/hybrid-group.ts'
import { LiveGroup, type SourceEvents } from '../src/run/groups/live-group.ts'
import { FeatureReader } from '../src/run/groups/feature-reader.ts'
import { featuresJson } from '../src/serve/routes/features.ts'
import { inTurn, median, type Bench, type Outcome } from './bench.ts'
import { synthetic, type Events } from './data/synthetic.ts'
import { blockOf, source } from './job-w.ts'

/** Bound of the issue: times the cost of one layer. */
const BOUND = 1.3
const ROUNDS = 9
const SEED = 5
const sizes = { full: { events: 1_000_000, asks: 20_000 }, small: { events: 20_000, asks: 500 } }

const MINUTE = 60_000
const DAY = 86_400_000
/** Of 5 minutes to 30 days, the last of them the longest. */
const spans = Array.from({ length: 25 }, (_, i) => (i === 24 ? 30 * DAY : Math.round(5 * 1.43 ** i) * MINUTE))
const aggregates = ['count', 'sum', 'min', 'max', 'mean', 'stddev', 'first', 'last', 'change', 'timeSinceLast'] as const
/** Aggregates that are merged value by value. */
const ofValues = ['countDistinct', 'quantile'] as const

interface Shape {
  readonly name: string
  readonly windows: number
  /** Without a bound: its cost grows with the number of values. */
  readonly isByValue?: true
  readonly aggregates: readonly (typeof aggregates | typeof ofValues)[number][]
}
const shapes: readonly Shape[] = [
  { name: '5 features', windows: 1, aggregates: aggregates.slice(0, 5) },
  { name: '20 features', windows: 4, aggregates: aggregates.slice(0, 5) },
  { name: '100 features', windows: 10, aggregates },
  { name: '250 features', windows: 25, aggregates },
  { name: '8 features of values', windows: 4, aggregates: ofValues, isByValue: true },
]

export const bench: Bench = {
  name: 'merge',
  async run({ small, rounds = ROUNDS, progress }) {
    const size = small ? sizes.small : sizes.full
    const events = synthetic(size.events)
    const failures: string[] = []
    const measured: Record<string, Measurement> = {}
    for (const shape of shapes) {
      const { name } = shape
      progress(name)
      const one = await measure(shape, events, size.asks, rounds)
      measured[name] = one
      if (one.different > 0) failures.push(`${name}: ${one.different} of ${size.asks} answers are not those of one layer`)
      if (!small && !shape.isByValue && one.ratio > BOUND)
        failures.push(`${name}: ${one.ratio.toFixed(2)} times the time of one layer, the bound is ${BOUND}`)
    }
    return outcomeOf(measured, failures, { small, rounds, ...size })
  },
}

interface Measurement {
  /** Microseconds an answer. */
  readonly hybrid: number
  readonly stream: number
  readonly ratio: number
  readonly different: number
}

function outcomeOf(
  measured: Readonly<Record<string, Measurement>>,
  failures: readonly string[],
  settings: Record<string, unknown> & { rounds: number },
): Outcome {
  const bounded = shapes.flatMap(({ name, isByValue }) => (isByValue ? [] : [measured[name]]))
  const [worst] = bounded.toSorted((a, b) => b.ratio - a.ratio)
  return {
    figure: {
      bench: 'merge',
      unit: 'us/answer',
      spillway: worst.hybrid,
      peer: { name: 'one layer', version: 'same process', value: worst.stream },
      ratio: worst.stream / worst.hybrid,
      settings: { job: 'an answer about one key as JSON text, no HTTP; the worst of the feature counts', ...settings },
      rounds: settings.rounds,
      ...measured,
    },
    failures,
  }
}

async function measure(shape: Shape, events: Events, count: number, rounds: number): Promise<Measurement> {
  const strings = new Strings()
  const all = keyed(events, strings)
  const stream = groupOf(shape, { kind: 'stream' })
  const hybrid = groupOf(shape, { kind: 'hybrid', schedule: { kind: 'interval', every: DAY, phase: 0 } })
  const live = new LiveGroup(stream, source, strings)
  live.catchUp(all, all.block.arrival.at(-1)!)
  const layered = layeredOf(hybrid, events, all, strings)
  const end = all.block.arrival.at(-1)!
  const [one, two] = [readingOf(live, strings, end), readingOf(layered, strings, end)]
  const next = random(SEED)
  const keys = Array.from({ length: count }, () => `k${events.key[Math.floor(next() * events.length)]}`)
  const read = (reading: FeatureReader, group: GroupIR) => () =>
    keys.map(key => reading.read([{ group: group.name, key: [key] }], featuresJson)[0])
  const [expected, got] = [read(one, stream)(), read(two, hybrid)()]
  const different = expected.filter((text, i) => valuesIn(text) !== valuesIn(got[i])).length
  const { wall } = await both(rounds, { hybrid: read(two, hybrid), stream: read(one, stream) })
  const us = (side: 'hybrid' | 'stream') => (median(wall[side]) * 1e6) / count
  return { hybrid: us('hybrid'), stream: us('stream'), ratio: us('hybrid') / us('stream'), different }
}

async function both(rounds: number, sides: Readonly<Record<'hybrid' | 'stream', () => unknown>>) {
  const seconds = await inTurn(rounds, sides)
  return { wall: { hybrid: seconds.hybrid.wall, stream: seconds.stream.wall } }
}

const valuesIn = (text: string): string => text.slice(text.indexOf('"features"'))

function groupOf({ windows, aggregates: used }: Shape, place: GroupIR['place']): GroupIR {
  const lengths =
    windows === 1 ? spans.slice(-1) : Array.from({ length: windows }, (_, i) => spans[Math.round((i * (spans.length - 1)) / (windows - 1))])
  const features = lengths.flatMap(window =>
    used.map((agg): FeatureIR => {
      const common = { name: `${agg}_${window / MINUTE}m`, agg, window, hop: defaultHop(window) }
      if (agg === 'count') return { ...common, type: 'int' }
      const isDouble = agg === 'mean' || agg === 'stddev' || agg === 'quantile'
      const input = { op: 'column', name: 'value', type: 'int' } as const
      return {
        ...common,
        type: isDouble ? 'double' : agg === 'timeSinceLast' ? 'duration' : 'int',
        input,
        ...(agg === 'quantile' && { q: 0.9 }),
      }
    }),
  )
  return { name: 'w', source: 'events', entity: ['key'], key: ['key'], place, features }
}

/** The events with texts as keys. */
function keyed(events: Events, strings: Strings): SourceEvents {
  const block = blockOf(events)
  const key = { values: Int32Array.from(events.key, id => strings.idOf(`k${id}`)) }
  return { block: { ...block, columns: { ...block.columns, key } }, entries: block.sourcePosition }
}

/** A snapshot of all but the last day, restored from its saved state with texts of other ids, and a delta of that day. */
function layeredOf(group: GroupIR, events: Events, all: SourceEvents, strings: Strings): HybridGroup {
  const asOf = all.block.arrival.at(-1)! - DAY
  const cut = all.block.arrival.findIndex(arrival => arrival > asOf)
  const others = new Strings()
  const snapshot = new Kernel(group, source, { strings: others })
  snapshot.apply(sliceBlock(keyed(events, others).block, 0, cut))
  const layered = new HybridGroup(group, source, strings)
  const kernel = layered.emptySnapshot()
  for (const _ of restorePartition(kernel, strings, stateBlocks(snapshot, others, cut, new FrameWriter()), 'the snapshot'));
  layered.replaceLayers({ run: 1, asOf, cut, kernel, forgotten: -Infinity })
  layered.catchUp(all, all.block.arrival.at(-1)!)
  return layered
}

function readingOf(live: LiveGroup, strings: Strings, end: number): FeatureReader {
  // Time moves from answer to answer, so that windows move.
  let now = end
  return new FeatureReader({ strings, groups: [live], now: () => now++, nextTick: () => Infinity, behind: () => undefined })
}
