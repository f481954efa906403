/** OpenAPI operations and schemas about the schemas of sources. */
import { compatibilityLevels, type PipelineIR } from '../../define/ir/index.ts'
import { schemaFormats } from '../../schema/index.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { json, operation, type Paths } from './operation.ts'

const { count, described, flag, list, object, ref, text } = schemaTerms

const level = { enum: compatibilityLevels, description: 'compatibility level' }

/** Shared schemas of the answers. */
export const schemaSchemas: Readonly<Record<string, OpenapiSchema>> = {
  SourceSchemas: object({
    sources: list(
      object({
        source: text,
        level,
        versions: list(
          object({
            version: count,
            columns: list(text),
            current: described(flag, 'the columns of the present definition'),
            pending: described(flag, 'no event has this version yet: a start writes it'),
          }),
        ),
      }),
    ),
  }),
  SchemaCheck: object({
    compatible: flag,
    level,
    format: { enum: schemaFormats },
    versions: described(list(count), 'versions with which the candidate was compared'),
    incompatibilities: list(
      object({
        version: count,
        direction: { enum: ['backward', 'forward'], description: 'backward: the candidate cannot read the version; forward: the reverse' },
        path: described(text, 'place in the schema'),
        rule: described(text, 'the rule that is broken'),
        reader: described(text, 'the part as the reader declares it'),
        writer: described(text, 'the part as the writer declares it'),
        problem: text,
        fix: described(text, 'the migration path'),
        text: described(text, 'all of it as a sentence'),
      }),
    ),
  }),
}

const candidate: OpenapiSchema = {
  ...object(
    {
      format: { enum: schemaFormats },
      schema: { type: ['string', 'object', 'array', 'boolean'], description: 'the text of the schema, or the schema itself as JSON' },
    },
    { level: { enum: compatibilityLevels, description: 'in place of the level of the source' } },
  ),
  additionalProperties: false,
}

/** The operations by path. */
export const schemaPaths = ({ sources }: PipelineIR): Paths => ({
  '/schemas': {
    get: operation('schemas', 'Versions of the schemas of sources', { answer: json('the versions', ref('SourceSchemas')) }),
  },
  ...Object.fromEntries(
    sources.map(({ name }) => [
      `/sources/${name}/schema/check`,
      {
        post: operation(`check_schema_${name}`, `Compares a candidate definition with the versions of '${name}'; changes nothing`, {
          body: candidate,
          answer: json('the verdict', ref('SchemaCheck')),
          errors: [404],
        }),
      },
    ]),
  ),
})
