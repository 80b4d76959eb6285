import type { DashboardRow } from '../lay-out-dashboard.ts'
import { DISPLAY_STATES, yesNo } from '../mappings.ts'
import { statesPanel } from '../panels/states-panel.ts'
import { tablePanel } from '../panels/table-panel.ts'
import { OF_AUTHORITY, overTime, rows } from '../selections.ts'
import { ANY } from '../thresholds.ts'
import { IT } from './chosen-device.ts'

/** What is known of a stop’s display; empty for others. */
export function displayRow(): DashboardRow {
  return { title: 'A display', panels: [displayState(), displayFaults(), displayReadings()] }
}

const displayState = () =>
  statesPanel({
    title: 'What it says of itself',
    description: 'Works, degraded or dark, as the display reports it.',
    unit: 'none',
    mappings: DISPLAY_STATES,
    size: { width: 24, height: 5 },
    queries: [`SELECT "state" AS "State" FROM "display" WHERE ${OF_AUTHORITY} AND $timeFilter AND ${IT}`],
  })

const displayFaults = () =>
  statesPanel({
    title: 'What Kerbside sees of it',
    description: 'Whether it is dark, and whether it shows something other than what it was told.',
    unit: 'none',
    thresholds: ANY,
    mappings: yesNo('yes', 'no'),
    queries: [
      overTime({ from: 'sign', columns: { Dark: 'max("isDark")', Wrong: 'max("isWrong")' }, where: [IT] }),
    ],
  })

const displayReadings = () =>
  tablePanel({
    title: 'The display’s latest readings',
    description: 'As it sent them.',
    unit: 'none',
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'When', unit: 'dateTimeAsLocal' },
      { field: 'state', title: 'State', mappings: DISPLAY_STATES },
      { field: 'temperatureC', title: 'Temperature', unit: 'celsius', decimals: 1 },
      { field: 'lightLux', title: 'Light', unit: 'lux', decimals: 0 },
      { field: 'firmware', title: 'Firmware' },
      { field: 'lines', title: 'Shows' },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'display',
        columns: ['state', 'temperatureC', 'lightLux', 'firmware', 'lines'],
        where: [IT],
        limit: 25,
      }),
    ],
  })
