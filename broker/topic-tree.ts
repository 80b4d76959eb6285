/**
 * Values under topic names or topic filters, level by level. Asked with a name it finds filters, asked with a filter it
 * finds names (MQTT 3.1.1, section 4.7). A value is a thing of its own: added twice under one key it is there once.
 */
export class TopicTree<T> {
  /** Grows with every change, so that an answer can be kept until then. */
  version = 0
  readonly #root = new Node<T>()

  add(key: string, value: T): void {
    this.version++
    let node = this.#root
    for (const level of key.split('/')) {
      node.children ??= new Map()
      let child = node.children.get(level)
      if (!child) {
        child = new Node()
        node.children.set(level, child)
      }
      node = child
    }
    node.values ??= new Set()
    node.values.add(value)
  }

  remove(key: string, value: T): void {
    this.version++
    const levels = key.split('/')
    const path = [this.#root]
    for (const level of levels) {
      const child = path.at(-1)?.children?.get(level)
      if (!child) return
      path.push(child)
    }
    const last = path.at(-1)
    last?.values?.delete(value)
    if (last?.values?.size === 0) last.values = undefined
    for (let index = levels.length; index > 0; index--) {
      const node = path[index]
      if (node?.values || node?.children) return
      const parent = path[index - 1]
      parent?.children?.delete(levels[index - 1] ?? '')
      if (parent?.children?.size === 0) parent.children = undefined
    }
  }

  /** The values whose key, a filter, matches this name. */
  matchName(topicName: string): T[] {
    const found: T[] = []
    collectFilters(this.#root, topicName.split('/'), 0, found)
    return found
  }

  /** The values whose key, a name, is matched by this filter. */
  matchFilter(topicFilter: string): T[] {
    const found: T[] = []
    collectNames(this.#root, topicFilter.split('/'), 0, found)
    return found
  }
}

class Node<T> {
  children: Map<string, Node<T>> | undefined = undefined
  values: Set<T> | undefined = undefined
}

function collectFilters<T>(node: Node<T>, levels: readonly string[], index: number, found: T[]): void {
  const children = node.children
  // A wildcard at the first level does not match names that begin with $ [MQTT-4.7.2-1].
  const isWildcardAllowed = index > 0 || levels[0]?.startsWith('$') !== true
  // "#" also stands for its parent level (4.7.1.2).
  if (isWildcardAllowed) take(children?.get('#'), found)
  if (index === levels.length) {
    take(node, found)
    return
  }
  if (!children) return
  const exact = children.get(levels[index] ?? '')
  if (exact) collectFilters(exact, levels, index + 1, found)
  const any = isWildcardAllowed ? children.get('+') : undefined
  if (any) collectFilters(any, levels, index + 1, found)
}

function collectNames<T>(node: Node<T>, levels: readonly string[], index: number, found: T[]): void {
  const level = levels[index]
  if (level === undefined) {
    take(node, found)
  } else if (level === '#') {
    take(node, found)
    collectAll(node, found)
  } else if (level === '+') {
    for (const child of node.children?.values() ?? []) collectNames(child, levels, index + 1, found)
  } else {
    const child = node.children?.get(level)
    if (child) collectNames(child, levels, index + 1, found)
  }
}

function collectAll<T>(node: Node<T>, found: T[]): void {
  for (const child of node.children?.values() ?? []) {
    take(child, found)
    collectAll(child, found)
  }
}

function take<T>(node: Node<T> | undefined, found: T[]): void {
  if (node?.values) for (const value of node.values) found.push(value)
}
