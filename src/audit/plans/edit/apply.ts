/**
 * Checks an edit, then writes it. A thread loads the user's file with the new text, which must give the same pipeline except for the
 * intended placements.
 *
 * Nothing is written before the check, nor if a file has changed since it was read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { writeAtomically } from '../../../base/node/index.ts'
import { canonicalJson, type PipelineIR } from '../../../define/ir/index.ts'
import type { EditCheckResponse, EditCheckRequest } from './check-thread.ts'
import type { PlacementChange, PlacementEdit, EditedFile } from './edit.ts'

const checkThread = new URL(`./check-thread${extname(import.meta.url)}`, import.meta.url)

/** Why the edit is wrong; undefined if it is correct. */
export async function editProblem(
  files: readonly EditedFile[],
  changes: readonly PlacementChange[],
  pipeline: string,
  ir: PipelineIR,
): Promise<string | undefined> {
  const request: EditCheckRequest = {
    pipeline: realpathSync(resolve(pipeline)),
    texts: new Map(files.map(({ path, after }) => [path, after])),
  }
  const answer = await loadEdited(request)
  if ('failed' in answer) return `with the edit the file does not load: ${answer.failed}`
  if (canonicalJson(answer.ir ?? null) === canonicalJson(withPlacements(ir, changes))) return undefined
  return 'with the edit the file is another pipeline than the one that was meant'
}

/** The pipeline with the new placements. */
export function withPlacements(ir: PipelineIR, changes: readonly PlacementChange[]): PipelineIR {
  return {
    ...ir,
    groups: ir.groups.map(group => ({ ...group, place: changes.find(change => change.group === group.name)?.place ?? group.place })),
  }
}

/** Result of an edit. */
export interface AppliedEdit {
  /** Files that were written. */
  readonly written: readonly string[]
  /** Changes left to the user, in words. */
  readonly rejected: readonly string[]
}

/** Writes all files of the edit, or none. */
export async function applyEdit(
  edited: PlacementEdit,
  changes: readonly PlacementChange[],
  pipeline: string,
  ir: PipelineIR,
): Promise<AppliedEdit> {
  const { files, rejected } = edited
  if (files.length === 0) return { written: [], rejected }
  const applied = changes.filter(({ group }) => !edited.rejectedGroups.includes(group))
  const why = (await editProblem(files, applied, pipeline, ir)) ?? writeConflict(files)
  if (why !== undefined) return { written: [], rejected: [...rejected, `nothing was written: ${why}`] }
  for (const { path, after } of files) replace(path, after)
  return { written: files.map(({ path }) => path), rejected }
}

function writeConflict(files: readonly EditedFile[]): string | undefined {
  const conflict = files.find(({ path, before }) => readFileSync(path, 'utf8') !== before)
  return conflict && `${conflict.path} has changed since it was read`
}

/** Replaces the whole file and keeps its mode. */
function replace(path: string, text: string): void {
  writeAtomically(path, text, { mode: statSync(path).mode })
}

/** Loads the pipeline in a thread, since a process loads a module once. Its output is discarded. */
function loadEdited(workerData: EditCheckRequest): Promise<EditCheckResponse> {
  const { promise, resolve: settle } = Promise.withResolvers<EditCheckResponse>()
  const worker = new Worker(checkThread, { workerData, stdout: true, stderr: true })
  worker.on('message', (answer: EditCheckResponse) => settle(answer))
  worker.on('error', error => settle({ failed: error.message }))
  worker.on('exit', () => settle({ failed: 'it ended the process' }))
  return promise.finally(() => void worker.terminate())
}
