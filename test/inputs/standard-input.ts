/**
 * Standard input of `spillway run`, with valid, damaged and noise lines: each is an event of the log, a duplicate, or a dead letter with
 * its bytes. The run is a separate process.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Random } from '../../src/base/random.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { diskOf } from '../crash/folder.ts'
import { logOf } from '../crash/inspect.ts'
import shop from '../crash/shop.ts'
import type { Account } from './account.ts'
import { damagedLine, noise } from './damage.ts'
import { below, chance, oneOf } from './generate.ts'

const root = resolve(import.meta.dirname, '../..')
const LINES = 150
const START = Date.parse('2026-01-01T00:00Z')
const NEWLINE = 0x0a

export async function accountStandardInput(next: Random, scratch: string): Promise<Account> {
  const folder = mkdtempSync(join(scratch, 'stdin-'))
  const bytes = randomLines(next)
  const { status, stdout, stderr } = await runOver(bytes, join(folder, 'data'))
  if (status !== 0) return { ...nothing, crashed: 1, faults: [`spillway run ended with ${status}: ${stderr.slice(-1000)}`] }
  const { accepted, duplicates, rejected } = JSON.parse(stdout) as { accepted: number; duplicates: number; rejected: number }
  const reader = readDataFolder(join(folder, 'data'))
  const dead = [...reader.deadLetters.dead()]
  // A tick of the run is an entry, too, if it took a second.
  const { segments } = logOf(shop.ir, diskOf(reader))
  const events = segments.flatMap(({ sources }) => sources).reduce((sum, { block }) => sum + block.length, 0)
  reader.close()
  rmSync(folder, { recursive: true })
  const lines = linesOf(bytes)
  const due = lines.filter(line => line.toString('latin1').trim() !== '').length
  const faults = dead
    .filter(({ place, raw }) => !Buffer.from(raw).equals(lines[Number(/\d+$/.exec(place)) - 1] ?? Buffer.alloc(0)))
    .map(({ place }) => `the dead letter of ${place} is not what stood there`)
  if (accepted + duplicates + rejected !== due) faults.push(`${due} outcomes were due, ${accepted + duplicates + rejected} came`)
  if (dead.length !== rejected) faults.push(`${rejected} were rejected, and there are ${dead.length} dead letters`)
  if (events !== accepted) faults.push(`${accepted} were accepted, and the log has ${events}`)
  return { ...nothing, accepted, dead: rejected, duplicate: duplicates, unaccounted: faults.length, faults }
}

const nothing: Account = { accepted: 0, dead: 0, duplicate: 0, skipped: 0, rejected: 0, unaccounted: 0, crashed: 0, faults: [] }

/** Lines as the run splits them: the last line counts without its newline. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from)
    const end = newline < 0 ? bytes.length : newline
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  return lines
}

function randomLines(next: Random): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; i < LINES; i++) {
    const line = JSON.stringify({
      id: `i${below(next, 80)}`,
      card: oneOf(next, ['a', 'b', 'ä']),
      amount: '1.50',
      at: START + (i % 5) * 1000,
    })
    parts.push(chance(next, 0.3) ? damagedLine(next, line, 'ndjson') : Buffer.from(line), Buffer.from('\n'))
    if (chance(next, 0.05)) parts.push(noise(next, below(next, 200)), Buffer.from('\n'))
  }
  if (chance(next, 0.5)) parts.push(noise(next, 1 + below(next, 50)))
  return Buffer.concat(parts)
}

async function runOver(bytes: Buffer, data: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const args = ['-C', 'spillway-source', join(root, 'src/cli/bin.ts'), 'run', join(root, 'test/crash/shop.ts')]
  const child = spawn(process.execPath, [...args, '--source', 'payments=-', '--data', data, '--json'], {
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  })
  const exit = new Promise<number | null>(done => child.once('close', done))
  child.stdin.on('error', () => {}) // It may end before it has read everything; its exit code has the reason.
  child.stdin.end(bytes)
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { status, stdout, stderr }
}
