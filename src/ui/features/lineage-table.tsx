/** Lineage of a feature both ways: the columns that it is computed from, and the models, actions and reports that depend on it. */
import type { GroupAnswer } from '../core/answers.ts'
import type { PageName } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { downstream, type LineageItem, type LineageLink } from './downstream.ts'

interface LineageAnswer {
  readonly nodes: readonly LineageItem[]
  readonly edges: readonly LineageLink[]
}

interface LineageTableProps {
  readonly group: GroupAnswer
  readonly feature: string | undefined
}

export function LineageTable({ group, feature }: LineageTableProps) {
  const name = feature ?? group.features[0]?.name
  const of = `feature ${group.name}.${name}`
  const { value, error } = useResource<LineageAnswer>(name === undefined ? undefined : `/lineage?of=${encodeURIComponent(of)}`)
  return (
    <section aria-labelledby="lineage">
      <h2 id="lineage">Lineage of {name}</h2>
      {error && <p class="banner">{error.message}</p>}
      {value && (
        <div class="halves">
          <Side title="Computed from" edges={value.edges.filter(({ to }) => `${to.kind} ${to.name}` === of)} end="from" />
          <Side title="Read by" edges={downstream(value.edges, of)} end="to" />
        </div>
      )}
    </section>
  )
}

interface SideProps {
  readonly title: string
  readonly edges: readonly LineageLink[]
  readonly end: 'from' | 'to'
}

function Side({ title, edges, end }: SideProps) {
  return (
    <div>
      <h3>{title}</h3>
      {edges.length === 0 ? (
        <p class="soft">Nothing.</p>
      ) : (
        <ul class="lineage">
          {edges.map(edge => (
            <li key={`${edge.from.name} ${edge.to.name}`}>
              <LineageName item={edge[end]} /> <span class="soft">{edge.roles.join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const pages: Readonly<Record<string, PageName>> = { column: 'sources', model: 'models' }

function LineageName({ item: { kind, name } }: { readonly item: LineageItem }) {
  const page = pages[kind]
  const text = `${kind} ${name}`
  if (kind === 'action')
    return (
      <Link page="actions" query={{ action: name }}>
        {text}
      </Link>
    )
  if (page === undefined) return <span>{text}</span>
  return (
    <Link page={page} item={kind === 'column' ? name.split('.')[0] : name}>
      {text}
    </Link>
  )
}
