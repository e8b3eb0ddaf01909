export * from './bytes';
export * from './csv';
export * from './language';
export * from './money';
export * from './numbers';
export * from './time';
