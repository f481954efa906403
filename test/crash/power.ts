/**
 * Kind `power`: a run over SQLite loses power while it commits. Its files are copied when everything is acknowledged, then more is written;
 * a variant is the first copy with a part of the later writes. Each must restore everything acknowledged.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { sqlite } from '../../src/log/sqlite/sqlite.ts'
import { Draw } from '../property/generate/draw.ts'
import { keepingAll, type CrashCase } from './case.ts'
import { CrashDriver } from './crash-driver.ts'
import { diskOf } from './folder.ts'
import { generateCrash, generateTrained } from './generate.ts'
import { judge, type Judgement } from './judge.ts'
import { CaseTotals } from './case-totals.ts'
import { tearings, torn, type Tail } from './torn-wal.ts'
import { fault } from './verdict.ts'
import { readWal } from './wal.ts'

const VARIANTS = 8
/** One of this many runs that lose power trains models. */
const TRAINED_OF = 3

/** A run that lost power: its files when everything was acknowledged, and the later writes. */
export interface PowerLoss {
  readonly of: CrashCase
  /** With the notifications until then. */
  readonly driven: CrashDriver
  readonly folder: string
  readonly tail: Tail
}

export async function provePower(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('power')
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-power-'))
  try {
    for (let run = 0; proved.cases < cases; run++) {
      const caseSeed = (seed + run) >>> 0
      const draw = new Draw(caseSeed ^ 0x90a3)
      // A forgotten log cannot be judged.
      const of = (run % TRAINED_OF === 1 ? generateTrained : generateCrash)(caseSeed)
      const loss = await losePower(keepingAll(of), draw, join(scratch, `run${run}`))
      const variants = loss ? Math.min(VARIANTS, cases - proved.cases) : 0
      for (let i = 0; i < variants; i++) {
        const tearing = tearings[proved.cases % tearings.length]
        const judged = await survive(loss!, torn(draw, tearing, loss!.tail), join(scratch, `run${run}-${i}`))
        if (proved.add(judged, { cases: 1, crashes: 1 }))
          proved.failures.push({
            kind: 'power',
            seed: caseSeed,
            fault: `the end of the WAL torn as '${tearing}': ${judged.verdict.faults[0]}`,
          })
      }
      rmSync(join(scratch, `run${run}`), { recursive: true })
      say(`${proved.cases} of ${cases} torn WALs, ${proved.failed}`)
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
  return proved
}

/** Runs a case up to a time, and on to the writes that may be torn; `undefined` if nothing more was written. */
export async function losePower(of: CrashCase, draw: Draw, folder: string): Promise<PowerLoss | undefined> {
  const live = join(folder, 'live')
  const opened = await openDataFolder(live)
  const running = new CrashDriver(of)
  const log = readDataFolder(live)
  running.start(opened.store, undefined, log)
  const rounds = draw.between(0, 4)
  for (let i = 0; i < rounds; i++) await round(running, draw)
  // With a pause the whole WAL is moved into the database, and the next commit starts another generation of it.
  if (draw.chance(0.5)) await pause(limits.CHECKPOINT_EVERY_MS * 2)
  const driven = new CrashDriver(of, running)
  // While a reader is open, the copied WAL generation is only appended to, or is wholly in the database and followed by one.
  const reader = new sqlite.DatabaseSync(join(live, 'log.db'), { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM sqlite_schema').get()
  const snapshot = join(folder, 'kept')
  cpSync(live, snapshot, { recursive: true, filter: path => !path.endsWith('-shm') })
  for (let i = draw.between(1, 3); i > 0; i--) await round(running, draw)
  const after = readFileSync(join(live, 'log.db-wal'))
  reader.close()
  await running.run?.stop()
  log.close()
  opened.release()
  rmSync(live, { recursive: true })
  const tail = tailOf(snapshot, after)
  return tail && { of, driven, folder: snapshot, tail }
}

/** Sends some records and waits until they are acknowledged. */
async function round(driven: CrashDriver, draw: Draw): Promise<void> {
  for (let feed = 0; feed < driven.of.feeds.length; feed++) driven.send(feed, draw.between(0, 10))
  driven.moveClock(draw.magnitude(100_000))
  if (draw.chance(0.3)) driven.run?.checkpoint()
  driven.run?.tick()
  await driven.settle()
}

function tailOf(snapshot: string, after: Buffer): Tail | undefined {
  const path = join(snapshot, 'log.db-wal')
  const before = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const [was, is] = [readWal(before), readWal(after)]
  if (!is) return undefined
  if (was && was.salts === is.salts) {
    return is.end > was.end ? { after, before, from: was.end, to: is.end, frameBytes: is.frameBytes } : undefined
  }
  // The WAL restarts once all of it is in the database, and the database on the disk.
  const db = new sqlite.DatabaseSync(join(snapshot, 'log.db'))
  db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  cpSync(join(snapshot, 'log.db'), join(snapshot, 'moved.db'))
  db.close()
  cpSync(join(snapshot, 'moved.db'), join(snapshot, 'log.db'))
  rmSync(join(snapshot, 'moved.db'))
  return { after, before, from: 0, to: is.end, frameBytes: is.frameBytes }
}

/** Starts on the files after a power loss, sends the rest, and judges the end. */
export async function survive({ of, driven: earlier, folder }: PowerLoss, wal: Buffer, place: string): Promise<Judgement> {
  mkdirSync(place, { recursive: true })
  cpSync(folder, place, { recursive: true })
  writeFileSync(join(place, 'log.db-wal'), wal)
  const driven = new CrashDriver(of, earlier)
  try {
    const opened = await openDataFolder(place)
    const reader = readDataFolder(place)
    driven.start(opened.store, undefined, reader)
    await driven.finish()
    opened.release()
    const judged = await judge(driven, diskOf(reader))
    reader.close()
    const broken = integrity(join(place, 'log.db'))
    if (broken !== 'ok') fault(judged.verdict, 'different', `SQLite's own check says: ${broken}`)
    return judged
  } catch (error) {
    driven.broken.push(`it does not open: ${(error as Error).message}`)
    return judge(driven, { commits: [] })
  } finally {
    rmSync(place, { recursive: true })
  }
}

function integrity(path: string): string {
  const db = new sqlite.DatabaseSync(path, { readOnly: true })
  const { integrity_check: result } = db.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
  db.close()
  return result
}
