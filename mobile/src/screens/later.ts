// Screens that a day in the field seldom needs: one piece, loaded when the first of them is opened.
export { default as Acts } from "./Acts.svelte";
export { default as Diagnostics } from "./Diagnostics.svelte";
export { default as Enrol } from "./Enrol.svelte";
export { default as Help } from "./Help.svelte";
export { default as Lease } from "./Lease.svelte";
export { default as Leftovers } from "../parts/Leftovers.svelte";
export { default as NewPin } from "./NewPin.svelte";
export { default as NewPhone } from "./NewPhone.svelte";
export { default as KeyForgotten } from "./KeyForgotten.svelte";
export { default as Nowhere } from "./Nowhere.svelte";
export { default as Person } from "./Person.svelte";
export { default as Record } from "./Record.svelte";
export { default as ServiceHelp } from "./ServiceHelp.svelte";
export { default as Settings } from "./Settings.svelte";
export { default as Welcome } from "./Welcome.svelte";
export { default as Drawing } from "../help/Drawing.svelte";
