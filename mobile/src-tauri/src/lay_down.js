// What only this shell can do, for the page: laid down before its program runs (`mobile/src/shell.ts` says how it looks).
// `offers` is what the system said when the app began. What is missing there is missing here, and the screens fall back.
(({ biometric, reader }) => {
  const ask = (command, args) => globalThis.__TAURI_INTERNALS__.invoke(command, args);
  const shell = {};
  if (biometric) shell.biometric = Object.freeze({ kind: biometric, unlock: (reason) => ask("recognise", { reason }) });
  if (reader) shell.scanQr = () => ask("scan", {});
  globalThis.kandasShell = Object.freeze(shell);
})
