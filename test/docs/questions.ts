/** Questions of newcomers, each with the page and heading that answer it, and a text of the answer. */
export interface Question {
  readonly question: string
  readonly page: string
  readonly heading: string
  /** A text that the section under the heading has, code included. */
  readonly answer: string
}

export const questions: readonly Question[] = [
  {
    question: 'How do I install it and get from an empty folder to a webhook?',
    page: 'docs/start/quickstart.md',
    heading: 'Install',
    answer: 'npm install',
  },
  {
    question: 'What is freshness worth in a file of mine?',
    page: 'docs/start/first-audit.md',
    heading: 'Two commands',
    answer: 'spillway init first --from',
  },
  {
    question: 'Can it read a topic of Kafka, and from where?',
    page: 'docs/kafka.md',
    heading: 'Options',
    answer: 'from=latest',
  },
  {
    question: 'What happens to a late event?',
    page: 'docs/concepts/time.md',
    heading: 'Late events count',
    answer: 'late',
  },
  {
    question: 'Should this feature group be stream, batch, or both?',
    page: 'docs/concepts/placements.md',
    heading: 'Choose by measuring',
    answer: 'spillway audit',
  },
  {
    question: 'How do I choose which item to show a visitor?',
    page: 'docs/guides/recommendations.md',
    heading: 'The pipeline',
    answer: 'request({ visitor, item, category }',
  },
  {
    question: 'How do I train a model on a schedule, and promote it?',
    page: 'docs/guides/training.md',
    heading: 'Training on a schedule',
    answer: 'promote',
  },
  { question: 'How do I read events from PostgreSQL?', page: 'docs/guides/postgres.md', heading: 'An outbox', answer: 'pg:outbox' },
  {
    question: 'How do I replay dead letters?',
    page: 'docs/guides/troubleshooting.md',
    heading: 'Replay dead letters',
    answer: 'spillway dlq pipeline.ts replay',
  },
  {
    question: 'What do I do with an effect that was not delivered?',
    page: 'docs/guides/actions.md',
    heading: 'When a receiver is down',
    answer: 'spillway effects retry',
  },
  { question: 'Which ports does a run open?', page: 'docs/guides/production.md', heading: 'Network', answer: '127.0.0.1:7070' },
  {
    question: 'I am on call for the first time: what do I do with a page?',
    page: 'docs/guides/first-on-call-week.md',
    heading: 'Monday: a schema breaks',
    answer: 'spillway alerts ack',
  },
  { question: 'How do I back up a data folder?', page: 'docs/guides/backup.md', heading: 'Make one', answer: 'spillway backup' },
  { question: 'How do I upgrade without a gap?', page: 'docs/guides/production.md', heading: 'Upgrade', answer: '--take-over' },
  {
    question: 'What does SPILL_STORE mean, and what do I do?',
    page: 'docs/reference/errors.md',
    heading: 'SPILL_STORE',
    answer: '**Fix:**',
  },
  {
    question: 'How do I move feature views from Feast?',
    page: 'docs/guides/migrating-from-feast.md',
    heading: 'Side by side',
    answer: 'features(',
  },
  {
    question: 'How sure is a verdict of the audit?',
    page: 'docs/concepts/audit-method.md',
    heading: '5. Say how sure it is',
    answer: '95 % interval',
  },
  {
    question: 'How long does an audit take?',
    page: 'docs/reference/audit.md',
    heading: 'What it costs in time',
    answer: 'seconds',
  },
]
