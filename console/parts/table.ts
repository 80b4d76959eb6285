import { type Child, element } from '../elements.ts'

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => Child
  /** Numbers stand to the right. */
  readonly isNumber?: boolean
  /** The column that names the row, for screen readers. */
  readonly isName?: boolean
}

/** A table that scrolls sideways in itself where a phone is too narrow. */
export interface Table<T> {
  readonly element: HTMLElement
  /** Rows that have the same key and are equal as JSON stay as they are; the focus stays in the row of its key. */
  update(rows: readonly T[]): void
}

export function createTable<T>({
  caption,
  columns,
  keyOf,
  empty,
}: {
  caption: string
  columns: readonly Column<T>[]
  keyOf: (row: T) => string
  /** What is said where there are no rows. */
  empty: string
}): Table<T> {
  const body = element('tbody')
  const nothing = element('p', { class: 'hint' }, empty)
  const known = new Map<string, { readonly text: string; readonly row: HTMLTableRowElement }>()
  const table = element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        columns.map(({ title, isNumber }) =>
          element('th', { scope: 'col', class: isNumber && 'number' }, title),
        ),
      ),
    ),
    body,
  )
  // A region that scrolls has to be reached by keyboard.
  const region = element('div', { class: 'table', role: 'region', 'aria-label': caption, tabindex: 0 }, table)
  return {
    element: element('div', {}, region, nothing),
    update(rows) {
      const shown = rows.map((row) => {
        const text = JSON.stringify(row)
        const key = keyOf(row)
        const old = known.get(key)
        if (old?.text === text) return [key, old] as const
        return [key, { text, row: writeRow(row, columns) }] as const
      })
      const restoreFocus = holdFocus()
      known.clear()
      for (const [key, made] of shown) known.set(key, made)
      const wanted = shown.map(([, { row }]) => row)
      placeRows(body, wanted)
      restoreFocus()
      region.hidden = rows.length === 0
      nothing.hidden = rows.length > 0
    },
  }

  /** Where the focus is in a row, it goes to the same place of the row of that key once the rows are others. */
  function holdFocus(): () => void {
    const before = document.activeElement
    for (const [key, { row }] of known) {
      if (!before || !row.contains(before)) continue
      const index = listReachable(row).indexOf(before as HTMLElement)
      return () => {
        if (document.activeElement !== before) {
          listReachable(known.get(key)?.row)[index]?.focus({ preventScroll: true })
        }
      }
    }
    return () => {}
  }
}

/** Rows that stay are not touched where they are in the same order, and so nor is what is selected in them. */
function placeRows(body: HTMLTableSectionElement, wanted: readonly HTMLTableRowElement[]): void {
  const staying = new Set<Element>(wanted)
  for (const row of [...body.rows]) if (!staying.has(row)) row.remove()
  let next = body.firstElementChild
  for (const row of wanted) {
    if (row === next) next = next.nextElementSibling
    else body.insertBefore(row, next)
  }
}

function listReachable(row: HTMLTableRowElement | undefined): HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>('a, button') ?? [])]
}

function writeRow<T>(row: T, columns: readonly Column<T>[]): HTMLTableRowElement {
  return element(
    'tr',
    {},
    columns.map(({ cell, isNumber, isName }) =>
      isName
        ? element('th', { scope: 'row' }, cell(row))
        : element('td', { class: isNumber && 'number' }, cell(row)),
    ),
  )
}
