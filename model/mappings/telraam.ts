import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

const USERS = [
  { sent: 'pedestrian', to: 'counts.pedestrian' },
  { sent: 'bike', to: 'counts.cycle' },
  { sent: 'car', to: 'counts.car' },
  // Lorries and buses, which it cannot tell apart.
  { sent: 'heavy', to: 'counts.hgv' },
]

/**
 * Telraam, a camera behind a window, by the reports of its HTTP interface: counts of an hour from `date` on, already scaled up to the
 * whole hour by its `uptime`, as fractions; the speed that 85 % of the cars keep to is of both directions together.
 */
export const telraam: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'telraam',
    name: 'Telraam (road counter, hourly reports)',
    kind: 'traffic',
    version: 1,
    rules: [
      { from: 'date', to: 'time' },
      { always: 3_600, to: 'intervalSeconds' },
      { from: 'v85', to: 'speed85Kph', unit: 'km/h' },
    ],
    parts: [
      { direction: 'left', rules: listRules('_lft') },
      { direction: 'right', rules: listRules('_rgt') },
    ],
  }),
  makes: [['telraam']],
  fields: [
    ['car', 'bike', 'pedestrian', 'heavy'],
    ['car_lft', 'car_rgt'],
  ],
}

function listRules(suffix: string) {
  return USERS.map(({ sent, to }) => ({ from: `${sent}${suffix}`, to }))
}
