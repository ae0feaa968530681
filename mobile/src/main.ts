import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { settings } from "./state/settings.svelte";

// The language comes first: no word is shown in a wrong one.
await settings.start();
const target = document.getElementById("app");
if (!target) throw new Error("no place for the app");
mount(App, { target });
