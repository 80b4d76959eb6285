import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

/** 1 as a word in red, 0 as one in green. */
export function yesNo(yes: string, no: string): ValueMapping[] {
  return [
    {
      type: MappingType.ValueToText,
      options: { 0: { text: no, color: 'green', index: 0 }, 1: { text: yes, color: 'red', index: 1 } },
    },
  ]
}

/** What a display says of itself. */
export const DISPLAY_STATES: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      ok: { text: 'works', color: 'green', index: 0 },
      degraded: { text: 'degraded', color: 'orange', index: 1 },
      dark: { text: 'dark', color: 'red', index: 2 },
    },
  },
]
