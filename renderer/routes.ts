/** Which view belongs to which address. A view is loaded when it is first needed. */
import { createRouter, createWebHistory, type Router } from 'vue-router'
import DesignView from './design/DesignView.vue'

export function createRoutes(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: '/design' },
      { path: '/design', name: 'design', component: DesignView },
      {
        path: '/runs',
        children: [
          { path: '', name: 'runs', component: () => import('./runs/RunsTableView.vue') },
          { path: ':runId', name: 'run', component: () => import('./run/RunView.vue'), props: true },
        ],
      },
      { path: '/sweeps/:sweepId?', name: 'sweeps', component: () => import('./sweeps/SweepsView.vue'), props: true },
      { path: '/compare/:ids?', name: 'compare', component: () => import('./compare/CompareView.vue'), props: true },
      { path: '/trash', name: 'trash', component: () => import('./trash/TrashView.vue') },
      { path: '/help', name: 'help', component: () => import('./help/HelpView.vue') },
      { path: '/settings', name: 'settings', component: () => import('./settings/SettingsView.vue') },
      { path: '/:rest(.*)', redirect: '/design' },
    ],
  })
}
