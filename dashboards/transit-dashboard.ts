import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { linkToDevice } from './links.ts'
import { DISPLAY_STATES, yesNo } from './mappings.ts'
import { barsPanel } from './panels/bars-panel.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { mapPanel } from './panels/map-panel.ts'
import { numberPanel } from './panels/number-panel.ts'
import { tablePanel } from './panels/table-panel.ts'
import { IN_AREA, latest, OF_AUTHORITY, ON_ROUTE, ofLatest, overTime } from './selections.ts'
import { ANY, type Steps } from './thresholds.ts'
import { areaVariable, authorityVariable, routeVariable } from './variables.ts'

const LIVE_SHARE: Steps = { warning: 80, critical: 50, isLowBad: true }
/** Seconds that a bus is late. */
const LATENESS: Steps = { warning: 180, critical: 600 }
/** Seconds that predictions are off in the mean. */
const ERROR: Steps = { warning: 90, critical: 180 }

const boards = latest({ from: 'board', columns: ['departures', 'live'], by: 'stop' })
const signs = latest({
  from: 'sign',
  columns: ['isDark', 'isWrong', 'state', 'name', 'latitude', 'longitude'],
  where: [IN_AREA],
  by: 'device',
})
const routes = latest({
  from: 'route',
  columns: ['due', 'live', 'missing', 'late', 'meanDelaySeconds'],
  where: [ON_ROUTE],
  by: 'route',
})

/** Signs and whether they show what they should, how live the departures are, and the buses. */
export function transitDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-transit',
    description:
      'Signs and their state, how much of the departures is live and how good, and where the buses are.',
    variables: [authorityVariable(), areaVariable(), routeVariable()],
    rows: [
      {
        title: 'Now',
        panels: [departures(), liveShare(), missingBuses(), lateBuses(), darkSigns(), wrongSigns()],
      },
      { title: 'Where', panels: [mapOfVehicles(), mapOfSigns()] },
      {
        title: 'Departures',
        panels: [departuresByState(), accuracyByHorizon(), accuracyByTime(), feedAge()],
      },
      { title: 'Routes and signs', panels: [routeTable(), lateAndMissing(), signTable(), latestBuses()] },
    ],
  })
}

const departures = () =>
  numberPanel({
    title: 'Departures',
    description: 'Departures of the next hour at all stops that have any.',
    unit: 'none',
    queries: [ofLatest('sum("departures") AS "departures"', boards)],
  })

const liveShare = () =>
  numberPanel({
    title: 'Live',
    description:
      'What share of the departures of the next hour rests on what buses report. The others are from the timetable, stale, or without data.',
    unit: 'percent',
    decimals: 0,
    thresholds: LIVE_SHARE,
    queries: [ofLatest('sum("live") / sum("departures") * 100 AS "live"', boards)],
  })

const missingBuses = () =>
  numberPanel({
    title: 'Missing buses',
    description:
      'Trips of the chosen routes that should be under way by the timetable and of which no bus reports.',
    unit: 'none',
    thresholds: { warning: 1, critical: 5 },
    queries: [ofLatest('sum("missing") AS "missing"', routes)],
  })

const lateBuses = () =>
  numberPanel({
    title: 'Late buses',
    description: 'Trips of the chosen routes under way that are late.',
    unit: 'none',
    thresholds: { warning: 3, critical: 10 },
    queries: [ofLatest('sum("late") AS "late"', routes)],
  })

const darkSigns = () =>
  numberPanel({
    title: 'Dark signs',
    description: 'Displays that say they are dark, or that are gone.',
    unit: 'none',
    thresholds: ANY,
    queries: [ofLatest('sum("isDark") AS "dark"', signs)],
  })

const wrongSigns = () =>
  numberPanel({
    title: 'Wrong signs',
    description: 'Displays that show something other than the departures that they were told.',
    unit: 'none',
    thresholds: ANY,
    queries: [ofLatest('sum("isWrong") AS "wrong"', signs)],
  })

const mapOfVehicles = () =>
  mapPanel({
    title: 'Buses by delay',
    description:
      'Each bus on a trip where it last was, by how late it is: green below 3 minutes, red from 10.',
    unit: 's',
    decimals: 0,
    thresholds: LATENESS,
    colorBy: 'delaySeconds',
    link: linkToDevice('vehicle'),
    queries: [
      latest({
        from: 'bus',
        columns: ['delaySeconds', 'route', 'trip', 'latitude', 'longitude'],
        where: [ON_ROUTE],
        by: 'vehicle',
      }),
    ],
  })

const mapOfSigns = () =>
  mapPanel({
    title: 'Signs by state',
    description: 'Each display: red where it is dark or shows the wrong departures.',
    unit: 'none',
    thresholds: ANY,
    colorBy: 'isBad',
    link: linkToDevice(),
    queries: [
      `SELECT "isDark" + "isWrong" AS "isBad", "state", "name", "latitude", "longitude" FROM (${signs}) WHERE $timeFilter GROUP BY "device"`,
    ],
  })

const departuresByState = () =>
  chartPanel({
    title: 'What departures rest on',
    description:
      'The departures of the next hour at all stops: live, by the timetable alone, stale, without data, or cancelled.',
    unit: 'none',
    min: 0,
    interval: '1m',
    isStacked: true,
    queries: [
      // Of each stop first: a step longer than a minute would count every stop several times.
      `SELECT sum("live") AS "Live", sum("timetable") AS "Timetable", sum("stale") AS "Stale", sum("noData") AS "No data", sum("cancelled") AS "Cancelled" FROM (SELECT mean("live") AS "live", mean("timetable") AS "timetable", mean("stale") AS "stale", mean("noData") AS "noData", mean("cancelled") AS "cancelled" FROM "board" WHERE ${OF_AUTHORITY} AND $timeFilter GROUP BY time($__interval), "stop" fill(none)) WHERE $timeFilter GROUP BY time($__interval) fill(none)`,
    ],
  })

const accuracyByHorizon = () =>
  barsPanel({
    title: 'Accuracy by horizon',
    description:
      'How far predictions of the last hour were off in the mean, by how long before the arrival they were made. Nearer ones should be better.',
    unit: 's',
    decimals: 0,
    min: 0,
    thresholds: ERROR,
    alias: '$tag_horizon min',
    queries: [
      `SELECT last("maeSeconds") AS "error" FROM "accuracy" WHERE ${OF_AUTHORITY} AND $timeFilter GROUP BY "horizon"`,
    ],
  })

const accuracyByTime = () =>
  chartPanel({
    title: 'Accuracy by time',
    description:
      'The mean error of predictions by their horizon: steps upwards tell that something has changed.',
    unit: 's',
    min: 0,
    alias: '$tag_horizon min',
    interval: '5m',
    queries: [overTime({ from: 'accuracy', columns: { error: 'mean("maeSeconds")' }, by: ['horizon'] })],
  })

const feedAge = () =>
  chartPanel({
    title: 'Feed',
    description:
      'How old the newest thing in the feed is, and what the feed holds. The age goes up and stays up when no vehicle reports any more.',
    unit: 'none',
    min: 0,
    interval: '1m',
    queries: [
      overTime({
        from: 'feed',
        columns: {
          'Age in s': 'max("ageSeconds")',
          Trips: 'last("trips")',
          Vehicles: 'last("vehicles")',
          Errors: 'last("errors")',
          Warnings: 'last("warnings")',
        },
      }),
    ],
  })

const routeTable = () =>
  tablePanel({
    title: 'Routes',
    description:
      'The trips of each route that should be under way: how many are seen live, missing, and late, and by how much.',
    unit: 'none',
    sortBy: { field: 'missing', isDescending: true },
    limit: 50,
    columns: [
      { field: 'route', title: 'Route' },
      { field: 'due', title: 'Due' },
      { field: 'live', title: 'Live' },
      { field: 'missing', title: 'Missing', thresholds: ANY },
      { field: 'late', title: 'Late', thresholds: ANY },
      { field: 'meanDelaySeconds', title: 'Mean delay', unit: 's', decimals: 0, thresholds: LATENESS },
    ],
    queries: [routes],
  })

const lateAndMissing = () =>
  chartPanel({
    title: 'Late and missing',
    description: 'Trips of the chosen routes that were due, missing and late, minute by minute.',
    unit: 'none',
    min: 0,
    interval: '1m',
    queries: [
      // Of each route first, as above.
      `SELECT sum("due") AS "Due", sum("missing") AS "Missing", sum("late") AS "Late" FROM (SELECT mean("due") AS "due", mean("missing") AS "missing", mean("late") AS "late" FROM "route" WHERE ${OF_AUTHORITY} AND $timeFilter AND ${ON_ROUTE} GROUP BY time($__interval), "route" fill(none)) WHERE $timeFilter GROUP BY time($__interval) fill(none)`,
    ],
  })

const signTable = () =>
  tablePanel({
    title: 'Signs',
    description:
      'Displays, dark ones first: what each says of itself, and whether it shows what it was told.',
    unit: 'none',
    sortBy: { field: 'isDark', isDescending: true },
    limit: 50,
    columns: [
      { field: 'device', title: 'Sign', link: linkToDevice('Sign') },
      { field: 'name', title: 'Place' },
      { field: 'state', title: 'Says', mappings: DISPLAY_STATES },
      { field: 'isDark', title: 'Light', mappings: yesNo('dark', 'lit') },
      { field: 'isWrong', title: 'Shows', mappings: yesNo('something else', 'what it should') },
    ],
    hidden: ['Time', 'latitude', 'longitude'],
    queries: [signs],
  })

const latestBuses = () =>
  tablePanel({
    title: 'Latest buses',
    description: 'Buses on a trip, the most delayed first.',
    unit: 'none',
    sortBy: { field: 'delaySeconds', isDescending: true },
    columns: [
      { field: 'vehicle', title: 'Bus', link: linkToDevice('Bus') },
      { field: 'route', title: 'Route' },
      { field: 'trip', title: 'Trip' },
      { field: 'delaySeconds', title: 'Late by', unit: 's', decimals: 0, thresholds: LATENESS },
      { field: 'Time', title: 'Seen', unit: 'dateTimeAsLocal' },
    ],
    hidden: [],
    queries: [
      latest({ from: 'bus', columns: ['delaySeconds', 'route', 'trip'], where: [ON_ROUTE], by: 'vehicle' }),
    ],
  })
