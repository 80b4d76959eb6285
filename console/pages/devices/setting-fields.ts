import type { Kind } from './device.ts'

/** A setting as a form asks for it; the API says what it allows. */
export interface SettingField {
  /** As the API calls it, in `settings`; `stopIds` is beside them. */
  readonly name: string
  readonly label: string
  readonly type: 'number' | 'text' | 'words' | 'choice'
  readonly hint?: string
  /** Of a choice: its values and what they are called. */
  readonly choices?: readonly (readonly [value: string, title: string])[]
  readonly kinds?: readonly Kind[]
}

const SETTING_FIELDS: readonly SettingField[] = [
  {
    name: 'emptyDistanceMm',
    label: 'Distance when empty, mm',
    type: 'number',
    hint: 'What the sensor measures down to the floor. Left empty, it can be calibrated once it measures.',
    kinds: ['bin'],
  },
  {
    name: 'fullDistanceMm',
    label: 'Distance when full, mm',
    type: 'number',
    hint: 'Less than when empty.',
    kinds: ['bin'],
  },
  {
    name: 'thresholdPercent',
    label: 'Due from, %',
    type: 'number',
    hint: '75 where it is left empty.',
    kinds: ['bin'],
  },
  { name: 'capacityLitres', label: 'Capacity, litres', type: 'number', kinds: ['bin'] },
  { name: 'stream', label: 'Waste stream', type: 'text', hint: 'Such as paper or residual.', kinds: ['bin'] },
  {
    name: 'stopIds',
    label: 'Stops',
    type: 'words',
    hint: 'Ids of the timetable’s stops, with commas between them.',
    kinds: ['display'],
  },
  {
    name: 'protocol',
    label: 'It speaks',
    type: 'choice',
    choices: [
      ['', 'Plain JSON, as usual'],
      ['json', 'Plain JSON'],
      ['t047', 'RTIG T047'],
    ],
    kinds: ['display'],
  },
  {
    name: 'vendorId',
    label: 'Maker’s id',
    type: 'text',
    hint: 'Needed by a display that speaks RTIG T047.',
    kinds: ['display'],
  },
  {
    name: 'displayType',
    label: 'Type, in RTIG T047',
    type: 'choice',
    choices: [
      ['', 'PID-LED, as usual'],
      ['PID-LED', 'PID-LED'],
      ['PID-LCD', 'PID-LCD'],
      ['PID-TFT', 'PID-TFT'],
      ['PID-EPAPER', 'PID-EPAPER'],
    ],
    kinds: ['display'],
  },
  {
    name: 'reportIntervalSeconds',
    label: 'Reports every, seconds',
    type: 'number',
    hint: 'Sent to the device, which is silent after three of them without a reading.',
  },
  {
    name: 'area',
    label: 'Area',
    type: 'text',
    hint: 'Such as a district, by which dashboards group devices.',
  },
]

export function settingFieldsOf(kind: Kind): readonly SettingField[] {
  return SETTING_FIELDS.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
}
