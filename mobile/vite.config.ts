import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
// @ts-expect-error plain JavaScript, so that node runs it without a build
import { messages } from "../design/messages.mjs";

/** The Kazakh letters lie in a font file of their own: without a head start words flash in two fonts. */
function preloadKazakhLetters(): Plugin {
  return {
    name: "kandas-preload",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const fonts = Object.keys(bundle ?? {}).filter((name) => /onest-cyrillic(-ext)?-wght/.test(name));
        return fonts.map((name) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `./${name}`, crossorigin: "" },
          injectTo: "head" as const,
        }));
      },
    },
  };
}

export default defineConfig({
  plugins: [messages(), svelte(), preloadKazakhLetters()],
  // The bridge and the phone's shell serve the page from the root or from a file path alike.
  base: "./",
  build: { target: "es2022", assetsInlineLimit: 0, cssCodeSplit: false, modulePreload: { polyfill: false } },
  test: { include: ["tests/unit/**/*.test.ts"], environment: "node" },
  // `KANDAS_BRIDGE=http://127.0.0.1:4710 npm run dev`: the core stays real while screens are drawn.
  server: process.env["KANDAS_BRIDGE"] ? { proxy: { "/api": { target: process.env["KANDAS_BRIDGE"], changeOrigin: true } } } : {},
});
