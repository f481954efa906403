/**
 * The clinician's list at a time: patients with a page in the last half hour, then the patients of this morning's list. Reads the decisions
 * and reports that `replay` and `run` write.
 *
 *     node list.ts --decisions decisions.ndjson --lists lists/morning-list --at 2026-01-09T09:30:00Z
 *
 * Research software, not a medical device.
 */
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { command } from '../command.ts'

const usage = 'usage: node list.ts --decisions FILE --lists DIR --at TIME'
const ALERT = 0.8
const HALF_HOUR = 30 * 60_000

interface Request {
  readonly decisions: string
  readonly lists: string
  readonly at: number
}

/** Throws `RangeError` that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const option = { type: 'string' as const }
  const { values } = parseArgs({ args: [...args], options: { decisions: option, lists: option, at: option } })
  const { decisions, lists, at } = values
  if (decisions === undefined || lists === undefined || at === undefined)
    throw new RangeError('--decisions, --lists and --at are all needed')
  const moment = Date.parse(at)
  if (Number.isNaN(moment)) throw new RangeError(`--at ${at} is no time; write --at 2026-01-09T09:30:00Z`)
  return { decisions, lists, at: moment }
}

interface Alert {
  readonly key: string
  readonly t: number
  readonly score: number
  readonly level: number
}

/** The last alert of each patient within half an hour, the newest first. */
async function alertsBy({ decisions, at }: Request): Promise<Alert[]> {
  const alerts = new Map<string, Alert>()
  for await (const line of createInterface({ input: createReadStream(decisions), crlfDelay: Infinity })) {
    const { model, key, t, score, vector } = JSON.parse(line) as Alert & { model: string; vector: { level: number } }
    if (model === 'hypo' && score >= ALERT && t <= at && t > at - HALF_HOUR) alerts.set(key, { key, t, score, level: vector.level })
  }
  return [...alerts.values()].sort((a, b) => b.t - a.t || b.score - a.score)
}

type Row = Readonly<Record<string, string>>

/** The newest list at that time. */
function listBy({ lists, at }: Request): Row[] {
  const found = readdirSync(lists)
    .filter(name => name.endsWith('.csv'))
    .map(name => rowsOf(readFileSync(join(lists, name), 'utf8')))
    .filter(rows => rows.length > 0 && Date.parse(rows[0]['t']) <= at)
  return found.sort((a, b) => Date.parse(b[0]['t']) - Date.parse(a[0]['t']))[0] ?? []
}

/** No field of these lists contains a comma. */
function rowsOf(csv: string): Row[] {
  const [head, ...rows] = csv.trimEnd().split('\n')
  const names = head.split(',')
  return rows.map(row => Object.fromEntries(row.split(',').map((value, i) => [names[i], value])))
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min ago`
const fixed = (text: string, digits: number): string => (text === '' ? '–' : Number(text).toFixed(digits))

async function print(request: Request): Promise<number> {
  const { at } = request
  const alerts = await alertsBy(request)
  const rows = listBy(request)
  console.log(`alerts, ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`)
  for (const { key, t, score, level } of alerts)
    console.log(`  ${key.padEnd(6)} ${String(level).padStart(5)} mg/dL  score ${score}  ${minutes(at - t)}`)
  if (alerts.length === 0) console.log('  none')
  console.log(`risk, the list of ${rows[0]?.['t'] ?? 'no morning yet'}${rows.some(row => row['stale'] === 'true') ? ', stale' : ''}`)
  for (const row of rows)
    console.log(
      `  ${row['key'].padEnd(6)} ${fixed(row['score'], 2)}  GRI ${fixed(row['vector.gri'], 0)}, worn ${fixed(row['vector.wear'], 2)}, ` +
        `${fixed(row['vector.steps'], 0)} steps a day, symptoms ${row['vector.entries']}`,
    )
  return 0
}

if (import.meta.main) await command(usage, requestOf, print)
