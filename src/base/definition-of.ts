/** Looks up a definition, such as a source or a model of a pipeline, in a list by its name. */
import { assert } from './errors.ts'
import { unknownNameError } from './message-text.ts'

interface Definition {
  readonly name: string
}

/** The definition of a name that another definition refers to. Definitions are checked, so it exists. */
export function definitionOf<D extends Definition>(definitions: readonly D[], name: string): D {
  const definition = definitions.find(candidate => candidate.name === name)
  assert(definition !== undefined, `'${name}' is defined`)
  return definition
}

/** The definition of a name that somebody gives. Throws `SPILL_NOT_FOUND` for a name that the pipeline does not define. */
export function requireDefinition<D extends Definition>(pipeline: string, kind: string, definitions: readonly D[], name: string): D {
  const definition = definitions.find(candidate => candidate.name === name)
  if (definition) return definition
  const names = definitions.map(candidate => candidate.name)
  throw unknownNameError(pipeline, kind, name, names)
}
