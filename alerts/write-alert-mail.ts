import { ALERT_EVENT_TYPES, type Alert, type AlertEvent } from '../model/alert.ts'

/** Further alerts are counted. */
const ALERTS_LISTED_MAX = 50
const SUBJECT_MAX = 150

/** Events, at least one, as an e-mail in plain text; alerts in the order of their severity, then of their events. */
export function writeAlertMail(
  events: readonly AlertEvent[],
  {
    authorityName,
    timeZone,
    hookName,
    link,
  }: {
    readonly authorityName: string
    readonly timeZone: string
    readonly hookName: string
    /** Where to see and acknowledge alerts; undefined where it is not known. */
    readonly link: string | undefined
  },
): { subject: string; text: string } {
  const formatTime = createTimeFormat(timeZone)
  const alerts = groupByAlert(events)
  const [only] = alerts.length === 1 ? alerts : []
  const counted = countTypes(events)
  const said = only
    ? `${capitalise(only.events.map(({ type }) => type).join(', '))}: ${only.alert.summary}`
    : `${alerts.length} alerts: ${counted}`
  const left = alerts.length - ALERTS_LISTED_MAX
  const parts = [
    ...(only ? [] : [`${alerts.length} alerts at ${authorityName}: ${counted}.`]),
    ...alerts.slice(0, ALERTS_LISTED_MAX).map((group) => describe(group, formatTime)),
    ...(left > 0 ? [`And ${left} more.`] : []),
    link === undefined
      ? 'See them, and acknowledge them, in the console.'
      : `See and acknowledge them: ${link}`,
    `-- \nSent by Kerbside, since ${authorityName} has set up "${hookName}". Times are those of ${timeZone}.`,
  ]
  return { subject: shorten(`[${authorityName}] ${said}`), text: `${parts.join('\n\n')}\n` }
}

interface AlertGroup {
  /** As it was last. */
  readonly alert: Alert
  readonly events: readonly AlertEvent[]
}

function groupByAlert(events: readonly AlertEvent[]): AlertGroup[] {
  const groups = [...Map.groupBy(events, ({ alert }) => alert.id).values()].flatMap((ofAlert) => {
    const last = ofAlert.at(-1)
    return last ? [{ alert: last.alert, events: ofAlert }] : []
  })
  const rank = ({ alert }: AlertGroup): number => (alert.severity === 'critical' ? 0 : 1)
  return groups.toSorted((one, other) => rank(one) - rank(other))
}

function describe({ alert, events }: AlertGroup, formatTime: (time: number) => string): string {
  const { severity, kind, device, deviceName, note } = alert
  const name = deviceName === null ? '' : `, ${deviceName}`
  const what = device === null ? '' : ` (${kind ?? 'device'} ${device}${name})`
  const history = events.map(({ type, time, alert: { acknowledgedBy } }) => {
    const by = type === 'acknowledged' && acknowledgedBy !== null ? ` by ${acknowledgedBy}` : ''
    return `${type}${by} ${formatTime(time)}`
  })
  const lines = [`${severity.toUpperCase()}: ${alert.summary}${what}`, history.join(', ')]
  if (note !== null) lines.push(`note: ${note}`)
  return lines.map(oneLine).join('\n  ')
}

function countTypes(events: readonly AlertEvent[]): string {
  return ALERT_EVENT_TYPES.flatMap((type) => {
    const count = events.filter((event) => event.type === type).length
    return count === 0 ? [] : [`${count} ${type}`]
  }).join(', ')
}

function createTimeFormat(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'medium' })
  return (time) => format.format(time)
}

function shorten(text: string): string {
  const line = oneLine(text)
  return line.length > SUBJECT_MAX ? `${line.slice(0, SUBJECT_MAX - 1)}…` : line
}

/** What a device or a person wrote must not look like lines of ours. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
