import { element, replaceChildren } from '../../elements.ts'
import { createStatus } from '../../parts/status.ts'
import { chooseArea, chooseAround } from './choose-area.ts'
import { chooseStreetByClick, chooseStreetByName } from './choose-street.ts'
import type { Choosing, Proposal } from './choosing.ts'
import { NO_DRAFT } from './draw-plan.ts'
import type { PlanMap } from './plan-map.ts'
import type { RoundMark } from './round.ts'
import type { TownNames } from './town-names.ts'

interface Way {
  readonly title: string
  readonly hint: string
  readonly needsStreets: boolean
  /** Its fields; clicks on the map are its own until another way is chosen. */
  readonly open: (choosing: Choosing) => readonly HTMLElement[]
}

const WAYS: readonly Way[] = [
  {
    title: 'A street, by a click',
    hint: 'Click streets on the map: each is closed between its crossings.',
    needsStreets: true,
    open: chooseStreetByClick,
  },
  {
    title: 'A street, by its name',
    hint: 'Those that the map shows now: move it or come closer for others.',
    needsStreets: true,
    open: chooseStreetByName,
  },
  {
    title: 'Around a bin',
    hint: 'Every street that comes nearer to the bin than this is closed.',
    needsStreets: false,
    open: chooseAround,
  },
  {
    title: 'An area, by its corners',
    hint: 'Click its corners on the map, three or more.',
    needsStreets: false,
    open: chooseArea,
  },
]
/** What the API takes at once. */
const MARKS_MAX = 100
const REASON_MAX = 500

/** Chooses what is closed, by mouse or without, and shows it on the map. `onBlock` gets the marks; `onLeave` comes at the end. */
export function openBlockForm({
  map,
  names,
  onBlock,
  onLeave,
}: {
  map: PlanMap
  names: TownNames
  onBlock: (marks: readonly RoundMark[], sentence: string) => void
  onLeave: () => void
}): { readonly element: HTMLElement; close(): void } {
  const status = createStatus()
  const fields = element('div', { class: 'block-fields' })
  const ways = WAYS.filter(({ needsStreets }) => map.hasStreets || !needsStreets)
  let proposal: Proposal | undefined
  const form = element(
    'form',
    { class: 'card block-form', 'aria-labelledby': 'block-title', onsubmit: block, onkeydown: onKey },
    element('h2', { id: 'block-title' }, 'Block a street'),
    element(
      'fieldset',
      {},
      element('legend', {}, 'What is closed'),
      ways.map((way, index) =>
        element(
          'label',
          { class: 'check' },
          element('input', {
            type: 'radio',
            name: 'block-way',
            checked: index === 0,
            onchange: () => choose(way),
          }),
          way.title,
        ),
      ),
    ),
    fields,
    status.element,
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'submit', class: 'primary' }, 'Block it'),
      element('button', { type: 'button', onclick: leave }, 'Cancel'),
    ),
  )
  if (ways[0]) choose(ways[0])
  return { element: form, close }

  function choose({ hint, open }: Way): void {
    close()
    propose(undefined)
    const parts = open({ map, names, propose, say: status.show })
    replaceChildren(fields, element('p', { class: 'hint' }, hint), parts)
  }

  function propose(next: Proposal | undefined): void {
    proposal = next
    map.showDraft(next?.draft ?? NO_DRAFT)
    if (next) status.show(`To be closed: ${next.name}.`)
    else status.clear()
  }

  function block(event: SubmitEvent): void {
    event.preventDefault()
    const { name, draft } = proposal ?? { name: '', draft: NO_DRAFT }
    const count = draft.polygons.length
    if (count === 0) status.show('Choose first what is closed.')
    else if (count > MARKS_MAX) {
      status.show(`${name} has ${count} parts, and ${MARKS_MAX} can be closed at once: come closer.`)
    } else {
      const reason = name.slice(0, REASON_MAX)
      const marks = draft.polygons.map((polygon) => ({ type: 'blocked', polygon, reason }) as const)
      onBlock(marks, `${name} is closed`)
      leave()
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') leave()
  }

  function leave(): void {
    close()
    onLeave()
  }

  function close(): void {
    map.takeClicks(undefined)
    map.onMoved(undefined)
    map.showDraft(NO_DRAFT)
  }
}
