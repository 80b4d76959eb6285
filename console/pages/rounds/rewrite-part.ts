import { type Child, replaceChildren } from '../../elements.ts'

/** As `replaceChildren`, but what is unfolded stays so, and the focus stays on the button in the same place: people go on from there. */
export function rewritePart(part: HTMLElement, ...children: readonly Child[]): void {
  const opened = [...part.querySelectorAll('details')].map(({ open }) => open)
  const focusIndex = [...part.querySelectorAll('button, summary')].indexOf(document.activeElement as Element)
  replaceChildren(part, ...children)
  for (const [index, details] of part.querySelectorAll('details').entries()) {
    details.open = opened[index] ?? false
  }
  if (focusIndex < 0) return
  const places = part.querySelectorAll<HTMLElement>('button, summary')
  places[Math.min(focusIndex, places.length - 1)]?.focus({ preventScroll: true })
}
