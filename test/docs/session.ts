/**
 * Runs the blocks of one document in order in one temporary folder, like a reader who starts at the top.
 *
 * By default the folder has this checkout as the package `spillway`, unbuilt, and the packages that are installed here; nothing is
 * downloaded. Processes that a block leaves running continue for later blocks and end with the document. Costs a process for each block,
 * and one type check for each document.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { blocksOf, type Block } from './blocks.ts'
import { printsAs } from './output.ts'

const root = resolve(import.meta.dirname, '../..')
const SECONDS_MAX = 300

/** Environment of a document: initial contents of its folder, and the conditions under which `import 'spillway'` is resolved. */
export interface Ground {
  readonly furnish: (folder: string) => void
  readonly conditions: readonly string[]
}

const checkout: Ground = { furnish, conditions: ['spillway-source'] }

/** A running document. */
interface Session {
  readonly folder: string
  readonly conditions: readonly string[]
  /** Process groups, one for each command. */
  readonly groups: number[]
}

/** Faults of a document: one line each, with the place. Empty if all of it works. */
export function faultsOf(path: string, markdown: string, { furnish, conditions }: Ground = checkout): string[] {
  const session: Session = { folder: mkdtempSync(join(tmpdir(), 'spillway-docs-')), conditions, groups: [] }
  try {
    furnish(session.folder)
    return runBlocks(session, path, blocksOf(markdown))
  } finally {
    for (const group of session.groups) end(group)
    rmSync(session.folder, { recursive: true, maxRetries: 5 })
  }
}

/** Ends the remaining processes of a group. */
function end(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // There are none.
  }
}

function runBlocks(session: Session, path: string, blocks: readonly Block[]): string[] {
  const { folder } = session
  const faults: string[] = []
  const typed = new Set<string>()
  let printed: string | undefined
  for (const block of blocks) {
    const at = `${path}:${block.line}`
    if (block.skip !== undefined) {
      if (block.skip.trim() === '') faults.push(`${at} skip= needs the reason`)
      printed = undefined
    } else if (block.language === 'text') {
      if (printed !== undefined && !printsAs(printed, block.text))
        faults.push(`${at} says\n${block.text}but what is printed is\n${printed}`)
      printed = undefined
    } else {
      const file = block.file ?? (block.language === 'ts' ? `block-${block.line}.ts` : undefined)
      if (file !== undefined) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        appendFileSync(join(folder, file), block.text)
        if (block.language === 'ts') typed.add(file)
      }
      const ran = run(session, block, file)
      printed = ran?.printed
      if (ran?.failed) faults.push(`${at} ${ran.failed}`)
      if (ran === undefined && file === undefined) faults.push(`${at} '${block.language}' is neither run nor a file: see CONTRIBUTING.md`)
    }
  }
  return [...faults, ...typeFaults(session, path, [...typed])]
}

interface Ran {
  /** Expected text of a following `text` block; undefined if nothing is compared. */
  readonly printed?: string
  readonly failed?: string
}

function run(session: Session, { language, flags, text }: Block, file: string | undefined): Ran | undefined {
  if (language === 'sh' && file === undefined) return command(session, 'bash', ['-euo', 'pipefail', '-c', text])
  if (language === 'ts' && flags.has('run')) return command(session, process.execPath, [file!])
  if (language === 'json' && file === undefined) return isJson(text) ? {} : { failed: 'is no JSON' }
  return undefined
}

function command({ folder, conditions, groups }: Session, name: string, args: readonly string[]): Ran {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const path = [join(folder, 'node_modules/.bin'), dirname(process.execPath), inherited['PATH']].join(delimiter)
  const env = { ...inherited, PATH: path, NODE_OPTIONS: conditions.map(condition => `-C ${condition}`).join(' '), NO_COLOR: '1' }
  // In a process group of its own, which identifies the processes it leaves running; the types of `spawnSync` lack `detached`.
  const options = { cwd: folder, env, encoding: 'utf8', timeout: SECONDS_MAX * 1000, detached: true } as const
  const { pid, status, stdout, stderr } = spawnSync(name, args, options)
  if (pid > 0) groups.push(pid)
  return status === 0 ? { printed: stdout } : { printed: stdout, failed: `ended with exit code ${status}\n${stdout}${stderr}` }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** One type check of all TypeScript of a document, as it is at its end. */
function typeFaults(session: Session, path: string, files: readonly string[]): string[] {
  if (files.length === 0) return []
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, types: ['node'], customConditions: session.conditions }
  writeFileSync(
    join(session.folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }),
  )
  const { failed } = command(session, 'tsc', ['--noEmit', '--pretty', 'false'])
  return failed === undefined ? [] : [`${path} does not type-check: ${failed}`]
}

/** Links this checkout's packages and the command `spillway` into the folder. */
function furnish(folder: string): void {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  for (const name of readdirSync(join(root, 'node_modules/.bin')))
    symlinkSync(join(root, 'node_modules/.bin', name), join(modules, '.bin', name))
  symlinkSync(root, join(modules, 'spillway'))
  const bin = join(modules, '.bin/spillway')
  writeFileSync(bin, `#!/bin/sh\nexec node "${join(root, 'src/cli/bin.ts')}" "$@"\n`)
  chmodSync(bin, 0o755)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
}
