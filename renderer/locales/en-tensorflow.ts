/** The words of TensorFlow in the settings, in English. */
import type { TensorflowFlavour, TensorflowLack, TensorflowStep } from '../../shared/protocol/tensorflow.ts'

const flavours: Record<TensorflowFlavour, string> = {
  cpu: 'For the processor',
  cuda: 'For graphics processors of NVIDIA (CUDA)',
}
const steps: Record<TensorflowStep, string> = {
  check: 'Looking what this machine has',
  package: 'Fetching the package for Node',
  library: 'Fetching the library',
  unpack: 'Unpacking it',
  compile: 'Compiling what joins them',
  trial: 'Training a step with it',
  finish: 'Putting it in its place',
}
const lacks: Record<TensorflowLack, string> = {
  platform: 'For {platform} there is no library that the lab could use: it needs Linux on x86-64.',
  python: 'Python 3.8 or newer is missing. On Debian and Ubuntu: apt install python3 python3-venv.',
  pip: 'Python has neither pip nor venv. On Debian and Ubuntu: apt install python3-venv.',
  space: 'It takes {needed} GB for a while, and {folder} has {free} GB left.',
  compiler: 'A C++ compiler is missing. On Debian and Ubuntu: apt install g++.',
  npm: 'npm is missing: install Node with npm.',
  network:
    'npm does not reach its package registry ({words}). Connect to the network, or configure npm’s registry and proxy.',
}

export const tensorflow = {
  title: 'TensorFlow',
  hint: 'Google’s library as one more engine. It is fetched and built for this machine when you ask for it; every other engine runs without it.',
  help: 'TensorFlow can train your networks, too, on Linux. The settings fetch its library and build it for this machine, say what is missing for that, train a step with it before it is used, and remove it again; `lab setup tensorflow` does the same on the command line.',
  flavour: 'Which one',
  flavours,
  cost: '{download} to fetch, {kept} on the disk',
  absent: 'It is not set up.',
  ready: 'TensorFlow {version}, package {packageVersion}: {size}',
  readyFor: { cpu: 'Set up for the processor.', cuda: 'Set up for graphics processors of NVIDIA.' } as Record<
    TensorflowFlavour,
    string
  >,
  withoutGpu: 'It has found no graphics processor that it can use, and computes on the processor.',
  step: '{index} of {count}: {step}',
  steps,
  ofBytes: '{done} of {total}',
  failed: 'It could not be set up.',
  inUse: 'It is in use, and stays as it is.',
  usedBy: 'A run is trained on it: {runs}. Wait until it has finished, or pause or stop it.',
  lacks,
  setUp: 'Set up',
  setUpOther: 'Set up instead',
  cancel: 'Cancel',
  cancelHint: 'What has arrived is kept for the next time.',
  remove: 'Remove…',
  question: 'Remove TensorFlow, {size}? It can be fetched again at any time.',
  keep: 'Keep',
  removeNow: 'Remove',
}
