/** Puts the page together: the lab's client, the stores that listen to it, routes, language, and the first component. */
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './frame/App.vue'
import { createMessages } from './locales/messages.ts'
import { createRoutes } from './routes.ts'
import { useLabStore } from './stores/lab-store.ts'
import { useRunsStore } from './stores/runs-store.ts'
import { useSweepsStore } from './stores/sweeps-store.ts'
import { useTrashStore } from './stores/trash-store.ts'
import './styles/tokens.css'
import './styles/base.css'
import { createLabClient, provideLab } from './transport/lab-client.ts'

const app = createApp(App)
const client = createLabClient()
app.use(createPinia()).use(createRoutes()).use(createMessages())
provideLab(app, client)

const lab = useLabStore()
const runs = useRunsStore()
const sweeps = useSweepsStore()
const trash = useTrashStore()
client.onEvent((event) => {
  lab.hear(event)
  runs.hear(event)
  sweeps.hear(event)
  trash.hear(event)
})
client.onState((state) => (lab.line = state))
client.open()
app.mount('#app')
