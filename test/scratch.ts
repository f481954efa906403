/** Folders for tests to write in. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

/**
 * An empty folder, which is there until the process of the test file ends: so that whatever the tests have opened in it is closed before it goes, in
 * whatever order their hooks run, and a test that fails leaves nothing behind.
 */
export function scratchFolder(name: string): string {
  if (made.length === 0) process.once('exit', () => made.forEach(folder => rmSync(folder, { recursive: true, force: true })))
  const folder = mkdtempSync(join(tmpdir(), `spillway-${name}-`))
  made.push(folder)
  return folder
}
