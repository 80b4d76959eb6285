import { svg } from '../elements.ts'

/** Paths of line drawings of 24 by 24. */
export const ICONS = {
  brand: 'M6 20V4m0 9 9-9m-9 9 10 7M19.500 19.500h.01',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-6v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10 2 2m0-14-2 2M7 17l-2 2',
  moon: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500Z',
  close: 'M6 6l12 12M18 6 6 18',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4 4',
  alert: 'M12 4 2.500 20h19L12 4Zm0 6v4m0 3h.01',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  map: 'm3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2V6Zm6-2v14m6-12v14',
  check: 'm5 12 5 5L20 7',
} as const

/** Beside a text, so that screen readers need not name it. */
export function icon(path: string, className = 'icon'): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: className, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: path }),
  )
}
