/** `lab setup tensorflow`: TensorFlow's native library set up for this machine, or removed; Ctrl-C cancels, and the next time goes on from there. */
import { LabError } from '../../../shared/errors/errors.ts'
import { TENSORFLOW_FLAVOURS, type TensorflowFlavour } from '../../../shared/protocol/tensorflow.ts'
import { defaultFlavour } from '../../setup/tensorflow/default-flavour.ts'
import { downloadBytes } from '../../setup/tensorflow/recipe.ts'
import { removeTensorflow, setUpTensorflow } from '../../setup/tensorflow/set-up.ts'
import { cacheFolder } from '../../store/home.ts'
import { formatBytes, print, printJson } from '../output.ts'
import { SetupProgress } from '../setup-progress.ts'
import { listenForStops } from '../stop-signals.ts'

type Options = Readonly<Record<string, unknown>>

const EXIT_INTERRUPTED = 130
/** All that can be set up so far. */
const WHAT = 'tensorflow'

/** @param given the flavour; undefined: the one that this machine has use of */
export async function setupCommand(what: string, given: string | undefined, options: Options): Promise<void> {
  if (what !== WHAT) throw unknownThing(what)
  const isJson = options.json === true
  if (options.remove === true) {
    if (given !== undefined) throw removeWithFlavour(given)
    const wasThere = await removeTensorflow()
    if (isJson) printJson({ type: 'setup-removed', wasThere })
    else print(wasThere ? 'TensorFlow is removed.' : `There is no TensorFlow in ${cacheFolder()}.`)
    return
  }
  const flavour = given === undefined ? defaultFlavour() : readFlavour(given)
  const cancelling = new AbortController()
  const stopListening = listenForStops({ canSave: () => true, save: () => cancelling.abort() })
  const progress = new SetupProgress(
    isJson,
    `TensorFlow for ${NAMES[flavour]}, ${formatBytes(downloadBytes(flavour))} to fetch:`,
  )
  try {
    const { installation, wasThere } = await setUpTensorflow({
      flavour,
      tell: (told) => progress.show(told),
      signal: cancelling.signal,
    })
    progress.end()
    if (isJson) printJson({ type: 'setup', wasThere, ...installation })
    else {
      const { libraryVersion, usesGpu, bytes, folder } = installation
      const state = wasThere ? 'is there already' : 'is set up'
      print(`TensorFlow ${libraryVersion} for ${NAMES[flavour]} ${state}: ${formatBytes(bytes)} in ${folder}`)
      if (flavour === 'cuda' && !usesGpu)
        print('It has found no graphics processor that it can use, and computes on the processor.')
    }
  } catch (error) {
    progress.end()
    if (!(error instanceof LabError && error.code === 'interrupted')) throw error
    print(error.message)
    process.exitCode = EXIT_INTERRUPTED
  } finally {
    stopListening()
  }
}

const NAMES: Readonly<Record<TensorflowFlavour, string>> = { cpu: 'the processor', cuda: 'CUDA' }

/** @throws LabError `usage` */
function readFlavour(given: string): TensorflowFlavour {
  const found = TENSORFLOW_FLAVOURS.find((flavour) => flavour === given)
  if (found !== undefined) return found
  throw new LabError('usage', 'there is no such flavour of TensorFlow.', {
    where: 'lab setup tensorflow',
    expected: TENSORFLOW_FLAVOURS.join(' or '),
    found: `\`${given}\``,
    remedy: 'Leave it out to take the one for this machine.',
  })
}

function unknownThing(given: string): LabError {
  return new LabError('usage', 'there is nothing of this name to be set up.', {
    where: 'lab setup',
    expected: `\`${WHAT}\``,
    found: `\`${given}\``,
  })
}

function removeWithFlavour(given: string): LabError {
  return new LabError('usage', 'what is to be removed needs no flavour.', {
    where: 'lab setup tensorflow',
    expected: '--remove alone',
    found: `\`${given}\` beside it`,
    remedy: 'There is one TensorFlow at a time: `lab setup tensorflow --remove`.',
  })
}
