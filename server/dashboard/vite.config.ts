import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
// @ts-expect-error plain JavaScript, so that node runs it without a build
import { messages } from "../../design/messages.mjs";

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
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${name}`, crossorigin: "" },
          injectTo: "head" as const,
        }));
      },
    },
  };
}

const centre = process.env["KANDAS_CENTRE"];

export default defineConfig({
  plugins: [messages(), svelte(), preloadKazakhLetters()],
  base: "/",
  // MapLibre is one large piece that only a page with a map loads.
  build: { chunkSizeWarningLimit: 1300, target: "es2022", assetsInlineLimit: 0, cssCodeSplit: false, modulePreload: { polyfill: false } },
  test: { include: ["tests/unit/**/*.test.ts"], environment: "node" },
  // `KANDAS_CENTRE=https://127.0.0.1:8443 npm run dev`: the centre stays real while screens are drawn.
  server: centre ? { proxy: { "/api": { target: centre, changeOrigin: true, secure: false } } } : {},
});
