/** Which view belongs to which address. A view is loaded when it is first needed. */
import { createRouter, createWebHistory, type Router } from 'vue-router'
import DesignView from './views/DesignView.vue'

export function createRoutes(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: '/design' },
      { path: '/design', name: 'design', component: DesignView },
      {
        path: '/runs',
        children: [
          { path: '', name: 'runs', component: () => import('./views/RunsTableView.vue') },
          { path: ':runId', name: 'run', component: () => import('./views/RunsView.vue'), props: true },
        ],
      },
      { path: '/sweeps/:sweepId?', name: 'sweeps', component: () => import('./views/SweepsView.vue'), props: true },
      { path: '/compare/:ids?', name: 'compare', component: () => import('./views/CompareView.vue'), props: true },
      { path: '/trash', name: 'trash', component: () => import('./views/TrashView.vue') },
      { path: '/help', name: 'help', component: () => import('./views/HelpView.vue') },
      { path: '/settings', name: 'settings', component: () => import('./views/SettingsView.vue') },
      { path: '/:rest(.*)', redirect: '/design' },
    ],
  })
}
