"use strict";

const at = (id) => document.getElementById(id);
let shown = null;

function show(status) {
  at("line").textContent = status.line;
  at("line").dataset.state = status.state;
  at("pair").hidden = status.qr === null;
  if (status.qr !== null && status.qr !== shown) at("qr").src = `qr.svg?${status.qr}`;
  shown = status.qr;
  at("paired").hidden = status.code === null;
  at("code").textContent = status.code ?? "";
  at("failure").hidden = status.failure === null;
  at("failure").textContent = status.failure === null ? "" : `The last request that failed: ${status.failure}.`;
  at("advice").hidden = status.advice === null;
  at("advice").textContent = status.advice ?? "";
  at("key").hidden = !status.key;
  at("switch").textContent = status.off ? "Switch the key on" : "Switch the key off";
  at("switch").dataset.to = status.off ? "on" : "off";
}

at("switch").addEventListener("click", async () => {
  await fetch(at("switch").dataset.to, { method: "POST" });
  show(await (await fetch("status.json")).json());
});

at("replug").addEventListener("click", () => fetch("replug", { method: "POST" }));

async function follow() {
  try {
    show(await (await fetch("status.json")).json());
  } catch {
    at("line").textContent = "The pairing tool is not running any more.";
    at("line").dataset.state = "appliance_unreachable";
    at("pair").hidden = true;
  }
  setTimeout(follow, 1000);
}

follow();
