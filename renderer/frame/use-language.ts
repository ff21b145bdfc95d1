/** The language of the screens: the setting and the system's wish enter; every message, number and time follows, and the page says which it is. */
import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { languageOf, regionOf } from '../locales/messages.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { formatLanguage } from '../words/format.ts'

export function useLanguage(): void {
  const { locale } = useI18n({ useScope: 'global' })
  const lab = useLabStore()
  watchEffect(() => {
    // Before the lab has answered nothing is chosen yet.
    locale.value = languageOf(lab.settings?.locale ?? null, navigator.languages)
    document.documentElement.lang = locale.value
    formatLanguage.value = regionOf(locale.value, navigator.languages)
  })
}
