/**
 * The report as a self-contained HTML page without script, font or image. Its content security policy forbids loading, so texts in the
 * report cannot load anything either.
 */
import type { AuditReport } from '../../domain/audit-report.ts'
import { printableReport } from '../printable-text.ts'
import { glossarySection } from './glossary.ts'
import { verdictSection } from './verdict-section.ts'
import { costSection } from './cost-section.ts'
import { reproduceSection, evidenceSection } from './evidence-section.ts'
import { Markup, markup } from './markup.ts'
import { planSection } from './plan-section.ts'
import { pageStyle } from './style.ts'
import { timeSection } from './time-section.ts'
import { valueSection } from './value-section.ts'

/** The page as HTML. Throws `SPILL_ASSERT` for a number that is not finite. */
export function reportPage(input: AuditReport): string {
  const report = printableReport(input)
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
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<main>
${verdictSection(report)}
${timeSection(report)}
${valueSection(report)}
${costSection(report)}
${planSection(report)}
${evidenceSection(report)}
${glossarySection}
${reproduceSection(report)}
</main>
</body>
</html>
`.text
}
