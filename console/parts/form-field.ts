import { ApiError } from '../api-error.ts'
import { type Child, element } from '../elements.ts'

/** An input with its label, what is said of it, and what is wrong with it. */
export interface FormField {
  readonly element: HTMLElement
  readonly input: HTMLInputElement | HTMLSelectElement
  /** As the API's faults name it: `settings.area`. */
  readonly path: string
  /** Says what is wrong; without a message, nothing is. */
  setFault(message: string | undefined): void
}

let count = 0

/** Of an input for ids and other names that a keyboard is not to mend. */
export const PLAIN_TEXT = { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' }

export function createFormField({
  input,
  path,
  label,
  hint,
}: {
  input: HTMLInputElement | HTMLSelectElement
  path: string
  label: string
  hint?: Child
}): FormField {
  count += 1
  const id = `field-${count}`
  input.id = id
  input.setAttribute('aria-describedby', `${id}-hint ${id}-fault`)
  const fault = element('p', { class: 'fault', id: `${id}-fault` })
  return {
    element: element(
      'div',
      { class: 'field' },
      element('label', { for: id }, label),
      input,
      element('p', { class: 'hint', id: `${id}-hint`, hidden: hint === undefined }, hint),
      fault,
    ),
    input,
    path,
    setFault(message) {
      fault.textContent = message ?? ''
      if (message === undefined) input.removeAttribute('aria-invalid')
      else input.setAttribute('aria-invalid', 'true')
    },
  }
}

/**
 * Shows what the API found wrong at the fields, and goes to the first. Returns what is left to be said elsewhere: the error, where
 * some of it is of no field here.
 */
export function showFaults(fields: readonly FormField[], error: unknown): unknown {
  for (const field of fields) field.setFault(undefined)
  if (!(error instanceof ApiError) || error.faults.length === 0) return error
  const found = fields.flatMap((field) => {
    const own = error.faults.filter(({ path }) => path === field.path || path.startsWith(`${field.path}.`))
    if (own.length === 0) return []
    field.setFault(own.map(({ message }) => message).join('; '))
    return [{ field, own }]
  })
  found[0]?.field.input.focus()
  const isAllShown = found.flatMap(({ own }) => own).length === error.faults.length
  return isAllShown ? undefined : error
}
