import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { linkToDevice } from './links.ts'
import { yesNo } from './mappings.ts'
import { barsPanel } from './panels/bars-panel.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { mapPanel } from './panels/map-panel.ts'
import { numberPanel } from './panels/number-panel.ts'
import { tablePanel } from './panels/table-panel.ts'
import { countWhere, IN_AREA, latest, OF_AUTHORITY, ofLatest, overTime, rows } from './selections.ts'
import { ANY, BATTERY, CHANCE, FILL } from './thresholds.ts'
import { areaVariable, authorityVariable } from './variables.ts'

const BINS = ['"kind" = \'bin\'', IN_AREA]
// Kerbside observes each device every five minutes and forecasts each bin every hour.
const OBSERVED_EVERY = '5m'
const FORECAST_EVERY = '1h'

const levels = latest({ from: 'device', columns: ['fillPercent'], where: BINS, by: 'device' })
const chances = latest({
  from: 'forecast',
  columns: ['chanceOfOverflowBeforeRound'],
  where: [IN_AREA],
  by: 'device',
})
const troubles = latest({
  from: 'device',
  columns: ['isSilent', 'isStuck', 'ageSeconds', 'usualIntervalSeconds', 'name', 'area'],
  where: BINS,
  by: 'device',
})

/** The bins of an authority: how full, what is likely to overflow, today's rounds, and which sensors need a visit. */
export function binsDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-bins',
    description: 'How full the bins are, which are likely to overflow, and how far today’s rounds are.',
    variables: [authorityVariable(), areaVariable()],
    from: 'now-2d',
    to: 'now+1d',
    rows: [
      {
        title: 'Now',
        panels: [binCount(), dueBins(), likelyToOverflow(), medianLevel(), silentBins(), stuckBins()],
      },
      { title: 'Where', panels: [mapOfLevels(), mapOfChances()] },
      {
        title: 'Levels and forecasts',
        panels: [levelsByTime(), forecastsAgainstLevels(), fullestBins(), likeliestBins()],
      },
      { title: 'Today’s rounds', panels: [progressOfLorries(), roundsOfToday()] },
      { title: 'Sensors', panels: [silentAndStuck(), weakBatteries()] },
    ],
  })
}

const binCount = () =>
  numberPanel({
    title: 'Bins',
    description: 'Bins of the chosen areas that Kerbside knows of in the time range.',
    unit: 'none',
    queries: [ofLatest('count("isSilent") AS "bins"', troubles)],
  })

const dueBins = () =>
  numberPanel({
    title: 'Due (75 % and above)',
    description:
      'Bins whose newest level is 75 % or more, the level at which a bin is due unless it has its own.',
    unit: 'none',
    thresholds: { warning: 1, critical: 50 },
    queries: [countWhere('"fillPercent" >= 75', 'fillPercent', levels)],
  })

const likelyToOverflow = () =>
  numberPanel({
    title: 'Likely to overflow',
    description:
      'Bins that the forecast gives a chance of 80 % or more to overflow before the next planned round that lifts them, or within 48 hours where none is planned. Plan a round, or lift them by hand.',
    unit: 'none',
    thresholds: { warning: 1, critical: 10 },
    queries: [countWhere('"chanceOfOverflowBeforeRound" >= 0.8', 'chanceOfOverflowBeforeRound', chances)],
  })

const medianLevel = () =>
  numberPanel({
    title: 'Median level',
    description: 'Half of the bins are fuller than this.',
    unit: 'percent',
    decimals: 0,
    thresholds: FILL,
    queries: [ofLatest('median("fillPercent") AS "level"', levels)],
  })

const silentBins = () =>
  numberPanel({
    title: 'Silent',
    description:
      'Bins that have not reported for much longer than they usually take. Their level is not known: see the table of sensors below.',
    unit: 'none',
    thresholds: ANY,
    queries: [ofLatest('sum("isSilent") AS "silent"', troubles)],
  })

const stuckBins = () =>
  numberPanel({
    title: 'Stuck',
    description: 'Bins that report, yet always the same level: something covers the sensor, or it is broken.',
    unit: 'none',
    thresholds: ANY,
    queries: [ofLatest('sum("isStuck") AS "stuck"', troubles)],
  })

const mapOfLevels = () =>
  mapPanel({
    title: 'Level',
    description:
      'Each bin by its newest level: green below 75 %, red from 90 %. A click leads to all about the bin.',
    unit: 'percent',
    decimals: 0,
    thresholds: FILL,
    colorBy: 'fillPercent',
    link: linkToDevice(),
    queries: [
      latest({
        from: 'device',
        columns: ['fillPercent', 'name', 'latitude', 'longitude'],
        where: BINS,
        by: 'device',
      }),
    ],
  })

const mapOfChances = () =>
  mapPanel({
    title: 'Chance of overflowing',
    description:
      'Each bin by its chance of overflowing before the next planned round that lifts it, or within 48 hours where none is planned.',
    unit: 'percentunit',
    decimals: 0,
    thresholds: CHANCE,
    colorBy: 'chanceOfOverflowBeforeRound',
    link: linkToDevice(),
    queries: [
      latest({
        from: 'forecast',
        columns: ['chanceOfOverflowBeforeRound', 'name', 'latitude', 'longitude'],
        where: [IN_AREA],
        by: 'device',
      }),
    ],
  })

const levelsByTime = () =>
  chartPanel({
    title: 'Levels by time',
    description: 'The median level of the bins, and the level that one in ten of them is above.',
    unit: 'percent',
    min: 0,
    max: 100,
    interval: OBSERVED_EVERY,
    queries: [
      overTime({
        from: 'device',
        columns: { Median: 'median("fillPercent")', 'Fullest tenth': 'percentile("fillPercent", 90)' },
        where: BINS,
      }),
    ],
  })

const forecastsAgainstLevels = () =>
  chartPanel({
    title: 'Forecast a day before, and what came',
    description:
      'The mean level of the bins beside what was forecast for that hour a day before, with the interval that was to hold four out of five; to the right of now, what is forecast. What came stays inside the dashed lines when the forecasts are good.',
    unit: 'percent',
    min: 0,
    max: 100,
    interval: FORECAST_EVERY,
    dashed: ['Forecast', 'At least', 'At most'],
    queries: [
      overTime({ from: 'device', columns: { Came: 'mean("fillPercent")' }, where: BINS }),
      overTime({
        from: 'expectation',
        columns: {
          Forecast: 'mean("expectedPercent")',
          'At least': 'mean("lowPercent")',
          'At most': 'mean("highPercent")',
        },
        where: [IN_AREA],
      }),
    ],
  })

const fullestBins = () =>
  tablePanel({
    title: 'Fullest bins',
    description: 'The 25 bins with the highest newest level.',
    unit: 'none',
    sortBy: { field: 'fillPercent', isDescending: true },
    columns: [
      { field: 'device', title: 'Bin', link: linkToDevice('Bin') },
      { field: 'name', title: 'Place' },
      { field: 'fillPercent', title: 'Level', unit: 'percent', decimals: 0, thresholds: FILL },
      { field: 'area', title: 'Area' },
      { field: 'Time', title: 'Observed', unit: 'dateTimeAsLocal' },
    ],
    hidden: [],
    queries: [
      latest({ from: 'device', columns: ['fillPercent', 'name', 'area'], where: BINS, by: 'device' }),
    ],
  })

const likeliestBins = () =>
  tablePanel({
    title: 'Likeliest to overflow',
    description:
      'The 25 bins with the highest chance of overflowing before the next planned round that lifts them, and within one, two and three days.',
    unit: 'percentunit',
    decimals: 0,
    sortBy: { field: 'chanceOfOverflowBeforeRound', isDescending: true },
    columns: [
      { field: 'device', title: 'Bin', link: linkToDevice('Bin') },
      { field: 'name', title: 'Place' },
      { field: 'chanceOfOverflowBeforeRound', title: 'Before its round', thresholds: CHANCE },
      { field: 'chanceOfOverflow24h', title: '24 h', thresholds: CHANCE },
      { field: 'chanceOfOverflow48h', title: '48 h', thresholds: CHANCE },
      { field: 'chanceOfOverflow72h', title: '72 h', thresholds: CHANCE },
    ],
    queries: [
      latest({
        from: 'forecast',
        columns: [
          'chanceOfOverflowBeforeRound',
          'chanceOfOverflow24h',
          'chanceOfOverflow48h',
          'chanceOfOverflow72h',
          'name',
        ],
        where: [IN_AREA],
        by: 'device',
      }),
    ],
  })

const progressOfLorries = () =>
  barsPanel({
    title: 'Done',
    description: 'What share of its lifts each lorry of a round under way has marked as done or impossible.',
    unit: 'percent',
    decimals: 0,
    min: 0,
    max: 100,
    alias: '$tag_lorry ($tag_round)',
    queries: [
      `SELECT (last("done") + last("impossible")) / last("planned") * 100 AS "done" FROM "progress" WHERE ${OF_AUTHORITY} AND $timeFilter GROUP BY "round", "lorry"`,
    ],
  })

const roundsOfToday = () =>
  tablePanel({
    title: 'Planned rounds',
    description:
      'Each lorry of the rounds that leave in the time range, which ends tomorrow: its lifts, tips, load and way.',
    unit: 'none',
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'Leaves', unit: 'dateTimeAsLocal' },
      { field: 'lorry', title: 'Lorry' },
      { field: 'lifts', title: 'Lifts' },
      { field: 'tips', title: 'Tips' },
      { field: 'distanceM', title: 'Way', unit: 'lengthm', decimals: 1 },
      { field: 'durationSeconds', title: 'Takes', unit: 's', decimals: 1 },
      { field: 'litres', title: 'Collects', unit: 'litre', decimals: 0 },
      { field: 'round', title: 'Round' },
    ],
    hidden: [],
    queries: [
      rows({
        from: 'round',
        columns: ['lorry', 'round', 'lifts', 'tips', 'distanceM', 'durationSeconds', 'litres'],
        limit: 100,
      }),
    ],
  })

const silentAndStuck = () =>
  tablePanel({
    title: 'Silent and stuck sensors',
    description:
      'The 25 sensors that have been quiet for longest, silent ones first. What is usual is learnt from each sensor’s own readings.',
    unit: 'none',
    size: { width: 14, height: 10 },
    sortBy: { field: 'ageSeconds', isDescending: true },
    columns: [
      { field: 'device', title: 'Bin', link: linkToDevice('Bin') },
      { field: 'name', title: 'Place' },
      { field: 'isSilent', title: 'Silent', mappings: yesNo('silent', 'reports') },
      { field: 'isStuck', title: 'Stuck', mappings: yesNo('stuck', 'moves') },
      { field: 'ageSeconds', title: 'Last reading', unit: 's', decimals: 0 },
      { field: 'usualIntervalSeconds', title: 'Usually every', unit: 's', decimals: 0 },
    ],
    hidden: ['Time', 'area'],
    queries: [troubles],
  })

const weakBatteries = () =>
  tablePanel({
    title: 'Weakest batteries',
    description:
      'The 25 bins whose sensors have the least battery left. Below 15 % a sensor may fall silent any week.',
    unit: 'none',
    size: { width: 10, height: 10 },
    sortBy: { field: 'batteryPercent', isDescending: false },
    columns: [
      { field: 'device', title: 'Bin', link: linkToDevice('Bin') },
      { field: 'name', title: 'Place' },
      { field: 'batteryPercent', title: 'Battery', unit: 'percent', decimals: 0, thresholds: BATTERY },
    ],
    queries: [latest({ from: 'device', columns: ['batteryPercent', 'name'], where: BINS, by: 'device' })],
  })
