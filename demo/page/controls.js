/** Controls: buttons that can be off without losing the keyboard's place, fields that say what is wrong, and
 *  badges that show a state. */

/**
 * Switches a button. One that is off keeps the focus, so that Tab goes on from where the visitor was.
 *
 * @param {HTMLElement} button
 * @param {boolean} isOn
 */
export function switchButton(button, isOn) {
  button.setAttribute("aria-disabled", String(!isOn));
}

/** Shows a state as a badge's text and tone; says nothing anew to screen readers unless it is another. */
export function showBadge(badge, state) {
  if (badge.dataset.state === state) return;
  badge.textContent = state;
  badge.dataset.state = state;
}

/** Calls `act` at each click, unless the button is switched off. */
export function onPress(button, act) {
  button.addEventListener("click", () => {
    if (button.ariaDisabled !== "true") act();
  });
}

/**
 * Calls `act` with the field's text when its form is submitted, by Enter or its button, unless that button
 * is switched off. What `act` throws is shown at the field.
 *
 * @param {HTMLFormElement} form with one input, one submit button and one `[data-part="complaint"]`
 * @param {(text: string) => void} act
 */
export function onSubmit(form, act) {
  const input = form.querySelector("input");
  const button = form.querySelector("button");
  const complaint = form.querySelector('[data-part="complaint"]');
  const complain = (text) => {
    complaint.textContent = text;
    input.setAttribute("aria-invalid", String(text !== ""));
  };
  input.addEventListener("input", () => complain(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.ariaDisabled === "true") return;
    try {
      act(input.value);
      complain("");
    } catch (error) {
      complain(error.message);
      input.focus();
    }
  });
}
