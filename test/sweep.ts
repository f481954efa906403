/** Number of cases of a random sweep: a share of them in `npm test`, all in `npm run test:deep`. */
export const sweep = (share: number, all: number): number => (process.env['SPILLWAY_SWEEPS'] === 'all' ? all : share)
