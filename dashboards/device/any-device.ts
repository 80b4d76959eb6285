import type { DashboardRow } from '../lay-out-dashboard.ts'
import { yesNo } from '../mappings.ts'
import { chartPanel } from '../panels/chart-panel.ts'
import { mapPanel } from '../panels/map-panel.ts'
import { numberPanel } from '../panels/number-panel.ts'
import { statesPanel } from '../panels/states-panel.ts'
import { tablePanel } from '../panels/table-panel.ts'
import { latest, OF_AUTHORITY, overTime, rows } from '../selections.ts'
import { ANY, BATTERY } from '../thresholds.ts'
import { IT } from './chosen-device.ts'

/** What is known of a device of any kind. */
export function anyDeviceRow(): DashboardRow {
  return { title: 'Any device', panels: [identity(), place(), silence(), age(), battery(), alerts()] }
}

const identity = () =>
  tablePanel({
    title: 'What it is',
    description: 'Its kind, name and area, whether it is silent or stuck, and how often it usually reports.',
    unit: 'none',
    size: { width: 24, height: 4 },
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'device', title: 'Device' },
      { field: 'kind', title: 'Kind' },
      { field: 'name', title: 'Name' },
      { field: 'area', title: 'Area' },
      { field: 'isSilent', title: 'Silent', mappings: yesNo('silent', 'reports') },
      { field: 'isStuck', title: 'Stuck', mappings: yesNo('stuck', 'moves') },
      { field: 'usualIntervalSeconds', title: 'Usually every', unit: 's', decimals: 0 },
      { field: 'Time', title: 'Observed', unit: 'dateTimeAsLocal' },
    ],
    hidden: [],
    queries: [
      latest({
        from: 'device',
        columns: ['isSilent', 'isStuck', 'usualIntervalSeconds', 'kind', 'name', 'area'],
        where: [IT],
        by: 'device',
      }),
    ],
  })

const place = () =>
  mapPanel({
    title: 'Where it is',
    description: 'Its registered place, red while it is silent.',
    unit: 'none',
    thresholds: ANY,
    colorBy: 'isSilent',
    size: { width: 8, height: 9 },
    queries: [
      latest({
        from: 'device',
        columns: ['isSilent', 'name', 'latitude', 'longitude'],
        where: [IT],
        by: 'device',
      }),
    ],
  })

const silence = () =>
  statesPanel({
    title: 'Silent',
    description: 'When it was silent and when stuck, by its own usual interval.',
    unit: 'none',
    thresholds: ANY,
    mappings: yesNo('yes', 'no'),
    size: { width: 8, height: 5 },
    queries: [
      overTime({
        from: 'device',
        columns: { Silent: 'max("isSilent")', Stuck: 'max("isStuck")' },
        where: [IT],
      }),
    ],
  })

const age = () =>
  numberPanel({
    title: 'Since its last reading',
    description: 'How old its newest reading was when Kerbside last looked.',
    unit: 's',
    decimals: 0,
    queries: [
      `SELECT last("ageSeconds") AS "age" FROM "device" WHERE ${OF_AUTHORITY} AND $timeFilter AND ${IT}`,
    ],
  })

const battery = () =>
  chartPanel({
    title: 'Battery',
    description: 'What its battery has left, by its own word. Empty for devices on mains.',
    unit: 'percent',
    min: 0,
    max: 100,
    thresholds: BATTERY,
    size: { width: 8, height: 5 },
    interval: '5m',
    queries: [overTime({ from: 'device', columns: { Battery: 'last("batteryPercent")' }, where: [IT] })],
  })

const alerts = () =>
  tablePanel({
    title: 'Its alerts',
    description: 'What Kerbside itself raised and cleared for it.',
    unit: 'none',
    size: { width: 24, height: 5 },
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'When', unit: 'dateTimeAsLocal' },
      { field: 'condition', title: 'Condition' },
      { field: 'isRaised', title: 'State', mappings: yesNo('raised', 'cleared') },
      { field: 'summary', title: 'Summary' },
    ],
    hidden: [],
    queries: [rows({ from: 'alert', columns: ['condition', 'isRaised', 'summary'], where: [IT], limit: 25 })],
  })
