"use strict";

// The terminal's script opens the connection and tells nobody why it was closed.
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("close", (event) => {
      document.querySelector("#reason").textContent = event.reason || "The connection to synterm serve was lost.";
      document.querySelector("#ended").showModal();
    });
  }
};

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#again").addEventListener("click", () => window.location.reload());
  // Keys go to the workbench at once, without a click into it.
  const drawn = new MutationObserver(() => {
    if (document.body.classList.contains("-first-byte")) {
      drawn.disconnect();
      document.querySelector(".xterm-helper-textarea").focus();
    }
  });
  drawn.observe(document.body, { attributeFilter: ["class"] });
});
