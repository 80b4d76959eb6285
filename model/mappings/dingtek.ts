import { mappingSchema } from '../mapping.ts'
import type { ReadyMapping } from './ready-mapping.ts'

// Where the sensor hears nothing it tells 0, or the end of its 16 bits.
const NO_ECHO = [0, 65_535]
/** An alarm of having fallen over tells no angle: it lies on its side. */
const FALLEN = { true: 90, false: 0, '1': 90, '0': 0 }
const ALARM = [true, 1, '1', 'true']

/** What both tell alike. */
const SHARED_RULES = [
  { from: 'level', to: 'distanceMm', unit: 'mm', ports: [3], noEcho: NO_ECHO },
  { from: 'temperature', to: 'temperatureC', unit: 'celsius', ports: [3] },
  { from: 'angle', to: 'tiltDegrees', unit: 'degree', ports: [3] },
  { from: 'alarmFall', to: 'tiltDegrees', values: FALLEN, ports: [3] },
  { from: 'alarmFire', to: 'fireAlarm', alarm: ALARM, ports: [3] },
  { from: 'volt', to: 'batteryVolts', unit: 'V', ports: [3] },
]

/**
 * Dingtek DF702, an ultrasonic sensor for bins: texts with their units, such as "2000 mm". In the device repository of The Things
 * Network (vendor/dingtek/df702.js) the alarms are `fire` and `tilt`; other versions of the codec call them `alarmFire` and `alarmFall`,
 * and tell `volt`. Of its settings, which it confirms at the same port, nothing is read.
 */
export const dingtekDf702: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'dingtek-df702',
    name: 'Dingtek DF702 (bin, ultrasonic)',
    kind: 'bin',
    version: 1,
    rules: [
      ...SHARED_RULES,
      { from: 'tilt', to: 'tiltDegrees', values: FALLEN, ports: [3] },
      { from: 'fire', to: 'fireAlarm', alarm: ALARM, ports: [3] },
    ],
  }),
  makes: [['dingtek', 'df702'], ['df702']],
  fields: [
    ['level', 'full', 'fire', 'tilt', 'battery', 'angle'],
    ['level', 'alarmFire', 'alarmFall', 'volt'],
  ],
}

/** Dingtek DF703, which measures by time of flight: numbers of mm, degrees and °C (vendor/dingtek/df703-codec.yaml). */
export const dingtekDf703: ReadyMapping = {
  mapping: mappingSchema.parse({
    id: 'dingtek-df703',
    name: 'Dingtek DF703 (bin, time of flight)',
    kind: 'bin',
    version: 1,
    rules: SHARED_RULES,
  }),
  makes: [['dingtek', 'df703'], ['df703']],
  fields: [['level', 'alarmLevel', 'alarmFire', 'alarmFall', 'alarmBattery']],
}
