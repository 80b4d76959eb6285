import { element, hiddenText, replaceChildren } from '../../elements.ts'
import { ICONS, icon } from '../../parts/icon.ts'
import type { Bin } from './town-names.ts'

export interface BinPicker {
  readonly element: HTMLElement
  /** Ids, in the order in which they were chosen. */
  chosen(): readonly string[]
}

/** As many as the API takes. */
const CHOSEN_MAX = 10_000

/** Chooses some of many: what is typed is completed by ids and names, or several ids are pasted at once. */
export function createBinPicker({
  id,
  label,
  hint,
  bins,
}: {
  /** Of the input, and unlike all others of the page. */
  id: string
  label: string
  hint: string
  bins: ReadonlyMap<string, Bin>
}): BinPicker {
  const ids = new Set<string>()
  const fault = element('p', { class: 'fault', role: 'alert' })
  const list = element('ul', { class: 'chosen-bins', 'aria-label': `${label}: chosen` })
  const input = element('input', {
    id,
    list: `${id}-bins`,
    autocomplete: 'off',
    'aria-describedby': `${id}-hint`,
    onkeydown: onKey,
    // A suggestion was chosen.
    oninput: () => bins.has(input.value) && add(),
  })
  return {
    element: element(
      'div',
      { class: 'field' },
      element('label', { for: id }, label),
      element(
        'div',
        { class: 'actions' },
        input,
        element('button', { type: 'button', onclick: add }, 'Add', hiddenText(` to ${label}`)),
      ),
      element(
        'datalist',
        { id: `${id}-bins` },
        [...bins.values()].map((bin) => element('option', { value: bin.id }, bin.name)),
      ),
      element('p', { class: 'hint', id: `${id}-hint` }, hint),
      fault,
      list,
    ),
    chosen: () => [...ids],
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return
    // Enter would send the whole form.
    event.preventDefault()
    add()
  }

  function add(): void {
    const typed = input.value.split(/[\s,;]+/).filter((text) => text !== '')
    const unknown = typed.filter((text) => !bins.has(text))
    const [first] = unknown
    fault.textContent = first === undefined ? '' : `There is no bin ${first}: choose one from the list.`
    for (const text of typed) if (bins.has(text) && ids.size < CHOSEN_MAX) ids.add(text)
    input.value = unknown.join(' ')
    show()
  }

  function show(): void {
    replaceChildren(
      list,
      [...ids].map((chosen) =>
        element(
          'li',
          {},
          bins.get(chosen)?.name ?? chosen,
          element(
            'button',
            { type: 'button', class: 'quiet icon-button', onclick: () => remove(chosen) },
            icon(ICONS.close),
            hiddenText(`Remove ${chosen}`),
          ),
        ),
      ),
    )
  }

  function remove(chosen: string): void {
    ids.delete(chosen)
    show()
    input.focus()
  }
}
