/** What is told of a configuration that goes on all the same, in words. */
import { useI18n } from 'vue-i18n'
import type { ConfigRemark } from '../../shared/experiments/remarks.ts'

export function useRemarkWords(): (remark: ConfigRemark) => string {
  const { t } = useI18n()
  return (remark) => {
    switch (remark.kind) {
      case 'batch':
        return t(`design.remark.${remark.field === 'warmup.batch' ? 'warmupBatch' : 'trainingBatch'}`, {
          asked: remark.asked,
          used: remark.used,
        })
      case 'no-validation':
        return t('design.remark.noValidation')
      case 'constant-outputs':
        return t('design.remark.constantOutputs', { outputs: remark.outputs.join(', ') }, remark.outputs.length)
      case 'own-cell':
        return t('design.remark.ownCell', { cell: remark.cell })
      case 'rounded':
        return t(
          'design.remark.rounded',
          { count: remark.count, first: `${remark.first}`, used: `${Math.fround(remark.first)}` },
          remark.count,
        )
    }
  }
}
