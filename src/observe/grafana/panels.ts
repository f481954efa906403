/** Panels of a Grafana dashboard, in the format of schema version 39 (Grafana 10 and later). */

/** One query of a panel. */
export interface PanelQuery {
  readonly expr: string
  /** Name of each series, with `{{label}}`. */
  readonly legend: string
}

/** A panel without its place. `description` is shown on its corner. */
export interface PanelContent {
  readonly kind: 'timeseries' | 'stat'
  readonly title: string
  readonly description?: string
  /** Grafana's name of the unit: `s`, `percentunit`, `short`, `bytes`, `ops`. */
  readonly unit: string
  readonly queries: readonly PanelQuery[]
  /** Values from here on are red, or below it with `isLowBad`. */
  readonly limit?: number
  readonly isLowBad?: boolean
  readonly max?: number
}

/** A row of panels. Panels of a collapsed row are read from Prometheus once it is opened. */
export interface DashboardRow {
  readonly title: string
  readonly isCollapsed: boolean
  readonly panels: readonly PanelContent[]
}

/** A place on the dashboard's grid of 24 columns. */
interface GridPlace {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** The variable that names the data source. */
export const dataSource = { type: 'prometheus', uid: '${datasource}' } as const

const COLUMNS = 24
const SIZES = { timeseries: { w: 8, h: 7 }, stat: { w: 4, h: 4 } } as const

/** The rows with their panels as Grafana reads them: placed from the left, ids from 1. */
export function placedRows(rows: readonly DashboardRow[]): object[] {
  let [id, y] = [0, 0]
  const panels: object[] = []
  for (const { title, isCollapsed, panels: contents } of rows) {
    const row = { id: ++id, type: 'row', title, collapsed: isCollapsed, gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 } }
    let [x, height] = [0, 0]
    const placed = contents.map(content => {
      const { w, h } = SIZES[content.kind]
      if (x + w > COLUMNS) {
        y += height
        ;[x, height] = [0, 0]
      }
      const panel = panelOf(content, ++id, { x, y, w, h })
      x += w
      height = Math.max(height, h)
      return panel
    })
    y += height
    panels.push({ ...row, panels: isCollapsed ? placed : [] }, ...(isCollapsed ? [] : placed))
  }
  return panels
}

function panelOf(
  { kind, title, description, unit, queries, limit, isLowBad = false, max }: PanelContent,
  id: number,
  gridPos: GridPlace,
): object {
  const steps =
    limit === undefined
      ? [{ color: 'green', value: null }]
      : [
          { color: isLowBad ? 'red' : 'green', value: null },
          { color: isLowBad ? 'green' : 'red', value: limit },
        ]
  const isStat = kind === 'stat'
  return {
    id,
    type: kind,
    title,
    ...(description !== undefined && { description }),
    datasource: dataSource,
    gridPos,
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: dataSource,
      expr,
      legendFormat: legend,
      ...(isStat ? { instant: true } : { range: true }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max !== undefined && { max }),
        thresholds: { mode: 'absolute', steps },
        ...(!isStat && {
          custom: { showPoints: 'auto', spanNulls: false, thresholdsStyle: { mode: limit === undefined ? 'off' : 'line' } },
        }),
      },
      overrides: [],
    },
    options: isStat
      ? {
          colorMode: limit === undefined ? 'none' : 'background',
          graphMode: 'none',
          reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        }
      : { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
  }
}
