/** The pipeline of numbers, for `spillway run`. */
export { numbers as default } from '../postgres/numbers-run.ts'
