import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { linkToDevice } from './links.ts'
import { yesNo } from './mappings.ts'
import { barsPanel } from './panels/bars-panel.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { numberPanel } from './panels/number-panel.ts'
import { tablePanel } from './panels/table-panel.ts'
import { latest, OF_AUTHORITY, overTime, type Stored } from './selections.ts'
import type { Steps } from './thresholds.ts'
import { authorityVariable } from './variables.ts'

const WRITTEN_EVERY = '1m'
const LAG: Steps = { warning: 30, critical: 300 }
const FILLED: Steps = { warning: 50, critical: 80 }

/** Whether readings arrive, are stored and are served: the installation itself. */
export function platformDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-platform',
    description:
      'Whether readings arrive, are kept and are served. Accepted = stored + quarantined + pending, always.',
    variables: [authorityVariable()],
    from: 'now-6h',
    rows: [
      { title: 'Balance', panels: [accepted(), stored(), quarantined(), pending(), lag(), journal()] },
      {
        title: 'Readings',
        panels: [readingsBySecond(), pendingAndLag(), waitingByReason(), quarantinedByTime()],
      },
      {
        title: 'Processes',
        panels: [connections(), journalByTime(), storeWrites(), requests(), requestTimes(), memory()],
      },
      { title: 'Devices and alerts', panels: [quietestDevices(), alerts()] },
    ],
  })
}

const accepted = () =>
  balanceNumber('Accepted', 'accepted', 'Readings that were acknowledged to devices, ever.')
const stored = () => balanceNumber('Stored', 'stored', 'Readings that are in the store, ever.')
const quarantined = () =>
  balanceNumber(
    'Quarantined',
    'quarantined',
    'Readings that could not be read and were put aside, with a reason.',
  )
const pending = () =>
  balanceNumber(
    'Pending',
    'pending',
    'Readings that are acknowledged and not yet stored: safe in the journal.',
    {
      warning: 5_000,
      critical: 100_000,
    },
  )

function balanceNumber(title: string, field: string, description: string, thresholds?: Steps) {
  return numberPanel({
    title,
    description,
    unit: 'short',
    ...(thresholds && { thresholds }),
    queries: [newest('balance', field)],
  })
}

const lag = () =>
  numberPanel({
    title: 'Lag',
    description: 'How long ago the oldest reading that is still pending was accepted.',
    unit: 's',
    decimals: 0,
    thresholds: LAG,
    queries: [newest('balance', 'lagSeconds')],
  })

const journal = () =>
  numberPanel({
    title: 'Journal',
    description:
      'How full the journal is, of what it may hold. At 100 % nothing more is acknowledged: bring the store back, or give it more space.',
    unit: 'percent',
    decimals: 1,
    thresholds: FILLED,
    queries: [newest('process', 'journalFilledPercent')],
  })

const readingsBySecond = () =>
  chartPanel({
    title: 'Readings a second',
    description:
      'Readings that were accepted, stored and quarantined. Stored follows accepted within seconds.',
    unit: 'short',
    min: 0,
    interval: WRITTEN_EVERY,
    queries: [
      overTime({
        from: 'balance',
        columns: {
          Accepted: 'non_negative_derivative(last("accepted"), 1s)',
          Stored: 'non_negative_derivative(last("stored"), 1s)',
          Quarantined: 'non_negative_derivative(last("quarantined"), 1s)',
        },
      }),
    ],
  })

const pendingAndLag = () =>
  chartPanel({
    title: 'Pending by time',
    description:
      'Readings that wait to be stored, and the age of the oldest in seconds. A straight climb means that the store is away.',
    unit: 'short',
    min: 0,
    interval: WRITTEN_EVERY,
    queries: [
      overTime({ from: 'balance', columns: { Pending: 'max("pending")', 'Lag in s': 'max("lagSeconds")' } }),
    ],
  })

const waitingByReason = () =>
  barsPanel({
    title: 'Reasons of quarantine',
    description:
      'Readings that wait in quarantine now, by reason. Mend the device or the mapping, then replay them.',
    unit: 'none',
    thresholds: { warning: 1, critical: 1_000 },
    alias: '$tag_reason',
    queries: [
      `SELECT last("readings") AS "readings" FROM "waiting" WHERE ${OF_AUTHORITY} AND $timeFilter GROUP BY "reason"`,
    ],
  })

const quarantinedByTime = () =>
  chartPanel({
    title: 'Quarantine by time',
    description: 'Readings that wait in quarantine, by reason.',
    unit: 'none',
    min: 0,
    interval: WRITTEN_EVERY,
    isStacked: true,
    alias: '$tag_reason',
    queries: [overTime({ from: 'waiting', columns: { readings: 'last("readings")' }, by: ['reason'] })],
  })

const connections = () =>
  processChart({
    title: 'Connections',
    description:
      'Devices and operators that are connected to the broker. A sudden fall is a network, not a device.',
    unit: 'none',
    field: 'connections',
  })
const journalByTime = () =>
  processChart({
    title: 'Journal size',
    description: 'What the journal holds on disk.',
    unit: 'bytes',
    field: 'journalBytes',
  })
const storeWrites = () =>
  processChart({
    title: 'Store',
    description:
      'How long writing a batch of readings to the store took. Seconds mean that the store is too small.',
    unit: 's',
    field: 'storeWriteSeconds',
  })
const requests = () =>
  processChart({
    title: 'Requests a second',
    description: 'What the API is asked.',
    unit: 'reqps',
    field: 'requestsPerSecond',
  })
const requestTimes = () =>
  chartPanel({
    title: 'Request times',
    description:
      'How long the API took: half of the requests took less than the median, 1 in 100 more than the other.',
    unit: 's',
    min: 0,
    size: PROCESS_SIZE,
    interval: WRITTEN_EVERY,
    alias: '$col ($tag_process)',
    queries: [
      processes({ Median: 'mean("medianRequestSeconds")', 'Slowest hundredth': 'max("request99Seconds")' }),
    ],
  })
const memory = () =>
  processChart({
    title: 'Memory',
    description: 'What each process has in memory.',
    unit: 'bytes',
    field: 'memoryBytes',
  })

const PROCESS_SIZE = { width: 8, height: 8 }

function processChart({
  title,
  description,
  unit,
  field,
}: {
  title: string
  description: string
  unit: string
  field: string
}) {
  return chartPanel({
    title,
    description,
    unit,
    min: 0,
    size: PROCESS_SIZE,
    interval: WRITTEN_EVERY,
    alias: '$tag_process',
    queries: [processes({ [title]: `mean("${field}")` })],
  })
}

const quietestDevices = () =>
  tablePanel({
    title: 'Quietest devices',
    description: 'The 25 devices of any kind that have been quiet for longest.',
    unit: 'none',
    sortBy: { field: 'ageSeconds', isDescending: true },
    columns: [
      { field: 'device', title: 'Device', link: linkToDevice('Device') },
      { field: 'kind', title: 'Kind' },
      { field: 'name', title: 'Name' },
      { field: 'isSilent', title: 'Silent', mappings: yesNo('silent', 'reports') },
      { field: 'ageSeconds', title: 'Last reading', unit: 's', decimals: 0 },
      { field: 'usualIntervalSeconds', title: 'Usually every', unit: 's', decimals: 0 },
    ],
    queries: [
      latest({
        from: 'device',
        columns: ['isSilent', 'ageSeconds', 'usualIntervalSeconds', 'name', 'kind'],
        by: 'device',
      }),
    ],
  })

const alerts = () =>
  tablePanel({
    title: 'Alerts',
    description:
      'The latest 50 alerts that Kerbside itself raised and cleared; they are acknowledged in the console.',
    unit: 'none',
    limit: 50,
    sortBy: { field: 'Time', isDescending: true },
    columns: [
      { field: 'Time', title: 'When', unit: 'dateTimeAsLocal' },
      { field: 'condition', title: 'Condition' },
      { field: 'device', title: 'Device', link: linkToDevice('Device') },
      { field: 'isRaised', title: 'State', mappings: yesNo('raised', 'cleared') },
      { field: 'severity', title: 'Severity' },
      { field: 'summary', title: 'Summary' },
    ],
    hidden: [],
    queries: [
      `SELECT "condition", "device", "isRaised", "severity", "summary" FROM "alert" WHERE ${OF_AUTHORITY} AND $timeFilter ORDER BY time DESC LIMIT 50`,
    ],
  })

function newest(from: Stored, field: string): string {
  return `SELECT last("${field}") AS "${field}" FROM "${from}" WHERE ${OF_AUTHORITY} AND $timeFilter`
}

/** By process: they serve all authorities, and say the same to each. */
function processes(columns: Readonly<Record<string, string>>): string {
  return overTime({ from: 'process', columns, by: ['process'] })
}
