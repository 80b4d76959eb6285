import type { Hierarchy } from './hierarchy.ts'
import { MinHeap } from './min-heap.ts'
import { type RoadGraph, streetOf, turnMs } from './road-graph.ts'

/**
 * How many arcs a search for a way that makes a shortcut needless looks at: one that gives up too early costs a needless
 * shortcut, never a wrong answer.
 */
const WITNESS_MAX = 60

const NONE = -1

interface ContractOptions {
  /** By street, 1 where nobody may drive now. */
  readonly closed?: Uint8Array | undefined
  /** Arcs, the least important first: of a hierarchy made before, whose order is good for almost the same streets too. */
  readonly order?: Int32Array | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Takes one arc after the other out of the graph, the least important first, and puts shortcuts where a quickest way went
 * over it. Deterministic.
 */
export function contractArcs(
  graph: Omit<RoadGraph, 'hierarchy' | 'about'>,
  { closed, order, onProgress }: ContractOptions = {},
): Hierarchy {
  const arcCount = graph.durations.length
  const isOpen = (arc: number): boolean => graph.isMain[arc] === 1 && closed?.[streetOf(arc)] !== 1
  const links = new Links(arcCount, graph.turns.length * 3)
  for (let arc = 0; arc < arcCount; arc++) {
    if (isOpen(arc)) addTurns(arc)
  }
  const witness = createWitnessSearch(links, arcCount)
  const levels = new Int32Array(arcCount)
  const ranked: number[] = []
  if (order) contractInOrder(order)
  else contractByImportance()
  return toHierarchy(links, ranked, arcCount)

  function addTurns(arc: number): void {
    const street = streetOf(arc)
    for (let i = graph.turnOffsets[arc] as number; i < (graph.turnOffsets[arc + 1] as number); i++) {
      const next = graph.turns[i] as number
      if (!isOpen(next)) continue
      const extra = turnMs(arc, next)
      links.add(
        { from: arc, to: next, first: NONE, second: arc },
        (graph.weights[arc] as number) + extra,
        (graph.durations[arc] as number) + extra,
        graph.lengths[street] as number,
      )
    }
  }

  function contractInOrder(arcs: Int32Array): void {
    for (const arc of arcs) {
      if (isOpen(arc)) contract(arc)
    }
  }

  function contractByImportance(): void {
    const queue = new MinHeap()
    let total = 0
    for (let arc = 0; arc < arcCount; arc++) {
      if (!isOpen(arc)) continue
      queue.push(arc, importanceOf(arc))
      total++
    }
    while (queue.size > 0) {
      const arc = queue.pop()
      // Its neighbours may have gone since it was put in.
      const importance = importanceOf(arc)
      if (importance > queue.leastKey) {
        queue.push(arc, importance)
        continue
      }
      contract(arc)
      if (ranked.length % 1000 === 0) onProgress?.(ranked.length, total)
    }
    onProgress?.(total, total)
  }

  /**
   * Few shortcuts for many links that go, and evenly over the map: a neighbour of what has gone waits. The weights are
   * measured, on a grid of streets of three speeds.
   */
  function importanceOf(arc: number): number {
    const [added, removed] = visitShortcuts(arc, false)
    return Math.round((1000 * added) / Math.max(1, removed)) + 100 * (levels[arc] as number)
  }

  function contract(arc: number): void {
    visitShortcuts(arc, true)
    const level = (levels[arc] as number) + 1
    for (const neighbour of links.detach(arc)) {
      if ((levels[neighbour] as number) < level) levels[neighbour] = level
    }
    ranked.push(arc)
  }

  /** Counts the shortcuts that taking the arc out needs, and adds them if told to. */
  function visitShortcuts(arc: number, isAdding: boolean): readonly [added: number, removed: number] {
    let [added, removed, longest] = [0, 0, 0]
    for (let out = links.firstOut[arc] as number; out !== NONE; out = links.nextOut[out] as number) {
      longest = Math.max(longest, links.weights[out] as number)
      removed++
    }
    for (let into = links.firstIn[arc] as number; into !== NONE; into = links.nextIn[into] as number) {
      removed++
      const from = links.tails[into] as number
      const before = links.weights[into] as number
      witness.search(from, arc, before + longest)
      for (let out = links.firstOut[arc] as number; out !== NONE; out = links.nextOut[out] as number) {
        const to = links.heads[out] as number
        const weight = before + (links.weights[out] as number)
        if (to === from || witness.weightTo(to) <= weight) continue
        added++
        if (isAdding) links.addShortcut(into, out)
      }
    }
    return [added, removed]
  }
}

/** The links between arcs that are still there, in lists by their ends. Links are numbered in the order of their making. */
class Links {
  count = 0
  readonly firstOut: Int32Array
  readonly firstIn: Int32Array
  tails: Int32Array
  heads: Int32Array
  weights: Int32Array
  durations: Int32Array
  lengths: Int32Array
  firsts: Int32Array
  seconds: Int32Array
  nextOut: Int32Array
  nextIn: Int32Array

  constructor(arcCount: number, capacity: number) {
    this.firstOut = new Int32Array(arcCount).fill(NONE)
    this.firstIn = new Int32Array(arcCount).fill(NONE)
    const size = Math.max(16, capacity)
    this.tails = new Int32Array(size)
    this.heads = new Int32Array(size)
    this.weights = new Int32Array(size)
    this.durations = new Int32Array(size)
    this.lengths = new Int32Array(size)
    this.firsts = new Int32Array(size)
    this.seconds = new Int32Array(size)
    this.nextOut = new Int32Array(size)
    this.nextIn = new Int32Array(size)
  }

  addShortcut(first: number, second: number): void {
    this.add(
      { from: this.tails[first] as number, to: this.heads[second] as number, first, second },
      (this.weights[first] as number) + (this.weights[second] as number),
      (this.durations[first] as number) + (this.durations[second] as number),
      (this.lengths[first] as number) + (this.lengths[second] as number),
    )
  }

  /** Of two links with the same ends only the better one stays. */
  add(
    { from, to, first, second }: { from: number; to: number; first: number; second: number },
    weight: number,
    duration: number,
    length: number,
  ): void {
    for (let old = this.firstOut[from] as number; old !== NONE; old = this.nextOut[old] as number) {
      if (this.heads[old] !== to) continue
      if ((this.weights[old] as number) <= weight) return
      remove(this.firstOut, this.nextOut, from, old)
      remove(this.firstIn, this.nextIn, to, old)
      break
    }
    if (this.count === this.tails.length) this.grow()
    const link = this.count++
    this.tails[link] = from
    this.heads[link] = to
    this.weights[link] = weight
    this.durations[link] = duration
    this.lengths[link] = length
    this.firsts[link] = first
    this.seconds[link] = second
    this.nextOut[link] = this.firstOut[from] as number
    this.firstOut[from] = link
    this.nextIn[link] = this.firstIn[to] as number
    this.firstIn[to] = link
  }

  /** Takes an arc out of its neighbours' lists; its own lists stay as they are. Returns the neighbours. */
  detach(arc: number): number[] {
    const neighbours: number[] = []
    for (let link = this.firstOut[arc] as number; link !== NONE; link = this.nextOut[link] as number) {
      remove(this.firstIn, this.nextIn, this.heads[link] as number, link)
      neighbours.push(this.heads[link] as number)
    }
    for (let link = this.firstIn[arc] as number; link !== NONE; link = this.nextIn[link] as number) {
      remove(this.firstOut, this.nextOut, this.tails[link] as number, link)
      neighbours.push(this.tails[link] as number)
    }
    return neighbours
  }

  private grow(): void {
    const twice = (values: Int32Array): Int32Array => {
      const more = new Int32Array(values.length * 2)
      more.set(values)
      return more
    }
    this.tails = twice(this.tails)
    this.heads = twice(this.heads)
    this.weights = twice(this.weights)
    this.durations = twice(this.durations)
    this.lengths = twice(this.lengths)
    this.firsts = twice(this.firsts)
    this.seconds = twice(this.seconds)
    this.nextOut = twice(this.nextOut)
    this.nextIn = twice(this.nextIn)
  }
}

function remove(firsts: Int32Array, nexts: Int32Array, end: number, link: number): void {
  if (firsts[end] === link) {
    firsts[end] = nexts[link] as number
    return
  }
  let before = firsts[end] as number
  while (nexts[before] !== link) before = nexts[before] as number
  nexts[before] = nexts[link] as number
}

/** A small search from an arc that leaves one other out. */
function createWitnessSearch(
  links: Links,
  arcCount: number,
): { search(from: number, without: number, weightMax: number): void; weightTo(arc: number): number } {
  const queue = new MinHeap()
  const weights = new Int32Array(arcCount)
  const searchOf = new Int32Array(arcCount)
  let current = 0

  function search(from: number, without: number, weightMax: number): void {
    current++
    queue.clear()
    weights[from] = 0
    searchOf[from] = current
    queue.push(from, 0)
    for (let settled = 0; settled < WITNESS_MAX && queue.leastKey <= weightMax; ) {
      const key = queue.leastKey
      const arc = queue.pop()
      if (key > (weights[arc] as number)) continue
      settled++
      for (let link = links.firstOut[arc] as number; link !== NONE; link = links.nextOut[link] as number) {
        const to = links.heads[link] as number
        const weight = key + (links.weights[link] as number)
        if (to === without || weight >= weightTo(to)) continue
        weights[to] = weight
        searchOf[to] = current
        queue.push(to, weight)
      }
    }
  }

  function weightTo(arc: number): number {
    return searchOf[arc] === current ? (weights[arc] as number) : Number.POSITIVE_INFINITY
  }

  return { search, weightTo }
}

function toHierarchy(links: Links, ranked: readonly number[], arcCount: number): Hierarchy {
  const nodeOfArc = new Int32Array(arcCount).fill(NONE)
  for (const [node, arc] of ranked.entries()) nodeOfArc[arc] = node
  const [upOffsets, upHeads, upLinks] = listLinks(links.firstOut, links.nextOut, links.heads)
  const [downOffsets, downTails, downLinks] = listLinks(links.firstIn, links.nextIn, links.tails)
  return {
    nodeOfArc,
    upOffsets,
    upHeads,
    upLinks,
    downOffsets,
    downTails,
    downLinks,
    linkWeights: links.weights.slice(0, links.count),
    linkDurations: links.durations.slice(0, links.count),
    linkLengths: links.lengths.slice(0, links.count),
    linkFirsts: links.firsts.slice(0, links.count),
    linkSeconds: links.seconds.slice(0, links.count),
  }

  function listLinks(
    firsts: Int32Array,
    nexts: Int32Array,
    ends: Int32Array,
  ): [Int32Array, Int32Array, Int32Array] {
    const offsets = new Int32Array(ranked.length + 1)
    const [nodes, kept]: [number[], number[]] = [[], []]
    for (const [node, arc] of ranked.entries()) {
      for (let link = firsts[arc] as number; link !== NONE; link = nexts[link] as number) {
        nodes.push(nodeOfArc[ends[link] as number] as number)
        kept.push(link)
      }
      offsets[node + 1] = kept.length
    }
    return [offsets, Int32Array.from(nodes), Int32Array.from(kept)]
  }
}
