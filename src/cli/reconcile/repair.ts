/** `reconcile --repair`: prints a repair plan; with `--yes` makes the repair, and reconciles again. */
import type { Pipeline } from '../../define/index.ts'
import { planFolderRepair, repairFolder, withFolder } from '../../operate/index.ts'
import { isEmptyRepair } from '../../reconcile/index.ts'
import { singleLineTexts, printJson, printText } from '../command/print.ts'
import { repairResultText, repairPlanText } from './repair-text.ts'

/** The options of a repair, with callbacks for progress. */
export interface RepairRequest {
  readonly json: boolean
  readonly yes: boolean
  readonly onProgress: (stage: string, share: number) => void
  /** Called when a stage with progress has ended. */
  readonly onStageEnd: () => void
}

/** Returns 0 if nothing is left to repair, otherwise 1. */
export async function repairCommand(
  pipeline: Pipeline,
  data: string,
  { json, yes, onProgress, onStageEnd }: RepairRequest,
): Promise<number> {
  const plan = await planFolderRepair(pipeline, data, onProgress)
  onStageEnd()
  if (!json) printText(repairPlanText(singleLineTexts(plan)))
  if (!yes || isEmptyRepair(plan)) {
    if (json) printJson({ plan })
    return plan.report.sound && isEmptyRepair(plan) ? 0 : 1
  }
  const outcome = await repairFolder(pipeline, data, plan)
  const after = await withFolder(data, folder => folder.reconcile(pipeline, { onProgress }))
  onStageEnd()
  if (json) printJson({ plan, done: { ...outcome, after } })
  else printText(repairResultText(singleLineTexts({ ...outcome, after })))
  return after.sound ? 0 : 1
}
