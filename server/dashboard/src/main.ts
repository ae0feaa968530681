import { mount } from "svelte";
import { words } from "kandas-design/words.svelte";
import "./app.css";
import App from "./App.svelte";
import { settings } from "./state/settings.svelte";

words.also({
  kk: () => import("virtual:messages/kk-desk"),
  ru: () => import("virtual:messages/ru-desk"),
  en: () => import("virtual:messages/en-desk"),
});
// The language comes first: no word is shown in a wrong one.
await settings.start();
const target = document.getElementById("app");
if (!target) throw new Error("no place for the app");
mount(App, { target });
