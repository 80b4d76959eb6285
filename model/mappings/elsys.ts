import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

/** Elsys ELT with the ultrasonic probe (vendor/elsys/elsys.js): mm, °C, and the battery in mV. */
export const elsys: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'elsys-elt',
    name: 'Elsys ELT (distance, ultrasonic)',
    kind: 'bin',
    version: 1,
    rules: [
      { from: 'distance', to: 'distanceMm', unit: 'mm', noEcho: [0, 65_535] },
      { from: 'temperature', to: 'temperatureC', unit: 'celsius' },
      { from: 'vdd', to: 'batteryVolts', unit: 'mV' },
    ],
  }),
  makes: [['elsys', 'elt'], ['elt-ultrasonic'], ['elt', 'ultrasonic']],
  fields: [['distance', 'vdd']],
}
