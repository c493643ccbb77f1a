/**
 * One thing for each element of a page that re-renders around it.
 *
 * The page calls whenever its data changes, and does not wait for the former call: where that one
 * was overtaken, the page takes it back as soon as it is done. Only the last call's taking back
 * means that the element goes.
 *
 * @typedef {{ update: (component: any) => Promise<void>, destroy: () => void }} Mounted
 *
 * @param {(parent: HTMLElement) => Mounted} make makes the thing at the first call
 * @returns {(component: any) => Promise<() => void>} for the page to call; gives what takes it away
 */
export function mounted(make) {
  /** @type {WeakMap<HTMLElement, { thing: Mounted, calls: number }>} */
  const present = new WeakMap();
  return async (component) => {
    const parent = component.parentElement;
    const held = present.get(parent) ?? { thing: make(parent), calls: 0 };
    present.set(parent, held);
    held.calls += 1;
    const call = held.calls;
    await held.thing.update(component);
    return () => {
      if (call !== held.calls) return;
      present.delete(parent);
      held.thing.destroy();
    };
  };
}
