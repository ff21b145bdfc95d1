/** Light or dark: the user's choice and the system's wish enter, `data-theme` of the page leaves, and a number that charts redraw on. */
import { computed, ref, watchEffect, type ComputedRef } from 'vue'
import { useLabStore } from '../stores/lab-store.ts'

export type Theme = 'light' | 'dark'

const darkWish = window.matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = ref(darkWish.matches)
darkWish.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))

/** What was chosen last, for the moments before the lab answers. */
const REMEMBERED = 'theme'

export function useTheme(): { theme: ComputedRef<Theme> } {
  const lab = useLabStore()
  const theme = computed<Theme>(() => {
    const chosen = lab.settings?.theme ?? localStorage.getItem(REMEMBERED) ?? 'system'
    return chosen === 'system' ? (systemIsDark.value ? 'dark' : 'light') : chosen === 'dark' ? 'dark' : 'light'
  })
  watchEffect(() => {
    if (lab.settings) localStorage.setItem(REMEMBERED, lab.settings.theme)
  })
  watchEffect(() => (document.documentElement.dataset.theme = theme.value))
  return { theme }
}

/** A token's value now. @param name with its dashes */
export function readToken(name: string, element: Element = document.documentElement): string {
  return getComputedStyle(element).getPropertyValue(name).trim()
}
