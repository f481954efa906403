/** Sections of the documentation site and their pages, in order, as paths from the root of the repository. */
export interface Section {
  readonly title: string
  readonly pages: readonly string[]
}

/** The first page: `docs/README.md` on GitHub, `/` on the site. */
export const home = 'docs/README.md'

const inFolder = (folder: string, ...names: readonly string[]): string[] => names.map(name => `docs/${folder}/${name}.md`)

export const sections: readonly Section[] = [
  { title: 'Start', pages: inFolder('start', 'quickstart', 'first-audit', 'first-pipeline') },
  {
    title: 'Concepts',
    pages: inFolder('concepts', 'time', 'as-of-values', 'placements', 'snapshot-delta', 'decisions-effects', 'audit-method'),
  },
  { title: 'Examples', pages: inFolder('guides', 'flights', 'fraud', 'glucose', 'recommendations') },
  {
    title: 'Guides',
    pages: [
      ...inFolder(
        'guides',
        'two-layers',
        'absence',
        'training',
        'trainers',
        'string-inputs',
        'feature-importance',
        'actions',
        'testing',
        'postgres',
        'postgres-changes',
      ),
      'docs/kafka.md',
      'docs/kafka-history.md',
      'docs/kafka-security.md',
      'docs/kafka-gate.md',
      'docs/kafka-groups.md',
      'docs/kafka-fraud.md',
      ...inFolder(
        'guides',
        'client',
        'embed',
        'verdict',
        'worth',
        'schema-evolution',
        'objectives',
        'alerts',
        'notifications',
        'production',
        'backup',
        'container',
        'dashboard',
        'first-on-call-week',
        'telemetry',
        'lineage',
        'observe',
        'troubleshooting',
        'migrating-from-feast',
        'migrating-from-tecton',
        'migrating-from-chronon',
      ),
    ],
  },
  {
    title: 'Reference',
    pages: inFolder(
      'reference',
      'overview',
      'cli',
      'http',
      'http-webhooks',
      'http-streams',
      'series',
      'alert-rules',
      'http-operators',
      'http-access',
      'api',
      'configuration',
      'errors',
      'limits',
      'bad-input',
      'aggregates',
      'semantics',
      'tiles',
      'audit',
      'audit-statistics',
      'audit-json',
      'plans',
      'cost',
      'cost-people',
      'proofs-and-benches',
    ),
  },
  {
    title: 'Extending',
    pages: inFolder('extending', 'ports', 'stores', 'destinations', 'model-runtimes', 'sql-engines', 'feature-tables'),
  },
  { title: 'Choosing', pages: ['docs/comparison.md', 'docs/faq.md', 'docs/glossary.md'] },
  {
    title: 'Examples in full',
    pages: ['examples/flights/README.md', 'examples/fraud/README.md', 'examples/glucose/README.md'],
  },
  { title: 'Project', pages: ['CHANGELOG.md', 'ARCHITECTURE.md', 'docs/reference/design-decisions.md', 'CONTRIBUTING.md'] },
]
