// <button type="button" data-merge-field="{{client.name}}">: puts the field where the cursor was last, in subject or text.
const form = document.getElementById("template");
let last = form.elements.body;

form.addEventListener("focusin", (event) => { if (["subject", "body"].includes(event.target.name)) last = event.target; });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-merge-field]");
  if (!button) return;
  last.setRangeText(button.dataset.mergeField, last.selectionStart, last.selectionEnd, "end");
  last.focus();
});
