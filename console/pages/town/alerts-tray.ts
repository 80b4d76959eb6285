import { pathOf } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { writeTime } from '../../write-time.ts'
import { askForNote } from './ask-for-note.ts'

/** As `GET alerts` has it. */
interface Alert {
  readonly id: string
  readonly condition: string
  readonly severity: 'warning' | 'critical'
  readonly kind: string | null
  readonly device: string | null
  readonly deviceName: string | null
  readonly summary: string
  readonly raisedTime: string
  readonly clearedTime: string | null
  readonly acknowledgedTime: string | null
  readonly acknowledgedBy: string | null
  readonly note: string | null
}

/** More would not be read here. */
const SHOWN_MAX = 50
/** Where devices of a kind are on the map. */
const LAYER_OF_KIND: Readonly<Record<string, string>> = {
  bin: 'bins',
  traffic: 'counters',
  display: 'displays',
  vehicle: 'vehicles',
}

/** The open alerts, the unacknowledged ones first, as they come and go. */
export function createAlertsTray(context: PageContext): { readonly element: HTMLElement; close(): void } {
  const { api } = context
  const alerts = new Map<string, Alert>()
  const rows = new Map<string, { readonly text: string; readonly row: HTMLElement }>()
  const status = createStatus()
  const list = element('ul', { class: 'alerts' })
  const count = element('span', { class: 'badge' })
  const tray = element(
    'section',
    { class: 'alerts-tray', 'aria-labelledby': 'alerts-title' },
    element('h2', { id: 'alerts-title' }, 'Alerts ', count),
    status.element,
    list,
  )
  void load()
  const following = api.follow('alerts/events', {
    onEvent({ event, data }) {
      if (event === 'missed') return void load()
      const alert = data as Alert
      take(alert)
      show()
      if (event === 'raised') context.announce(`New alert: ${alert.summary}`)
    },
    // What came meanwhile is told again by the stream itself, from where it broke off.
    onRefused: (error) => status.fail(error, () => void load()),
  })
  return { element: tray, close: () => following.close() }

  async function load(): Promise<void> {
    try {
      const open = await api.listAll<Alert>('alerts?state=open')
      alerts.clear()
      for (const alert of open) take(alert)
      status.clear()
      show()
    } catch (error) {
      status.fail(error, () => void load())
    }
  }

  function take(alert: Alert): void {
    if (alert.clearedTime === null) alerts.set(alert.id, alert)
    else alerts.delete(alert.id)
  }

  function show(): void {
    const sorted = [...alerts.values()].sort(byUrgency)
    const unseen = sorted.filter(({ acknowledgedTime }) => acknowledgedTime === null)
    count.textContent = unseen.length === 0 ? 'none new' : `${unseen.length} new`
    count.className = unseen.length === 0 ? 'badge good' : 'badge warning'
    const shown = sorted.slice(0, SHOWN_MAX).map((alert) => {
      const text = JSON.stringify(alert)
      const known = rows.get(alert.id)
      return [alert.id, known?.text === text ? known : { text, row: writeAlert(alert) }] as const
    })
    rows.clear()
    for (const [id, made] of shown) rows.set(id, made)
    replaceChildren(
      list,
      shown.map(([, { row }]) => row),
      sorted.length === 0 && element('li', { class: 'hint' }, 'Nothing needs attention.'),
      sorted.length > SHOWN_MAX &&
        element(
          'li',
          { class: 'hint' },
          `and ${sorted.length - SHOWN_MAX} more, which follow as these are dealt with`,
        ),
    )
  }

  function writeAlert(alert: Alert): HTMLElement {
    const { severity, summary, raisedTime, acknowledgedBy, acknowledgedTime, note } = alert
    const layer = LAYER_OF_KIND[alert.kind ?? '']
    const name = alert.deviceName ?? alert.device
    return element(
      'li',
      { class: `alert ${severity}${acknowledgedTime === null ? '' : ' seen'}` },
      element(
        'p',
        {},
        element('span', { class: `badge ${severity}` }, severity === 'critical' ? 'Critical' : 'Warning'),
        ' ',
        element(
          'time',
          { datetime: raisedTime, class: 'hint' },
          writeTime(raisedTime, context.authority.timeZone),
        ),
      ),
      element('p', {}, summary),
      alert.device !== null &&
        layer !== undefined &&
        element('p', {}, element('a', { href: context.href('town', layer, alert.device) }, `Show ${name}`)),
      acknowledgedTime === null
        ? context.allows('operate') && acknowledgeButton(alert)
        : element(
            'p',
            { class: 'hint' },
            `Seen by ${acknowledgedBy} at ${writeTime(acknowledgedTime, context.authority.timeZone)}${note === null ? '' : `: ${note}`}`,
          ),
    )
  }

  function acknowledgeButton(alert: Alert): HTMLElement {
    return element(
      'button',
      {
        type: 'button',
        onclick: () => void acknowledge(alert),
        'aria-label': `Acknowledge: ${alert.summary}`,
      },
      'Acknowledge',
    )
  }

  async function acknowledge({ id, summary }: Alert): Promise<void> {
    const answer = await askForNote(summary)
    if (!answer) return
    try {
      const body = answer.note === '' ? {} : { note: answer.note }
      take(await api.send<Alert>('POST', pathOf`alerts/${id}/acknowledgement`, body))
      status.clear()
      show()
      context.announce('The alert is acknowledged.')
    } catch (error) {
      status.fail(error)
    }
  }
}

function byUrgency(a: Alert, b: Alert): number {
  const rank = ({ acknowledgedTime, severity }: Alert): number =>
    (acknowledgedTime === null ? 0 : 2) + (severity === 'critical' ? 0 : 1)
  return rank(a) - rank(b) || Date.parse(b.raisedTime) - Date.parse(a.raisedTime)
}
