/** The proposed placements as edits of the user's files: shown, and applied with `--apply`. */
import { type AuditResult, ingestionDelays, objectivesOf, type AuditReport } from '../../audit/index.ts'
import type { Pipeline } from '../../define/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import { OBJECTIVES_FILE, writeObjectives } from '../../run/decide/index.ts'
import { join } from 'node:path'
import type { AuditRequest } from './audit-request.ts'

/** A report with the edits of its proposal. */
export interface ReportWithEdits {
  /** The report, with the edits. */
  readonly report: AuditReport
  /** The changes that were made, and those left to do by hand, a line each. */
  readonly notes: readonly string[]
}

/** Adds the edits to the report, applies them with `apply`, and writes the freshness objectives to the data folder `data`. */
export async function addEdits(
  pipeline: Pipeline,
  { report, proposed, log }: AuditResult & { readonly log: ReplayLog },
  { path, apply, data }: AuditRequest,
): Promise<ReportWithEdits> {
  // Loaded here, since no other command needs its parser.
  const { applyEdit, editPlacements, placementChanges } = await import('../../audit/plans/edit/index.ts')
  const changes = placementChanges(proposed, pipeline.groupDefinedAt)
  const edited = editPlacements(changes, path)
  const withEdits: AuditReport = { ...report, plans: { ...report.plans, edits: edited.edits } }
  const notes = [
    ...(apply && changes.length === 0 ? ['Nothing to apply: the audit proposes no change of a placement.'] : []),
    ...(apply ? [] : edited.rejected),
  ]
  if (apply && changes.length > 0) {
    const { written, rejected } = await applyEdit(edited, changes, path, pipeline.ir)
    notes.push(...written.map(file => `Changed ${file}.`), ...rejected)
  }
  if (data !== undefined) notes.push(...storeObjectives(pipeline, report, log, data))
  return { report: withEdits, notes }
}

/** Writes the freshness objectives to the data folder, where a run and `spillway inspect` read them. */
function storeObjectives({ ir, name, fingerprint }: Pipeline, report: AuditReport, log: ReplayLog, data: string): string[] {
  const groups = objectivesOf(report, ingestionDelays(ir, log))
  if (Object.keys(groups).length === 0) return []
  const file = join(data, OBJECTIVES_FILE)
  writeObjectives(file, { pipeline: name, fingerprint, groups })
  return [`Freshness objectives, which a run measures and spillway inspect shows: ${file}`]
}
