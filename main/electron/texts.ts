/** The words of the desktop outside of its page: menu, dialogs, notifications. Those of the page stand in renderer/locales. */
import type { RunState } from '../../shared/protocol/views.ts'

export const TEXTS = {
  appName: 'Warmup Lab',
  menu: {
    file: '&File',
    newWindow: 'New Window',
    openDesign: 'Open Design…',
    saveDesign: 'Save Design As…',
    bringData: 'Bring Own Series…',
    keepDesign: 'Keep Design as a Preset',
    copyLink: 'Copy Link to Design',
    settings: 'Settings…',
    run: '&Run',
    start: 'Start Design',
    pauseOrResume: 'Pause or Resume',
    stop: 'Stop',
    fork: 'Fork…',
    resumeHeld: 'Resume the Held Queue',
    nextRun: 'Next Run',
    previousRun: 'Previous Run',
    view: '&View',
    design: 'Design',
    runs: 'Runs',
    sweeps: 'Sweeps and Queue',
    compare: 'Compare',
    trash: 'Trash',
    search: 'Search',
    palette: 'Command Palette',
    theme: 'Change Theme',
    help: '&Help',
    howItWorks: 'How Warm-Up Works',
    shortcuts: 'Keyboard Shortcuts',
    tour: 'Tour',
    paper: 'The Paper (arXiv:2106.01001)',
    show: 'Show Warmup Lab',
    pauseAndQuit: 'Pause and Quit',
  },
  quit: {
    message: 'A run is being trained.',
    detail: 'It is paused and saved, and can be resumed with the same result.',
    confirm: 'Pause and Quit',
    cancel: 'Cancel',
  },
  /** Beside the detail of these questions, when more than one job is in line. */
  queueKept: (jobCount: number): string =>
    `Pausing keeps the queue of ${jobCount} jobs in its order: it is offered at the next start.`,
  close: {
    message: 'A run is being trained.',
    detail:
      'It can go on without a window; starting Warmup Lab again shows it. Or it is paused and saved, and can be resumed with the same result.',
    trainOn: 'Keep Training',
    pause: 'Pause and Quit',
    cancel: 'Cancel',
    remember: 'Do the same from now on (it can be changed in the settings)',
  },
  ended: {
    finished: 'has finished',
    failed: 'has failed',
    crashed: 'has crashed and can be resumed',
  } satisfies Partial<Record<RunState, string>>,
  notSaved: 'The runs could not be saved.',
}
