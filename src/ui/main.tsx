/** The entry of the dashboard's bundle. */
import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './style.css'
import { applyTheme } from './core/theme.ts'
import { Dashboard } from './shell/dashboard.tsx'

applyTheme()
render(<Dashboard />, document.getElementById('app')!)
