import type { DashboardRow } from '../lay-out-dashboard.ts'
import { chartPanel } from '../panels/chart-panel.ts'
import { tablePanel } from '../panels/table-panel.ts'
import { COUNTS, overTime, rows } from '../selections.ts'
import { IT } from './chosen-device.ts'

/** What is known of a traffic counter; empty for others. */
export function counterRow(): DashboardRow {
  return { title: 'A counter', panels: [counts(), flow(), speeds(), counterReadings()] }
}

const counts = () =>
  chartPanel({
    title: 'Counts',
    description: 'What it counted, by kind of road user; `all` where it does not tell them apart.',
    unit: 'short',
    min: 0,
    interval: '15m',
    drawAs: 'bars',
    isStacked: true,
    queries: [overTime({ from: 'traffic', columns: { ...COUNTS, all: 'sum("count")' }, where: [IT] })],
  })

const flow = () =>
  chartPanel({
    title: 'Flow against the usual',
    description: 'Its vehicles an hour beside what is usual at that hour of the week.',
    unit: 'short',
    min: 0,
    interval: '1h',
    dashed: ['Usual'],
    queries: [
      overTime({
        from: 'flow',
        columns: { Counted: 'mean("vehiclesPerHour")', Usual: 'mean("usualVehiclesPerHour")' },
        where: [IT],
      }),
    ],
  })

const speeds = () =>
  chartPanel({
    title: 'Speed against the usual',
    description:
      'Its mean speed beside what is usual at that hour of the week, and the speed that one in seven drives above.',
    unit: 'velocitykmh',
    min: 0,
    interval: '1h',
    dashed: ['Usual'],
    queries: [
      overTime({
        from: 'flow',
        columns: { Measured: 'mean("meanSpeedKph")', Usual: 'mean("usualSpeedKph")' },
        where: [IT],
      }),
      overTime({ from: 'traffic', columns: { '85th percentile': 'mean("speed85Kph")' }, where: [IT] }),
    ],
  })

const counterReadings = () =>
  tablePanel({
    title: 'The counter’s latest readings',
    description: 'As it sent them, each lane or direction by itself.',
    unit: 'none',
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'Interval from', unit: 'dateTimeAsLocal' },
      { field: 'part', title: 'Lane or direction' },
      { field: 'count', title: 'All' },
      { field: 'countsCar', title: 'Cars' },
      { field: 'countsVan', title: 'Vans' },
      { field: 'countsHgv', title: 'Lorries' },
      { field: 'countsCycle', title: 'Cycles' },
      { field: 'meanSpeedKph', title: 'Speed', unit: 'velocitykmh', decimals: 0 },
      { field: 'occupancyPercent', title: 'Occupancy', unit: 'percent', decimals: 1 },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'traffic',
        columns: [
          'part',
          'count',
          'countsCar',
          'countsVan',
          'countsHgv',
          'countsCycle',
          'meanSpeedKph',
          'occupancyPercent',
        ],
        where: [IT],
        limit: 25,
      }),
    ],
  })
