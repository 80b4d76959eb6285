import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { DISPLAY_STATES, yesNo } from './mappings.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { mapPanel } from './panels/map-panel.ts'
import { numberPanel } from './panels/number-panel.ts'
import { statesPanel } from './panels/states-panel.ts'
import { tablePanel } from './panels/table-panel.ts'
import { latest, OF_AUTHORITY, overTime, rows, type Stored } from './selections.ts'
import { ANY, BATTERY, CHANCE, FILL } from './thresholds.ts'
import { authorityVariable, deviceVariable } from './variables.ts'

// A device's id needs no escaping.
const IT = `"device" = '\${device:raw}'`
const VEHICLE = `"vehicle" = '\${device:raw}'`

/** One device and everything that is known of it; the rows of other kinds than its own are empty. */
export function deviceDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-device',
    description:
      'One device and everything that is known of it. Choose it above; the rows of other kinds than its own are empty.',
    variables: [authorityVariable(), deviceVariable()],
    from: 'now-7d',
    rows: [
      { title: 'Any device', panels: [identity(), place(), silence(), age(), battery(), alerts()] },
      { title: 'A bin', panels: [level(), chances(), temperature(), binReadings()] },
      { title: 'A counter', panels: [counts(), flow(), speeds(), counterReadings()] },
      { title: 'A display', panels: [displayState(), displayFaults(), displayReadings()] },
      { title: 'A bus', panels: [delay(), vehicleSpeed(), way(), vehicleReadings()] },
    ],
  })
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
    queries: [newest('device', 'ageSeconds')],
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
    title: 'Its latest readings',
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

const counts = () =>
  chartPanel({
    title: 'Counts',
    description: 'What it counted, by lane or direction.',
    unit: 'short',
    min: 0,
    interval: '15m',
    alias: '$tag_part',
    drawAs: 'bars',
    isStacked: true,
    queries: [overTime({ from: 'traffic', columns: { count: 'sum("count")' }, where: [IT], by: ['part'] })],
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
    title: 'Its latest readings',
    description: 'As it sent them, each lane or direction by itself.',
    unit: 'none',
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'Interval from', unit: 'dateTimeAsLocal' },
      { field: 'part', title: 'Lane or direction' },
      { field: 'count', title: 'Count' },
      { field: 'meanSpeedKph', title: 'Speed', unit: 'velocitykmh', decimals: 0 },
      { field: 'occupancyPercent', title: 'Occupancy', unit: 'percent', decimals: 1 },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'traffic',
        columns: ['part', 'count', 'meanSpeedKph', 'occupancyPercent'],
        where: [IT],
        limit: 25,
      }),
    ],
  })

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
    title: 'Its latest readings',
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
    title: 'Its latest readings',
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

function newest(from: Stored, field: string): string {
  return `SELECT last("${field}") AS "${field}" FROM "${from}" WHERE ${OF_AUTHORITY} AND $timeFilter AND ${IT}`
}
