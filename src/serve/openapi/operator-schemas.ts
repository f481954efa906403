/** JSON Schemas of answers about objectives and lineage. */
import { lineageKinds, lineageRoles } from '../../operate/index.ts'
import { schemaTerms } from './json-schema.ts'

const { count, utcMs, object, text } = schemaTerms

const durationMs = { type: 'number' } as const
const objective = object(
  {
    group: text,
    age: { ...durationMs, description: 'greatest age of the values, milliseconds' },
    share: { type: 'number', description: 'the required part of fresh decisions' },
    delay: { ...durationMs, description: 'usual ingestion delay, milliseconds, which does not count as age' },
    why: text,
    recent: { ...object({ until: utcMs, decisions: count, within: count }), description: 'of the hour up to `until`' },
  },
  ['group', 'age', 'share', 'why'],
)
const node = { $ref: '#/components/schemas/LineageNode' }

/** Schemas by name, under `components` of the document. */
export const operatorSchemas = {
  Objectives: object(
    {
      objectives: { type: 'array', items: objective },
      problem: { ...text, description: 'the problem of an objectives file that cannot be used' },
    },
    ['objectives'],
  ),
  LineageNode: object({ kind: { enum: lineageKinds }, name: text }),
  Lineage: object({
    pipeline: text,
    nodes: { type: 'array', items: node },
    edges: { type: 'array', items: object({ from: node, to: node, roles: { type: 'array', items: { enum: lineageRoles } } }) },
  }),
}
