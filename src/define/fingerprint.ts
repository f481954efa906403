/**
 * What a pipeline means, as one short text: equal for equal meaning, whoever owns it and however it is described.
 *
 * SHA-256 over the IR as canonical JSON (keys in order of UTF-16 units, no white space), owners and descriptions left out.
 */
import { createHash } from 'node:crypto'
import type { PipelineIR } from './ir.ts'

export const fingerprintOf = (ir: PipelineIR): string => createHash('sha256').update(canonicalJson(ir)).digest('hex')

export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== undefined && name !== 'owner' && name !== 'description')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}
