import type { FeedQualityReports } from '../feed-quality.ts'
import type { ApiParts } from '../parts.ts'
import type { SignDesk } from '../sign-desk.ts'
import type { StopBoardSource } from '../stop-boards.ts'
import type { TransitView } from '../transit-view.ts'
import { observeAccuracy } from './observe-accuracy.ts'
import { observeBalance } from './observe-balance.ts'
import { observeBoards } from './observe-boards.ts'
import { observeBuses } from './observe-buses.ts'
import { type LimitOf, observeDevices } from './observe-devices.ts'
import { observeFeed } from './observe-feed.ts'
import { observeFlows } from './observe-flows.ts'
import { observeForecasts } from './observe-forecasts.ts'
import { observeProgress } from './observe-progress.ts'
import { observeRoutes } from './observe-routes.ts'
import { observeSigns } from './observe-signs.ts'
import { observeWaiting } from './observe-waiting.ts'
import type { Observer } from './observer.ts'

export interface ObserverParts extends ApiParts {
  readonly view: TransitView
  readonly quality: FeedQualityReports
  readonly boards: StopBoardSource
  readonly desk: SignDesk | undefined
  /** By when a device counts as silent, where that is known. */
  readonly limitOf: LimitOf | undefined
}

/** All that is observed of an authority by the API. */
export function listObservers({
  registry,
  directory,
  store,
  clock,
  refreshBalance,
  fillForecasts,
  trafficHistories,
  transit,
  view,
  quality,
  boards,
  desk,
  limitOf,
}: ObserverParts): Observer[] {
  const forecasts = observeForecasts({ registry, directory, fillForecasts })
  return [
    observeBalance({ registry, clock, refreshBalance }),
    observeWaiting({ registry }),
    observeDevices({ directory, store, clock, isStuck: forecasts.isStuck, limitOf }),
    forecasts,
    observeProgress({ registry, clock }),
    observeFlows({ directory, store, trafficHistories, clock }),
    observeBoards({ view }),
    observeSigns({ directory, store, boards, desk, clock }),
    observeBuses({ view }),
    observeRoutes({ view }),
    observeAccuracy({ transit }),
    observeFeed({ view, quality }),
  ]
}
