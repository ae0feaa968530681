// The screens on which a record comes about: loaded right after the first screen stands.
export { default as Activity } from "./Activity.svelte";
export { default as Draft } from "./Draft.svelte";
export { default as Review } from "./Review.svelte";
export { default as Sealed } from "./Sealed.svelte";
