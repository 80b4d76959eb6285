import { element, replaceChildren } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import type { Stop } from './stop-picker.ts'

const SECONDS = 30

/** As `GET …/service-alerts` has it. */
interface ServiceAlert {
  readonly header: readonly Translation[]
  readonly description?: readonly Translation[]
  readonly activePeriods?: readonly { readonly start?: string | null; readonly end?: string | null }[]
  readonly informedEntities: readonly { readonly routeId?: string; readonly stopId?: string }[]
}
interface Translation {
  readonly text: string
}

/** What passengers are told of a stop or of its routes just now. */
export function openServiceAlerts({ api }: PageContext, stop: Stop): { element: HTMLElement; close(): void } {
  const place = element('div', { class: 'service-alerts' })
  const routes = new Set(stop.properties.routes.map(({ id }) => id))
  const close = keepFresh(
    async (signal) => {
      const all = await api.listAll<ServiceAlert>('service-alerts?limit=200', signal)
      const told = all.filter((alert) => concerns(alert) && isActive(alert))
      replaceChildren(
        place,
        told.map(({ header, description }) =>
          element(
            'p',
            { class: 'service-alert' },
            element('strong', {}, header[0]?.text ?? ''),
            ' ',
            description?.[0]?.text ?? '',
          ),
        ),
      )
    },
    // The board says that Kerbside cannot be reached.
    { seconds: SECONDS, onError: () => undefined },
  )
  return { element: place, close }

  function concerns({ informedEntities }: ServiceAlert): boolean {
    return informedEntities.some(
      ({ routeId, stopId }) =>
        stopId === stop.id || (stopId === undefined && routeId !== undefined && routes.has(routeId)),
    )
  }

  function isActive({ activePeriods = [] }: ServiceAlert): boolean {
    const now = Date.now()
    return (
      activePeriods.length === 0 ||
      activePeriods.some(
        ({ start, end }) => (!start || Date.parse(start) <= now) && (!end || now < Date.parse(end)),
      )
    )
  }
}
