// The page to log in.

import { html, useState } from "../dom.js";
import { tell } from "../ask.js";

/** @param {{ onEnter: () => void }} props */
export function Login({ onEnter }) {
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const token = new FormData(form).get("token");
    setBusy(true);
    try {
      await tell("/api/v1/auth/login", { token });
      onEnter();
    } catch (error) {
      setProblem(/** @type {Error} */ (error).message);
    } finally {
      setBusy(false);
    }
  };
  return html`<main class="login">
    <form onSubmit=${submit}>
      <img src="./icon.svg" alt="" width="72" height="72" />
      <h1>Grapevine</h1>
      <p>This network is shown to those who know its token.</p>
      <label for="token">Token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required autofocus
        aria-invalid=${problem ? "true" : null} aria-describedby="login-problem" />
      <p id="login-problem" class="problem" role="alert">${problem}</p>
      <button type="submit" disabled=${isBusy}>Log in</button>
    </form>
  </main>`;
}
