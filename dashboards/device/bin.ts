import type { DashboardRow } from '../lay-out-dashboard.ts'
import { chartPanel } from '../panels/chart-panel.ts'
import { tablePanel } from '../panels/table-panel.ts'
import { overTime, rows } from '../selections.ts'
import { BATTERY, CHANCE, FILL } from '../thresholds.ts'
import { IT } from './chosen-device.ts'

/** What is known of a bin; empty for others. */
export function binRow(): DashboardRow {
  return { title: 'A bin', panels: [level(), chances(), temperature(), binReadings()] }
}

const level = () =>
  chartPanel({
    title: 'Level, and its forecast a day before',
    description:
      'Each reading of its level beside what had been forecast for that hour a day before, with the interval that was to hold four out of five.',
    unit: 'percent',
    min: 0,
    max: 100,
    thresholds: FILL,
    size: { width: 16, height: 9 },
    dashed: ['Forecast', 'At least', 'At most'],
    queries: [
      overTime({ from: 'bin', columns: { Level: 'last("fillPercent")' }, where: [IT] }),
      overTime({
        from: 'expectation',
        columns: {
          Forecast: 'last("expectedPercent")',
          'At least': 'last("lowPercent")',
          'At most': 'last("highPercent")',
        },
        where: [IT],
      }),
    ],
  })

const chances = () =>
  chartPanel({
    title: 'Chance of overflowing',
    description:
      'What its forecasts said: before the next planned round that lifts it, and within one, two and three days.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    thresholds: CHANCE,
    size: { width: 8, height: 9 },
    interval: '1h',
    queries: [
      overTime({
        from: 'forecast',
        columns: {
          'Before its round': 'last("chanceOfOverflowBeforeRound")',
          '24 h': 'last("chanceOfOverflow24h")',
          '48 h': 'last("chanceOfOverflow48h")',
          '72 h': 'last("chanceOfOverflow72h")',
        },
        where: [IT],
      }),
    ],
  })

const temperature = () =>
  chartPanel({
    title: 'Temperature and tilt',
    description:
      'In °C and in degrees: a fire shows as a jump of the first, a bin that was knocked over as one of the second.',
    unit: 'none',
    queries: [
      overTime({
        from: 'bin',
        columns: { 'Temperature °C': 'max("temperatureC")', 'Tilt °': 'max("tiltDegrees")' },
        where: [IT],
      }),
    ],
  })

const binReadings = () =>
  tablePanel({
    title: 'The bin’s latest readings',
    description: 'As it sent them.',
    unit: 'none',
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'When', unit: 'dateTimeAsLocal' },
      { field: 'fillPercent', title: 'Level', unit: 'percent', decimals: 0, thresholds: FILL },
      { field: 'distanceMm', title: 'Distance', unit: 'lengthmm', decimals: 0 },
      { field: 'temperatureC', title: 'Temperature', unit: 'celsius', decimals: 1 },
      { field: 'batteryPercent', title: 'Battery', unit: 'percent', decimals: 0, thresholds: BATTERY },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'bin',
        columns: ['fillPercent', 'distanceMm', 'temperatureC', 'batteryPercent'],
        where: [IT],
        limit: 25,
      }),
    ],
  })
