// Requests to the API.

/** What the server says is wrong, as RFC 9457 has it. */
export class Problem extends Error {
  /**
   * @param {number} status 0 if the server cannot be reached
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>} what the answer's JSON says
 */
export async function ask(path, init) {
  const response = await fetch(path, { credentials: "same-origin", ...init }).catch(() => {
    throw new Problem(0, "the server cannot be reached");
  });
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, body.detail ?? response.statusText);
  return body;
}

/**
 * @param {string} path
 * @param {object} body
 */
export const tell = (path, body) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
