import { readArrayFile, writeArrayFile } from './array-file.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { RoadGraph, RoadGraphFacts } from './road-graph.ts'

/** Replaces the one before. Throws as `writeArrayFile` does. */
export function writeRoadGraph(path: string, { about, hierarchy, ...streets }: RoadGraph): void {
  writeArrayFile(path, { about, arrays: { ...streets, ...hierarchy } })
}

/** In memory that threads share. Throws as `readArrayFile` does. */
export function readRoadGraph(path: string): RoadGraph {
  const { about, arrays } = readArrayFile(path)
  // The version of the file says which arrays are in it.
  const all = arrays as unknown as Omit<RoadGraph, 'about' | 'hierarchy'> & Hierarchy
  return { about: about as RoadGraphFacts, ...all, hierarchy: all }
}
