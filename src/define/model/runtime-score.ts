/** `scoreWith`: a model of the user's own runtime as the score of a model. */
import { createHash } from 'node:crypto'
import { show } from '../../base/index.ts'
import { canonicalJson } from '../ir/fingerprint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, checkTitle } from '../mistake/names.ts'
import { scoredInput } from './inputs.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { ScoreValue, type Score } from './score.ts'

/** Options of `scoreWith`: the model, as JSON, as bytes or both, and its inputs. */
export interface RuntimeScoreOptions<Definition = unknown, Inputs extends readonly string[] = readonly string[]> {
  /** The model as JSON. */
  readonly definition?: Definition
  /** The model as bytes, such as a file. */
  readonly bytes?: Uint8Array
  /** Inputs that the runtime gets, in this order. Default: all inputs of the model. */
  readonly inputs?: Inputs
}

/**
 * Scores with a model of your own runtime, the `score` of a model.
 *
 * The runtime's name and version and the SHA-256 of the model are part of the fingerprint.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for something that is no runtime, a definition that is no JSON, or an input that the
 * model does not have.
 * @example
 * const score = () => scoreWith(lightgbm, { bytes: readFileSync('model.txt'), inputs: ['amount', 'card.n10m'] })
 */
export function scoreWith<Definition, const Inputs extends readonly string[] = readonly never[]>(
  runtime: ModelRuntime<Definition>,
  options: RuntimeScoreOptions<NoInfer<Definition>, Inputs>,
): Score<Inputs[number]> {
  const { name, version, load } = Object(runtime) as { readonly [N in keyof ModelRuntime]?: unknown }
  if (typeof name !== 'string' || typeof load !== 'function')
    mistake(`scoreWith needs a runtime { name, version, load }, got ${show(runtime)}`)
  const own = `runtime '${checkTitle('runtime', name)}'`
  if (typeof version !== 'string' || version === '') mistake(`${own} needs a version, such as '1', got ${show(version)}`)
  checkOptions(`scoreWith ${own}`, options, ['definition', 'bytes', 'inputs'])
  const { bytes, inputs: chosen }: { readonly [N in keyof RuntimeScoreOptions]: unknown } = options
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) mistake(`${own}: bytes are a Uint8Array, got ${show(bytes)}`)
  if (bytes === undefined && options.definition === undefined) mistake(`${own} has nothing to load; write definition: or bytes:`)
  if (chosen !== undefined && !Array.isArray(chosen)) mistake(`${own}: inputs are a list of names, got ${show(chosen)}`)
  const definition = frozenJson(own, options.definition)
  const sha256 = createHash('sha256')
    .update(definition === undefined ? '' : canonicalJson(definition))
    .update('\n')
    .update(bytes ?? '')
    .digest('hex')
  const build: ScoreValue['build'] = (subject, inputs) => ({
    kind: 'runtime',
    runtime: name,
    version,
    sha256,
    inputs: (chosen ?? inputs.map(({ ir }) => ir.name)).map(input => scoredInput(`${subject}: ${own}`, 'reads', input, inputs).ir.name),
  })
  return new ScoreValue(build, { runtime, definition, bytes }) as unknown as Score<Inputs[number]>
}

/** A frozen copy, so that later changes of the definition have no effect. */
function frozenJson(subject: string, definition: unknown): unknown {
  if (definition === undefined) return undefined
  let text: string | undefined
  try {
    text = JSON.stringify(definition)
  } catch {
    // A circle, or a bigint.
  }
  if (text === undefined) return mistake(`${subject}: a definition is JSON, got ${show(definition)}`)
  return JSON.parse(text, (_key, value: unknown) => Object.freeze(value))
}
