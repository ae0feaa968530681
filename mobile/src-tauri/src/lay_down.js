// What only this shell can do, for the page: laid down before its program runs (`mobile/src/shell.ts` says how it looks).
// `offers` is what the system said when the app began. What is missing there is missing here, and the screens fall back.
(({ biometric, buzz, reader, text }) => {
  const ask = (command, args) => globalThis.__TAURI_INTERNALS__.invoke(command, args);
  const shell = {};
  if (biometric) shell.biometric = Object.freeze({ kind: biometric, unlock: (reason) => ask("recognise", { reason }) });
  if (reader) shell.scanQr = () => ask("scan", {});
  if (buzz) shell.buzz = (pattern) => void ask("buzz", { pattern }).catch(() => {});
  if (text) shell.text = text;
  globalThis.kandasShell = Object.freeze(shell);
  // The window shows our page and nothing else: a number goes to the dialler, another address to the browser.
  addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('a[href^="tel:"], a[target="_blank"]');
    if (!link) return;
    event.preventDefault();
    ask("open_outside", { address: link.href }).catch((problem) => console.error(problem));
  });
})
