/**
 * `bench kernel`: job W by the kernel beside DuckDB on one thread, over the synthetic million and the flights.
 *
 * Checked first: the corrected form equals DuckDB's row by row; a sample of the form as known equals the oracle. The headline's ratio is
 * across forms: as known here, corrected there, since SQL's windows have no arrival.
 */
import type { GroupIR } from '../src/define/ir/ir.ts'
import { inTurn, median, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { landings } from './data/flights.ts'
import { synthetic, type Events } from './data/synthetic.ts'

import { DuckDbW } from './duckdb-w.ts'
import { asKnown, blockOf, corrected, jobW } from './job-w.ts'
import { peakRss } from './kernel-rss.ts'
import { compareWithOracle, type Sample } from './oracle-sample.ts'

/** Bounds of the issue: times the rate of a DuckDB core. */
const bounds = { asKnown: 12, corrected: 10 } as const
const ROUNDS = 3
const sizes = { full: { synthetic: 1_000_000, flights: 3_000_000, sample: 60 }, small: { synthetic: 20_000, flights: 20_000, sample: 20 } }

export const bench: Bench = { name: 'kernel', run }

async function run(options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? ROUNDS
  const peakRssMb = peakRss(size.synthetic)
  options.progress('the synthetic million')
  const million = await measure(synthetic(size.synthetic), size.sample, rounds, options)
  options.progress('the flights')
  const flights = await measure(await landings(size.flights), size.sample, rounds, options)
  return {
    figure: {
      bench: 'kernel',
      unit: 'events/s/core',
      spillway: million.asKnown.rate,
      peer: { name: 'duckdb', version: million.duckdb.version, value: million.duckdb.rate },
      ratio: million.asKnown.ratio,
      rounds,
      settings: {
        job: 'W: count, sum, min, max, mean over 5m, 1h, 24h, 7d, exact windows, 20 columns written',
        ratioIs: 'as known here, in order of arrival, beside corrected there: SQL windows know no arrival',
        seconds: 'CPU of the whole process, helper threads of the engines too',
        small: options.small,
        peakRssMb,
      },
      synthetic: million,
      flights,
    },
    failures: [...failuresOf('synthetic', million, options.small), ...failuresOf('flights', flights, options.small)],
  }
}

interface Measured {
  readonly events: number
  readonly keys: number
  readonly duckdb: { readonly version: string; readonly rate: number; readonly rateOnceWithMeanAsSumOverCount: number }
  readonly asKnown: { readonly rate: number; readonly ratio: number; readonly bytesPerKey: number; readonly oracle: Sample }
  readonly corrected: { readonly rate: number; readonly ratio: number; readonly rows: number; readonly different: number }
  readonly defaultHops: { readonly rate: number; readonly bytesPerKey: number; readonly oracle: Sample }
}

async function measure(events: Events, sample: number, rounds: number, { progress }: BenchOptions): Promise<Measured> {
  const [exact, tiles] = [jobW('exact'), jobW('tiles')]
  const block = blockOf(events)
  const peer = await DuckDbW.load(events)
  progress('checking against DuckDB and the oracle')
  const { once } = await inTurn(1, { once: () => peer.run('sumOverCount') })
  const equality = await peer.compare(corrected(exact, events))
  // The kernels stay alive until the end: V8 discards optimised code with the last object of a shape, which does not happen in a run.
  const exactForm = sampled(exact)
  const hops = sampled(tiles)
  // All overwrite the 20 columns, as a process does that steps from block to block.
  const { columns } = exactForm
  progress(`${rounds} rounds in turn`)
  const seconds = await inTurn(rounds, {
    asKnown: () => asKnown(exact, block, columns),
    corrected: () => corrected(exact, events, columns),
    defaultHops: () => asKnown(tiles, block, columns),
    duckdb: () => peer.run('avg'),
  })
  peer.close()
  const rateOf = (side: keyof typeof seconds) => events.length / median(seconds[side].cpu)
  const duckdbRate = rateOf('duckdb')
  const beside = (side: 'asKnown' | 'corrected') => ({ rate: rateOf(side), ratio: ratioOf('higher', rateOf(side), duckdbRate) })
  return {
    events: events.length,
    keys: exactForm.keys,
    duckdb: { version: peer.version, rate: duckdbRate, rateOnceWithMeanAsSumOverCount: events.length / once.cpu[0] },
    asKnown: { ...beside('asKnown'), bytesPerKey: exactForm.bytesPerKey, oracle: exactForm.oracle },
    corrected: { ...beside('corrected'), ...equality },
    defaultHops: { rate: rateOf('defaultHops'), bytesPerKey: hops.bytesPerKey, oracle: hops.oracle },
  }

  function sampled(group: GroupIR) {
    const result = asKnown(group, block)
    const { kernel, columns } = result
    const { keyCount: keys, bytes } = kernel
    return { kernel, columns, keys, bytesPerKey: Math.round(bytes / keys), oracle: compareWithOracle(group, events, result, sample) }
  }
}

function failuresOf(data: string, { events, asKnown: exactForm, corrected: all, defaultHops }: Measured, small: boolean): string[] {
  const failures: string[] = []
  if (all.different > 0 || all.rows !== events)
    failures.push(`${data}: ${all.different} of ${all.rows} corrected rows are not DuckDB's, of ${events} events`)
  for (const [form, { oracle }] of Object.entries({ exact: exactForm, 'default hops': defaultHops }))
    if (oracle.different > 0)
      failures.push(`${data}: ${oracle.different} of ${oracle.values} values as known (${form}) are not the oracle's`)
  if (small) return failures
  if (exactForm.ratio < bounds.asKnown)
    failures.push(`${data}: as known is ${exactForm.ratio.toFixed(1)} DuckDB cores, the bound is ${bounds.asKnown}`)
  if (all.ratio < bounds.corrected)
    failures.push(`${data}: corrected is ${all.ratio.toFixed(1)} DuckDB cores, the bound is ${bounds.corrected}`)
  return failures
}
