declare module "virtual:messages/*" {
  const source: string;
  export default source;
}
declare module "*.svg?raw" {
  const text: string;
  export default text;
}
