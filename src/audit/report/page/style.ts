/**
 * Style of the page: one column, system fonts, and named colours, which dark mode and print replace. Text has a contrast of at least 4.5 to
 * 1 (`test/audit/page.test.ts` measures it). Shape or text repeats what colour says.
 */

const light = `
--paper: #fbfaf7; --card: #ffffff; --ink: #1c1f24; --soft: #565c66; --line: #d8d5cc; --faint: #ece9e1;
--incident: #1d4f7c; --band: #c4d7e8; --planned: #97460a; --water: #b5cfe2; --deep: #1d4f7c;
--good: #1a6538; --bad: #9c2424; --gone: #fbe9e7; --come: #e4f2e7;`

const dark = `
--paper: #14161a; --card: #1c1f25; --ink: #e9e7e2; --soft: #a9afb9; --line: #3a404a; --faint: #262a31;
--incident: #8fbde8; --band: #27435c; --planned: #f0b377; --water: #2b4a63; --deep: #8fbde8;
--good: #86cf9f; --bad: #f19a92; --gone: #3a2220; --come: #1d3325;`

const base = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; color-scheme: light dark; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { font: 600 clamp(1.55rem, 1.1rem + 2.2vw, 2.35rem)/1.2 ui-serif, Charter, "Iowan Old Style", Georgia, Cambria, "Noto Serif", "Liberation Serif", serif; margin: .4rem 0 .8rem; max-width: 26em; }
h2 { font-size: 1.35rem; margin: 0 0 .8rem; }
h3 { font-size: 1.08rem; margin: 2rem 0 .4rem; }
p { margin: 0 0 .8rem; }
a { color: var(--incident); text-underline-offset: .15em; }
.eyebrow { color: var(--soft); margin: 0; font-size: .92rem; }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 44rem; margin-bottom: 2rem; }
.measure { max-width: 44rem; }
.note { color: var(--soft); font-weight: 400; font-size: .88em; }
.besides, .interval { display: block; }
.interval { color: var(--soft); font-size: .88em; white-space: nowrap; }
.value { font-weight: 600; }
.nobreak { white-space: nowrap; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .88em; }
code { overflow-wrap: anywhere; }
section { padding-top: 2.6rem; margin-top: 2.6rem; border-top: 1px solid var(--line); }
figure { margin: 1.2rem 0; }
figcaption { color: var(--soft); font-size: .9rem; }
h1, h2, h3, p, li, dt, dd, caption, figcaption { overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; margin: .4rem 0 1rem; }
li { margin-bottom: .35rem; }
dl { margin: 0; }
dd { margin: 0; }`

const blocks = `
.first { border: 0; margin: 0; padding: 0; }
.first h2 { font-size: 1.05rem; margin-bottom: .3rem; }
.tiles { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem; padding: 0; margin: .8rem 0 1.4rem; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem .5rem; margin: 0; }
.tiles h3 { margin: 0; font-size: 1rem; }
.tiles p { margin: 0; }
.choice { color: var(--planned); font-weight: 600; }
.ages { display: flex; justify-content: space-between; color: var(--soft); font-size: .78rem; }
.facts { display: grid; gap: .45rem 1.4rem; max-width: 50rem; }
.facts div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0 1rem; }
.facts dt { color: var(--soft); }
abbr[title] { text-decoration: underline dotted; text-underline-offset: .18em; cursor: help; }
.contents { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; padding: 0; margin: 2rem 0 0; }
details { border-top: 1px solid var(--faint); padding: .5rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
summary h3 { display: inline; }
summary .now, summary .note { font-weight: 400; }
.findings li { margin-bottom: .6rem; max-width: 44rem; }
.badge { display: inline-block; border: 1.5px solid currentColor; border-radius: 4px; padding: 0 .45rem; margin-right: .35rem; }
.terms { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .9rem 1.6rem; margin: 1.4rem 0 2rem; }
.terms dt { font-weight: 600; }
.terms dd { color: var(--soft); font-size: .95rem; }
.element .now { color: var(--soft); margin: 0 .5rem; }
.mark { font-weight: 600; }
.mark.ok { color: var(--good); }
.mark.may-lose, .mark.loses { color: var(--planned); }
.mark.collapse { color: var(--bad); }
.edit pre, .command { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; margin: .3rem 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.edit pre { padding: .5rem 0; }
del, ins { display: inline-block; width: 100%; padding: 0 1rem; text-decoration: none; }
del { background: var(--gone); }
ins { background: var(--come); }
.hashes div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .2rem 0; }
.hashes dt { flex: 0 0 9.5rem; color: var(--soft); }
.hashes dd { flex: 1 1 16rem; min-width: 0; }`

const tables = `
table { width: 100%; border-collapse: collapse; margin: 1.2rem 0 1.8rem; font-size: .93rem; line-height: 1.4; }
caption { text-align: left; color: var(--soft); padding-bottom: .45rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem 1.2rem .42rem 0; border-top: 1px solid var(--faint); font-weight: 400; }
thead th { color: var(--soft); font-size: .88rem; vertical-align: bottom; border-top: 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 600; }
.number { text-align: right; }
th:first-child { min-width: 8.5rem; }
table.short { max-width: 44rem; }
.short tbody th { font-weight: 400; }
table:has(+ .note) { margin-bottom: .6rem; }
.sums th, .sums td { border-top: 1px solid var(--line); font-weight: 600; }
.sums tr + tr th, .sums tr + tr td { border-top: 1px solid var(--faint); }`

const pictures = `
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg.narrow { display: none; }
svg text { fill: var(--soft); font-size: 12.5px; font-family: inherit; }
.river text { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; stroke-linejoin: round; }
svg text.name { fill: var(--ink); font-weight: 600; font-size: 13px; }
figure svg.wide { max-width: 46rem; }
.river svg.wide { max-width: none; }
.river-p95 { fill: var(--water); }
.river-p50 { fill: var(--deep); }
.river-note { fill: none; stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 3 3; }
svg.scale { width: 19rem; max-width: 100%; margin-top: .6rem; }
svg.key { display: inline-block; width: 44px; height: 16px; vertical-align: -2px; margin-right: .3rem; }
.grid { stroke: var(--faint); }
.zero { stroke: var(--soft); stroke-width: 1.2; }
.incident-band { fill: var(--band); opacity: .75; }
.incident-line { fill: none; stroke: var(--incident); stroke-width: 2.2; }
.incident-dot { fill: var(--incident); }
.planned-band { fill: var(--planned); opacity: .18; }
.planned-dot { fill: var(--planned); }
.late-line { fill: none; stroke: var(--soft); stroke-width: 1.3; }
.planned-line { fill: none; stroke: var(--planned); stroke-width: 1.8; stroke-dasharray: 6 4; }
.planned-whisker { fill: none; stroke: var(--planned); stroke-width: 1.4; }
.planned-square { fill: var(--paper); stroke: var(--planned); stroke-width: 1.8; }
.now-line { stroke: var(--line); }
.now-mark { fill: var(--ink); }
.incident-threshold-line, .planned-threshold-line { stroke: var(--incident); stroke-width: 1.4; stroke-dasharray: 1.5 3; stroke-linecap: round; }
.planned-threshold-line { stroke: var(--planned); }
svg text.incident-threshold, svg text.planned-threshold { fill: var(--incident); font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg text.planned-threshold { fill: var(--planned); }
.cost-bar { fill: var(--band); stroke: var(--incident); }
.cost-base { stroke: var(--ink); stroke-width: 2.5; }`

const phone = `
main { padding: 1.6rem 1rem 3rem; }
section { padding-top: 2rem; margin-top: 2rem; }
.lead { font-size: 1.05rem; }
.terms { grid-template-columns: minmax(0, 1fr); }
.tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; }
.tiles li { padding: .5rem .6rem; }
.facts div { grid-template-columns: minmax(0, 1fr); }
.first { display: flex; flex-direction: column; }
.first .facts { order: -1; margin-bottom: 1.6rem; }
.nobreak { white-space: normal; }
svg.wide { display: none; }
svg.narrow { display: block; }
table, caption, tbody, tr, tbody th, td { display: block; width: 100%; }
thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
tr { border-top: 1px solid var(--line); padding: .5rem 0; }
tbody th { font-size: 1rem; }
th:first-child { min-width: 0; }
tbody th, td, .sums th, .sums td, .sums tr + tr th, .sums tr + tr td { border: 0; padding: .12rem 0; }
td { display: flex; gap: 1rem; justify-content: space-between; text-align: right; }
td > div { min-width: 0; }
td::before { content: attr(data-label); color: var(--soft); font-weight: 400; text-align: left; flex: 0 1 45%; }
td.empty { display: none; }
.compact tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0 .8rem; }
.compact tbody th, .compact td { grid-column: 1 / -1; }
.compact td.number { grid-column: auto; display: block; text-align: left; }
.compact td.number::before { display: block; font-size: .85em; }
.compact td.empty { display: none; }`

const paper = `
@page { margin: 12mm; }
:root { ${light} --paper: #ffffff; }
html { color-scheme: light; font-size: 8.2pt; }
body { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
main { max-width: none; padding: 0; }
h2, h3, caption { break-after: avoid; }
figure, tr, .tiles li, .terms div, svg { break-inside: avoid; }
thead { display: table-header-group; }
section { padding-top: .8rem; margin-top: .8rem; }
.tiles { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .5rem; }
.contents { display: none; }
summary { list-style: none; }
.lead { margin-bottom: 1.2rem; }
a { color: inherit; }`

export const pageStyle = `
:root {${light} }
@media (prefers-color-scheme: dark) { :root {${dark} } }
${base}${blocks}${tables}${pictures}
@media screen and (max-width: 44rem) {${phone} }
@media print {${paper} }
`
