/** Feast beside `bench training-set`: its own training rows, which have the latest value before each time and no windows. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Feast } from './feast.ts'

export interface FeastRows {
  readonly seconds: number
  readonly rows: number
  /** Rows with a value. */
  readonly notNull: number
}

/** Measures this many times over the files of a folder (`feast-history.py`). Throws `MissingPeerError` if Feast is not installed. */
export function feastHistory(folder: string, times: number): FeastRows[] {
  Feast.checkThere()
  const script = fileURLToPath(new URL('feast-history.py', import.meta.url))
  const { status, stdout, stderr } = spawnSync(Feast.python, [script, folder, String(times)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Feast gave no rows: ${stderr.slice(-2000)}`)
  const lines = stdout.split('\n').filter(line => line.startsWith('{"seconds"'))
  return lines.map(line => JSON.parse(line) as FeastRows)
}
