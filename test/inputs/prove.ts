/**
 * `prove inputs`, for files: random sources; files of sound, damaged and random records in every format, plain and gzip; and no record
 * that is not accounted for.
 *
 * A case is one record, or one row that a map made of it. The bytes of text files are followed too: all that is in a file comes out of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { random } from '../../src/base/random.ts'
import { account, type Account } from './account.ts'
import { writeRandomFile } from './random-file.ts'

export interface InputsResult {
  readonly cases: number
  readonly accepted: number
  readonly dead: number
  readonly duplicate: number
  /** Records of which a map made nothing. */
  readonly skipped: number
  readonly rejected: number
  readonly unaccounted: number
  readonly crashed: number
  readonly files: number
  readonly seed: number
  /** The first things that were wrong, with the seed that brings the file back as the first of its run. */
  readonly failures: readonly { readonly seed: number; readonly file: string; readonly fault: string }[]
}

const FAILURES_KEPT = 5
/** From here on every outcome must have occurred. */
const COVERING_CASES = 1000

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<InputsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-inputs-'))
  const total = { accepted: 0, dead: 0, duplicate: 0, skipped: 0, rejected: 0, unaccounted: 0, crashed: 0 }
  const failures: { seed: number; file: string; fault: string }[] = []
  let files = 0
  let counted = 0
  try {
    for (; counted < cases; files++) {
      const file = await writeRandomFile(random(seed + files), folder)
      const result = await account(file)
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name]
      counted += caseCount(result)
      for (const fault of result.faults) failures.push({ seed: seed + files, file: basename(file.path), fault })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { cases: counted, ...total, files, seed, failures: failures.slice(0, FAILURES_KEPT) }
}

function caseCount({ accepted, dead, duplicate, skipped, rejected, unaccounted, crashed }: Account): number {
  return accepted + dead + duplicate + skipped + rejected + unaccounted + crashed
}

export function holds({ cases, accepted, dead, duplicate, skipped, rejected, unaccounted, crashed }: InputsResult): boolean {
  const outcomes = [accepted, dead, duplicate, skipped, rejected]
  return unaccounted === 0 && crashed === 0 && (cases < COVERING_CASES || outcomes.every(count => count > 0))
}
