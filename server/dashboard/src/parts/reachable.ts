/** What scrolls can be reached by key: it takes the focus while there is more of it than is seen. */
export function reachable(node: HTMLElement): () => void {
  const look = () => {
    if (node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight) node.tabIndex = 0;
    else node.removeAttribute("tabindex");
  };
  const watch = new ResizeObserver(look);
  watch.observe(node);
  if (node.firstElementChild) watch.observe(node.firstElementChild);
  return () => watch.disconnect();
}
