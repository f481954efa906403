/** Differences of the columns of successive versions of a schema. */

export interface SchemaVersionsAnswer {
  readonly source: string
  /** The compatibility level of new versions. */
  readonly level: string
  /** The oldest first. */
  readonly versions: readonly {
    readonly version: number
    readonly columns: readonly string[]
    readonly current: boolean
    readonly pending: boolean
  }[]
}

export interface ListedSchemaVersion {
  readonly version: number
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly state: string
}

/** The versions, the newest first. The first one adds all of its columns. */
export const versionChanges = ({ versions }: SchemaVersionsAnswer): ListedSchemaVersion[] =>
  versions
    .map(({ version, columns, current, pending }, i) => {
      const before = versions[i - 1]?.columns ?? []
      return {
        version,
        added: columns.filter(column => !before.includes(column)),
        removed: before.filter(column => !columns.includes(column)),
        state: pending ? 'from the next start' : current ? 'current' : '',
      }
    })
    .toReversed()
