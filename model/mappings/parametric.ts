import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

/**
 * Parametric PCR2, a radar that counts who passes from left to right and from right to left. Its sums since it was switched on have 16
 * bits (vendor/parametric/pcr2.js, extended payload); an uplink that is lost loses nothing of them, as it would of the counts since
 * the last uplink, which only the short payload has alone. Port 14 carries counts, port 190 its settings.
 */
export const parametricPcr2: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'parametric-pcr2',
    name: 'Parametric PCR2 (people counter)',
    kind: 'traffic',
    version: 1,
    parts: ['ltr', 'rtl'].map((direction) => ({
      direction,
      rules: [
        ...[`${direction}_sum`, `${direction.toUpperCase()}_SUM`].map((from) => ({
          from,
          to: 'counts.pedestrian',
          counter: { bits: 16 },
          ports: [14],
        })),
        ...[direction, direction.toUpperCase()].map((from) => ({
          from,
          to: 'counts.pedestrian',
          ports: [14],
        })),
      ],
    })),
  }),
  makes: [['pcr2'], ['parametric', 'pcr2']],
  fields: [
    ['ltr', 'rtl'],
    ['LTR', 'RTL'],
  ],
}
