/**
 * Masks personal data in answers, for clients without the role to see it: `MASKED` stands in place of each value, and NULL stays NULL. It
 * never changes an answer in place.
 *
 * A rejected record may have a person's name in any field, or be no JSON at all. So of a record of a source with personal columns only
 * values of columns that are not personal are shown, and of any other text nothing.
 */
import type { PipelineIR } from '../../define/ir/index.ts'
import { causeText } from './cause-text.ts'
import { personalParts, type PersonalParts } from './personal-parts.ts'

/** Stands in place of a value that the client may not see. */
export const MASKED = '***'

type Fields = Readonly<Record<string, unknown>>

/** A decision as routes answer it, as far as it has values of columns. */
interface DecisionValues {
  readonly model: string
  readonly key: unknown
  readonly id?: unknown
  /** Absent in lists. */
  readonly vector?: object
}

/** A trace, as far as it has values of columns. */
interface TraceValues {
  readonly decision: DecisionValues
  readonly on?: { readonly kind: string; readonly source?: string; readonly fields?: Fields }
}

/** The features of a key, as routes answer them. */
interface FeatureValues {
  readonly group: string
  readonly key?: Fields
  readonly features: Fields
}

/** A drift check, as far as it has values of inputs. */
interface DriftValues {
  readonly findings?: { readonly inputs: readonly { readonly name: string; readonly quantiles?: object }[] }
}

/** A rejected record as JSON. */
interface LetterValues {
  readonly source?: string
  readonly reason: string
  readonly detail: string
  readonly raw?: string
  readonly original?: string
}

const maskedValue = (value: unknown): unknown => (value === null || value === undefined ? value : MASKED)

const maskFields = (fields: Fields, isMasked: (name: string, value: unknown) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, isMasked(name, value) ? maskedValue(value) : value]))

/** The inputs of a decision. Those that are read under one name are an object: the input `card.n10m` is `{ card: { n10m } }`. */
const maskInputs = (vector: Fields, personal: ReadonlySet<string>, prefix = ''): Fields =>
  Object.fromEntries(
    Object.entries(vector).map(([name, value]) => {
      const path = `${prefix}${name}`
      if (personal.has(path)) return [name, maskedValue(value)]
      const isNested = value !== null && typeof value === 'object' && !Array.isArray(value)
      return [name, isNested ? maskInputs(value as Fields, personal, `${path}.`) : value]
    }),
  )

/** Masks the personal data of one pipeline. */
export class PersonalMask {
  readonly #ir: PipelineIR
  readonly #parts: PersonalParts

  constructor(ir: PipelineIR) {
    this.#ir = ir
    this.#parts = personalParts(ir)
  }

  /** Is nothing personal? Then no answer has to be masked. */
  get isEmpty(): boolean {
    return this.#parts.isEmpty
  }

  /** A decision. Decisions of models that the pipeline no longer has are masked whole. */
  decision<T extends DecisionValues>(decision: T): T {
    const { model, key, id, vector } = decision
    const parts = this.#parts.models.get(model)
    return {
      ...decision,
      key: !parts || parts.key ? maskedValue(key) : key,
      ...(id !== undefined && { id: !parts || parts.id ? maskedValue(id) : id }),
      ...(vector && { vector: parts ? maskInputs(vector as Fields, parts.inputs) : maskFields(vector as Fields, () => true) }),
    }
  }

  /** A trace: its decision, and the event or request that triggered it. */
  trace<T extends TraceValues>(trace: T): T {
    const { decision, on } = trace
    if (!on?.fields) return { ...trace, decision: this.decision(decision) }
    const requested = this.#parts.models.get(decision.model)?.fields
    const fields = on.source === undefined ? maskFields(on.fields, name => requested?.has(name) ?? true) : this.event(on.source, on.fields)
    return { ...trace, decision: this.decision(decision), on: { ...on, fields } }
  }

  /** The fields of an event: those of a column that the source no longer has are masked. */
  event(source: string, fields: Fields): Fields {
    const shown = this.#shown(source)
    return maskFields(fields, name => !shown.has(name))
  }

  /** An effect, whose key is that of its decision. */
  effect<T extends { readonly action: string; readonly key: unknown }>(effect: T): T {
    const model = this.#ir.actions?.find(({ name }) => name === effect.action)?.model
    const parts = model === undefined ? undefined : this.#parts.models.get(model)
    return !parts || parts.key ? { ...effect, key: maskedValue(effect.key) } : effect
  }

  /** A drift check, without quantiles of personal inputs: a quantile is about a value of one person. */
  driftCheck<T extends DriftValues>(model: string, drift: T): T {
    const { findings } = drift
    if (!findings) return drift
    const personal = this.#parts.models.get(model)?.inputs
    const inputs = findings.inputs.map(({ quantiles, ...column }) =>
      quantiles === undefined || (personal?.has(column.name) ?? true) ? column : { ...column, quantiles },
    )
    return { ...drift, findings: { ...findings, inputs } }
  }

  /** The features of a key. */
  features<T extends FeatureValues>(answer: T): T {
    const group = this.#ir.groups.find(({ name }) => name === answer.group)!
    const columns = this.#parts.columns.get(group.source)!
    const features = this.#parts.features.get(group.name)!
    return {
      ...answer,
      ...(answer.key && { key: maskFields(answer.key, name => columns.has(name)) }),
      features: maskFields(answer.features, name => features.has(name)),
    }
  }

  /** Has a report personal data? Its file cannot be masked value by value. */
  isPersonalReport(report: string): boolean {
    return this.#parts.reports.has(report)
  }

  /** Are records of a source masked? Those of no source, or of one that the pipeline does not have, are. */
  isPersonalSource(source: string | undefined): boolean {
    return source === undefined || (this.#parts.columns.get(source)?.size ?? 1) > 0
  }

  /** A rejected record, with `isMasked` if a client sees only a part of it. */
  letter<T extends LetterValues>(letter: T): T {
    const { source, reason, detail, raw, original } = letter
    if (!this.isPersonalSource(source)) return letter
    const { rawBase64: _raw, originalBase64: _original, ...rest } = letter as T & Record<'rawBase64' | 'originalBase64', unknown>
    return {
      ...(rest as unknown as T),
      detail: this.detail(source, reason, detail),
      raw: this.#record(source, raw),
      ...((original !== undefined || 'originalBase64' in letter) && { original: this.#record(source, original) }),
      isMasked: true,
    }
  }

  /** A record as text: the values of columns that are not personal. */
  #record(source: string | undefined, text: string | undefined): string {
    const definition = this.#ir.sources.find(({ name }) => name === source)
    if (!definition || definition.mapVersion !== undefined || text === undefined) return MASKED
    const record = parsedObject(text)
    if (!record) return MASKED
    const shown = this.#shown(definition.name)
    return JSON.stringify(maskFields(record, (name, value) => !shown.has(name) || typeof value === 'object'))
  }

  /** The message of a rejection, without values of the record: only names of columns stay, and of an error of `map` nothing. */
  detail(source: string | undefined, reason: string, detail: string): string {
    if (!this.isPersonalSource(source)) return detail
    const names =
      this.#ir.sources.find(({ name }) => name === source)?.columns.flatMap(({ name, aliases = [] }) => [name, ...aliases]) ?? []
    const text = reason === 'map' ? detail.replace(/:.*$/s, ': …') : causeText(reason, detail)
    return text
      .replaceAll('…', MASKED)
      .replace(/'([^']*)(?:'|$)|"([^"]*)(?:"|$)/gs, (quoted, single?: string, double?: string) =>
        names.includes(single ?? double ?? '') ? quoted : `'${MASKED}'`,
      )
  }

  /** Names of the columns of a source whose values are shown, with their earlier names. */
  #shown(source: string): ReadonlySet<string> {
    const personal = this.#parts.columns.get(source)
    const columns = this.#ir.sources.find(({ name }) => name === source)?.columns ?? []
    return new Set(columns.filter(({ name }) => !personal!.has(name)).flatMap(({ name, aliases = [] }) => [name, ...aliases]))
  }
}

function parsedObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}
