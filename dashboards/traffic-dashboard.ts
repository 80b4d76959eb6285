import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { linkToDevice } from './links.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { mapPanel } from './panels/map-panel.ts'
import { numberPanel } from './panels/number-panel.ts'
import { tablePanel } from './panels/table-panel.ts'
import { COUNTS, countWhere, IN_AREA, latest, ofLatest, overTime } from './selections.ts'
import { ANY, type Steps } from './thresholds.ts'
import { areaVariable, authorityVariable } from './variables.ts'

/** Of the usual speed at that hour of the week. */
const SPEED_SHARE: Steps = { warning: 85, critical: 65, isLowBad: true }
const COUNTED_EVERY = '1h'

const flows = latest({
  from: 'flow',
  columns: ['vehiclesPerHour', 'usualVehiclesPerHour', 'meanSpeedKph', 'usualSpeedKph'],
  where: [IN_AREA],
  by: 'device',
})
const places = latest({
  from: 'flow',
  columns: [
    'vehiclesPerHour',
    'usualVehiclesPerHour',
    'meanSpeedKph',
    'usualSpeedKph',
    'name',
    'latitude',
    'longitude',
  ],
  where: [IN_AREA],
  by: 'device',
})

/** An authority's counters: flow and speed beside what is usual at that hour of the week. */
export function trafficDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-traffic',
    description: 'Flow and speed at the counters, beside what is usual at that hour of the week.',
    variables: [authorityVariable(), areaVariable()],
    from: 'now-2d',
    rows: [
      {
        title: 'Now',
        panels: [flowNow(), flowAgainstUsual(), speedAgainstUsual(), zeroCounters(), silentCounters()],
      },
      { title: 'Where', panels: [mapOfSpeeds(), mapOfFlows()] },
      { title: 'By hour', panels: [flowByHour(), speedByHour(), flowByClass(), occupancyByHour()] },
      { title: 'Places', panels: [slowestPlaces(), busiestPlaces()] },
    ],
  })
}

const flowNow = () =>
  numberPanel({
    title: 'Vehicles an hour',
    description: 'Vehicles that all counters together counted in their last whole hour.',
    unit: 'short',
    size: { width: 5, height: 4 },
    queries: [ofLatest('sum("vehiclesPerHour") AS "vehicles"', flows)],
  })

const flowAgainstUsual = () =>
  numberPanel({
    title: 'Of the usual flow',
    description:
      'The last whole hour’s vehicles, as a share of what is usual at that hour of the week: 100 % is an ordinary day.',
    unit: 'percent',
    decimals: 0,
    size: { width: 5, height: 4 },
    queries: [ofLatest('sum("vehiclesPerHour") / sum("usualVehiclesPerHour") * 100 AS "share"', flows)],
  })

const speedAgainstUsual = () =>
  numberPanel({
    title: 'Of the usual speed',
    description:
      'The mean speed of the last whole hour, as a share of what is usual at that hour of the week. Below 65 % traffic is standing somewhere.',
    unit: 'percent',
    decimals: 0,
    thresholds: SPEED_SHARE,
    size: { width: 5, height: 4 },
    queries: [ofLatest('mean("meanSpeedKph") / mean("usualSpeedKph") * 100 AS "share"', flows)],
  })

const zeroCounters = () =>
  numberPanel({
    title: 'Read zero',
    description:
      'Counters that counted nothing in their last whole hour though 20 vehicles or more are usual then: blocked, out of place or broken.',
    unit: 'none',
    thresholds: ANY,
    size: { width: 5, height: 4 },
    queries: [countWhere('"vehiclesPerHour" = 0 AND "usualVehiclesPerHour" >= 20', 'vehiclesPerHour', flows)],
  })

const silentCounters = () =>
  numberPanel({
    title: 'Silent',
    description: 'Counters that have not reported for much longer than they usually take.',
    unit: 'none',
    thresholds: ANY,
    queries: [
      ofLatest(
        'sum("isSilent") AS "silent"',
        latest({
          from: 'device',
          columns: ['isSilent'],
          where: ['"kind" = \'traffic\'', IN_AREA],
          by: 'device',
        }),
      ),
    ],
  })

const mapOfSpeeds = () =>
  mapPanel({
    title: 'Speed against the usual',
    description:
      'Each counter by its mean speed of the last whole hour, in percent of what is usual then. A click leads to all about it.',
    unit: 'percent',
    decimals: 0,
    thresholds: SPEED_SHARE,
    colorBy: 'speedShare',
    link: linkToDevice(),
    queries: [
      `SELECT "meanSpeedKph" / "usualSpeedKph" * 100 AS "speedShare", "meanSpeedKph", "name", "latitude", "longitude" FROM (${places}) WHERE $timeFilter GROUP BY "device"`,
    ],
  })

const mapOfFlows = () =>
  mapPanel({
    title: 'Flow',
    description: 'Each counter by its vehicles of the last whole hour.',
    unit: 'none',
    decimals: 0,
    thresholds: { warning: 500, critical: 1_200 },
    colorBy: 'vehiclesPerHour',
    link: linkToDevice(),
    queries: [places],
  })

const flowByHour = () =>
  chartPanel({
    title: 'Flow by hour',
    description: 'Vehicles of all counters together, beside what is usual at that hour of the week.',
    unit: 'short',
    min: 0,
    interval: COUNTED_EVERY,
    dashed: ['Usual'],
    queries: [
      overTime({
        from: 'flow',
        columns: { Counted: 'sum("vehiclesPerHour")', Usual: 'sum("usualVehiclesPerHour")' },
        where: [IN_AREA],
        every: COUNTED_EVERY,
      }),
    ],
  })

const speedByHour = () =>
  chartPanel({
    title: 'Speed by hour',
    description: 'The mean of the counters’ mean speeds, beside what is usual at that hour of the week.',
    unit: 'velocitykmh',
    min: 0,
    interval: COUNTED_EVERY,
    dashed: ['Usual'],
    queries: [
      overTime({
        from: 'flow',
        columns: { Measured: 'mean("meanSpeedKph")', Usual: 'mean("usualSpeedKph")' },
        where: [IN_AREA],
        every: COUNTED_EVERY,
      }),
    ],
  })

const flowByClass = () =>
  chartPanel({
    title: 'By class',
    description:
      'What was counted each hour by kind of road user, from the counters that tell them apart. Of all areas: counters’ own readings have none.',
    unit: 'short',
    min: 0,
    interval: COUNTED_EVERY,
    drawAs: 'bars',
    isStacked: true,
    queries: [
      overTime({
        from: 'traffic',
        columns: COUNTS,
        every: COUNTED_EVERY,
      }),
    ],
  })

const occupancyByHour = () =>
  chartPanel({
    title: 'Occupancy',
    description:
      'The share of time that something stood or drove over the detectors, and the 95th percentile of them: rising while speed falls is congestion. Of all areas.',
    unit: 'percent',
    min: 0,
    interval: COUNTED_EVERY,
    queries: [
      overTime({
        from: 'traffic',
        columns: {
          Mean: 'mean("occupancyPercent")',
          'Busiest twentieth': 'percentile("occupancyPercent", 95)',
        },
        every: COUNTED_EVERY,
      }),
    ],
  })

const slowestPlaces = () =>
  tablePanel({
    title: 'Slowest places now',
    description:
      'The 15 counters whose speed of the last whole hour is the smallest share of what is usual then.',
    unit: 'none',
    limit: 15,
    sortBy: { field: 'speedShare', isDescending: false },
    columns: [
      { field: 'device', title: 'Counter', link: linkToDevice('Counter') },
      { field: 'name', title: 'Place' },
      { field: 'speedShare', title: 'Of the usual', unit: 'percent', decimals: 0, thresholds: SPEED_SHARE },
      { field: 'meanSpeedKph', title: 'Speed', unit: 'velocitykmh', decimals: 0 },
      { field: 'usualSpeedKph', title: 'Usual', unit: 'velocitykmh', decimals: 0 },
    ],
    queries: [
      `SELECT "meanSpeedKph" / "usualSpeedKph" * 100 AS "speedShare", "meanSpeedKph", "usualSpeedKph", "name" FROM (${places}) WHERE $timeFilter GROUP BY "device"`,
    ],
  })

const busiestPlaces = () =>
  tablePanel({
    title: 'Busiest places now',
    description: 'The 15 counters with the most vehicles in their last whole hour.',
    unit: 'none',
    decimals: 0,
    limit: 15,
    sortBy: { field: 'vehiclesPerHour', isDescending: true },
    columns: [
      { field: 'device', title: 'Counter', link: linkToDevice('Counter') },
      { field: 'name', title: 'Place' },
      { field: 'vehiclesPerHour', title: 'Vehicles an hour' },
      { field: 'usualVehiclesPerHour', title: 'Usual' },
    ],
    queries: [
      latest({
        from: 'flow',
        columns: ['vehiclesPerHour', 'usualVehiclesPerHour', 'name'],
        where: [IN_AREA],
        by: 'device',
      }),
    ],
  })
