/**
 * `bench serve`: features of one key over HTTP from a live run, groups of 10, 100 and 250, beside Feast's feature server with the same 250
 * values.
 *
 * Server and client are separate processes, with the same client for both. A kept connection requests another key as soon as it was
 * answered. Checked before: both answer each key with the same values.
 */
import { join } from 'node:path'
import { median, peerIfThere, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import type { RequestFigures, RequestLoad } from './live/request-process.ts'
import { Child } from './live/child.ts'
import { Feast, type Row } from './live/feast.ts'
import { inFolder } from './live/folder.ts'
import type { ServeAsk, ServedAt } from './live/serving-process.ts'
import { keyOf } from './live/wide-pipeline.ts'
import { getOf, Wire } from './live/wire.ts'

const ROUNDS = 5
const GROUPS = [10, 100, 250]
const CONNECTIONS = [1, 8, 16]
const WIDEST = 250
const COMPARED_CONNECTIONS = 8
const P99_MS_MAX = 1.3
const REQUESTS_RATIO_MIN = 50
/** `peerMs`: the baseline gives few answers. */
const sizes = {
  full: { keys: 1000, warmMs: 1000, ms: 3000, peerMs: 8000 },
  small: { keys: 50, warmMs: 200, ms: 500, peerMs: 1000 },
}

export const bench: Bench = { name: 'serve', run: options => inFolder(folder => run(folder, options)) }

type Size = (typeof sizes)['full']

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const peer = await peerIfThere(async () => Feast.checkThere(), options)
  const server = Child.start<ServeAsk, ServedAt>(new URL('live/serving-process.ts', import.meta.url), [join(folder, 'data')])
  const client = Child.start<RequestLoad, RequestFigures>(new URL('live/request-process.ts', import.meta.url))
  let feast: Feast | undefined
  try {
    options.progress(`${size.keys} keys of ${WIDEST} features`)
    const { port } = await server.ask({ kind: 'wide', keys: size.keys })
    const failures: string[] = []
    const rows = await rowsOf(port, size.keys)
    if (!(peer instanceof MissingPeerError)) {
      options.progress('the same into the store of Feast')
      feast = await Feast.start(join(folder, 'feast'), rows)
      failures.push(...(await differences(rows, feast.port)))
    }
    const measurements = await measure(client, { port, feast, size }, options)
    // The comparison holds only if nothing has changed since.
    failures.push(...changes(rows, await rowsOf(port, size.keys)))
    return outcome(measurements, { size, feast, peer }, failures, options)
  } finally {
    await feast?.stop()
    await client.stop()
    await server.stop()
  }
}

const pathOf = (group: number, key: number): string => `/features/f${group}?key=${keyOf(key)}`

interface Features {
  readonly features: Row
  readonly rejected?: Row
}

/** The widest group of each key, as our server answers. Throws if a value is missing. */
async function rowsOf(port: number, keys: number): Promise<Row[]> {
  const wire = await Wire.open(port)
  const rows: Row[] = []
  for (let key = 0; key < keys; key++) {
    const { features } = (await wire.json(getOf(pathOf(WIDEST, key)))) as Features
    const numbers = Object.values(features).filter(value => typeof value === 'number')
    if (numbers.length !== WIDEST) throw new Error(`${keyOf(key)} has ${numbers.length} of ${WIDEST} values`)
    rows.push({ item: keyOf(key), ...features })
  }
  wire.close()
  return rows
}

/** Differences of Feast's answers. */
async function differences(rows: readonly Row[], port: number): Promise<string[]> {
  const wire = await Wire.open(port)
  const theirs: Row[] = []
  for (const { item } of rows) theirs.push(Feast.rowOf(await wire.json(Feast.requestFor(String(item)))))
  wire.close()
  return changes(rows, theirs)
}

function changes(rows: readonly Row[], others: readonly Row[]): string[] {
  const names = Object.keys(rows[0])
  const different = rows.flatMap((row, i) =>
    names.filter(name => row[name] !== others[i][name]).map(name => `${String(row['item'])} ${name}`),
  )
  return different.length > 0 ? [`${different.length} of ${rows.length * names.length} values differ, the first is ${different[0]}`] : []
}

/** By group and connections, a round each. */
interface Measurements {
  readonly ours: Map<string, RequestFigures[]>
  readonly theirs: Map<string, RequestFigures[]>
}

interface Sides {
  readonly port: number
  readonly feast: Feast | undefined
  readonly size: Size
}

const nameOf = (group: number, connections: number): string =>
  `${group} features, ${connections} ${connections === 1 ? 'connection' : 'connections'}`

async function measure(
  client: Child<RequestLoad, RequestFigures>,
  { port, feast, size }: Sides,
  options: BenchOptions,
): Promise<Measurements> {
  const rounds = roundsOf(options)
  const measurements: Measurements = { ours: new Map(), theirs: new Map() }
  const note = (side: Map<string, RequestFigures[]>, name: string, figures: RequestFigures): unknown =>
    side.set(name, [...(side.get(name) ?? []), figures])
  const keys = Array.from({ length: size.keys }, (_, key) => key)
  for (let round = 0; round < rounds; round++) {
    options.progress(`round ${round + 1} of ${rounds}`)
    for (const connections of CONNECTIONS) {
      for (const group of GROUPS) {
        const requests = keys.map(key => getOf(pathOf(group, key)).toString())
        note(
          measurements.ours,
          nameOf(group, connections),
          await client.ask({ port, connections, requests, warmMs: size.warmMs, ms: size.ms }),
        )
      }
      if (!feast) continue
      const requests = keys.map(key => Feast.requestFor(keyOf(key)).toString())
      const asking = { port: feast.port, connections, requests, warmMs: size.warmMs, ms: size.peerMs }
      note(measurements.theirs, nameOf(WIDEST, connections), await client.ask(asking))
    }
  }
  return measurements
}

const roundsOf = ({ rounds, small }: BenchOptions): number => rounds ?? (small ? 1 : ROUNDS)

interface Figures {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const figuresOf = (side: ReadonlyMap<string, readonly RequestFigures[]>): Record<string, Figures> =>
  Object.fromEntries(
    [...side].map(([name, rounds]) => [
      name,
      {
        requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
        p50Ms: median(rounds.map(({ latencyMs }) => latencyMs.p50)),
        p99Ms: median(rounds.map(({ latencyMs }) => latencyMs.p99)),
      },
    ]),
  )

interface Measured {
  readonly size: Size
  readonly feast: Feast | undefined
  readonly peer: unknown
}

function outcome(measurements: Measurements, { size, feast, peer }: Measured, failures: string[], options: BenchOptions): Outcome {
  const [ours, theirs] = [figuresOf(measurements.ours), figuresOf(measurements.theirs)]
  const [headline, compared] = [nameOf(WIDEST, 1), nameOf(WIDEST, COMPARED_CONNECTIONS)]
  const { p99Ms } = ours[headline]
  const requestsRatio = feast ? ours[compared].requestsPerSecond / theirs[compared].requestsPerSecond : null
  if (!options.small && !(p99Ms < P99_MS_MAX)) failures.push(`p99 of ${headline} is ${p99Ms.toFixed(2)} ms, the bound is ${P99_MS_MAX} ms`)
  if (!options.small && !(requestsRatio! >= REQUESTS_RATIO_MIN))
    failures.push(`${requestsRatio?.toFixed(1)} times the requests of Feast, the bound is ${REQUESTS_RATIO_MIN}`)
  return {
    figure: {
      bench: 'serve',
      unit: 'ms',
      spillway: p99Ms,
      peer: feast ? { name: 'feast', version: feast.version, value: theirs[headline].p99Ms } : null,
      ...(peer instanceof MissingPeerError && { peerMissing: peer.message }),
      ratio: feast ? ratioOf('lower', p99Ms, theirs[headline].p99Ms) : null,
      rounds: roundsOf(options),
      settings: {
        job: `GET of a group of one key: sum, mean, min, max and stddev of decimals over windows of 1h to 30d; p99 of ${headline}`,
        requestsRatio,
        comparedAt: compared,
        client: 'another process, kept connections, each with one request at a time for another key; the same for both',
        peer: 'feast serve, one worker, --max-requests 0, no access log; the same 250 values as float64 from its SQLite store',
        keys: size.keys,
        secondsARound: size.ms / 1000,
        secondsARoundOfPeer: size.peerMs / 1000,
        small: options.small,
      },
      ours,
      ...(feast && { theirs }),
    },
    failures,
  }
}
