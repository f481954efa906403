/** Evidence on the page: history, sample sizes, assumptions, caveats and reproduction. */
import type { AuditReport } from '../../domain/audit-report.ts'
import type { Performance } from '../../domain/element-report.ts'
import { monthlyValue, integerText, dateText, numberText, unitText, ratioText, percentageText, weeksText } from '../../domain/figures.ts'
import { percentageOrDash, weightsText } from '../report-text.ts'
import { dataTable, numberHeads, textHeads } from './data-table.ts'
import { folded, markup, type Markup } from './markup.ts'

export function evidenceSection(report: AuditReport): Markup {
  const { caveats, assumptions } = report
  return markup`<section aria-labelledby="sure"><h2 id="sure">How sure it is</h2>
${list('Caveats', caveats, 'None was triggered.')}
${folded('What was assumed', list('Assumptions', assumptions, 'Nothing beyond what this page says.'))}
${folded('The history', [historyTable(report), blockTable(report), report.history.clusters.length > 0 && clusterTable(report)])}
${folded('The measure, as the pipeline runs now', measureTable(report))}
${report.incidentModel && markup`<p class="measure">The model of the incidents: ${report.incidentModel.text}.</p>`}
</section>
`
}

const list = (title: string, texts: readonly string[], none: string): Markup =>
  markup`<h3>${title}</h3>${texts.length === 0 ? markup`<p>${none}</p>` : markup`<ul class="measure">${texts.map(text => markup`<li>${text}</li>`)}</ul>`}`

function historyTable({ history }: AuditReport): Markup {
  const { from, until, weeks, events, decisions, labelled, positive, unknown, censored, undone, notEligible } = history
  return dataTable({
    caption: `${dateText(from)} to ${dateText(until)}, ${weeksText(weeks)} with decisions`,
    head: [...textHeads('Records'), ...numberHeads('Count')],
    rows: [
      ['events', integerText(events)],
      ['decisions', integerText(decisions)],
      ['decisions with a label', integerText(labelled)],
      ['decisions with a true label', integerText(positive)],
      ['decisions with an unknown label', integerText(unknown)],
      ['decisions whose label an action censored', integerText(censored)],
      ...(undone ? undoneRows(undone) : []),
      ['decisions that are not eligible', integerText(notEligible)],
    ],
  })
}

const undoneRows = ({ count: many, hidden, weight, effective }: NonNullable<AuditReport['history']['undone']>): string[][] => [
  ['explored decisions: the action was withheld', integerText(many)],
  ['decisions that could have been explored, with a hidden outcome', integerText(hidden)],
  ['inverse-propensity weight of an explored decision', weightsText(weight)],
  ['effective sample size of the explored decisions', numberText(effective, 0)],
]

const blocks = {
  train: 'models are trained on it',
  tune: 'thresholds are set on it',
  select: 'the plan is chosen on it',
  report: 'the plan is judged on it',
} as const

const blockTable = ({ history }: AuditReport): Markup =>
  dataTable({
    caption: 'Blocks of the history in order of time. Before each judged block is a gap as long as a label takes',
    head: [...textHeads('Block', 'Use', 'From', 'Until'), ...numberHeads('Decisions')],
    rows: (['train', 'tune', 'select', 'report'] as const).map(name => {
      const { from, until, decisions } = history.blocks[name]
      return [name, blocks[name], dateText(from), dateText(until), integerText(decisions)]
    }),
  })

const clusterTable = ({ history }: AuditReport): Markup =>
  dataTable({
    caption: 'Clusters of correlated decisions, with their effective sample size',
    head: [...textHeads('Cluster'), ...numberHeads('Count', 'Effective')],
    rows: history.clusters.map(({ name, count, effective }) => [name, integerText(count), numberText(effective, 1)]),
  })

function measureTable({ utility }: AuditReport): Markup {
  const { name, unit, budget, threshold, thresholdFrom, now, dollars } = utility
  return dataTable({
    caption: unit === '$' ? `${name}, in dollars` : `${name} (unit: ${unit})`,
    head: [...textHeads('What'), ...numberHeads('Is')],
    rows: [
      ['in a week', unitText(now.perWeek, unit)],
      ['in a month of 730 hours', unitText(monthlyValue(now.perWeek), unit)],
      ...(dollars === undefined || unit === '$' ? [] : [[`dollars a unit (${unit})`, unitText(dollars, '$')]]),
      ...performanceRows(now),
      ['part of decisions that may act', percentageText(budget)],
      [`threshold, from ${thresholdFrom}`, numberText(threshold)],
    ],
  })
}

const performanceRows = ({ actionsPerWeek, precision, recall, auc }: Performance): string[][] => [
  ['actions a week', numberText(actionsPerWeek)],
  ['right, of those whose outcome is known (precision)', percentageOrDash(precision)],
  ['of what was to be found, found (recall)', percentageOrDash(recall)],
  ['how well scores rank (area under the ROC curve)', ratioText(auc)],
]

export function reproduceSection({ reproduce, fingerprint }: AuditReport): Markup {
  const { command, version, seed, draws, decisions, definitions } = reproduce
  return markup`<section aria-labelledby="reproduce"><h2 id="reproduce">Reproduce</h2>
<p class="measure">This command gives the same numbers, to the last digit. Beside this page lies <code>audit.json</code> with all of them.</p>
<pre class="command">${command}</pre>
<details><summary>Version, seed and hashes</summary><dl class="hashes">
<div><dt>Version of spillway</dt><dd>${version}</dd></div>
<div><dt>Seed, draws</dt><dd>${String(seed)}, ${integerText(draws)}</dd></div>
<div><dt>Pipeline</dt><dd><code>${fingerprint}</code></dd></div>
<div><dt>Definitions</dt><dd><code>${definitions}</code></dd></div>
<div><dt>Decisions</dt><dd><code>${decisions}</code></dd></div>
</dl></details>
</section>
`
}
