import type { DashboardRow } from '../lay-out-dashboard.ts'
import { chartPanel } from '../panels/chart-panel.ts'
import { mapPanel } from '../panels/map-panel.ts'
import { tablePanel } from '../panels/table-panel.ts'
import { overTime, rows } from '../selections.ts'
import { IT, VEHICLE } from './chosen-device.ts'

/** What is known of a bus; empty for others. */
export function busRow(): DashboardRow {
  return { title: 'A bus', panels: [delay(), vehicleSpeed(), way(), vehicleReadings()] }
}

const delay = () =>
  chartPanel({
    title: 'Delay',
    description: 'How late it was on its trips; below zero it was early.',
    unit: 's',
    interval: '1m',
    queries: [overTime({ from: 'bus', columns: { Delay: 'mean("delaySeconds")' }, where: [VEHICLE] })],
  })

const vehicleSpeed = () =>
  chartPanel({
    title: 'Speed',
    description: 'As it reported it.',
    unit: 'velocitykmh',
    min: 0,
    interval: '1m',
    queries: [overTime({ from: 'vehicle', columns: { Speed: 'mean("speedKph")' }, where: [IT] })],
  })

const way = () =>
  mapPanel({
    title: 'Its way',
    description: 'Where it was: its last 500 positions in the time range.',
    unit: 'velocitykmh',
    thresholds: { critical: 60 },
    colorBy: 'speedKph',
    queries: [
      rows({
        from: 'vehicle',
        columns: ['speedKph', 'tripId', 'latitude', 'longitude'],
        where: [IT],
        limit: 500,
      }),
    ],
  })

const vehicleReadings = () =>
  tablePanel({
    title: 'The bus’s latest readings',
    description: 'As it sent them.',
    unit: 'none',
    size: { width: 12, height: 14 },
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'When', unit: 'dateTimeAsLocal' },
      { field: 'routeId', title: 'Route' },
      { field: 'tripId', title: 'Trip' },
      { field: 'speedKph', title: 'Speed', unit: 'velocitykmh', decimals: 0 },
      { field: 'occupancyStatus', title: 'Passengers' },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'vehicle',
        columns: ['routeId', 'tripId', 'speedKph', 'occupancyStatus'],
        where: [IT],
        limit: 25,
      }),
    ],
  })
