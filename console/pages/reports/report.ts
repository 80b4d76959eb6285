/** A report as the API tells it; `words` and `people` are for operators. */
export interface Report {
  readonly id: string
  readonly service: string
  readonly status: 'open' | 'closed'
  readonly outcome: 'emptied' | 'done' | 'rejected' | null
  readonly deviceId: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly requestedTime: string
  readonly closedTime: string | null
  readonly voices: number
  readonly readings: readonly { readonly time: string; readonly fillPercent: number }[]
  readonly note: string | null
  readonly words?: ReportWords | null
  readonly people?: readonly ReportPerson[]
}

interface ReportWords {
  readonly description: string | null
  readonly address: string | null
  readonly addressId: string | null
  readonly mediaUrl: string | null
}

interface ReportPerson {
  readonly requestedTime: string
  readonly words: ReportWords | null
  readonly contact: {
    readonly firstName: string | null
    readonly lastName: string | null
    readonly email: string | null
    readonly phone: string | null
  } | null
}

const SERVICES: Readonly<Record<string, string>> = {
  'overflowing-bin': 'Overflowing bin',
  'damaged-bin': 'Damaged bin',
  'missed-collection': 'Missed collection',
  other: 'Something else',
}
const OUTCOMES = { emptied: 'Emptied', done: 'Done', rejected: 'Rejected' } as const

export function nameService(service: string): string {
  return SERVICES[service] ?? service
}

/** How it stands, in a word. */
export function nameState({ status, outcome }: Report): string {
  return status === 'open' ? 'Open' : OUTCOMES[outcome ?? 'done']
}

/** What the sensor had said last, in percent; undefined where it had said nothing. */
export function levelOf({ readings }: Report): string | undefined {
  const last = readings.at(-1)
  return last && `${Math.round(last.fillPercent)} %`
}
