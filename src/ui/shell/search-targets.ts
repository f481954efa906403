/** Search in the header: definitions by name, and the decisions of a key. */
import type { PipelineAnswer } from '../core/answers.ts'
import type { PageName } from '../core/location.ts'

export interface SearchTarget {
  readonly kind: string
  readonly name: string
  readonly page: PageName
  readonly item?: string
  readonly query?: Readonly<Record<string, string>>
}

const TARGETS_MAX = 8

/** The targets of a text: names that begin with it before names that contain it, then decisions of the text as a key. */
export function searchTargets(pipeline: PipelineAnswer, text: string): SearchTarget[] {
  const sought = text.trim().toLowerCase()
  if (sought === '') return []
  const ranked = targetsOf(pipeline)
    .map(target => ({ target, at: target.name.toLowerCase().indexOf(sought) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => Math.sign(a.at) - Math.sign(b.at))
    .map(({ target }) => target)
  const ofKey: SearchTarget = { kind: 'decisions of key', name: text.trim(), page: 'decisions', query: { key: text.trim() } }
  return [...ranked.slice(0, TARGETS_MAX - 1), ofKey]
}

function targetsOf({ sources, groups, models, actions, reports }: PipelineAnswer): SearchTarget[] {
  return [
    ...sources.map(({ name }) => ({ kind: 'source', name, page: 'sources', item: name }) as const),
    ...groups.map(({ name }) => ({ kind: 'feature group', name, page: 'features', item: name }) as const),
    ...groups.flatMap(({ name: group, features }) =>
      features.map(
        ({ name }) => ({ kind: 'feature', name: `${group}.${name}`, page: 'features', item: group, query: { feature: name } }) as const,
      ),
    ),
    ...models.map(({ name }) => ({ kind: 'model', name, page: 'models', item: name }) as const),
    ...actions.map(({ name }) => ({ kind: 'action', name, page: 'actions', query: { action: name } }) as const),
    ...reports.map(({ name }) => ({ kind: 'report', name, page: 'runs', query: { kind: 'report' } }) as const),
    ...sources.flatMap(({ name: source, columns }) =>
      columns.map(({ name }) => ({ kind: 'column', name: `${source}.${name}`, page: 'sources', item: source }) as const),
    ),
  ]
}
