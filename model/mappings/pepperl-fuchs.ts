import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

/**
 * Pepperl+Fuchs WILSEN.sonic level: its own fill level, the distance in cm or mm (`proxx`, `proxx_mm`), and the battery's voltage. In
 * the device repository of The Things Network (vendor/pepperl-fuchs/wilsen.js) they are called `proxx` and `temp`; the maker's own
 * codec says `proxx_cm` and `temp_celsius`. A message of counters and its serial number alone measures nothing but the battery.
 */
export const wilsen: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'pepperl-fuchs-wilsen',
    name: 'Pepperl+Fuchs WILSEN (level)',
    kind: 'bin',
    version: 1,
    rules: [
      { from: 'fillinglvl', to: 'fillPercent', unit: 'percent' },
      { from: 'proxx_mm', to: 'distanceMm', unit: 'mm', noEcho: [0, 65_535] },
      { from: 'proxx_cm', to: 'distanceMm', unit: 'cm', noEcho: [0, 65_535] },
      { from: 'proxx', to: 'distanceMm', unit: 'cm', noEcho: [0, 65_535] },
      { from: 'temp_celsius', to: 'temperatureC', unit: 'celsius' },
      { from: 'temp', to: 'temperatureC', unit: 'celsius' },
      { from: 'battery_vol', to: 'batteryVolts', unit: 'V' },
    ],
  }),
  makes: [['pepperl', 'wilsen'], ['wilsen']],
  fields: [['fillinglvl'], ['proxx_cm'], ['proxx_mm'], ['proxx', 'battery_vol']],
}
