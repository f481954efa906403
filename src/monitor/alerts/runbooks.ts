/** The section of the documentation and the first command of each cause. */
import type { AlertCause } from './alert.ts'
import type { ConditionKey } from './reach.ts'

/** The path of the section about a cause, relative to the package. */
export const runbookOf = (cause: AlertCause): string => `docs/guides/alerts.md#${cause}`

/** The first command to run. `data` is the data folder. */
export function firstCommand({ cause, subject: { name } }: ConditionKey, data: string): string {
  const folder = `--data ${data}`
  switch (cause) {
    case 'freshness':
    case 'source-stopped':
    case 'lag':
    case 'availability':
    case 'disk':
    case 'backup':
      return `spillway inspect ${folder}`
    case 'deadline':
    case 'effects':
      return `spillway effects --action ${name} ${folder}`
    case 'errors':
      return 'curl localhost:7070/readyz'
    case 'dead-letters':
      return `spillway dlq list --source ${name} ${folder}`
    case 'drift':
    case 'training':
      return `spillway models list --model ${name} ${folder}`
    case 'batch-run':
      return `spillway runs ${folder}`
    case 'report':
      return `spillway reports ${folder}`
    case 'reconciliation':
      return `spillway reconcile list ${folder}`
  }
}
