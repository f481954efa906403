/**
 * Data folders with one damaged file: cut, emptied, deleted, with a flipped bit or overwritten bytes. A run over such a folder continues
 * with everything that was acknowledged, or ends with one of our errors that names the file: it never continues with less in silence.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/base/random.ts'
import { SpillwayError } from '../../src/base/errors.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/loop/run.ts'
import { runnable } from '../crash/case.ts'
import { diskOf } from '../crash/folder.ts'
import { decisionsOf, entriesOf, logOf } from '../crash/inspect.ts'
import shop from '../crash/shop.ts'
import { below, chance, oneOf } from './generate.ts'

export const damages = ['cut', 'empty', 'gone', 'bit', 'overwritten'] as const
export type Damage = (typeof damages)[number]

const BATCHES = 30
const START = Date.parse('2026-01-01T00:00Z')

/** Contents of a folder before the damage. */
export interface SoundFolder {
  readonly folder: string
  /** Every file of it, by its relative path. */
  readonly files: readonly string[]
  readonly events: readonly string[]
  readonly decisions: number
}

export interface DamagedOutcome {
  /** The fault, if any. */
  readonly fault?: string
  readonly outcome: 'sound' | 'reported' | 'rejected'
}

/** A folder that a process left behind: in order, or in the middle of its work. */
export async function writeFolder(scratch: string, inOrder: boolean): Promise<SoundFolder> {
  const live = mkdtempSync(join(scratch, 'live-'))
  const opened = await openDataFolder(live)
  let now = START
  const run = new Run(shop, { store: opened.store, clock: () => now })
  for (let i = 0; i < BATCHES; i++) {
    now += 400
    await run.submit('payments', recordBatchOf(payments(i)))
    if (i % 10 === 4) run.checkpoint()
    await run.submit('logins', recordBatchOf([{ card: `c${i % 3}`, at: START + i }, { card: null }]))
    run.tick()
  }
  const folder = mkdtempSync(join(scratch, 'sound-'))
  if (!inOrder) cpSync(live, folder, { recursive: true })
  await run.stop()
  opened.release()
  if (inOrder) cpSync(live, folder, { recursive: true })
  rmSync(live, { recursive: true })
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => statSync(join(folder, name)).isFile())
  const probe = mkdtempSync(join(scratch, 'probe-'))
  cpSync(folder, probe, { recursive: true })
  const contents = contentOf(probe)
  rmSync(probe, { recursive: true })
  return { folder, files: files.toSorted(), ...contents }
}

const payments = (i: number): unknown[] =>
  Array.from({ length: 3 }, (_, n) => ({ id: `i${i * 3 + n}`, card: `c${n}`, amount: '1.50', at: START + i * 100 + n }))

function contentOf(folder: string): { readonly events: readonly string[]; readonly decisions: number } {
  const reader = readDataFolder(folder)
  try {
    const disk = diskOf(reader)
    const { segments, strings } = logOf(shop.ir, disk)
    const events = entriesOf(shop.ir, segments, strings).flatMap(entry => ('event' in entry ? [JSON.stringify(entry.event)] : []))
    return { events, decisions: decisionsOf(disk).length }
  } finally {
    reader.close()
  }
}

export function damageBytes(next: Random, bytes: Buffer, damage: Damage): Buffer | undefined {
  if (damage === 'gone') return undefined
  if (damage === 'empty' || bytes.length === 0) return Buffer.alloc(0)
  if (damage === 'cut') return bytes.subarray(0, below(next, bytes.length))
  const copy = Buffer.from(bytes)
  const at = below(next, bytes.length)
  if (damage === 'bit') copy[at] = copy[at] ^ (1 << below(next, 8))
  else for (let i = at; i < Math.min(bytes.length, at + 1 + below(next, 600)); i++) copy[i] = below(next, 256)
  return copy
}

/** Damages one file of a copy of the folder, and runs in it. */
export async function runDamaged(next: Random, sound: SoundFolder, scratch: string): Promise<DamagedOutcome & { readonly damage: string }> {
  // Acknowledged events are in the log's files.
  const name = oneOf(next, chance(next, 0.6) ? sound.files.filter(file => file.startsWith('log.db')) : sound.files)
  const damage = oneOf(next, damages)
  const folder = mkdtempSync(join(scratch, 'damaged-'))
  cpSync(sound.folder, folder, { recursive: true })
  const bytes = damageBytes(next, readFileSync(join(folder, name)), damage)
  if (bytes) writeFileSync(join(folder, name), bytes)
  else rmSync(join(folder, name))
  try {
    return { damage: `${name}: ${damage}`, ...(await outcomeIn(folder, sound)) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function outcomeIn(folder: string, sound: SoundFolder): Promise<DamagedOutcome> {
  const reports: string[] = []
  try {
    const opened = await openDataFolder(folder)
    try {
      const run = new Run(runnable(shop.ir), { store: opened.store, clock: () => START + 60_000, onReport: report => reports.push(report) })
      await run.submit('payments', recordBatchOf(payments(BATCHES)))
      await Promise.race([run.stop(), run.ended])
    } finally {
      await opened.store.close()
      opened.release()
    }
    const { events, decisions } = contentOf(folder)
    const isWhole = sound.events.every((event, i) => events[i] === event) && events.length === sound.events.length + 3
    if (!isWhole) return { outcome: 'sound', fault: `it goes on with ${events.length} events of ${sound.events.length} and says nothing` }
    if (decisions < sound.decisions) return { outcome: 'sound', fault: `it goes on with ${decisions} decisions of ${sound.decisions}` }
    return { outcome: reports.length > 0 ? 'reported' : 'sound' }
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code === 'SPILL_ASSERT')
      return { outcome: 'rejected', fault: `crashed: ${String((error as Error).stack)}` }
    if (!/log\.db|lock\.db|holder|segment|batch of decisions|state/.test(error.message))
      return { outcome: 'rejected', fault: `names no file: ${error.message}` }
    return { outcome: 'rejected' }
  }
}
