/**
 * The report as a self-contained HTML page without script, font or image. Its content security policy forbids loading, so texts in the
 * report cannot load anything either.
 */
import type { AuditReport } from '../../domain/audit-report.ts'
import { checked } from '../checked.ts'
import { answerPart, findingsPart } from './answer.ts'
import { costPart } from './costs.ts'
import { reproducePart, surePart } from './evidence.ts'
import { Markup, markup } from './markup.ts'
import { planPart } from './plan.ts'
import { style } from './style.ts'
import { timePart } from './time.ts'
import { worthPart } from './worth.ts'

/** The page as HTML. Throws `SPILL_ASSERT` for a number that is not finite. */
export function reportPage(input: AuditReport): string {
  const report = checked(input)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.pipeline}: latency audit</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${answerPart(report)}
${findingsPart(report)}
${timePart(report)}
${worthPart(report)}
${costPart(report)}
${planPart(report)}
${surePart(report)}
${reproducePart(report)}
</main>
</body>
</html>
`.text
}
