// What the server says has changed.
//
// A patch is a list with one value, which takes the place of what was there; an empty list, which takes it away; or an
// object with a patch for each member of an object, or for each place of a list.

/**
 * The value behind `patch`. Parts that it does not name are the same objects as before, so that whoever shows them can
 * tell by identity that nothing changed.
 *
 * @param {any} value
 * @param {any} patch
 * @returns {any}
 */
export function patched(value, patch) {
  if (Array.isArray(patch)) return patch[0];
  const copy = Array.isArray(value) ? value.slice() : { ...value };
  for (const [key, part] of Object.entries(patch)) {
    if (Array.isArray(part) && part.length === 0) delete copy[key];
    else copy[key] = patched(copy[key], part);
  }
  return copy;
}
