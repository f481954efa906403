/**
 * `npm run bench -- NAME [--json] [--small] [--rounds N] [--minutes N]`; `all` runs every bench.
 *
 * Exit code: 0 if all checks of the bench hold, 1 if one fails, 2 if a baseline is not installed or the command line is invalid.
 */
import { parseArgs } from 'node:util'
import { MissingPeerError, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { jsonOf, tableOf } from './report.ts'

/** Loaded on demand, so that an unfinished bench does not affect the others. */
const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  kernel: () => import('./kernel.ts'),
  replay: () => import('./replay.ts'),
  backfill: () => import('./backfill.ts'),
  'training-set': () => import('./training-set.ts'),
  log: () => import('./log.ts'),
  ingest: () => import('./ingest.ts'),
  recover: () => import('./recover.ts'),
  tick: () => import('./tick.ts'),
  soak: () => import('./soak.ts'),
  serve: () => import('./serve.ts'),
  freshness: () => import('./freshness.ts'),
  action: () => import('./action.ts'),
  decide: () => import('./decide.ts'),
  clinic: () => import('./clinic.ts'),
  train: () => import('./train.ts'),
  merge: () => import('./merge.ts'),
  distinct: () => import('./distinct.ts'),
  'batch-run': () => import('./batch-run.ts'),
  audit: () => import('./audit.ts'),
  backup: () => import('./backup.ts'),
  ui: () => import('./ui.ts'),
  kafka: () => import('./kafka.ts'),
}

type Result =
  | { readonly name: string; readonly code: 0 | 1; readonly outcome: Outcome }
  | { readonly name: string; readonly code: 2; readonly missing: string }

export async function runBench(bench: Bench, options: BenchOptions): Promise<Result> {
  try {
    const outcome = await bench.run(options)
    return { name: bench.name, code: outcome.failures.length > 0 ? 1 : 0, outcome }
  } catch (error) {
    if (error instanceof MissingPeerError) return { name: bench.name, code: 2, missing: error.message }
    throw error
  }
}

/** The worst of all results: a failure is worse than a missing baseline. */
export const exitCode = (results: readonly Result[]): 0 | 1 | 2 =>
  results.some(({ code }) => code === 1) ? 1 : results.some(({ code }) => code === 2) ? 2 : 0

export function lastLine(results: readonly Result[]): string {
  const objects = results.map(result =>
    'outcome' in result ? JSON.parse(jsonOf(result.outcome.figure)) : { bench: result.name, missing: result.missing },
  )
  return JSON.stringify(objects.length === 1 ? objects[0] : { bench: 'all', benches: objects })
}

const usage = `npm run bench -- ${[...Object.keys(benches), 'all'].join(' | ')} [--json] [--small] [--rounds N] [--minutes N]`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, small: { type: 'boolean' }, rounds: { type: 'string' }, minutes: { type: 'string' } },
  })
  const [name = '', ...more] = positionals
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  const names = name === 'all' ? Object.keys(benches) : [name]
  if (
    more.length > 0 ||
    names.some(one => !Object.hasOwn(benches, one)) ||
    (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) ||
    (minutes !== undefined && !(minutes > 0 && Number.isFinite(minutes)))
  ) {
    console.error(`usage: ${usage}`)
    return 2
  }
  const results: Result[] = []
  for (const one of names) {
    const { bench } = await benches[one]()
    const progress = (text: string) => console.error(`${one}: ${text}`)
    const result = await runBench(bench, { small: values.small === true, rounds, minutes, progress })
    if ('missing' in result) console.error(`${one}: ${result.missing}`)
    else {
      for (const failure of result.outcome.failures) console.error(`${one}: FAILED ${failure}`)
      if (!values.json) console.log(tableOf(result.outcome))
    }
    results.push(result)
  }
  if (values.json) console.log(lastLine(results))
  return exitCode(results)
}

if (import.meta.main) process.exitCode = await main()
