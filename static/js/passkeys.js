// Passkeys: a form with data-passkey="create" or "get" asks the browser for a credential and sends it as JSON in `credential`.
// The request comes from data-options (id of a JSON block) or data-options-url (asked for when the button is pressed).
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (mark) => mark.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// Names of the fields that travel as base64url in the server's JSON
const opened = (options) => {
  const key = structuredClone(options.publicKey);
  key.challenge = toBytes(key.challenge);
  if (key.user) key.user.id = toBytes(key.user.id);
  for (const list of [key.excludeCredentials, key.allowCredentials]) {
    for (const credential of list ?? []) credential.id = toBytes(credential.id);
  }
  return key;
};

const told = (credential) => {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return {
    type: credential.type,
    id: credential.id,
    rawId: toText(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  };
};

const optionsOf = async (form) => {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error("no options");
  return (await answer.json()).request_options;
};

const ask = async (form) => {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "get") return navigator.credentials.get({ publicKey: opened(options) });
  const alone = form.elements.passwordless?.checked ?? false;
  const publicKey = opened(options);
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone ? { userVerification: "required" } : {}),
  };
  return navigator.credentials.create({ publicKey });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector("[data-trouble]");
  if (!window.PublicKeyCredential) form.querySelector("button")?.setAttribute("disabled", "");
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return; // the credential is there: let it go
    event.preventDefault();
    if (trouble) trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(told(await ask(form)));
      form.submit();
    } catch {
      if (trouble) trouble.hidden = false;
    }
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-passkey]")) form.elements.credential.value = "";
});
