import { messageOf } from '../api-error.ts'
import { element, replaceChildren } from '../elements.ts'

/** A line that says how something goes; screen readers hear it. Empty, it takes no room. */
export interface Status {
  readonly element: HTMLElement
  show(text: string): void
  /** Says what went wrong and what to do; with `retry` a button does it again. */
  fail(error: unknown, retry?: () => void): void
  clear(): void
}

export function createStatus(): Status {
  const line = element('div', { class: 'status', role: 'status' })
  return {
    element: line,
    show(text) {
      line.className = 'status'
      if (line.textContent !== text) line.textContent = text
    },
    fail(error, retry) {
      line.className = 'status fault'
      const button = retry && element('button', { type: 'button', onclick: retry }, 'Try again')
      replaceChildren(line, element('span', {}, messageOf(error)), button)
    },
    clear: () => line.replaceChildren(),
  }
}
