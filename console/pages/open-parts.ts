import { messageOf } from '../api-error.ts'
import { element, replaceChildren } from '../elements.ts'
import type { Page, PageContext } from '../page.ts'
import type { PanelPart } from './town/panel-part.ts'

/** A page that shows one part of itself at a time, by what follows its name in the address. */
export async function openParts(
  context: PageContext,
  {
    title,
    className,
    open,
  }: {
    title: string
    className: string
    open: (steps: readonly string[]) => PanelPart | Promise<PanelPart>
  },
): Promise<Page> {
  const place = element('div', { class: `page ${className}` })
  let part: PanelPart | undefined
  /** Counts the parts, so that one that loads slowly is not shown after the next. */
  let showing = 0
  await show(context.steps)
  return {
    element: place,
    onSteps: (steps) => void goTo(steps),
    close() {
      showing += 1
      part?.close()
    },
  }

  async function goTo(steps: readonly string[]): Promise<void> {
    try {
      await show(steps)
      place.querySelector('h1')?.focus()
    } catch (error) {
      replaceChildren(
        place,
        element('h1', { tabindex: -1 }, title),
        element('p', { class: 'fault' }, messageOf(error)),
        element('button', { type: 'button', onclick: () => void goTo(steps) }, 'Try again'),
      )
    }
  }

  async function show(steps: readonly string[]): Promise<void> {
    showing += 1
    const mine = showing
    part?.close()
    part = undefined
    const opened = await open(steps)
    if (mine !== showing) return opened.close()
    part = opened
    replaceChildren(place, opened.element)
  }
}
