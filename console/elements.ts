type Value = string | number | boolean | null | undefined | ((event: never) => void)
export type Attributes = Readonly<Record<string, Value>>
export type Child = Node | string | number | null | undefined | false | readonly Child[]

/**
 * Makes an element. An attribute that is false, null or undefined is left out, true is written without a value, and a function
 * named `on…` listens to that event. Text is always text, never markup.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  setAttributes(made, attributes)
  append(made, children)
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

/** As `element`, of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name)
  setAttributes(made, attributes)
  append(made, children)
  return made
}

/** Puts these in the place of all that was in it. */
export function replaceChildren(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren()
  append(parent, children)
}

/** Something for screen readers alone. */
export function hiddenText(text: string): HTMLSpanElement {
  return element('span', { class: 'visually-hidden' }, text)
}

function setAttributes(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') made.addEventListener(name.slice(2), value as EventListener)
    else if (name === 'value' && 'value' in made) made.value = String(value)
    else made.setAttribute(name, value === true ? '' : String(value))
  }
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) append(parent, child)
    else parent.append(child instanceof Node ? child : String(child))
  }
}
