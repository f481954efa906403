/** A data folder for a bench, on the disk of this checkout. The duration of its fsync is measured in the same run. */
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { stopwatch } from '../../src/base/clock.ts'
import { percentile } from '../statistics.ts'

const CACHE = '.cache'
const PAGE = 4096
const FLUSHES = 100

/** Runs in a new folder and removes it. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds that the disk takes to flush an appended page: the median of some. */
export function fsyncP50(folder: string): number {
  const file = openSync(join(folder, 'flush'), 'w')
  try {
    const page = Buffer.alloc(PAGE, 1)
    const times = Array.from({ length: FLUSHES }, () => {
      writeSync(file, page)
      const start = stopwatch()
      fdatasyncSync(file)
      return stopwatch() - start
    })
    return percentile(times, 0.5)
  } finally {
    closeSync(file)
    rmSync(join(folder, 'flush'))
  }
}

/** Bytes of the files in a folder whose names begin with a prefix. */
export function bytesIn(folder: string, prefix = ''): number {
  const names = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile() && entry.name.startsWith(prefix))
  return names.reduce((sum, { name }) => sum + statSync(join(folder, name)).size, 0)
}
