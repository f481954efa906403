/**
 * Kind `backup`: backups of a random run at random times, some of them cut off, while it goes on; then the folder is lost and one of its
 * backups restored, and the run continues. Everything that was acknowledged before the backup began must be there, and the end is judged as
 * after any crash.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backUpFolder } from '../../src/backup/backup.ts'
import { backupNames } from '../../src/backup/manifest.ts'
import { restoreFolder } from '../../src/backup/restore.ts'
import { closeDataFolder, openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { folderHealth } from '../../src/operate/health.ts'
import { logDamageText } from '../../src/log/verify.ts'
import { MemoryTarget } from '../backup/memory-target.ts'
import { Draw } from '../property/generate/draw.ts'
import { keepingAll, type CrashCase } from './case.ts'
import { CaseTotals } from './case-totals.ts'
import { CrashDriver } from './crash-driver.ts'
import { diskOf } from './folder.ts'
import { generateCrash, generateTrained } from './generate.ts'
import { judge, type Judgement } from './judge.ts'
import { fault } from './verdict.ts'

/** One of this many cases trains models. */
const TRAINED_OF = 3
const PROGRESS_EVERY = 10
/** Share of the backups that are cut off. */
const CUT = 0.3
/** Times that a folder is lost and restored. */
const RESTORES = 2

export async function proveBackup(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('backup')
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backups-'))
  try {
    for (let i = 0; proved.cases < cases; i++) {
      const caseSeed = (seed + i) >>> 0
      const generated = (i % TRAINED_OF === 1 ? generateTrained : generateCrash)(caseSeed)
      // A forgotten log cannot be judged.
      const judged = await loseAndRestore(keepingAll(generated), new Draw(caseSeed ^ 0xbac0), join(scratch, `case${i}`))
      if (proved.add(judged, { cases: 1, crashes: RESTORES }))
        proved.failures.push({ kind: 'backup', seed: caseSeed, fault: judged.verdict.faults[0] })
      if (proved.cases % PROGRESS_EVERY === 0) say(`${proved.cases} of ${cases} restored backups, ${proved.failed}`)
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
  return proved
}

/** A backup, and what senders and clients knew when it began. */
interface KnownBackup {
  readonly backup: string
  readonly driven: CrashDriver
}

/** Runs a case, loses its folder and restores a backup, some times, and judges the end. */
export async function loseAndRestore(of: CrashCase, draw: Draw, place: string): Promise<Judgement> {
  const target = new MemoryTarget()
  let driven = new CrashDriver(of)
  let folder = join(place, 'first')
  // Bytes from which a chunk is closed: small, so that a small log has many.
  const chunkBytes = draw.magnitude(20_000)
  let time = 0
  for (let restore = 0; restore < RESTORES; restore++) {
    const backups = await runWithBackups(driven, folder, target, { draw, chunkBytes, clock: () => ++time })
    rmSync(folder, { recursive: true })
    const { backup, driven: known } = draw.pick(backups)
    folder = join(place, `restored${restore}`)
    await restoreFolder(target, folder, { at: backup })
    const restored = new CrashDriver(of, known)
    restored.catchUpClock(driven)
    driven = restored
  }
  const opened = await openDataFolder(folder)
  const reader = readDataFolder(folder)
  driven.start(opened.store, undefined, reader)
  await driven.finish()
  opened.release()
  const judged = await judge(driven, diskOf(reader))
  for (const damage of folderHealth(folder, reader, { verify: true }).damage) fault(judged.verdict, 'different', logDamageText(damage))
  reader.close()
  rmSync(folder, { recursive: true })
  return judged
}

interface Backing {
  readonly draw: Draw
  readonly chunkBytes: number
  readonly clock: () => number
}

/** Runs on, with backups on the way. Returns those that are whole; the first is always one. */
async function runWithBackups(
  running: CrashDriver,
  folder: string,
  target: MemoryTarget,
  { draw, chunkBytes, clock }: Backing,
): Promise<KnownBackup[]> {
  const opened = await openDataFolder(folder)
  const log = readDataFolder(folder)
  running.start(opened.store, undefined, log)
  const backups: KnownBackup[] = []
  for (let i = draw.between(1, 4); i > 0 || backups.length === 0; i--) {
    for (let round = draw.between(0, 3); round > 0; round--) {
      sendSome(running, draw)
      await running.settle()
    }
    const driven = new CrashDriver(running.of, running)
    const before = (await backupNames(target)).length
    if (backups.length > 0 && draw.chance(CUT)) target.writesLeft = draw.between(0, 8)
    // Records come while the backup is made.
    target.onWrite = async () => {
      if (!draw.chance(0.2)) return
      sendSome(running, draw)
      await running.settle()
    }
    const result = await backUpFolder(folder, target, { chunkBytes, rate: Infinity, clock }).catch((error: unknown) => {
      if (target.writesLeft > 0) throw error
      return undefined
    })
    target.onWrite = () => Promise.resolve()
    target.writesLeft = Infinity
    if (result) backups.push({ backup: result.backup, driven })
    else if ((await backupNames(target)).length !== before) running.broken.push('a backup that was cut off is listed')
  }
  await running.settle()
  await running.run?.stop()
  log.close()
  await closeDataFolder(opened)
  for (const { driven } of backups) driven.broken.push(...running.broken)
  return backups
}

function sendSome(driven: CrashDriver, draw: Draw): void {
  for (let feed = 0; feed < driven.of.feeds.length; feed++) driven.send(feed, draw.between(0, 10))
  driven.moveClock(draw.magnitude(100_000))
  if (draw.chance(0.3)) driven.run?.checkpoint()
  driven.run?.tick()
}
