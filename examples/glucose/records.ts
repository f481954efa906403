/** Reads readings and decisions for `evaluate.ts`, line by line. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { utcIn } from '../flights/zones.ts'
import type { Series } from './episodes.ts'
import { measured, type Upload } from './reading.ts'

/** By patient; the last version of each reading. NDJSON of uploads, or the CSV of a study with its zone. Invalid glucose is left out. */
export async function readSeries(path: string, zone: string): Promise<Map<string, Series>> {
  const isCsv = path.endsWith('.csv')
  const utc = utcIn(zone)
  const found = new Map<string, Map<number, number>>()
  for await (const line of linesOf(path)) {
    if (isCsv && line.startsWith('"id"')) continue
    const { patient, glucose, at } = isCsv ? rowOf(line) : (JSON.parse(line) as Upload)
    const value = Number(measured(glucose).glucose)
    if (!(value >= 39 && value <= 401)) continue
    const readings = found.get(patient) ?? new Map<number, number>()
    found.set(patient, readings)
    readings.set(isCsv ? utc(Date.parse(`${at.replace(' ', 'T')}Z`)) : Date.parse(at), value)
  }
  return new Map([...found].map(([patient, readings]) => [patient, seriesOf(readings)]))
}

/** Times of the decisions that scored at least `score`, UTC ms, by patient, in order. */
export async function readAlerts(path: string, score: number): Promise<Map<string, number[]>> {
  const alerts = new Map<string, number[]>()
  for await (const line of linesOf(path)) {
    const decision = JSON.parse(line) as { readonly key: string; readonly t: number; readonly score: number | null }
    if (decision.score === null || decision.score < score) continue
    const times = alerts.get(decision.key)
    if (times) times.push(decision.t)
    else alerts.set(decision.key, [decision.t])
  }
  return alerts
}

/** Fields of these files contain no commas. */
function rowOf(line: string): Upload {
  const [patient, at, glucose] = line.replaceAll('"', '').split(',')
  return { patient, at, glucose }
}

function seriesOf(readings: ReadonlyMap<number, number>): Series {
  const times = [...readings.keys()].sort((a, b) => a - b)
  return { times, values: times.map(time => readings.get(time)!) }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) if (line !== '') yield line
}
