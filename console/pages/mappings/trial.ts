import { ApiError, messageOf } from '../../api-error.ts'
import { element, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'

/** As `POST …/mappings/try` answers. */
interface Tried {
  readonly readings: readonly Readonly<Record<string, unknown>>[]
  readonly rejection: { readonly reason: string; readonly detail: string } | null
}

/** After the last change; who types is not asked about each letter. */
const PAUSE_MS = 250

/** What a mapping makes of a sample, asked of the API whenever one of them changes. */
export function createTrial(context: PageContext): {
  readonly element: HTMLElement
  /** The mapping as JSON; a sample that is undefined is none yet. */
  show(mapping: string, sample: unknown): void
  close(): void
} {
  const outcome = element('div', { class: 'device-fields', role: 'status' })
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Counts the questions, so that a late answer is not shown after the next. */
  let asking = 0
  return {
    element: outcome,
    show(mapping, sample) {
      clearTimeout(timer)
      asking += 1
      const mine = asking
      if (sample === undefined) return say('Put in a sample: what comes of it is shown here at once.')
      if (JSON.parse(mapping).rules.length === 0 && JSON.parse(mapping).parts === undefined) {
        return say('Choose below what a field becomes.')
      }
      timer = setTimeout(() => void ask(mine, JSON.parse(mapping), sample), PAUSE_MS)
    },
    close() {
      clearTimeout(timer)
      asking += 1
    },
  }

  async function ask(mine: number, mapping: unknown, sample: unknown): Promise<void> {
    try {
      const tried = await context.api.send<Tried>('POST', 'mappings/try', { mapping, sample })
      if (mine === asking) showTried(tried)
    } catch (error) {
      if (mine !== asking) return
      const faults = error instanceof ApiError ? error.faults : []
      replaceChildren(
        outcome,
        faults.length === 0
          ? element('p', { class: 'fault' }, messageOf(error))
          : faults.map(({ path, message }) => element('p', { class: 'fault' }, `${path}: ${message}`)),
      )
    }
  }

  function showTried({ readings, rejection }: Tried): void {
    replaceChildren(
      outcome,
      rejection && element('p', { class: 'fault' }, rejection.detail),
      readings.map((reading, index) =>
        element(
          'div',
          {},
          element('h3', {}, readings.length === 1 ? 'A reading' : `Reading ${index + 1}`),
          element(
            'dl',
            { class: 'facts' },
            Object.entries(reading).map(([field, value]) => [
              element('dt', {}, field),
              element('dd', {}, typeof value === 'string' ? value : JSON.stringify(value)),
            ]),
          ),
        ),
      ),
    )
  }

  function say(text: string): void {
    replaceChildren(outcome, element('p', { class: 'hint' }, text))
  }
}
