/**
 * Writes the uploads of a generated clinic (`uploads.ts`) as NDJSON, in order of arrival. The same options give the same bytes on every
 * machine.
 *
 *     node generate.ts --patients 100 --days 2 --seed 7 --summary --out clinic.ndjson
 *     node generate.ts --patients 100 --days 2 --seed 7 --pace 60x       at sixty times real time, to standard output
 *     node generate.ts --patients 100 --days 2 --seed 7 --rate 1000      a thousand readings a second
 *
 * Ends after its days. Memory holds a day of each patient, whatever the number of days.
 */
import { createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { command } from '../command.ts'
import { lineOf } from './lines.ts'
import { usualShares, type Shares } from './shares.ts'
import { Uploads, type ClinicOptions } from './uploads.ts'

/** Characters of one write. */
const CHUNK = 1 << 18
const SLICE_MS = 50

export interface Request extends ClinicOptions {
  /** UTC midnight, ms. */
  readonly start: number
  readonly out: string | undefined
  readonly summary: boolean
  /** Simulated seconds a second, or records a second; without either, as fast as possible. */
  readonly pace: number | undefined
  readonly rate: number | undefined
  /** Simulated seconds that have passed already: with a pace, their lines are written at once. */
  readonly passed: number
}

const shareNames = Object.keys(usualShares) as (keyof Shares)[]
const dashed = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

export const usage = `usage: node generate.ts [options]

  --patients N      100 unless given
  --days N          2 unless given
  --seed N          1 unless given
  --start DATE      first day, UTC: 2026-01-05 unless given; 'today' is today, and paced its
                    hours so far are written at once
  --out FILE        standard output unless given
  --pace Nx         in real time, N times as fast
  --rate N          N records a second
  --summary         print what was planted, as JSON: to standard error if the records go to standard output

Shares of patient-days, 0 to 1:
${shareNames.map(name => `  --${dashed(name)} S`.padEnd(20) + `${usualShares[name]} unless given`).join('\n')}
of which --gaps multiplies those of a real file, and --without-id is of patients.`

/** Throws `RangeError` that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const names = ['patients', 'days', 'seed', 'start', 'out', 'pace', 'rate', ...shareNames.map(dashed)]
  const options: Record<string, { type: 'string' | 'boolean' }> = Object.fromEntries(names.map(name => [name, { type: 'string' }]))
  const parsed = parseArgs({ args: [...args], options: { ...options, summary: { type: 'boolean' } } })
  const values: Readonly<Record<string, unknown>> = parsed.values
  const number = (name: string, usual: number, max: number, { min = 0, whole = true } = {}): number => {
    const number = values[name] === undefined ? usual : Number(values[name] === '' ? NaN : values[name])
    if (!(number >= min && number <= max) || (whole && !Number.isInteger(number)))
      throw new RangeError(`--${name} ${String(values[name])} is no ${whole ? 'whole ' : ''}number from ${min} to ${max}`)
    return number
  }
  if (values['pace'] !== undefined && values['rate'] !== undefined) throw new RangeError('--pace and --rate are one too many')
  const pace = values['pace'] as string | undefined
  if (pace !== undefined && !(Number(/^(.+)x$/.exec(pace)?.[1]) >= 0.01))
    throw new RangeError(`--pace ${pace} is no pace; write --pace 60x, and at least 0.01x`)
  const shares = Object.fromEntries(
    shareNames.map(name => [name, number(dashed(name), usualShares[name], name === 'gaps' ? 20 : 1, { whole: false })]),
  )
  const start = startOf(values['start'] as string | undefined)
  return {
    ...(shares as unknown as Shares),
    patients: number('patients', 100, 2_000_000),
    days: number('days', 2, 36_500),
    seed: number('seed', 1, 2 ** 32 - 1),
    start,
    passed: values['start'] === 'today' ? (Date.now() - start) / 1000 : 0,
    out: values['out'] as string | undefined,
    summary: values['summary'] === true,
    pace: pace === undefined ? undefined : Number(pace.slice(0, -1)),
    rate: values['rate'] === undefined ? undefined : number('rate', 1, 10_000_000, { min: 1 }),
  }
}

function startOf(text: string | undefined): number {
  const day = text === 'today' ? new Date().toISOString().slice(0, 10) : (text ?? '2026-01-05')
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN
  if (Number.isNaN(start)) throw new RangeError(`--start ${text} is no day; write --start 2026-01-05`)
  return start
}

/** All records as text, in chunks; with a pace, each when it is due. */
export async function* chunks(uploads: Uploads, request: Request): AsyncGenerator<string> {
  const line = lineOf(request.start / 1000)
  const began = performance.now()
  const { pace, rate, passed } = request
  let text = ''
  let count = 0
  for (const batch of uploads.sent()) {
    for (const sent of batch) {
      const due = pace ? ((sent.uploaded - passed) / pace) * 1000 : rate ? (count / rate) * 1000 : 0
      const early = due > 0 ? due - (performance.now() - began) : 0
      if (early > SLICE_MS) {
        if (text !== '') yield text
        text = ''
        await sleep(early)
      }
      text += line(sent)
      count++
      if (text.length < CHUNK) continue
      yield text
      text = ''
    }
  }
  if (text !== '') yield text
}

export async function write(request: Request): Promise<number> {
  const uploads = new Uploads(request)
  const output = request.out === undefined ? process.stdout : createWriteStream(request.out)
  const failed = new Promise<never>((_, reject) => output.once('error', reject))
  const all = async (): Promise<void> => {
    for await (const text of chunks(uploads, request))
      if (!output.write(text)) await new Promise<void>(resolve => output.once('drain', resolve))
    if (output !== process.stdout) await new Promise<void>(resolve => output.end(resolve))
  }
  await Promise.race([all(), failed])
  const summary = `${JSON.stringify(uploads.planted, undefined, 2)}\n`
  if (request.summary) (output === process.stdout ? process.stderr : process.stdout).write(summary)
  return 0
}

if (import.meta.main) await command(usage, requestOf, write)
