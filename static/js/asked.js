// A question that hangs on an answer before it is shown only after that answer; without JavaScript all are shown.
//   <div data-when="allergic" data-when-is='["Yes"]'> … </div>
const answers = (form, name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]:checked`)].map((one) => one.value);

for (const form of document.querySelectorAll("form:has([data-when])")) {
  const show = () => {
    for (const box of form.querySelectorAll("[data-when]")) {
      const wanted = JSON.parse(box.dataset.whenIs);
      box.hidden = !answers(form, box.dataset.when).some((answer) => wanted.includes(answer));
    }
  };
  form.addEventListener("change", show);
  show();
}
