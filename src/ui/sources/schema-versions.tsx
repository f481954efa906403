/** Versions of a source's schema, the newest first, each with the columns that it added and removed. */
import { useResource } from '../core/resource.ts'
import { versionChanges, type SchemaVersionsAnswer } from './version-changes.ts'

export function SchemaVersions({ source }: { readonly source: string }) {
  const { value } = useResource<{ sources: SchemaVersionsAnswer[] }>('/schemas')
  const own = value?.sources.find(candidate => candidate.source === source)
  if (!own || own.versions.length === 0) return null
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Schema versions</h2>
      <table>
        <caption>
          A new version must be <strong>{own.level}</strong>; <code>spillway plan</code> and each start check it.
        </caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Columns added</th>
            <th scope="col">Columns removed</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {versionChanges(own).map(({ version, added, removed, state }) => (
            <tr key={version}>
              <th scope="row">{version}</th>
              <td>{added.join(', ')}</td>
              <td>{removed.join(', ')}</td>
              <td>{state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
