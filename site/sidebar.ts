/** Sections of the documentation site and their pages, in order, as paths from the root of the repository. */
export interface Section {
  readonly title: string
  readonly pages: readonly string[]
}

/** The first page: `docs/README.md` on GitHub, `/` on the site. */
export const home = 'docs/README.md'

export const sections: readonly Section[] = [
  { title: 'Start', pages: ['docs/start/quickstart.md', 'docs/start/first-audit.md'] },
  {
    title: 'Guides',
    pages: [
      'docs/guides/training.md',
      'docs/guides/trainers.md',
      'docs/guides/worth.md',
      'docs/guides/objectives.md',
      'docs/guides/postgres.md',
      'docs/guides/postgres-changes.md',
      'docs/guides/client.md',
      'docs/guides/embed.md',
      'docs/guides/container.md',
      'docs/guides/telemetry.md',
    ],
  },
  { title: 'Examples', pages: ['examples/flights/README.md', 'examples/fraud/README.md', 'examples/glucose/README.md'] },
  {
    title: 'Reference',
    pages: [
      'docs/reference/cli.md',
      'docs/reference/http.md',
      'docs/reference/api.md',
      'docs/reference/semantics.md',
      'docs/reference/audit.md',
      'docs/reference/audit-statistics.md',
      'docs/reference/plans.md',
      'docs/reference/cost.md',
      'docs/reference/cost-people.md',
      'docs/reference/errors.md',
      'docs/reference/bad-input.md',
      'docs/reference/tiles.md',
    ],
  },
  {
    title: 'Extending',
    pages: [
      'docs/extending/ports.md',
      'docs/extending/stores.md',
      'docs/extending/destinations.md',
      'docs/extending/model-runtimes.md',
      'docs/extending/sql-engines.md',
      'docs/extending/feature-tables.md',
    ],
  },
  { title: 'Project', pages: ['CHANGELOG.md', 'ARCHITECTURE.md', 'docs/reference/design-decisions.md', 'CONTRIBUTING.md'] },
]
