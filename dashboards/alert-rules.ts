import type { AlertRule, Observed } from './alert-rule.ts'
import type { Stored } from './selections.ts'

const HOUR = 3_600
const DAY = 24 * HOUR

/**
 * What Grafana watches for: Kerbside's own conditions in `alerts/`, more simply. Whom it tells is each installation's own: its
 * contact points and policies.
 */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    name: 'bin-overflow',
    title: 'A bin is likely to overflow before its next round',
    severity: 'warning',
    observed: {
      value: newest('forecast', 'chanceOfOverflowBeforeRound', 3 * HOUR, ['authority', 'device', 'area']),
    },
    condition: '$value > 0.95',
    holds: '30m',
    summary: '{{ .Labels.device }} overflows with a chance of {{ humanizePercentage .Values.value.Value }}',
    whatToDo: 'Plan a round that lifts it, or have it emptied by hand.',
    dashboard: 'kerbside-bins',
    panel: 'Likeliest to overflow',
  },
  {
    name: 'fire',
    title: 'A bin reports fire',
    severity: 'critical',
    // Hourly readings and some minutes: it is over when a whole hour's readings say so.
    observed: { value: { query: burningBins(), lastSeconds: HOUR + 600 } },
    condition: '$value > 0',
    holds: '0s',
    summary: '{{ .Labels.device }} reports fire, or 75 °C and more',
    whatToDo: 'Call the fire brigade, or whoever stands close.',
    dashboard: 'kerbside-bins',
    panel: 'Level',
  },
  {
    name: 'tilt',
    title: 'A bin lies on its side',
    severity: 'warning',
    observed: { value: newest('bin', 'tiltDegrees', DAY, ['authority', 'device']) },
    condition: 'abs($value) > 45',
    holds: '0s',
    summary: '{{ .Labels.device }} is tilted by {{ printf "%.0f" .Values.value.Value }} degrees',
    whatToDo: 'Have it put upright; its level is not to be believed until then.',
    dashboard: 'kerbside-bins',
    panel: 'Level',
  },
  {
    name: 'battery-low',
    title: 'A battery is low',
    severity: 'warning',
    observed: { value: newest('device', 'batteryPercent', DAY, ['authority', 'kind', 'device', 'area']) },
    condition: '$value < 15',
    holds: '1h',
    summary: '{{ .Labels.device }} has {{ printf "%.0f" .Values.value.Value }} % of its battery left',
    whatToDo: 'Change the battery with the next visit, before it falls silent.',
    dashboard: 'kerbside-bins',
    panel: 'Weakest batteries',
  },
  {
    name: 'report-disagrees',
    title: 'People and a sensor disagree',
    severity: 'warning',
    // Who reports what is in no measurement: this is Kerbside's own alert, until it clears.
    observed: {
      value: newest(
        'alert',
        'isRaised',
        14 * DAY,
        ['authority', 'device'],
        ['"condition" = \'report-disagrees\''],
      ),
    },
    condition: '$value > 0',
    holds: '0s',
    summary: '{{ .Labels.device }} is reported to overflow, and its sensor says otherwise',
    whatToDo:
      'Have somebody look at it: its sensor is wrong, or waste lies beside it. Close the report in the console.',
    dashboard: 'kerbside-bins',
    panel: 'Level',
  },
  {
    name: 'device-silent',
    title: 'A device is silent',
    severity: 'warning',
    // What is silent is judged by each device's own usual interval, by Kerbside.
    observed: { value: newest('device', 'isSilent', HOUR, ['authority', 'kind', 'device', 'area']) },
    condition: '$value > 0',
    holds: '10m',
    summary: 'The {{ .Labels.kind }} {{ .Labels.device }} has been quiet for much longer than it usually is',
    whatToDo: 'Look at its battery and its network. If many fell silent at once, look at the broker first.',
    dashboard: 'kerbside-platform',
    panel: 'Quietest devices',
  },
  {
    name: 'counter-zero',
    title: 'A counter reads zero where it never does',
    severity: 'warning',
    observed: {
      // Where 20 vehicles an hour are usual, an hour without any does not happen by chance.
      value: newest(
        'flow',
        'vehiclesPerHour',
        3 * HOUR,
        ['authority', 'device', 'area'],
        ['"usualVehiclesPerHour" >= 20'],
      ),
    },
    condition: '$value < 1',
    holds: '0s',
    summary: '{{ .Labels.device }} counted nothing in an hour that is never empty',
    whatToDo: 'Its detector is blocked, out of place or broken, unless the road is closed.',
    dashboard: 'kerbside-traffic',
    panel: 'Read zero',
  },
  {
    name: 'sign-dark',
    title: 'A sign is dark',
    severity: 'warning',
    observed: { value: newest('sign', 'isDark', HOUR, ['authority', 'device', 'area']) },
    condition: '$value > 0',
    holds: '10m',
    summary: 'The display {{ .Labels.device }} is dark',
    whatToDo: 'Look at its power and its network.',
    dashboard: 'kerbside-transit',
    panel: 'Signs',
  },
  {
    name: 'sign-wrong',
    title: 'A sign shows the wrong departures',
    severity: 'warning',
    observed: { value: newest('sign', 'isWrong', HOUR, ['authority', 'device', 'area']) },
    condition: '$value > 0',
    holds: '5m',
    summary: 'The display {{ .Labels.device }} shows something other than what it was told',
    whatToDo: 'Compare its board in the console; restart it where it hangs.',
    dashboard: 'kerbside-transit',
    panel: 'Signs',
  },
  {
    name: 'feed-stale',
    title: 'The feed of departures is stale',
    severity: 'critical',
    observed: {
      // At night, when nothing drives, it has no age.
      value: newest('feed', 'ageSeconds', 600, ['authority']),
    },
    condition: '$value > 600',
    holds: '5m',
    summary:
      'Nothing new in the feed of {{ .Labels.authority }} for {{ humanizeDuration .Values.value.Value }}',
    whatToDo: 'Look whether buses report at all, and at the lag of the ingest.',
    dashboard: 'kerbside-transit',
    panel: 'Feed',
  },
  {
    name: 'accuracy-fallen',
    title: 'Predictions have become worse',
    severity: 'warning',
    observed: {
      value: newest('accuracy', 'maeSeconds', 2 * HOUR, ['authority', 'horizon']),
      usual: meanOf('accuracy', 'maeSeconds', 7 * DAY, ['authority', 'horizon']),
    },
    condition: '$value > 60 && $value > 1.5 * $usual',
    holds: '30m',
    summary:
      'Predictions {{ .Labels.horizon }} minutes ahead are off by {{ printf "%.0f" .Values.value.Value }} s, usually by {{ printf "%.0f" .Values.usual.Value }} s',
    whatToDo:
      'Look for a diversion, a new timetable that is not imported, or buses that report the wrong trip.',
    dashboard: 'kerbside-transit',
    panel: 'Accuracy by time',
  },
  {
    name: 'journal-filling',
    title: 'A journal fills up',
    severity: 'critical',
    observed: { value: newest('process', 'journalFilledPercent', 600, ['process']) },
    condition: '$value > 80',
    holds: '5m',
    summary: 'The journal of {{ .Labels.process }} is filled to {{ printf "%.0f" .Values.value.Value }} %',
    whatToDo:
      'Readings are safe until it is full. Bring the store or the ingest back, or give the journal more space.',
    dashboard: 'kerbside-platform',
    panel: 'Journal',
  },
  {
    name: 'quarantine-rising',
    title: 'The quarantine grows',
    severity: 'warning',
    observed: {
      value: spreadOf('quarantined'),
      accepted: spreadOf('accepted'),
    },
    condition: '$value > 20 && $value > 0.02 * $accepted',
    holds: '5m',
    summary:
      '{{ printf "%.0f" .Values.value.Value }} readings of {{ .Labels.authority }} were quarantined within an hour',
    whatToDo: 'Look at the reasons; mend the device or its mapping, then replay them.',
    dashboard: 'kerbside-platform',
    panel: 'Quarantine by time',
  },
]

function newest(
  from: Stored,
  field: string,
  lastSeconds: number,
  by: readonly string[],
  where: readonly string[] = [],
): Observed {
  return { query: select(`last("${field}")`, from, by, where), lastSeconds }
}

function meanOf(from: Stored, field: string, lastSeconds: number, by: readonly string[]): Observed {
  return { query: select(`mean("${field}")`, from, by), lastSeconds }
}

/** By how many readings a count of the balance has changed within an hour. */
function spreadOf(field: string): Observed {
  return { query: select(`spread("${field}")`, 'balance', ['authority']), lastSeconds: HOUR }
}

/**
 * How many readings of each bin told of a fire: a zero for each bin beside them, so that there is a value without a fire, too.
 * Grafana's rules know no yes and no, and would not see `fireAlarm` itself.
 */
function burningBins(): string {
  const burning = select(
    'count("receivedTime")',
    'bin',
    ['authority', 'device'],
    ['("fireAlarm" = true OR "temperatureC" >= 75)'],
  )
  const none = select('count("isSilent") * 0', 'device', ['authority', 'device'], ['"kind" = \'bin\''])
  return `SELECT sum("value") AS "value" FROM (${burning}), (${none}) WHERE $timeFilter GROUP BY "authority", "device"`
}

function select(
  expression: string,
  from: Stored,
  by: readonly string[],
  where: readonly string[] = [],
): string {
  const tags = by.map((tag) => `"${tag}"`).join(', ')
  return `SELECT ${expression} AS "value" FROM "${from}" WHERE ${['$timeFilter', ...where].join(' AND ')} GROUP BY ${tags}`
}
