import React from 'react';

export const routes = [
  { path: 'chat/history', element: <History /> },
  { path: 'settings/profile', element: <Profile /> },
];
export const image = 'images/llama-mascot.png';
export const zone = 'Pacific/Auckland';
export const label = t('common/save');
export const pattern = /^[\w-]+\/[\w.-]+$/;
