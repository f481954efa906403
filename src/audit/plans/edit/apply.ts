/**
 * An edit tried, and then made: the user's file is loaded with the new text in a thread of its own, and must be the same pipeline but for the placements that were to change.
 *
 * Nothing is written before that, nor if a file has changed since it was read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { writeWhole } from '../../../base/write-whole.ts'
import { canonicalJson } from '../../../define/ir/fingerprint.ts'
import type { PipelineIR } from '../../../define/ir/ir.ts'
import type { CheckAnswer, CheckOrder } from './check-thread.ts'
import type { Change, Edited, EditedFile } from './edit.ts'

const thread = new URL(`./check-thread${extname(import.meta.url)}`, import.meta.url)

/** Why the edit is not what it should be; undefined if it is. */
export async function whyNot(
  files: readonly EditedFile[],
  changes: readonly Change[],
  pipeline: string,
  ir: PipelineIR,
): Promise<string | undefined> {
  const order: CheckOrder = { pipeline: realpathSync(resolve(pipeline)), texts: new Map(files.map(({ path, after }) => [path, after])) }
  const answer = await loaded(order)
  if ('failed' in answer) return `with the edit the file does not load: ${answer.failed}`
  if (canonicalJson(answer.ir ?? null) === canonicalJson(changed(ir, changes))) return undefined
  return 'with the edit the file is another pipeline than the one that was meant'
}

/** What the pipeline is to be. */
export function changed(ir: PipelineIR, changes: readonly Change[]): PipelineIR {
  return {
    ...ir,
    groups: ir.groups.map(group => ({ ...group, place: changes.find(change => change.group === group.name)?.place ?? group.place })),
  }
}

export interface Applied {
  /** Files that were written. */
  readonly written: readonly string[]
  /** What is left to do by hand, in words. */
  readonly refused: readonly string[]
}

/** Makes the edit, all of its files or none. */
export async function applyEdit(edited: Edited, changes: readonly Change[], pipeline: string, ir: PipelineIR): Promise<Applied> {
  const { files, refused } = edited
  if (files.length === 0) return { written: [], refused }
  const made = changes.filter(({ group }) => !edited.refusedGroups.includes(group))
  const why = (await whyNot(files, made, pipeline, ir)) ?? whyNotWritten(files)
  if (why !== undefined) return { written: [], refused: [...refused, `nothing was written: ${why}`] }
  for (const { path, after } of files) replace(path, after)
  return { written: files.map(({ path }) => path), refused }
}

function whyNotWritten(files: readonly EditedFile[]): string | undefined {
  const other = files.find(({ path, before }) => readFileSync(path, 'utf8') !== before)
  return other && `${other.path} has changed since it was read`
}

/** The file whole or as it was, with the rights that it has. */
function replace(path: string, text: string): void {
  writeWhole(path, text, { mode: statSync(path).mode })
}

/** In a thread, since a module is loaded once; what it prints is not shown a second time. */
function loaded(workerData: CheckOrder): Promise<CheckAnswer> {
  const { promise, resolve: done } = Promise.withResolvers<CheckAnswer>()
  const worker = new Worker(thread, { workerData, stdout: true, stderr: true })
  worker.on('message', (answer: CheckAnswer) => done(answer))
  worker.on('error', error => done({ failed: error.message }))
  worker.on('exit', () => done({ failed: 'it ended the process' }))
  return promise.finally(() => void worker.terminate())
}
