/** Checks that a backup can be restored: reads every object that it needs, and compares it with its hash. */
import { SpillwayError } from '../base/index.ts'
import { type Chunk, type BackupManifest, chunksOf, readBackupManifest } from './manifest.ts'
import { readChunk } from './chunk-store.ts'
import type { BackupTarget } from './target/backup-target.ts'

/** The state of one backup. */
export interface VerifiedBackup {
  readonly backup: string
  readonly chunks: number
  /** Length of the content, bytes. */
  readonly bytes: number
  /** Problems, in a sentence each; none if the backup is whole. */
  readonly problems: readonly string[]
}

/** Checks backups one after the other. An object that several backups need is read once; memory: the hashes of those. */
export async function* verifyBackups(target: BackupTarget, names: readonly string[]): AsyncGenerator<VerifiedBackup> {
  const problemOf = new Map<string, string | undefined>()
  const check = async (chunk: Chunk): Promise<string | undefined> => {
    if (!problemOf.has(chunk.hash)) problemOf.set(chunk.hash, await problemIn(() => readChunk(target, chunk)))
    return problemOf.get(chunk.hash)
  }
  for (const backup of names) {
    const problems: string[] = []
    let manifest: BackupManifest | undefined
    const damage = await problemIn(async () => (manifest = await readBackupManifest(target, backup)))
    if (damage !== undefined) problems.push(damage)
    let [chunks, bytes] = [0, 0]
    for (const chunk of manifest ? chunksOf(manifest) : []) {
      chunks++
      bytes += chunk.bytes
      const problem = await check(chunk)
      if (problem !== undefined) problems.push(problem)
    }
    yield { backup, chunks, bytes, problems }
  }
}

/** The message of damage that `read` finds. Other errors, such as a target that is not reached, are thrown. */
async function problemIn(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read()
    return undefined
  } catch (error) {
    if (error instanceof SpillwayError && (error.code === 'SPILL_DATA' || error.code === 'SPILL_NOT_FOUND')) return error.message
    throw error
  }
}
