import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

/**
 * Decentlab's distance and level sensors (DL-MBX, DL-TBRG and others; vendor/decentlab): each value beside its unit,
 * `{"distance": {"displayName": "…", "unit": "mm", "value": 1234}}`.
 */
export const decentlab: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'decentlab-distance',
    name: 'Decentlab DL-MBX (distance, ultrasonic)',
    kind: 'bin',
    version: 1,
    rules: [
      { from: 'distance', to: 'distanceMm', unit: 'mm', noEcho: [0, 65_535] },
      { from: 'temperature', to: 'temperatureC', unit: 'celsius' },
      { from: 'battery_voltage', to: 'batteryVolts', unit: 'V' },
    ],
  }),
  makes: [['decentlab', 'mbx'], ['dl-mbx']],
  fields: [
    ['distance.value', 'battery_voltage.value'],
    ['distance.value', 'distance.displayName'],
  ],
}
