/**
 * By arc, 1 where it belongs to the largest part in which each arc leads to every other: the strongly connected
 * components of Tarjan (1972), without recursion, as a chain of streets may be long.
 */
export function findMainPart({
  turnOffsets,
  turns,
  durations,
}: {
  turnOffsets: Int32Array
  turns: Int32Array
  durations: Int32Array
}): Uint8Array {
  const arcCount = durations.length
  const found = new Int32Array(arcCount)
  const lowest = new Int32Array(arcCount)
  const component = new Int32Array(arcCount).fill(-1)
  const next = turnOffsets.slice(0, arcCount)
  const open: number[] = []
  const path: number[] = []
  const sizes: number[] = []
  let time = 0
  for (let start = 0; start < arcCount; start++) {
    if (durations[start] === 0 || found[start] !== 0) continue
    enter(start)
    while (path.length > 0) follow(path.at(-1) as number)
  }
  const largest = sizes.indexOf(sizes.reduce((max, size) => Math.max(max, size), 0))
  return Uint8Array.from(component, (of) => (of === largest && of !== -1 ? 1 : 0))

  function enter(arc: number): void {
    time++
    found[arc] = time
    lowest[arc] = time
    open.push(arc)
    path.push(arc)
  }

  function follow(arc: number): void {
    const position = next[arc] as number
    if (position < (turnOffsets[arc + 1] as number)) {
      next[arc] = position + 1
      const to = turns[position] as number
      if (found[to] === 0) enter(to)
      else if (component[to] === -1) lower(arc, found[to] as number)
      return
    }
    path.pop()
    const before = path.at(-1)
    if (before !== undefined) lower(before, lowest[arc] as number)
    if (lowest[arc] !== found[arc]) return
    let size = 0
    let member: number
    do {
      member = open.pop() as number
      component[member] = sizes.length
      size++
    } while (member !== arc)
    sizes.push(size)
  }

  function lower(arc: number, value: number): void {
    if (value < (lowest[arc] as number)) lowest[arc] = value
  }
}
