// Put on a practice's own site by one tag: <script src="…/book/<practice>/embed.js" async></script>.
// Shows the practice's booking page in its place, in a frame that grows and shrinks with what is in it.
(() => {
  const tag = document.currentScript;
  const page = new URL(tag.src);
  const practice = page.pathname.split("/").at(-2);
  const frame = document.createElement("iframe");
  frame.src = `${page.origin}/embed/${practice}/`;
  frame.title = tag.dataset.title || "Book an appointment";
  frame.setAttribute("referrerpolicy", "origin");
  Object.assign(frame.style, { display: "block", width: "100%", height: "640px", border: "0", colorScheme: "auto" });
  let seen = "";
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== page.origin || source !== frame.contentWindow || data?.keepwell !== "booking") return;
    const height = Math.round(Number(data.height));
    if (height > 0 && height < 20000) frame.style.height = `${height}px`;
    // A new step begins at its top
    if (seen && data.path !== seen && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    seen = data.path;
  });
  tag.after(frame);
})();
