/** Prints a line when an alert of a run opens, becomes a page, is acknowledged or is resolved. */
import type { AlertReceiver } from '../../monitor/index.ts'
import type { RunOutput } from './run-output.ts'

/** A receiver of alerts that prints them, with the command to run first. */
export const alertLines = (print: RunOutput['print']): AlertReceiver => ({
  alertChanged({ id, severity, summary, command, inhibited, acknowledged }, change) {
    if (change === 'resolved') return print(`  alert ${id} is resolved`)
    if (change === 'acknowledged') return print(`  alert ${id} is acknowledged by ${acknowledged?.by ?? 'unknown'}`)
    const others = inhibited.length === 0 ? '' : `, with ${inhibited.length} more that follow from it`
    print(`  ${severity} ${id}: ${summary}${others}; see ${command}`)
  },
})
