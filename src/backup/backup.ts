/**
 * One backup of a data folder, which a run may hold and change meanwhile. It reads the log by short transactions of its own, and
 * everything in it is as of one commit.
 *
 * Rounds copy what is new while the log grows. A last round inside one transaction then finds little left: its chunks stay in memory
 * until the transaction has ended, so that no target, however slow, keeps the WAL of the run from starting again.
 */
import { join } from 'node:path'
import { type Clock, limits, pause, SpillwayError, stopwatch, type StrictOmit, sumBy, wallClock } from '../base/index.ts'
import { packageVersion } from '../base/node/index.ts'
import { logTables, LogTableReader, readDataFolder } from '../log/sqlite/index.ts'
import { checkNewest, findBase } from './backup-base.ts'
import { ChunkStore } from './chunk-store.ts'
import { backupFiles, copyFile } from './folder-files.ts'
import { backupNames, type BackupManifest, chunksOf, chunkObject, contentHash, type FileBackup, writeBackupManifest } from './manifest.ts'
import { RESTORED, type RestoredValue } from './restore-origin.ts'
import { beginsOf, type ChunkContent, type TableCopier, tableCopier } from './table-copier.ts'
import { type BackupTarget, targetError } from './target/backup-target.ts'

export interface BackupOptions {
  readonly clock?: Clock
  /** Bytes read per second at most. */
  readonly rate?: number
  /** Copies everything again, also what the target has: for a target with damaged objects. */
  readonly isFull?: boolean
  /** The last backup to the target. A target without any is then not the same one. */
  readonly previous?: string | undefined
  readonly signal?: AbortSignal
  /** Length of a chunk, bytes. For tests. */
  readonly chunkBytes?: number
  /** Bytes that the last round may keep in memory. For tests. */
  readonly pointBytes?: number
  /** Called after each chunk, with the bytes read. */
  readonly onProgress?: (bytes: number) => void
}

/** A finished backup. */
export interface BackupResult {
  readonly backup: string
  /** Time of the backup, UTC ms: it has everything committed before, and nothing committed later. */
  readonly at: number
  /** Entries of the log before this one are in the backup. */
  readonly end: number
  /** Length of the content of the whole backup, bytes. */
  readonly bytes: number
  /** Length of the part that the target did not have, and the length that it took there, bytes. */
  readonly copied: number
  readonly stored: number
  readonly seconds: number
  /** The backup on which it is based. */
  readonly base?: string
}

/**
 * Backs up a data folder.
 *
 * @throws `SPILL_STORE` and `SPILL_DATA` for a folder that cannot be read; `SPILL_BACKUP` for a target that cannot be written;
 *   `SPILL_EXISTS` for a target with backups of another log, `SPILL_CLOCK` for one with a later time than now; `SPILL_LIMIT` if the log grows faster than it is
 *   read; `SPILL_STOPPED` after an abort.
 */
export async function backUpFolder(folder: string, target: BackupTarget, options: BackupOptions = {}): Promise<BackupResult> {
  const { clock = wallClock, isFull = false, previous, chunkBytes } = options
  const began = stopwatch()
  // Throws for a folder without a log, naming the folder.
  readDataFolder(folder).close()
  const reader = new LogTableReader(join(folder, 'log.db'))
  try {
    const names = await backupNames(target)
    const latestBase = await findBase(target, names, reader)
    checkNewest(target, names, clock(), previous)
    const base = isFull ? undefined : latestBase
    const known = base ? [...chunksOf(base.manifest)].map(({ hash }) => hash) : []
    const copy = new RunningBackup(target, new ChunkStore(target, clock, known, isFull), options)
    const copiers = logTables
      .filter(table => reader.columns(table).length > 0)
      .map(table =>
        tableCopier(
          reader,
          table,
          base?.manifest.tables.find(candidate => candidate.table === table.name),
          chunkBytes,
        ),
      )
    const point = await copy.atOnePoint(reader, copiers, at => pointOf(reader, copiers, at))
    const files = await copy.files(folder, base?.manifest.files ?? [])
    const manifest = { ...point, spillway: packageVersion(), files }
    await copy.checkPresent(manifest, stopwatch() - began)
    const backup = await writeBackupManifest(target, manifest)
    const { bytes: copied, stored } = copy.store.written
    return {
      backup,
      at: manifest.at,
      end: manifest.end,
      bytes: sumBy([...chunksOf(manifest)], chunk => chunk.bytes),
      copied,
      stored,
      seconds: (stopwatch() - began) / 1000,
      ...(base && { base: base.name }),
    }
  } finally {
    reader.close()
  }
}

/** The log as of the transaction in which it is called. */
function pointOf(
  reader: LogTableReader,
  copiers: readonly TableCopier[],
  at: number,
): StrictOmit<BackupManifest, 'version' | 'spillway' | 'files'> {
  const last = reader.lastSegment()
  const log = reader.named('log')
  const pipeline = (JSON.parse(reader.named('pipeline') ?? 'null') as { ir?: { name?: string } } | null)?.ir?.name
  const restored = reader.named(RESTORED)
  const begins = beginsOf(reader)
  return {
    at,
    ...(log !== undefined && { log }),
    ...(pipeline !== undefined && { pipeline }),
    end: last?.end ?? begins,
    begins,
    ...(last && { lastSegment: { first: last.first, hash: contentHash(reader.segmentBytes(last.first)!) } }),
    ...(restored !== undefined && { restored: JSON.parse(restored) as RestoredValue }),
    format: reader.format,
    tables: copiers.map(({ backup }) => backup),
  }
}

/** The chunks of one backup on their way, at a limited rate. */
class RunningBackup {
  readonly store: ChunkStore
  readonly #target: BackupTarget
  readonly #options: BackupOptions
  readonly #began = stopwatch()
  #read = 0

  constructor(target: BackupTarget, store: ChunkStore, options: BackupOptions) {
    this.#target = target
    this.store = store
    this.#options = options
  }

  /** Copies the tables as of one commit, and calls `describe` in its transaction, with the time of the commit. */
  async atOnePoint<T>(reader: LogTableReader, copiers: readonly TableCopier[], describe: (at: number) => T): Promise<T> {
    const { clock = wallClock, pointBytes = limits.BACKUP_POINT_BYTES_MAX } = this.#options
    // Tables that grow come last: the others are read whole, which may take long, and the same round then copies what was added meanwhile.
    const growsLast = copiers.toSorted((a, b) => Number(a.table.kind === 'appended') - Number(b.table.kind === 'appended'))
    for (let round = 0; round < limits.BACKUP_ROUNDS_MAX; round++) {
      for (const copier of growsLast) for (const chunk of copier.round()) await this.#write(chunk)
      const left: ChunkContent[] = []
      let bytes = 0
      const described = reader.atOnePoint(() => {
        const at = clock()
        for (const copier of copiers.filter(({ table }) => !table.mayTrail))
          for (const chunk of copier.round()) {
            if (this.store.has(chunk.hash)) continue
            left.push(chunk)
            bytes += chunk.content.length
            if (bytes > pointBytes) return undefined
          }
        return { value: describe(at) }
      })
      for (const chunk of left) await this.#write(chunk)
      if (described) return described.value
    }
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the log grows faster than the backup reads it (BACKUP_ROUNDS_MAX, ${limits.BACKUP_ROUNDS_MAX} times more than ${pointBytes} bytes); back up with a greater --rate`,
    )
  }

  async files(folder: string, bases: readonly FileBackup[]): Promise<FileBackup[]> {
    const files: FileBackup[] = []
    for (const path of backupFiles(folder)) {
      const copying = copyFile(
        folder,
        path,
        bases.find(base => base.path === path),
      )
      let next = await copying.next()
      for (; !next.done; next = await copying.next()) await this.#write(next.value)
      if (next.value) files.push(next.value)
    }
    return files
  }

  /** A backup that took longer than garbage waits to be deleted may have lost chunks that it did not write. */
  async checkPresent(manifest: Pick<BackupManifest, 'tables' | 'files'>, ms: number): Promise<void> {
    if (ms < limits.BACKUP_GRACE_MS / 2) return
    const present = new Set<string>()
    for await (const { name } of this.#target.list('objects/')) present.add(name)
    for (const { hash } of chunksOf(manifest))
      if (!present.has(chunkObject(hash)))
        throw targetError(this.#target.place, 'lost objects of this backup, which took long, to the retention of another; back up again')
  }

  async #write({ hash, content }: ChunkContent): Promise<void> {
    const { rate = limits.BACKUP_RATE_BYTES, signal, onProgress } = this.#options
    await this.store.write(hash, content)
    this.#read += content.length
    onProgress?.(this.#read)
    const ahead = (this.#read / rate) * 1000 - (stopwatch() - this.#began)
    if (ahead > 0) await pause(ahead, signal)
    if (signal?.aborted)
      throw new SpillwayError('SPILL_STOPPED', 'the backup was stopped; the next one does not copy again what it has copied')
  }
}
