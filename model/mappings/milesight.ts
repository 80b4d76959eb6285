import { type Mapping, mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

const BATTERY = { from: 'battery', to: 'batteryPercent', unit: 'percent' }
const TEMPERATURE = { from: 'temperature', to: 'temperatureC', unit: 'celsius' }
// Tilted is more than some degrees, which it does not tell: upright or on its side.
const TILT = { normal: 0, tilt: 90, '0': 0, '1': 90 }
const POSITIONS = ['position', 'tilt'].map((from) => ({ from, to: 'tiltDegrees', values: TILT }))

/** 0 and the highest numbers of its 16 bits are what it says when nothing came back. */
const DISTANCE = { from: 'distance', to: 'distanceMm', unit: 'mm', noEcho: [0, 65_533, 65_534, 65_535] }

// Fields as in the device repository of The Things Network, vendor/milesight-iot/em310-udl-codec.yaml, em400-mud-codec.yaml,
// em400-tld-codec.yaml and em500-udl-codec.yaml. The port is 85, unless somebody sets another.

export const milesightEm310Udl: ReadyMapping = {
  mapping: create('milesight-em310-udl', 'Milesight EM310-UDL (distance, ultrasonic)', [
    DISTANCE,
    BATTERY,
    ...POSITIONS,
  ]),
  makes: [['em310-udl'], ['em310', 'udl']],
  fields: [['distance', 'position', 'battery']],
}

/** EM400-MUD, EM400-UDL (ultrasonic) and EM400-TLD (time of flight), which tell the temperature too. */
export const milesightEm400: ReadyMapping = {
  mapping: create('milesight-em400', 'Milesight EM400 (distance)', [
    DISTANCE,
    BATTERY,
    TEMPERATURE,
    ...POSITIONS,
  ]),
  makes: [['em400-mud'], ['em400-udl'], ['em400-tld'], ['em400']],
  fields: [['distance', 'position', 'temperature', 'battery']],
}

export const milesightEm500Udl: ReadyMapping = {
  mapping: create('milesight-em500-udl', 'Milesight EM500-UDL (distance, ultrasonic)', [DISTANCE, BATTERY]),
  makes: [['em500-udl'], ['em500', 'udl']],
  fields: [['distance', 'battery']],
}

function create(id: string, name: string, rules: readonly object[]): Mapping {
  return mappingSchema.parse({ id, name, kind: 'bin', version: 1, rules })
}
