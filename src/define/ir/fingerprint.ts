/**
 * Fingerprints: equal for pipelines of equal meaning, whatever their owners and descriptions.
 *
 * A fingerprint is the SHA-256 of the IR as canonical JSON (keys in order of UTF-16 units, no white space), without the notes
 * of groups, models, actions and reports, the freshness objectives of groups, and the compatibility levels and personal columns of sources.
 * Notes are removed by place and not by name, since a level of a weight may be called 'owner' too.
 */
import { createHash } from 'node:crypto'
import type { GroupIR, ModelIR, Notes, PipelineIR, SourceIR } from './ir.ts'

/** Fingerprint of a pipeline, hex. */
export function fingerprintOf(ir: PipelineIR): string {
  const [actions, reports] = [ir.actions?.map(withoutNotes), ir.reports?.map(withoutNotes)]
  const sources = ir.sources.map(sourceMeaning)
  const meaning = { ...ir, sources, groups: ir.groups.map(groupMeaning), models: ir.models.map(modelMeaning), actions, reports }
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex')
}

/** Fingerprint of a feature group, hex: its values depend on its source's definition and on nothing else of the pipeline. */
export function groupFingerprint(ir: PipelineIR, group: GroupIR): string {
  const source = ir.sources.find(({ name }) => name === group.source)
  return createHash('sha256')
    .update(canonicalJson({ group: groupMeaning(group), source: source && sourceMeaning(source) }))
    .digest('hex')
}

/** A source without its compatibility level and its personal columns, on which no value depends. */
const sourceMeaning = ({ compatibility: _level, personal: _names, ...meaning }: SourceIR): object => meaning

/** A model without its notes and the personal fields of its request. */
function modelMeaning({ decide, ...model }: ModelIR): object {
  if (decide.kind !== 'request') return withoutNotes({ ...model, decide } as ModelIR)
  const { personal: _names, ...trigger } = decide
  return withoutNotes({ ...model, decide: trigger } as ModelIR)
}

/** A feature group without its freshness objective and notes, on which no value depends. */
const groupMeaning = ({ freshness: _objective, ...group }: GroupIR): object => withoutNotes(group)

/** A definition without its owner and description. */
export const withoutNotes = ({ owner: _o, description: _d, ...meaning }: Notes): object => meaning

/** Canonical JSON: keys in order of UTF-16 units, no white space, no undefined fields. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}

/** 32 hex digits of SHA-256 over canonical JSON. */
export const shortHash = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32)
