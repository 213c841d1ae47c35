/* Passkeys: the device asks for a finger, a face or a PIN; what it answers goes with the form around the button. */

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function named(keys) {
  return (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
}

async function made(options) {
  const asked = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const key = await navigator.credentials.create({ publicKey: asked });
  const transports = key.response.getTransports ? key.response.getTransports() : [];
  return answer(key, { attestationObject: text(key.response.attestationObject), transports });
}

async function shown(options) {
  const asked = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  const key = await navigator.credentials.get({ publicKey: asked });
  const { authenticatorData, signature, userHandle } = key.response;
  return answer(key, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    ...(userHandle ? { userHandle: text(userHandle) } : {}),
  });
}

function answer(key, response) {
  const clientDataJSON = text(key.response.clientDataJSON);
  return JSON.stringify({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: { ...response, clientDataJSON },
    clientExtensionResults: {},
  });
}

function set(part) {
  const button = part.querySelector("button");
  const said = part.querySelector("[role=status]");
  const field = part.querySelector("[name=_passkey]");
  if (location.origin !== part.dataset.origin) {
    said.textContent = part.dataset.elsewhere;
    return;
  }
  if (!window.PublicKeyCredential) {
    said.textContent = part.dataset.unfit;
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      const options = JSON.parse(part.dataset.options);
      field.value = await (part.dataset.passkey === "make" ? made(options) : shown(options));
      field.form.submit();
    } catch (fault) {
      const words = { InvalidStateError: part.dataset.known, NotAllowedError: part.dataset.ended };
      said.textContent = words[fault.name] || part.dataset.unfit;
      button.disabled = false;
    }
  });
}

document.querySelectorAll("[data-passkey]").forEach(set);
