/** Random pipelines with models, labels and a report, and all that a history makes of them. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, ColumnType, ExprIR, InputIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import { reportRecords } from '../../src/decision/report-rows.ts'
import { decide } from '../../src/replay/decide.ts'
import { decisionRecords } from '../../src/replay/decision-record.ts'
import { label } from '../../src/replay/label.ts'
import { reports } from '../../src/replay/report.ts'
import { logOf } from './engines/replay-order.ts'
import { deciding, type DecisionCase } from './generate/deciders.ts'
import { Draw } from './generate/draw.ts'
import { labelling } from './generate/label-case.ts'
import { reportOf, timesOf } from './generate/reports.ts'

export interface LineageCase extends DecisionCase {
  readonly labelTimes: readonly number[]
  readonly reportTimes: readonly number[]
}

/** The case of a seed: its models read features, fields of their triggers and expressions over both. */
export function lineageCase(seed: number): LineageCase | undefined {
  const labelled = labelling(seed)
  const drawn = labelled ?? deciding(seed)
  if (!drawn) return undefined
  const draw = new Draw(seed + 6_000_000)
  const models = drawn.ir.models.map(model => withMoreInputs(draw, drawn.ir, model))
  const ir = { ...drawn.ir, models, actions: [] }
  const model = deciding(seed)!.ir.models.find(({ name }) => name === 'tick')!
  const report = reportOf(draw, { ...ir, models: [model] }, model)
  const reportModels = report.of.kind === 'model' && !models.some(({ name }) => name === 'tick') ? [model] : []
  return {
    ...drawn,
    ir: { ...ir, models: [...models, ...reportModels], reports: [report] },
    labelTimes: labelled?.at ?? [],
    reportTimes: timesOf(draw, drawn.log, report),
  }
}

/** Adds fields of the trigger, and conditions over features that a rule of the score reads. */
function withMoreInputs(draw: Draw, ir: PipelineIR, model: ModelIR): ModelIR {
  const { decide: trigger } = model
  if (trigger.kind !== 'on') return model
  const { columns } = ir.sources.find(({ name }) => name === trigger.source)!
  const fields = columns.filter(() => draw.chance(0.4)).map((column): InputIR => ({ name: column.name, expr: fieldOf(column) }))
  const isNull = (of: ExprIR): ExprIR => ({ op: 'isNull', of, type: 'bool' })
  const derived = model.inputs.slice(0, 2).map(({ expr }, i): InputIR => ({ name: `derived${i}`, expr: isNull(expr) }))
  const inputs = [...model.inputs, ...fields, ...derived]
  const column = columns.find(({ type }) => type !== 'bool')!
  const rules = [{ when: isNull(fieldOf(column)), score: 2 }]
  return { ...model, inputs, ...(draw.chance(0.3) && { score: { kind: 'rules', rules, otherwise: 1 } }) }
}

const fieldOf = ({ name, type }: ColumnIR): ExprIR => ({ op: 'trigger', name, type: deliveredType(type) })

const deliveredType = (type: ColumnType): ColumnType => (type === 'string' || type === 'bool' ? type : 'double')

/** Texts of the decisions of each model, of their labels, and of the report. An error is a text, too. */
export function observe(of: LineageCase, log: readonly LoggedEvent[]): Map<string, string> {
  const { ir, run, labelTimes, reportTimes } = of
  const texts = new Map<string, string>()
  for (const model of ir.models) {
    texts.set(
      `model ${model.name}`,
      textOf(() => decisionsOf(ir, model, log, run)),
    )
    if (model.label)
      texts.set(
        `label ${model.name}`,
        textOf(() =>
          labelTimes.map(at => {
            const { eligible, known, value, late, outcome } = label({ ir }, model, logOf(ir, log, run), { at })
            return [eligible, known, value, late, outcome].map(column => Array.from(column as ArrayLike<unknown>))
          }),
        ),
      )
  }
  for (const report of ir.reports ?? [])
    texts.set(
      `report ${report.name}`,
      textOf(() =>
        [...reports({ ir, scores: new Map() }, report, logOf(ir, log), Float64Array.from(reportTimes))].map(table =>
          reportRecords(ir, report, table),
        ),
      ),
    )
  return texts
}

function decisionsOf(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], run: DecisionCase['run']): unknown[] {
  const replay = logOf(ir, log, run)
  const recordOf = decisionRecords(ir, model, replay)
  return [...decide({ ir, scores: new Map() }, model, replay)].flatMap(batch =>
    Array.from({ length: batch.length }, (_, row) => recordOf(batch, row)),
  )
}

function textOf(compute: () => unknown): string {
  try {
    return JSON.stringify(compute())
  } catch (error) {
    return String(error)
  }
}
